// license.consent_requests: what a unit asks a holder for. A request is decided once: of any number of decisions at the same
// moment one wins, in the statement that also writes the consent (store/consents.ts).
import type { Knex } from 'knex';
import { runStatement, type Statement } from '../../common/db/statement.ts';

/** Elements of one license type that are asked for; optional ones are offered unticked. */
export type WantedType = {
  readonly licenseType: string;
  readonly fields: readonly string[];
  readonly optionalFields: readonly string[];
};

export type ConsentRequest = {
  readonly requestId: string;
  readonly clientId: string;
  readonly organisation: string;
  /** 统一社会信用代码 stands in `organisation`; this is its name. */
  readonly organisationName: string;
  /** Null: whoever logs in decides. */
  readonly holderKey: Uint8Array | null;
  readonly wanted: readonly WantedType[];
  readonly purpose: string;
  readonly matterCode: string;
  readonly matterName: string;
  readonly consentUntil: Date;
  readonly maxUses: number | null;
  readonly returnTo: string | null;
  readonly askedAt: Date;
  readonly expiresAt: Date;
  readonly state: 'pending' | 'given' | 'declined';
};

type Row = {
  request_id: string;
  client_id: string;
  organisation: string;
  organisation_name: string;
  holder_key: Uint8Array | null;
  wanted: { license_type: string; fields: string[]; optional_fields: string[] }[];
  purpose: string;
  matter_code: string;
  matter_name: string;
  consent_until: Date;
  max_uses: number | null;
  return_to: string | null;
  asked_at: Date;
  expires_at: Date;
  state: ConsentRequest['state'];
};

const COLUMNS = `request_id, r.client_id, r.organisation, organisation_name, holder_key, wanted, purpose, matter_code,
  matter_name, consent_until, max_uses, return_to, asked_at, expires_at, state`;

const FIND: Statement = {
  name: 'consent-request-find',
  text: `select ${COLUMNS} from license.consent_requests r join license.clients using (client_id) where request_id = $1`,
};

const WAITING: Statement = {
  name: 'consent-requests-waiting',
  text: `select ${COLUMNS} from license.consent_requests r join license.clients using (client_id)
    where holder_key = $1 and state = 'pending' and expires_at > $2 order by asked_at desc limit 50`,
};

export async function insertConsentRequest(
  db: Knex,
  request: Omit<ConsentRequest, 'organisationName' | 'state'>,
): Promise<void> {
  await db('license.consent_requests').insert({
    request_id: request.requestId,
    client_id: request.clientId,
    organisation: request.organisation,
    holder_key: request.holderKey,
    wanted: JSON.stringify(
      request.wanted.map(({ licenseType, fields, optionalFields }) => ({
        license_type: licenseType,
        fields,
        optional_fields: optionalFields,
      })),
    ),
    purpose: request.purpose,
    matter_code: request.matterCode,
    matter_name: request.matterName,
    consent_until: request.consentUntil,
    max_uses: request.maxUses,
    return_to: request.returnTo,
    asked_at: request.askedAt,
    expires_at: request.expiresAt,
  });
}

export async function findConsentRequest(db: Knex, requestId: string): Promise<ConsentRequest | null> {
  const { rows } = await runStatement<Row>(db, FIND, [requestId]);
  return rows[0] ? fromRow(rows[0]) : null;
}

/** What waits for the decision of this holder, the newest first; at most 50. */
export async function listWaitingRequests(
  db: Knex,
  holderKey: Uint8Array,
  now: Date,
): Promise<readonly ConsentRequest[]> {
  const { rows } = await runStatement<Row>(db, WAITING, [holderKey, now]);
  return rows.map(fromRow);
}

/** Decides a request that is still open; false when it was decided, has expired or is somebody else's. */
export async function decideRequest(
  db: Knex,
  decision: {
    readonly requestId: string;
    readonly holderKey: Uint8Array;
    readonly state: 'given' | 'declined';
    readonly now: Date;
  },
): Promise<boolean> {
  const { requestId, holderKey, state, now } = decision;
  // A declined request of nobody in particular keeps no trace of who declined it.
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `update license.consent_requests
     set state = :state, decided_at = :now, holder_key = case when :state = 'given' then :holderKey else holder_key end
     where request_id = :requestId and state = 'pending' and expires_at > :now
       and (holder_key is null or holder_key = :holderKey)`,
    { requestId, holderKey, state, now },
  );
  return rowCount === 1;
}

/** Removes at most `limit` requests that led to no consent and ended before `before`; tells how many. */
export async function deleteOldRequests(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from license.consent_requests where request_id in (
       select request_id from license.consent_requests where expires_at < ? and state <> 'given'
       order by expires_at limit ? for update skip locked)`,
    [before, limit],
  );
  return rowCount;
}

function fromRow(row: Row): ConsentRequest {
  return {
    requestId: row.request_id,
    clientId: row.client_id,
    organisation: row.organisation,
    organisationName: row.organisation_name,
    holderKey: row.holder_key,
    wanted: row.wanted.map((one) => ({
      licenseType: one.license_type,
      fields: one.fields,
      optionalFields: one.optional_fields,
    })),
    purpose: row.purpose,
    matterCode: row.matter_code,
    matterName: row.matter_name,
    consentUntil: row.consent_until,
    maxUses: row.max_uses,
    returnTo: row.return_to,
    askedAt: row.asked_at,
    expiresAt: row.expires_at,
    state: row.state,
  };
}

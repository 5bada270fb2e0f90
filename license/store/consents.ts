// license.consents: what a holder allows a unit to read. Counting a use and judging whether it may still be made is one
// statement, so that of parallel readers no more succeed than were allowed. A holder takes away; nobody adds.
import type { Knex } from 'knex';
import { fromHex, toHex } from '../../common/bytes.ts';
import { runStatement, type Statement } from '../../common/db/statement.ts';
import type { ConsentGround } from '../domain/read-grounds.ts';

export type Consent = ConsentGround & {
  readonly requestId: string;
  readonly clientId: string;
  readonly organisationName: string;
  readonly lastUsedAt: Date | null;
};
export type NewConsent = Omit<Consent, 'kind' | 'organisationName' | 'uses' | 'lastUsedAt' | 'revokedAt'>;

type Row = {
  consent_id: string;
  request_id: string;
  client_id: string;
  organisation: string;
  organisation_name: string;
  holder_key: Uint8Array;
  allowed: { license_id: string; fields: string[] }[];
  purpose: string;
  matter_code: string;
  matter_name: string;
  given_at: Date;
  until: Date;
  max_uses: number | null;
  uses: number;
  last_used_at: Date | null;
  revoked_at: Date | null;
};

const SELECT = `select consent_id, request_id, c.client_id, c.organisation, organisation_name, holder_key, allowed, purpose,
  matter_code, matter_name, given_at, until, max_uses, uses, last_used_at, revoked_at
  from license.consents c join license.clients using (client_id)`;

const FIND: Statement = { name: 'consent-find', text: `${SELECT} where consent_id = $1` };
const OF_REQUEST: Statement = { name: 'consent-of-request', text: `${SELECT} where request_id = $1` };
const OF_HOLDER: Statement = {
  name: 'consents-of-holder',
  text: `${SELECT} where holder_key = $1 order by given_at desc limit 200`,
};
/** For a unit that names no ground: what these holders gave it, the newest first. */
const FOR_READING: Statement = {
  name: 'consents-for-reading',
  text: `${SELECT} where holder_key = any($1::bytea[]) and c.organisation = $2 order by given_at desc limit 50`,
};
const USE: Statement = {
  name: 'consent-use',
  text: `update license.consents set uses = uses + 1, last_used_at = $3
    where consent_id = $1 and organisation = $2 and revoked_at is null and given_at <= $3 and until > $3
      and (max_uses is null or uses < max_uses)
      and exists (select from json_array_elements(allowed) one where one ->> 'license_id' = $4
        and array(select json_array_elements_text(one -> 'fields')) @> $5::text[])`,
};

export async function insertConsent(trx: Knex.Transaction, consent: NewConsent): Promise<void> {
  await trx('license.consents').insert({
    consent_id: consent.id,
    request_id: consent.requestId,
    client_id: consent.clientId,
    organisation: consent.organisation,
    holder_key: fromHex(consent.holderKey),
    allowed: allowedToRow(consent.allowed),
    purpose: consent.purpose,
    matter_code: consent.matterCode,
    matter_name: consent.matterName,
    given_at: consent.givenAt,
    until: consent.until,
    max_uses: consent.maxUses,
  });
}

export async function findConsent(db: Knex, consentId: string): Promise<Consent | null> {
  const { rows } = await runStatement<Row>(db, FIND, [consentId]);
  return rows[0] ? fromRow(rows[0]) : null;
}

export async function findConsentOfRequest(db: Knex, requestId: string): Promise<Consent | null> {
  const { rows } = await runStatement<Row>(db, OF_REQUEST, [requestId]);
  return rows[0] ? fromRow(rows[0]) : null;
}

/** All of a holder's, the newest first; at most 200. */
export async function listConsentsOfHolder(db: Knex, holderKey: Uint8Array): Promise<readonly Consent[]> {
  const { rows } = await runStatement<Row>(db, OF_HOLDER, [holderKey]);
  return rows.map(fromRow);
}

export async function listConsentsForReading(
  db: Knex,
  holderKeys: readonly Uint8Array[],
  organisation: string,
): Promise<readonly Consent[]> {
  const { rows } = await runStatement<Row>(db, FOR_READING, [holderKeys, organisation]);
  return rows.map(fromRow);
}

export type ConsentUse = {
  readonly consentId: string;
  readonly organisation: string;
  readonly licenseId: string;
  readonly fields: readonly string[];
  readonly now: Date;
};

/**
 * Counts one use; false when the consent was withdrawn, limited, used up or has ended meanwhile. Everything that a holder
 * can change is judged here once more, under the row's lock.
 */
export async function useConsent(trx: Knex.Transaction, use: ConsentUse): Promise<boolean> {
  const { consentId, organisation, licenseId, fields, now } = use;
  const { rowCount } = await runStatement<never>(trx, USE, [consentId, organisation, now, licenseId, fields]);
  return rowCount === 1;
}

/** False when it is not his, or was withdrawn before. */
export async function revokeConsent(
  trx: Knex.Transaction,
  consentId: string,
  holderKey: Uint8Array,
  now: Date,
): Promise<boolean> {
  const count = await trx('license.consents')
    .where({ consent_id: consentId, holder_key: holderKey })
    .whereNull('revoked_at')
    .update({ revoked_at: now });
  return count === 1;
}

/** Puts narrower terms in the place of those that were read; false when they changed meanwhile or the consent is over. */
export async function narrowConsent(
  trx: Knex.Transaction,
  consent: Consent,
  terms: Pick<Consent, 'allowed' | 'until' | 'maxUses'>,
  now: Date,
): Promise<boolean> {
  const count = await trx('license.consents')
    .where({ consent_id: consent.id, holder_key: fromHex(consent.holderKey), until: consent.until })
    .whereNull('revoked_at')
    .where('until', '>', now)
    .whereRaw('allowed::text = ? and max_uses is not distinct from ?', [allowedToRow(consent.allowed), consent.maxUses])
    .whereRaw('(?::integer is null or uses <= ?)', [terms.maxUses, terms.maxUses])
    .update({ allowed: allowedToRow(terms.allowed), until: terms.until, max_uses: terms.maxUses });
  return count === 1;
}

/** For the end of everything that is kept of a holder: his consents, and what he was asked for. Tells how many consents. */
export async function deleteConsentsOfHolder(trx: Knex.Transaction, holderKey: Uint8Array): Promise<number> {
  const count = await trx('license.consents').where({ holder_key: holderKey }).delete();
  await trx('license.consent_requests').where({ holder_key: holderKey }).delete();
  return count;
}

function allowedToRow(allowed: Consent['allowed']): string {
  return JSON.stringify(allowed.map(({ licenseId, fields }) => ({ license_id: licenseId, fields })));
}

function fromRow(row: Row): Consent {
  return {
    kind: 'consent',
    id: row.consent_id,
    requestId: row.request_id,
    clientId: row.client_id,
    organisation: row.organisation,
    organisationName: row.organisation_name,
    holderKey: toHex(row.holder_key),
    allowed: row.allowed.map(({ license_id: licenseId, fields }) => ({ licenseId, fields })),
    purpose: row.purpose,
    matterCode: row.matter_code,
    matterName: row.matter_name,
    givenAt: row.given_at,
    until: row.until,
    maxUses: row.max_uses,
    uses: row.uses,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  };
}

// May this client use this seal now, and is the act on record already? The seal as its row says, without the SESeal, whether a
// grant covers the use, and the call under the same key: one statement for all that ask at once. The last word has the
// statement that writes the intent (sealings.ts).
import type { Knex } from 'knex';
import { runStatement, type Statement } from '../../common/db/statement.ts';
import type { RegisteredSeal } from '../domain/registered-seal.ts';
import { ANY_CLASS, type GrantUse } from '../domain/seal-grant.ts';
import type { RecordedCall } from '../domain/sealing.ts';

export type SealForUse = Omit<RegisteredSeal, 'eseal'>;

/** Null: there is no such seal. */
export type Permit = { readonly seal: SealForUse; readonly isGranted: boolean } | null;

/** What is known of a use before anything is done. */
export type Opening = {
  readonly permit: Permit;
  /** What is on record under the key of the act. */
  readonly call: RecordedCall | null;
};

type Row = { readonly n: number; readonly isGranted: boolean } & SealForUse & Nullable<RecordedCall>;
type Nullable<T> = { readonly [K in keyof T]: T[K] | null };

/** A grant `g` that covers a use `a`; `used` may have been used up by others meanwhile. */
export const COVERS = `g.client_id = a.client_id and g.es_id = a.es_id and g.withdrawn_at is null
  and g.document_class in (a.document_class, '${ANY_CLASS}') and g.valid_from <= a.at and g.valid_to > a.at
  and (g.max_uses is null or g.used < g.max_uses)`;

/** The intent of this very act, which a crash left behind, has used grant `g` once already; that use is still its own. */
const USED_BY_IT = `i.client_id = a.client_id and i.idempotency_key = a.idempotency_key and i.es_id = a.es_id
  and i.state = 'intended' and g.withdrawn_at is null and g.document_class in (a.document_class, '${ANY_CLASS}')
  and g.valid_to > a.at`;

/** A use by the act of this key. */
export type ActUse = GrantUse & { readonly idempotencyKey: string };

const OPEN: Statement = {
  name: 'sealing-openings',
  text: `select a.n, h.sealing_id as "headId", h.request_sm3 as "requestSm3", h.attempt, h.lease_until as "leaseUntil",
      h.released_at as "releasedAt", s.es_id as "esID", s.name, s.version, s.state, s.state_changed_at as "stateChangedAt",
      s.owner_name as "ownerName", s.owner_code as "ownerCode", s.valid_from as "validFrom", s.valid_to as "validTo",
      s.width_mm as "widthMm", s.height_mm as "heightMm", s.eseal_sm3 as "esealSm3", s.key_ref as "keyRef",
      exists (select from seal.seal_grants g where ${COVERS}) or exists (
        select from seal.sealings i join seal.seal_grants g on g.grant_id = i.grant_id where ${USED_BY_IT}) as "isGranted"
    from json_to_recordset($1::json) as a (n integer, client_id text, es_id text, document_class text, at timestamptz,
      idempotency_key text)
    left join seal.seals s on s.es_id = a.es_id
    left join lateral (select * from seal.sealings
      where client_id = a.client_id and idempotency_key = a.idempotency_key and number = 1 limit 1) h on true`,
};

/** One answer a use, in order. */
export async function findOpenings(db: Knex, uses: readonly ActUse[]): Promise<readonly Opening[]> {
  const asked = uses.map(({ clientId, esID, documentClass, at, idempotencyKey }, n) => ({
    n,
    client_id: clientId,
    es_id: esID,
    document_class: documentClass,
    at,
    idempotency_key: idempotencyKey,
  }));
  const { rows } = await runStatement<Row>(db, OPEN, [JSON.stringify(asked)]);
  const openings = new Map(rows.map((row) => [row.n, openingOf(row)]));
  return uses.map((_, n) => openings.get(n)!);
}

function openingOf({ n: _, isGranted, headId, requestSm3, attempt, leaseUntil, releasedAt, ...seal }: Row): Opening {
  const call = headId === null ? null : ({ headId, requestSm3, attempt, leaseUntil, releasedAt } as RecordedCall);
  return { call, permit: seal.esID === null ? null : { seal, isGranted } };
}

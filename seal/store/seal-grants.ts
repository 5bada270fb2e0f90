// seal.seal_grants: which client may use which seal, for which documents, how often and when. The count is used up with the
// intent of a sealing, in its transaction: of parallel sealings no more get through than were granted, and a repetition,
// which writes no intent, uses nothing. A grant without a count is not written to, so that its users do not wait in line.
import type { Knex } from 'knex';
import { ANY_CLASS, type GrantUse, type SealGrant } from '../domain/seal-grant.ts';

/** A grant as it stands, with what was used of it. */
export type KeptGrant = SealGrant & {
  readonly used: number;
  readonly withdrawnAt: Date | null;
  readonly withdrawnBy: string | null;
  readonly withdrawnReason: string | null;
};

const COLUMNS = {
  grantId: 'grant_id',
  clientId: 'client_id',
  esID: 'es_id',
  documentClass: 'document_class',
  maxUses: 'max_uses',
  validFrom: 'valid_from',
  validTo: 'valid_to',
  grantedAt: 'granted_at',
  grantedBy: 'granted_by',
} as const satisfies Record<keyof SealGrant, string>;

const KEPT_COLUMNS = {
  ...COLUMNS,
  used: 'used',
  withdrawnAt: 'withdrawn_at',
  withdrawnBy: 'withdrawn_by',
  withdrawnReason: 'withdrawn_reason',
} as const satisfies Record<keyof KeptGrant, string>;

/** Grants that cover a use, the one that ends first in front. */
function covering(db: Knex, { clientId, esID, documentClass, at }: GrantUse) {
  return db('seal.seal_grants')
    .select({ grantId: 'grant_id', maxUses: 'max_uses' })
    .where({ client_id: clientId, es_id: esID, withdrawn_at: null })
    .whereIn('document_class', [documentClass, ANY_CLASS])
    .where('valid_from', '<=', at)
    .where('valid_to', '>', at)
    .whereRaw('(max_uses is null or used < max_uses)')
    .orderByRaw('max_uses is not null, valid_to, grant_id')
    .limit(1);
}

/**
 * Uses a grant once, in the transaction that writes the intent: its id, or null when none covers this use. A grant with a
 * count stays locked until that transaction ends.
 */
export async function useGrant(trx: Knex, use: GrantUse): Promise<string | null> {
  for (;;) {
    const [found] = await covering(trx, use).options({ name: 'grant-for-use' });
    if (!found || found.maxUses === null) return found?.grantId ?? null;
    const count = await trx('seal.seal_grants')
      .where({ grant_id: found.grantId, withdrawn_at: null })
      .whereRaw('used < max_uses')
      .increment('used', 1);
    if (count === 1) return found.grantId;
    // Somebody took the last use while we waited: the next look does not find this grant any more.
  }
}

export async function insertGrant(db: Knex, grant: SealGrant): Promise<void> {
  const keys = Object.keys(COLUMNS) as (keyof SealGrant)[];
  await db('seal.seal_grants').insert(Object.fromEntries(keys.map((key) => [COLUMNS[key], grant[key]])));
}

/** Grants for a seal, in the order of their ids after `after`, withdrawn and used up ones too. */
export async function listGrants(
  db: Knex,
  esID: string,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<readonly KeptGrant[]> {
  return db('seal.seal_grants')
    .select(KEPT_COLUMNS)
    .where({ es_id: esID })
    .where('grant_id', '>', after)
    .orderBy('grant_id')
    .limit(limit);
}

export async function findGrant(db: Knex, esID: string, grantId: string): Promise<KeptGrant | null> {
  const row = await db('seal.seal_grants').select(KEPT_COLUMNS).where({ es_id: esID, grant_id: grantId }).first();
  return row ?? null;
}

/** False when it was withdrawn before. */
export async function markWithdrawn(
  db: Knex,
  grantId: string,
  { by, reason, at }: { readonly by: string; readonly reason: string; readonly at: Date },
): Promise<boolean> {
  const count = await db('seal.seal_grants')
    .where({ grant_id: grantId, withdrawn_at: null })
    .update({ withdrawn_at: at, withdrawn_by: by, withdrawn_reason: reason });
  return count === 1;
}

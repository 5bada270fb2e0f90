// identity.signing_keys. Rows are never deleted: they say which key signed when. The database lets no two keys sign at a time.
import type { Knex } from 'knex';
import type { SigningJwk, SigningKey } from '../domain/signing-key.ts';

type Row = {
  kid: string;
  public_jwk: SigningJwk;
  box: Buffer | null;
  published_at: Date;
  signs_from: Date;
  retires_at: Date | null;
  withdrawn_at: Date | null;
};

const COLUMNS = 'kid, public_jwk, box, published_at, signs_from, retires_at, withdrawn_at';
const LOCK_KEY = 7_001_200_304n; // any constant of ours; shown by pg_locks

/** One change of the keys at a time, until the transaction ends. */
export async function lockSigningKeys(trx: Knex): Promise<void> {
  await trx.raw('select pg_advisory_xact_lock(?)', [LOCK_KEY.toString()]);
}

/** In the order of signing; `retiredAfter` leaves out what retired earlier or was withdrawn. */
export async function listSigningKeys(db: Knex, retiredAfter?: Date): Promise<readonly SigningKey[]> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select ${COLUMNS} from identity.signing_keys
     where :after::timestamptz is null or (withdrawn_at is null and coalesce(retires_at, 'infinity') > :after)
     order by signs_from, kid`,
    { after: retiredAfter ?? null },
  );
  return rows.map(toKey);
}

/** The key that has no successor; null when there is none. */
export async function findLastSigningKey(db: Knex): Promise<SigningKey | null> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select ${COLUMNS} from identity.signing_keys where retires_at is null and withdrawn_at is null`,
  );
  return rows[0] ? toKey(rows[0]) : null;
}

/** Ends its predecessor's time where its own begins. */
export async function insertSigningKey(
  trx: Knex,
  key: Pick<SigningKey, 'kid' | 'publicJwk' | 'publishedAt' | 'signsFrom'> & { readonly box: Uint8Array },
): Promise<void> {
  await trx.raw('update identity.signing_keys set retires_at = ? where retires_at is null and withdrawn_at is null', [
    key.signsFrom,
  ]);
  await trx.raw(
    'insert into identity.signing_keys (kid, public_jwk, box, published_at, signs_from) values (?, ?, ?, ?, ?)',
    [key.kid, JSON.stringify(key.publicJwk), Buffer.from(key.box), key.publishedAt, key.signsFrom],
  );
}

/** Takes the key out of use and destroys its private half. */
export async function markWithdrawn(trx: Knex, kid: string, now: Date): Promise<void> {
  await trx.raw('update identity.signing_keys set withdrawn_at = ?, box = null where kid = ?', [now, kid]);
}

/** Moves the limits of a key's time: where its successor was withdrawn, or the key before it. */
export async function markTimes(
  trx: Knex,
  kid: string,
  { signsFrom, retiresAt }: Pick<SigningKey, 'signsFrom' | 'retiresAt'>,
): Promise<void> {
  await trx.raw('update identity.signing_keys set signs_from = ?, retires_at = ? where kid = ?', [
    signsFrom,
    retiresAt,
    kid,
  ]);
}

/** Destroys the private halves of keys that retired before `before`; returns how many. */
export async function destroyRetiredKeys(db: Knex, before: Date): Promise<number> {
  const { rows } = await db.raw<{ rows: unknown[] }>(
    'update identity.signing_keys set box = null where box is not null and retires_at < ? returning 1',
    [before],
  );
  return rows.length;
}

function toKey(row: Row): SigningKey {
  return {
    kid: row.kid,
    publicJwk: row.public_jwk,
    box: row.box,
    publishedAt: row.published_at,
    signsFrom: row.signs_from,
    retiresAt: row.retires_at,
    withdrawnAt: row.withdrawn_at,
  };
}

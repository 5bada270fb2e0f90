// A new signing key: made, sealed, published with the moment from which it signs. By an operator, or by itself when the
// last one comes of age. Any node may do it; the lock lets one at a time.
import { generateKeyPairSync } from 'node:crypto';
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { isSuccessorDue, type SigningJwk, type SigningKey, signsFrom, toSigningJwk } from '../domain/signing-key.ts';
import { closeSigningKey } from '../domain/signing-key-box.ts';
import { insertEvent } from '../store/events.ts';
import { destroyRetiredKeys, findLastSigningKey, insertSigningKey, lockSigningKeys } from '../store/signing-keys.ts';

export type RotateDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  /** Seals private keys. */
  readonly boxKey: Uint8Array;
  /** How long a key is published before it signs. */
  readonly leadSeconds: number;
};

export type KeepDeps = RotateDeps & {
  /** How long a key signs. */
  readonly maxAgeSeconds: number;
};

/** What a request that began before the change may still sign with. */
const DESTROY_AFTER_SECONDS = 5 * 60;

/** Publishes a key that signs after the lead, or at once when there is none before it. */
export async function rotateSigningKey({ db, clock, boxKey, leadSeconds }: RotateDeps): Promise<SigningKey> {
  return db.transaction(async (trx) => {
    await lockSigningKeys(trx);
    return publishKey({ db: trx, clock, boxKey, leadSeconds }, await findLastSigningKey(trx));
  });
}

/** Within a transaction that holds the lock. */
export async function publishKey(deps: RotateDeps, last: SigningKey | null): Promise<SigningKey> {
  const now = deps.clock();
  const { publicJwk, d } = makeKeyPair();
  const { kid } = publicJwk;
  const box = closeSigningKey(deps.boxKey, kid, d);
  const key = { kid, publicJwk, box, publishedAt: now, signsFrom: signsFrom(last, now, deps.leadSeconds) };
  await insertSigningKey(deps.db, key);
  await insertEvent(deps.db, {
    at: now,
    kind: 'key.published',
    detail: { kid, signs_from: key.signsFrom.toISOString() },
  });
  return { ...key, retiresAt: null, withdrawnAt: null };
}

function makeKeyPair(): { readonly publicJwk: SigningJwk; readonly d: string } {
  const { x, y, d } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  const publicJwk = toSigningJwk({ x: String(x), y: String(y) });
  // Command lines would take it for an option.
  return publicJwk.kid.startsWith('-') ? makeKeyPair() : { publicJwk, d: String(d) };
}

/** The first key, the next one when it is due, and the end of private halves that sign no more. */
export async function keepSigningKeys(deps: KeepDeps): Promise<void> {
  const { db, clock } = deps;
  const isDue = (last: SigningKey | null): boolean => last === null || isSuccessorDue(last, clock(), deps);
  if (isDue(await findLastSigningKey(db))) {
    await db.transaction(async (trx) => {
      await lockSigningKeys(trx);
      const last = await findLastSigningKey(trx);
      if (isDue(last)) await publishKey({ ...deps, db: trx }, last);
    });
  }
  await destroyRetiredKeys(db, new Date(clock().getTime() - DESTROY_AFTER_SECONDS * 1000));
}

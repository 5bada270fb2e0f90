// A signing key that may be known to others is taken out of use at once: it leaves the key set, what it signed is believed
// no more, and its private half is destroyed. Where it was signing, the next key takes over now; without one, a new key
// does, and for the time of their cool-down those who verify may not know it yet.
import { TrustError } from '../../common/errors.ts';
import { stateOf } from '../domain/signing-key.ts';
import { insertEvent } from '../store/events.ts';
import { listSigningKeys, lockSigningKeys, markTimes, markWithdrawn } from '../store/signing-keys.ts';
import { publishKey, type RotateDeps } from './rotate-signing-key.ts';

/** Errors: key-not-found. */
export async function withdrawSigningKey(deps: RotateDeps, kid: string): Promise<void> {
  const { db, clock } = deps;
  await db.transaction(async (trx) => {
    await lockSigningKeys(trx);
    const now = clock();
    const living = (await listSigningKeys(trx)).filter((key) => key.withdrawnAt === null);
    const index = living.findIndex((key) => key.kid === kid);
    const [before, key, after] = [living[index - 1], living[index], living[index + 1]];
    if (!key)
      throw new TrustError('key-not-found', `there is no signing key ${kid} in use`, {
        hint: 'See: xinji identity-key list',
      });
    const state = stateOf(key, now);
    await markWithdrawn(trx, kid, now);
    // 1. Not signing yet: the key before it goes on until the one after it.
    if (state === 'published' && before) await markTimes(trx, before.kid, { ...before, retiresAt: key.retiresAt });
    // 2. Signing: the next one signs from now on.
    if (state === 'signing' && after) await markTimes(trx, after.kid, { ...after, signsFrom: now });
    if (state === 'signing' && !after) await publishKey({ ...deps, db: trx }, null);
    await insertEvent(trx, { at: now, kind: 'key.withdrawn', detail: { kid, state } });
  });
}

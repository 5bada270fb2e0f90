// A right password whose hash is another house's, or of older parameters, is hashed anew. Of two logins at once one writes;
// a password that was changed meanwhile stays as it is.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { updatePasswordHash } from '../store/accounts.ts';
import { insertEvent } from '../store/events.ts';
import { hashPassword, needsNewHash, type PasswordWork } from './password.ts';

export type RenewHashDeps = { readonly db: Knex; readonly clock: Clock; readonly work: PasswordWork };

/** `encoded` is the hash that `password` was just found to fit. */
export async function renewHash(
  { db, clock, work }: RenewHashDeps,
  { sub, encoded, password }: { readonly sub: string; readonly encoded: string; readonly password: string },
): Promise<void> {
  if (!needsNewHash(encoded, work)) return;
  const hash = await hashPassword(password, work);
  const at = clock();
  await db.transaction(async (trx) => {
    if (await updatePasswordHash(trx, sub, { hash, at, before: encoded })) {
      await insertEvent(trx, { at, kind: 'password.rehashed', sub });
    }
  });
}

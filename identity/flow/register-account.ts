// Makes the account of a natural person, at level 2: what it says of itself is taken as said. Proof comes after
// (prove-identity.ts), except where the registering party vouches for more.
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { type AccountRegistration, parseRegistration } from '../domain/account.ts';
import type { Level } from '../domain/assurance.ts';
import type { DocumentKeys } from '../domain/document-box.ts';
import { insertAccount } from '../store/accounts.ts';
import { insertEvent } from '../store/events.ts';
import { insertProofing } from '../store/proofings.ts';
import { hashPassword, type PasswordWork } from './password.ts';

export type RegisterAccountDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly keys: DocumentKeys;
  /** What one hash costs; the house's default unless given. */
  readonly work?: PasswordWork;
};

/**
 * Makes the account and returns its `sub`, which is random and says nothing about the person. `vouched` is the level that
 * the registering party (an import, an operator) answers for.
 * Errors: invalid-request and code-check with a pointer; account-exists when login name, phone number, mail address or document is taken.
 */
export async function registerAccount(
  { db, clock, keys, work }: RegisterAccountDeps,
  registration: AccountRegistration,
  { vouched }: { readonly vouched?: Level } = {},
): Promise<{ readonly sub: string; readonly id: number }> {
  // 1. Judge before anything costs time.
  const now = clock();
  const { loginName, password, ...document } = parseRegistration(registration, chinaDate(now));
  // 2. Hash outside of the transaction: it takes longer than all statements together.
  const passwordHash = password === undefined ? null : await hashPassword(password, work);
  const sub = randomBytes(20).toString('base64url');
  const level = vouched ?? 2;
  // 3. Account and event together.
  const id = await db.transaction(async (trx) => {
    const inserted = await insertAccount(trx, keys, {
      sub,
      loginName: loginName ?? null,
      document,
      passwordHash,
      level,
    });
    if (vouched !== undefined) {
      await insertProofing(trx, inserted, {
        at: now,
        method: 'vouched',
        port: 'registration',
        outcome: 'matched',
        level,
      });
    }
    await insertEvent(trx, { at: now, kind: 'account.registered', sub });
    return inserted;
  });
  return { sub, id };
}

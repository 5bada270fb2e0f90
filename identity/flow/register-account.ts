// Registers a natural person. Proof of identity comes in a later step of the project: here the registering party vouches.

import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { type AccountRegistration, parseRegistration } from '../domain/account.ts';
import { closeDocument, type DocumentKeys, makeHolderKey, makePhoneKey } from '../domain/document-box.ts';
import { insertAccount } from '../store/accounts.ts';
import { insertEvent } from '../store/events.ts';
import { hashPassword } from './password.ts';

export type RegisterAccountDeps = { readonly db: Knex; readonly clock: Clock; readonly keys: DocumentKeys };

/**
 * Makes the account and returns its `sub`, which is random and says nothing about the person.
 * Errors: invalid-request and code-check with a pointer; account-exists when login name, phone number or holder code is taken.
 */
export async function registerAccount(
  { db, clock, keys }: RegisterAccountDeps,
  registration: AccountRegistration,
): Promise<{ readonly sub: string }> {
  // 1. Judge before anything costs time.
  const { loginName, password, name, holder, phone } = parseRegistration(registration, chinaDate(clock()));
  // 2. Hash outside of the transaction: it takes longer than all statements together.
  const passwordHash = await hashPassword(password);
  const sub = randomBytes(20).toString('base64url');
  // 3. Account and event together.
  await db.transaction(async (trx) => {
    await insertAccount(trx, {
      sub,
      loginName,
      phoneKey: phone === undefined ? null : makePhoneKey(keys, phone),
      holderKey: makeHolderKey(keys, holder),
      holderBox: closeDocument(keys, sub, { holder, ...(phone === undefined ? {} : { phone }) }),
      name,
      passwordHash,
    });
    await insertEvent(trx, { at: clock(), kind: 'account.registered', sub });
  });
  return { sub };
}

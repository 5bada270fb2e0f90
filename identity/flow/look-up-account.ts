// An administrator looks for one account by exactly what the person is known by. It is written down with the reason, also when
// nobody was found; what was typed is not.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { type Account, normaliseLogin } from '../domain/account.ts';
import type { DocumentKeys } from '../domain/document-box.ts';
import { parseReason } from '../domain/reason.ts';
import { findAccountByLogin } from '../store/accounts.ts';
import { insertEvent } from '../store/events.ts';

export type LookUpDeps = { readonly db: Knex; readonly clock: Clock; readonly keys: DocumentKeys };

/** By phone number, document number, mail address or login name. Errors: invalid-request for the reason. */
export async function lookUpAccount(
  { db, clock, keys }: LookUpDeps,
  { typed, by, reason }: { readonly typed: string; readonly by: string; readonly reason: string },
): Promise<Account | null> {
  const why = parseReason(reason);
  const account = (await findAccountByLogin(db, keys, normaliseLogin(typed).slice(0, 254)))?.account ?? null;
  await insertEvent(db, {
    at: clock(),
    kind: 'account.looked-up',
    sub: account?.sub,
    detail: { by, reason: why, found: account !== null },
  });
  return account;
}

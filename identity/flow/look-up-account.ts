// An administrator looks for one account by exactly what the person is known by. It is written down with the reason, also when
// nobody was found; what was typed is not.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { type Account, normaliseLogin, parseHolder } from '../domain/account.ts';
import type { DocumentKeys } from '../domain/document-box.ts';
import { parseReason } from '../domain/reason.ts';
import { findAccountByHolder, findAccountByLogin } from '../store/accounts.ts';
import { insertEvent } from '../store/events.ts';

export type LookUpDeps = { readonly db: Knex; readonly clock: Clock; readonly keys: DocumentKeys };

/**
 * By phone number, mail address, citizen number or login name; with `type` by the number of such a document. Errors:
 * invalid-request for the reason; of a document also code-check, both with a pointer.
 */
export async function lookUpAccount(
  { db, clock, keys }: LookUpDeps,
  of: { readonly typed: string; readonly type?: string; readonly by: string; readonly reason: string },
): Promise<Account | null> {
  const why = parseReason(of.reason);
  const { typed, type, by } = of;
  const account =
    type === undefined
      ? ((await findAccountByLogin(db, keys, normaliseLogin(typed).slice(0, 254)))?.account ?? null)
      : await findAccountByHolder(db, keys, parseHolder({ type, code: typed }, chinaDate(clock())));
  await insertEvent(db, {
    at: clock(),
    kind: 'account.looked-up',
    sub: account?.sub,
    detail: { by, reason: why, found: account !== null },
  });
  return account;
}

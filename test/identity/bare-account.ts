// An account of nobody in particular, for tests of what hangs on one: no password, no document, and no phone unless given.
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type { Account, AccountDocument } from '../../identity/domain/account.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { findAccountBySub, insertAccount } from '../../identity/store/accounts.ts';

export const KEYS = deriveDocumentKeys(new Uint8Array(32).fill(7));

export async function bareAccount(db: Knex, reached: Pick<AccountDocument, 'phone'> = {}): Promise<Account> {
  const sub = randomBytes(20).toString('base64url');
  const document = { name: '张三', ...reached };
  await insertAccount(db, KEYS, { sub, loginName: null, document, passwordHash: null, level: 2 });
  return (await findAccountBySub(db, KEYS, sub))!;
}

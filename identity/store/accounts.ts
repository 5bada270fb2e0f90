// identity.accounts. A login name, a phone number and a holder code have disjoint forms, so one look-up tries all three.
import type { Knex } from 'knex';
import { isUniqueViolation } from '../../common/db/errors.ts';
import { TrustError } from '../../common/errors.ts';
import type { Account } from '../domain/account.ts';

export type NewAccount = {
  readonly sub: string;
  readonly loginName: string;
  readonly phoneKey: Uint8Array | null;
  readonly holderKey: Uint8Array;
  readonly holderBox: Uint8Array;
  readonly name: string;
  readonly passwordHash: string;
};

export type LoginKeys = { readonly loginName: string; readonly phoneKey: Uint8Array; readonly holderKey: Uint8Array };

type Row = {
  id: number;
  sub: string;
  name: string;
  status: 'active' | 'closed';
  password_hash: string;
  holder_box: Buffer;
};

/** Throws `account-exists` when the login name, phone number or holder code is taken. */
export async function insertAccount(db: Knex, account: NewAccount): Promise<void> {
  try {
    await db('identity.accounts').insert({
      sub: account.sub,
      login_name: account.loginName,
      phone_key: account.phoneKey,
      holder_key: account.holderKey,
      holder_box: account.holderBox,
      name: account.name,
      password_hash: account.passwordHash,
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new TrustError('account-exists', 'The login name, phone number or document is registered already.');
  }
}

/** The account that answers to what a person typed, with its password hash. */
export async function findAccountByLogin(
  db: Knex,
  keys: LoginKeys,
): Promise<{ account: Account; passwordHash: string } | null> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select id, sub, name, status, password_hash from identity.accounts
     where login_name = ? or phone_key = ? or holder_key = ? limit 1`,
    [keys.loginName, Buffer.from(keys.phoneKey), Buffer.from(keys.holderKey)],
  );
  const row = rows[0];
  return row ? { account: toAccount(row), passwordHash: row.password_hash } : null;
}

export async function findAccountByName(db: Knex, loginName: string): Promise<Account | null> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    'select id, sub, name, status from identity.accounts where login_name = ?',
    [loginName],
  );
  return rows[0] ? toAccount(rows[0]) : null;
}

export async function findAccountBySub(db: Knex, sub: string): Promise<Account | null> {
  const query = db.raw<{ rows: Row[] }>('select id, sub, name, status from identity.accounts where sub = ?', [sub]);
  const { rows } = await query.options({ name: 'account-by-sub' });
  return rows[0] ? toAccount(rows[0]) : null;
}

/** The sealed box with holder code, type and phone number. */
export async function findHolderBox(db: Knex, sub: string): Promise<Uint8Array | null> {
  const { rows } = await db.raw<{ rows: Row[] }>('select holder_box from identity.accounts where sub = ?', [sub]);
  return rows[0]?.holder_box ?? null;
}

function toAccount({ id, sub, name, status }: Row): Account {
  return { id, sub, name, status };
}

// identity.accounts. What is personal is sealed here on the way in and opened on the way out. A login name, a phone number, a
// mail address and a citizen number have disjoint forms, so one look-up tries all.
import type { Knex } from 'knex';
import { isUniqueViolation } from '../../common/db/errors.ts';
import { runStatement } from '../../common/db/statement.ts';
import { TrustError } from '../../common/errors.ts';
import {
  type Account,
  type AccountDocument,
  type AccountStatus,
  CITIZEN_NUMBER,
  type Holder,
} from '../domain/account.ts';
import type { Level } from '../domain/assurance.ts';
import {
  closeDocument,
  type DocumentKeys,
  makeHolderKey,
  makeLookups,
  makeMailKey,
  makePhoneKey,
  openDocument,
} from '../domain/document-box.ts';
import { isKnownDevice } from './known-devices.ts';

export type NewAccount = {
  readonly sub: string;
  readonly loginName: string | null;
  readonly document: AccountDocument;
  readonly passwordHash: string | null;
  readonly level: Level;
};

type Row = {
  id: string | number;
  sub: string;
  login_name: string | null;
  name: string | null;
  level: Level;
  status: AccountStatus;
  has_password: boolean;
  closes_at: Date | null;
  represents_units: boolean;
  person_box: Buffer | null;
};

type PasswordRow = { password_hash: string | null; knows_device: boolean };

const COLUMNS = `id, sub, login_name, name, level, status, password_hash is not null as has_password, closes_at, person_box,
  level > 2 and exists (select 1 from identity.legal_persons
    where representative_key = accounts.holder_key and legal_persons.status = 'active') as represents_units`;

const BY_LOGIN = {
  name: 'account-by-login',
  text: `select ${COLUMNS}, password_hash, ${isKnownDevice('accounts.id', '$5')} as knows_device from identity.accounts
    where login_name = $1 or phone_key = $2 or mail_key = $3 or holder_key = $4 limit 1`,
};

const PASSWORD = {
  name: 'password-by-sub',
  text: `select password_hash, ${isKnownDevice('accounts.id', '$2')} as knows_device from identity.accounts where sub = $1`,
};

const DOCUMENT = {
  name: 'document-by-sub',
  text: 'select name, person_box from identity.accounts where sub = $1',
};

/** Returns the id. Throws `account-exists` when the login name, phone number, mail address or document is taken. */
export async function insertAccount(db: Knex, keys: DocumentKeys, account: NewAccount): Promise<number> {
  const { holderKey, phoneKey, mailKey } = makeLookups(keys, account.document);
  return unlessTaken(async () => {
    const { rows } = await db.raw<{ rows: { id: string }[] }>(
      `insert into identity.accounts (sub, login_name, phone_key, mail_key, holder_key, person_box, password_hash, level)
       values (?, ?, ?, ?, ?, ?, ?, ?) returning id`,
      [
        account.sub,
        account.loginName,
        bytes(phoneKey),
        bytes(mailKey),
        bytes(holderKey),
        Buffer.from(closeDocument(keys, account.sub, account.document)),
        account.passwordHash,
        account.level,
      ],
    );
    return Number(rows[0]!.id);
  });
}

/** What a password is judged by. */
export type PasswordRead = {
  /** The encoded hash; null when there is none. */
  readonly passwordHash: string | null;
  /** The person has logged in with this browser before. */
  readonly knowsDevice: boolean;
};

const NO_DEVICE = new Uint8Array(0);

/** The account that answers to what a person typed (already normalised), with its password hash. */
export async function findAccountByLogin(
  db: Knex,
  keys: DocumentKeys,
  typed: string,
  deviceKey: Uint8Array = NO_DEVICE,
): Promise<(PasswordRead & { readonly account: Account }) | null> {
  const { rows } = await runStatement<Row & PasswordRow>(db, BY_LOGIN, [
    typed.toLowerCase(),
    Buffer.from(makePhoneKey(keys, typed)),
    Buffer.from(makeMailKey(keys, typed.toLowerCase())),
    Buffer.from(makeHolderKey(keys, { type: CITIZEN_NUMBER, code: typed.toUpperCase() })),
    Buffer.from(deviceKey),
  ]);
  const row = rows[0];
  return row ? { account: toAccount(keys, row), ...toPasswordRead(row) } : null;
}

/** Who has this login name; nothing is opened. */
export async function findSubByLoginName(
  db: Knex,
  loginName: string,
): Promise<Pick<Account, 'sub' | 'status' | 'level'> | null> {
  const { rows } = await db.raw<{ rows: Pick<Account, 'sub' | 'status' | 'level'>[] }>(
    'select sub, status, level from identity.accounts where login_name = ?',
    [loginName],
  );
  return rows[0] ?? null;
}

export async function findAccountBySub(db: Knex, keys: DocumentKeys, sub: string): Promise<Account | null> {
  return findOne(db, keys, 'sub', sub);
}

export async function findAccountById(db: Knex, keys: DocumentKeys, id: number): Promise<Account | null> {
  return findOne(db, keys, 'id', id);
}

export async function findAccountByPhone(db: Knex, keys: DocumentKeys, phone: string): Promise<Account | null> {
  return findOne(db, keys, 'phone_key', Buffer.from(makePhoneKey(keys, phone)));
}

export async function findAccountByMail(db: Knex, keys: DocumentKeys, mail: string): Promise<Account | null> {
  return findOne(db, keys, 'mail_key', Buffer.from(makeMailKey(keys, mail)));
}

export async function findAccountByHolder(db: Knex, keys: DocumentKeys, holder: Holder): Promise<Account | null> {
  return findOne(db, keys, 'holder_key', Buffer.from(makeHolderKey(keys, holder)));
}

/** What is in the sealed box; null when there is no account or nothing personal is left of it. */
export async function findDocument(db: Knex, keys: DocumentKeys, sub: string): Promise<AccountDocument | null> {
  const row = (await runStatement<Row>(db, DOCUMENT, [sub])).rows[0];
  return row ? readDocument(keys, { ...row, sub }) : null;
}

/** As `findDocument`, of an account that was read: what came with it is opened. */
export function documentOf(account: Account): AccountDocument | null {
  const open = opened.get(account);
  if (open === undefined) throw new Error('a copy of an account has no document with it');
  return open();
}

/** Of an account that is gone: none, and no browser. */
export async function findPassword(db: Knex, sub: string, deviceKey: Uint8Array = NO_DEVICE): Promise<PasswordRead> {
  const row = (await runStatement<PasswordRow>(db, PASSWORD, [sub, Buffer.from(deviceKey)])).rows[0];
  return row ? toPasswordRead(row) : { passwordHash: null, knowsDevice: false };
}

function toPasswordRead({ password_hash, knows_device }: PasswordRow): PasswordRead {
  return { passwordHash: password_hash, knowsDevice: knows_device };
}

/**
 * Changes what is in the box, and the level with it; the row is locked meanwhile, so `trx` is a transaction. Returns null
 * for an account that is gone. Throws `account-exists` when the phone number, mail address or document is another's.
 */
export async function changeDocument(
  trx: Knex,
  keys: DocumentKeys,
  sub: string,
  change: (document: AccountDocument) => AccountDocument,
  level?: Level,
): Promise<AccountDocument | null> {
  const { rows } = await trx.raw<{ rows: Row[] }>(
    'select name, person_box from identity.accounts where sub = ? for update',
    [sub],
  );
  const before = rows[0] ? readDocument(keys, { ...rows[0], sub }) : null;
  if (before === null) return null;
  const document = change(before);
  const { holderKey, phoneKey, mailKey } = makeLookups(keys, document);
  const box = Buffer.from(closeDocument(keys, sub, document));
  await unlessTaken(() =>
    trx.raw(
      `update identity.accounts set name = null, person_box = ?, holder_key = ?, phone_key = ?, mail_key = ?,
         level = coalesce(?, level) where sub = ?`,
      [box, bytes(holderKey), bytes(phoneKey), bytes(mailKey), level ?? null, sub],
    ),
  );
  return document;
}

/** `before`: write only while this hash is still the stored one. False when it was not. */
export async function updatePasswordHash(
  db: Knex,
  sub: string,
  { hash, at, before }: { readonly hash: string; readonly at: Date; readonly before?: string },
): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `update identity.accounts set password_hash = :hash, password_at = :at
     where sub = :sub and status <> 'closed' and (:before::text is null or password_hash = :before)`,
    { sub, hash, at, before: before ?? null },
  );
  return rowCount === 1;
}

/** From one of the states `from` to another; false when it is in none of them. `closesAt` only with `closing`. */
export async function markAccountStatus(
  db: Knex,
  sub: string,
  { from, to, closesAt = null }: { from: readonly AccountStatus[]; to: AccountStatus; closesAt?: Date | null },
): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    'update identity.accounts set status = ?, closes_at = ? where sub = ? and status = any(?)',
    [to, closesAt, sub, [...from]],
  );
  return rowCount === 1;
}

/** Takes all that is personal away for good; the row stays, so that its `sub` never names somebody else. */
export async function shredAccount(db: Knex, sub: string): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `update identity.accounts set status = 'closed', closes_at = null, login_name = null, phone_key = null, mail_key = null,
       holder_key = null, person_box = null, name = null, password_hash = null, password_at = null
     where sub = ? and status = 'closing'`,
    [sub],
  );
  return rowCount === 1;
}

/** Subjects of at most `limit` accounts whose days to change one's mind are over. */
export async function listDueClosings(db: Knex, now: Date, limit: number): Promise<readonly string[]> {
  const { rows } = await db.raw<{ rows: { sub: string }[] }>(
    `select sub from identity.accounts where status = 'closing' and closes_at <= ? order by closes_at limit ?`,
    [now, limit],
  );
  return rows.map(({ sub }) => sub);
}

/** Subjects of at most `limit` accounts whose name still lies outside of the box. */
export async function listUnsealed(db: Knex, limit: number): Promise<readonly string[]> {
  const { rows } = await db.raw<{ rows: { sub: string }[] }>(
    'select sub from identity.accounts where name is not null limit ?',
    [limit],
  );
  return rows.map(({ sub }) => sub);
}

type KeyColumn = 'id' | 'sub' | 'phone_key' | 'mail_key' | 'holder_key';

async function findOne(
  db: Knex,
  keys: DocumentKeys,
  column: KeyColumn,
  value: string | number | Buffer,
): Promise<Account | null> {
  const text = `select ${COLUMNS} from identity.accounts where ${column} = $1`;
  const { rows } = await runStatement<Row>(db, { name: `account-by-${column}`, text }, [value]);
  return rows[0] ? toAccount(keys, rows[0]) : null;
}

async function unlessTaken<T>(write: () => PromiseLike<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new TrustError(
      'account-exists',
      'The login name, phone number, mail address or document is registered already.',
    );
  }
}

/** An account read beside something else, by `accountOf`; all null when there is none. */
export type JoinedAccount = { readonly [K in keyof Row]: Row[K] | null };

/** To be joined, with `account.*`: the account of which the SQL expression gives the `sub`. */
export function accountOf(sub: string): string {
  return `left join lateral (select ${COLUMNS} from identity.accounts where sub = ${sub}) account on true`;
}

export function fromJoined(keys: DocumentKeys, row: JoinedAccount): Account | null {
  return row.sub === null ? null : toAccount(keys, row as Row);
}

/** What is in the box of an account that was read: opened when somebody asks for it, once. */
const opened = new WeakMap<Account, () => AccountDocument | null>();

function toAccount(keys: DocumentKeys, row: Row): Account {
  let document: AccountDocument | null | undefined;
  const open = (): AccountDocument | null => {
    if (document === undefined) document = readDocument(keys, row);
    return document;
  };
  const account: Account = {
    id: Number(row.id),
    sub: row.sub,
    loginName: row.login_name,
    // Most requests of a person need no name.
    get name() {
      return open()?.name ?? '';
    },
    level: row.level,
    status: row.status,
    hasPassword: row.has_password,
    closesAt: row.closes_at,
    representsUnits: row.represents_units,
  };
  opened.set(account, open);
  return account;
}

/** What is in the box of a row; null when nothing is left in it. */
export function readDocument(
  keys: DocumentKeys,
  { sub, name, person_box }: Pick<Row, 'sub' | 'name' | 'person_box'>,
): AccountDocument | null {
  if (person_box === null) return null;
  const document = openDocument(keys, sub, person_box);
  return name === null ? document : { ...document, name };
}

function bytes(key: Uint8Array | null): Buffer | null {
  return key === null ? null : Buffer.from(key);
}

// One row of another house's user table, as the import takes it: a header names the columns, their order does not matter.
// A row has a key of its own in that house, so that a repeated import takes nobody twice.
import { TrustError } from '../../common/errors.ts';
import { type AccountRegistration, CITIZEN_NUMBER, parseRegistration } from './account.ts';
import type { Level } from './assurance.ts';
import { parseForeignHash } from './foreign-hash.ts';

export const IMPORT_COLUMNS = [
  'key',
  'name',
  'login',
  'code_type',
  'code',
  'phone',
  'mail',
  'password_hash',
  'level',
] as const;
export type ImportColumn = (typeof IMPORT_COLUMNS)[number];
export type ImportRow = Readonly<Partial<Record<ImportColumn, string>>>;

export type ParsedRow = {
  readonly key: string;
  readonly registration: AccountRegistration;
  /** A hash of the other house; null when there is none, and the person sets a password by recovery. */
  readonly passwordHash: string | null;
  readonly level: Level;
};

/**
 * Throws `invalid-request` or `code-check`. `maxLevel`: what the importing party answers for; `today` is YYYY-MM-DD.
 * Empty cells count as missing.
 */
export function parseImportRow(row: ImportRow, { maxLevel, today }: { maxLevel: Level; today: string }): ParsedRow {
  const cell = (column: ImportColumn): string | undefined => row[column]?.trim() || undefined;
  const key = cell('key');
  if (key === undefined || key.length > 200) throw fault('key', '1 to 200 characters');
  const [login, phone, mail, code] = [cell('login'), cell('phone'), cell('mail'), cell('code')];
  if (login === undefined && phone === undefined && mail === undefined && code === undefined)
    throw fault('login', 'one of login, phone, mail and code, or nobody could log in');
  const registration = parseRegistration(
    {
      name: cell('name') ?? '',
      ...(login === undefined ? {} : { loginName: login }),
      ...(phone === undefined ? {} : { phone }),
      ...(mail === undefined ? {} : { mail }),
      ...(code === undefined ? {} : { holder: { type: cell('code_type') ?? CITIZEN_NUMBER, code } }),
    },
    today,
  );
  const passwordHash = cell('password_hash') ?? null;
  if (passwordHash !== null && parseForeignHash(passwordHash) === null)
    throw fault('password_hash', 'bcrypt, PBKDF2 or salted SM3 in a form of docs/import-accounts.md');
  return { key, registration, passwordHash, level: parseLevel(cell('level') ?? '2', maxLevel, code !== undefined) };
}

function parseLevel(text: string, maxLevel: Level, hasCode: boolean): Level {
  const level = Number(text.replace(/^L/i, ''));
  if (![2, 3, 4].includes(level) || level > maxLevel)
    throw fault('level', `2 to ${maxLevel}, for which the import vouches`);
  if (level > 2 && !hasCode) throw fault('level', '2 for who has no document');
  return level as Level;
}

function fault(column: ImportColumn, expected: string): TrustError {
  const pointer = `/${column}`;
  return new TrustError('invalid-request', `${column} is not accepted; expected ${expected}`, { pointer });
}

// Takes accounts of another house over, a batch of rows in one transaction, each row a part of it that fails alone. Which batch
// is whose turn is the queue's (run-import.ts). Hashes come as they are (renew-hash.ts).
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { isTrustError, TrustError } from '../../common/errors.ts';
import type { AccountRegistration } from '../domain/account.ts';
import type { Level } from '../domain/assurance.ts';
import type { DocumentKeys } from '../domain/document-box.ts';
import { type ImportRow, type ParsedRow, parseImportRow } from '../domain/import-row.ts';
import {
  findAccountByHolder,
  findAccountByMail,
  findAccountByPhone,
  findSubByLoginName,
  insertAccount,
} from '../store/accounts.ts';
import { insertEvent } from '../store/events.ts';
import { findImportedKeys, insertImportedRow } from '../store/imported-rows.ts';
import { insertProofing } from '../store/proofings.ts';

export type ImportDeps = { readonly db: Knex; readonly clock: Clock; readonly keys: DocumentKeys };

export type ImportOptions = {
  /** Names the other house; row keys are its own. */
  readonly source: string;
  readonly maxLevel: Level;
  /** Judges and tries everything, and keeps nothing. */
  readonly dryRun: boolean;
};

export type RowOutcome =
  | { readonly outcome: 'imported' }
  /** By an earlier run. */
  | { readonly outcome: 'known' }
  | { readonly outcome: 'refused'; readonly reason: string };

/** A batch by itself, in a transaction of its own. In the order of the rows. */
export async function importAccounts(
  deps: ImportDeps,
  rows: readonly ImportRow[],
  { dryRun, ...options }: ImportOptions,
): Promise<readonly RowOutcome[]> {
  let outcomes: readonly RowOutcome[] = [];
  await deps.db
    .transaction(async (trx) => {
      outcomes = await takeRows(deps, trx, rows, options);
      if (dryRun) throw new DryRun();
    })
    .catch((error: unknown) => {
      if (!(error instanceof DryRun)) throw error;
    });
  return outcomes;
}

type Taking = Omit<ImportOptions, 'dryRun'>;

/** Each row fails alone; `trx` is a transaction. In the order of the rows. */
export async function takeRows(
  deps: ImportDeps,
  trx: Knex,
  rows: readonly ImportRow[],
  { source, maxLevel }: Taking,
): Promise<readonly RowOutcome[]> {
  const today = chinaDate(deps.clock());
  const parsed = rows.map((row) => judge(() => parseImportRow(row, { maxLevel, today })));
  const names = parsed.flatMap((row) => ('key' in row ? [row.key] : []));
  const known = new Set(await findImportedKeys(trx, source, names));
  const outcomes: RowOutcome[] = [];
  for (const row of parsed) {
    if ('outcome' in row) outcomes.push(row);
    else if (known.has(row.key)) outcomes.push({ outcome: 'known' });
    else outcomes.push(await takeRow(deps, trx, row, source));
    if ('key' in row) known.add(row.key);
  }
  return outcomes;
}

async function takeRow(deps: ImportDeps, trx: Knex, row: ParsedRow, source: string): Promise<RowOutcome> {
  try {
    await trx.transaction((part) => insertRow(deps, part, row, source));
    return { outcome: 'imported' };
  } catch (error) {
    if (!isTrustError(error, 'account-exists')) throw error;
    return { outcome: 'refused', reason: await sayTaken(deps, trx, row.registration) };
  }
}

async function insertRow({ clock, keys }: ImportDeps, trx: Knex, row: ParsedRow, source: string): Promise<void> {
  const at = clock();
  const { passwordHash, level, key } = row;
  const { loginName = null, password: _, ...document } = row.registration;
  const sub = randomBytes(20).toString('base64url');
  const accountId = await insertAccount(trx, keys, { sub, loginName, document, passwordHash, level });
  await insertImportedRow(trx, { source, key, accountId, at });
  await insertEvent(trx, { at, kind: 'account.registered', sub, detail: { source } });
  if (level > 2) {
    const proofing = { at, method: 'vouched', port: source, outcome: 'matched', level } as const;
    await insertProofing(trx, accountId, proofing);
  }
}

async function sayTaken(
  { keys }: ImportDeps,
  trx: Knex,
  { loginName, phone, mail, holder }: AccountRegistration,
): Promise<string> {
  const taken = [
    ...(loginName !== undefined && (await findSubByLoginName(trx, loginName)) ? ['login'] : []),
    ...(phone !== undefined && (await findAccountByPhone(trx, keys, phone)) ? ['phone'] : []),
    ...(mail !== undefined && (await findAccountByMail(trx, keys, mail)) ? ['mail'] : []),
    ...(holder !== undefined && (await findAccountByHolder(trx, keys, holder)) ? ['code'] : []),
  ];
  return `${taken.join(', ')}: registered already`;
}

class DryRun extends Error {}

/** The parsed row, or the outcome that says why not. */
function judge(parse: () => ParsedRow): ParsedRow | RowOutcome {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    const column = error.pointer?.split('/')[1] ?? '';
    return {
      outcome: 'refused',
      reason: `${column === 'holder' ? 'code' : column}: ${error.message.replace(/\.$/, '')}`,
    };
  }
}

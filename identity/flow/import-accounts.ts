// Takes accounts of another house over, batch by batch, each batch a transaction and each row a part of it that fails alone:
// after a crash the batches before it stand, and a repetition goes on behind them. Hashes come as they are (renew-hash.ts).
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { isTrustError, TrustError } from '../../common/errors.ts';
import type { AccountDocument } from '../domain/account.ts';
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

/** In the order of the rows. */
export async function importAccounts(
  { db, clock, keys }: ImportDeps,
  rows: readonly ImportRow[],
  { source, maxLevel, dryRun }: ImportOptions,
): Promise<readonly RowOutcome[]> {
  const today = chinaDate(clock());
  const parsed = rows.map((row) => judge(() => parseImportRow(row, { maxLevel, today })));
  const known = new Set(
    await findImportedKeys(
      db,
      source,
      parsed.flatMap((row) => ('key' in row ? [row.key] : [])),
    ),
  );
  const outcomes: RowOutcome[] = [];
  await db
    .transaction(async (trx) => {
      for (const row of parsed) outcomes.push(await takeRow(trx, row));
      if (dryRun) throw new DryRun();
    })
    .catch((error: unknown) => {
      if (!(error instanceof DryRun)) throw error;
    });
  return outcomes;

  async function takeRow(trx: Knex, row: ParsedRow | RowOutcome): Promise<RowOutcome> {
    if ('outcome' in row) return row;
    if (known.has(row.key)) return { outcome: 'known' };
    known.add(row.key);
    const { loginName, password: _, ...document } = row.registration;
    try {
      await trx.transaction((part) => insertRow(part, row, loginName ?? null, document));
      return { outcome: 'imported' };
    } catch (error) {
      if (!isTrustError(error, 'account-exists')) throw error;
      return { outcome: 'refused', reason: await sayTaken(trx, loginName, document) };
    }
  }

  async function insertRow(
    trx: Knex,
    row: ParsedRow,
    loginName: string | null,
    document: AccountDocument,
  ): Promise<void> {
    const at = clock();
    const { passwordHash, level, key } = row;
    const sub = randomBytes(20).toString('base64url');
    const accountId = await insertAccount(trx, keys, { sub, loginName, document, passwordHash, level });
    await insertImportedRow(trx, { source, key, accountId, at });
    await insertEvent(trx, { at, kind: 'account.registered', sub, detail: { source } });
    if (level > 2) {
      const proofing = { at, method: 'vouched', port: source, outcome: 'matched', level } as const;
      await insertProofing(trx, accountId, proofing);
    }
  }

  async function sayTaken(trx: Knex, loginName: string | undefined, { phone, mail, holder }: AccountDocument) {
    const taken = [
      ...(loginName !== undefined && (await findSubByLoginName(trx, loginName)) ? ['login'] : []),
      ...(phone !== undefined && (await findAccountByPhone(trx, keys, phone)) ? ['phone'] : []),
      ...(mail !== undefined && (await findAccountByMail(trx, keys, mail)) ? ['mail'] : []),
      ...(holder !== undefined && (await findAccountByHolder(trx, keys, holder)) ? ['code'] : []),
    ];
    return `${taken.join(', ')}: registered already`;
  }
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

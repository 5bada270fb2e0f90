// `xinji account confirm`: a document was seen at a counter. `xinji account import`: takes the users of another house over from
// a CSV file, which is read as a stream, a batch of rows in memory at a time; what is refused goes, with the reason, into a CSV
// file of the same columns.

import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { parse } from 'csv-parse';
import { systemClock } from '../../common/clock.ts';
import { TrustError } from '../../common/errors.ts';
import { makeLog } from '../../common/log.ts';
import { CITIZEN_NUMBER } from '../../identity/domain/account.ts';
import type { Level } from '../../identity/domain/assurance.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { IMPORT_COLUMNS, type ImportRow } from '../../identity/domain/import-row.ts';
import { confirmAtCounter } from '../../identity/flow/confirm-at-counter.ts';
import { type ImportDeps, type ImportOptions, importAccounts } from '../../identity/flow/import-accounts.ts';
import { openPorts } from '../../identity/proofing/open-ports.ts';
import { withIdentityRoom } from '../identity-room.ts';
import { type Command, EXIT_USAGE } from './command.ts';

const EXIT_SOME_REFUSED = 2;
const BATCH = 250;
const MAX_ROW_BYTES = 16 * 1024;

export const command: Command = {
  name: 'account',
  summary: 'Take accounts of another house over, confirm a document seen at a counter',
  usage: `xinji account import FILE.csv --source NAME [--dry-run] [--max-level 2|3|4] [--refused FILE]
xinji account confirm PHONE|LOGIN --name NAME --code NUMBER [--code-type TYPE] --clerk WHO
    FILE.csv       UTF-8 with a header of these columns, in any order; all but key and name may be missing or empty:
                   ${IMPORT_COLUMNS.join(' ')}
    --source NAME  the other house; rows are known by its name and their key, and taken once
    --dry-run      judges every row against the accounts that are here, and keeps nothing
    --max-level    the real-name level that you vouch for at most; 2 unless given
    --refused FILE rows that were not taken, with the reason; FILE.csv.refused.csv unless given
    confirm        the document was held beside its holder: level 5, with name and number as seen; recorded with the clerk

Can be broken off and repeated: what was taken stays and is not taken again. Correct the refused rows and import that file.
Exit codes: 0 all rows taken, ${EXIT_SOME_REFUSED} some refused, 1 not done, ${EXIT_USAGE} wrong usage, 78 configuration.`,
  run: async (args, env) => {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const [action, file, ...rest] = positionals;
    if (action === 'confirm' && file !== undefined && rest.length === 0) return confirm(env, file, values);
    const maxLevel = Number(values['max-level'] ?? '2');
    const isRight = action === 'import' && file !== undefined && rest.length === 0 && [2, 3, 4].includes(maxLevel);
    if (!isRight || !/^[a-z0-9][a-z0-9.-]{0,62}$/.test(values.source ?? '')) {
      console.error(`xinji account: expected\n${command.usage.split('\n\n')[0]}`);
      return EXIT_USAGE;
    }
    const options = { source: values.source!, dryRun: values['dry-run'] === true, maxLevel: maxLevel as Level };
    return withIdentityRoom(env, 'account', ({ db, rootSecret }) =>
      importFile({ db, clock: systemClock, keys: deriveDocumentKeys(rootSecret) }, file, {
        ...options,
        refusedPath: values.refused ?? `${file}.refused.csv`,
      }),
    );
  },
};

const OPTIONS = {
  source: { type: 'string' },
  'dry-run': { type: 'boolean' },
  'max-level': { type: 'string' },
  refused: { type: 'string' },
  name: { type: 'string' },
  code: { type: 'string' },
  'code-type': { type: 'string' },
  clerk: { type: 'string' },
} as const;

type Seen = { readonly name?: string; readonly code?: string; readonly 'code-type'?: string; readonly clerk?: string };

async function confirm(env: NodeJS.ProcessEnv, who: string, { name, code, clerk, ...seen }: Seen): Promise<number> {
  if (!name || !code || !clerk) {
    console.error('xinji account: confirm needs --name, --code and --clerk');
    return EXIT_USAGE;
  }
  const holder = { code, type: seen['code-type'] ?? CITIZEN_NUMBER };
  return withIdentityRoom(env, 'account', async ({ db, config, rootSecret }) => {
    const ports = openPorts(config, makeLog('identity', config.logLevel));
    const deps = { db, clock: systemClock, keys: deriveDocumentKeys(rootSecret), ports };
    const { outcome } = await confirmAtCounter(deps, { who, seen: { name, holder }, clerk });
    console.log(outcome === 'proven' ? 'The account is at level 5.' : `Not confirmed: ${outcome}.`);
    return outcome === 'proven' ? 0 : 1;
  });
}

type Counts = { rows: number; imported: number; known: number; refused: number };

async function importFile(
  deps: ImportDeps,
  file: string,
  { refusedPath, ...options }: ImportOptions & { readonly refusedPath: string },
): Promise<number> {
  const counts: Counts = { rows: 0, imported: 0, known: 0, refused: 0 };
  const refused = openRefused(refusedPath);
  let batch: ImportRow[] = [];
  const flush = async (): Promise<void> => {
    const outcomes = await importAccounts(deps, batch, options);
    for (const [index, outcome] of outcomes.entries()) {
      counts.rows += 1;
      counts[outcome.outcome] += 1;
      if (outcome.outcome === 'refused') await refused.write(batch[index]!, outcome.reason);
    }
    batch = [];
    if (counts.rows % 1000 < BATCH) console.error(sayCounts(counts));
  };
  try {
    for await (const row of readRows(file)) {
      batch.push(row);
      if (batch.length === BATCH) await flush();
    }
    if (batch.length > 0) await flush();
  } finally {
    await refused.close();
  }
  console.log(`${options.dryRun ? 'Dry run, nothing is kept. ' : ''}${sayCounts(counts)}`);
  if (counts.refused === 0) return 0;
  console.log(`Refused rows and reasons: ${refusedPath}`);
  return EXIT_SOME_REFUSED;
}

/** The rows by their column's names. Throws `invalid-request` for a file that is no such CSV. */
async function* readRows(file: string): AsyncGenerator<ImportRow> {
  const columns = (header: string[]): string[] => {
    const names = header.map((name) => name.trim().toLowerCase());
    const unknown = names.filter((name) => name !== 'reason' && !IMPORT_COLUMNS.some((column) => column === name));
    const lacking = ['key', 'name'].filter((name) => !names.includes(name));
    if (unknown.length + lacking.length > 0 || new Set(names).size !== names.length) {
      throw refuseFile(
        `its header is ${names.join(',').slice(0, 200)}; expected columns of ${IMPORT_COLUMNS.join(',')}`,
      );
    }
    return names;
  };
  const parser = parse({ columns, bom: true, skip_empty_lines: true, trim: true, max_record_size: MAX_ROW_BYTES });
  const source = createReadStream(file);
  source.on('error', (error) => parser.destroy(error));
  try {
    for await (const row of source.pipe(parser)) yield row as ImportRow;
  } catch (error) {
    const { code, message, lines } = error as { code?: string; message: string; lines?: number };
    if (code?.startsWith('CSV_')) throw refuseFile(`line ${lines ?? '?'}: ${code}`);
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') throw refuseFile(message);
    throw error;
  } finally {
    source.destroy();
  }
}

function refuseFile(why: string): TrustError {
  return new TrustError('invalid-request', `the file cannot be taken: ${why}`, { hint: 'See: xinji help account' });
}

/** Made with the first row, for its owner only: it holds ID numbers. */
function openRefused(path: string) {
  let stream: ReturnType<typeof createWriteStream> | undefined;
  const line = async (cells: readonly string[]): Promise<void> => {
    stream ??= createWriteStream(path, { mode: 0o600 });
    if (!stream.write(`${cells.map(quote).join(',')}\n`)) await once(stream, 'drain');
  };
  return {
    write: async (row: ImportRow, reason: string): Promise<void> => {
      if (stream === undefined) await line([...IMPORT_COLUMNS, 'reason']);
      await line([...IMPORT_COLUMNS.map((column) => row[column] ?? ''), reason]);
    },
    close: async (): Promise<void> => {
      if (stream === undefined) return;
      stream.end();
      await finished(stream);
    },
  };
}

function quote(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function sayCounts({ rows, imported, known, refused }: Counts): string {
  return `${rows} rows: ${imported} taken, ${known} taken before, ${refused} refused`;
}

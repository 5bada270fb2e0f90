// `xinji account import`: the file goes into the queue of the identity room. This process does parts of it too, as long as it
// runs, so that a house whose rooms are not up yet can be filled; whoever breaks it off leaves the rest to the rooms.
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { makeLog } from '../../common/log.ts';
import { makeWorkers } from '../../common/queue/workers.ts';
import type { ImportRow } from '../../identity/domain/import-row.ts';
import { type ImportDeps, type ImportOptions, importAccounts } from '../../identity/flow/import-accounts.ts';
import { beginImport, getImport, importQueue, PART_ROWS, readRefused } from '../../identity/flow/run-import.ts';
import type { CountedImport, ImportCounts } from '../../identity/store/imports.ts';
import { openRefused, readRows } from './import-csv.ts';

export const EXIT_SOME_REFUSED = 2;

/** Who acts on the command line, in events. */
export const OPERATOR = 'operator';

const LOOK_MS = 500;

export type FileImport = Omit<ImportOptions, 'dryRun'> & { readonly file: string; readonly refusedPath: string };

/** Puts the file into the queue; `detach`: nobody waits for its end. Returns the exit code. */
export async function importFile(deps: ImportDeps, of: FileImport & { readonly detach: boolean }): Promise<number> {
  const { file, source, maxLevel } = of;
  const named = { source, maxLevel, fileName: basename(file).slice(0, 200), by: OPERATOR };
  const importId = await beginImport(deps, named, readRows(file));
  console.error(`${importId}: in the queue. See: xinji account imports show ${importId}`);
  return of.detach ? 0 : followImport(deps, importId, of.refusedPath);
}

/** Works and waits until the import ends, then writes what was refused. Returns the exit code. */
export async function followImport(deps: ImportDeps, importId: string, refusedPath: string): Promise<number> {
  const log = makeLog('identity', 'fatal');
  const queue = { db: deps.db, schema: 'identity', clock: deps.clock, log, registry: new Registry() };
  const workers = makeWorkers(queue, [importQueue(deps)]);
  let isLeft = false;
  const leave = (): void => {
    isLeft = true;
  };
  process.once('SIGINT', leave).once('SIGTERM', leave);
  workers.start();
  try {
    for (let said = ''; !isLeft; await sleep(LOOK_MS)) {
      const now = await getImport(deps, importId);
      const line = sayProgress(now.counts);
      if (line !== said) console.error(line);
      said = line;
      if (now.state !== 'running') return await sayEnd(deps, now, refusedPath);
    }
  } finally {
    process.off('SIGINT', leave).off('SIGTERM', leave);
    await workers.stop();
  }
  console.error(`Left. A running identity room does the rest; or: xinji account imports follow ${importId}`);
  return 1;
}

async function sayEnd(deps: ImportDeps, { importId, state, counts }: CountedImport, path: string): Promise<number> {
  console.log(sayCounts(counts));
  await writeRefused(deps, importId, path);
  if (state === 'done') return counts.refused === 0 ? 0 : EXIT_SOME_REFUSED;
  console.log(`Stopped. What is left: xinji account imports resume ${importId}`);
  return 1;
}

/** The rows that were not taken, with their reasons; no file when there are none. */
export async function writeRefused(deps: ImportDeps, importId: string, path: string): Promise<void> {
  const refused = openRefused(path);
  let rows = 0;
  try {
    for await (const { row, reason } of readRefused(deps, importId)) {
      await refused.write(row, reason);
      rows += 1;
    }
  } finally {
    await refused.close();
  }
  if (rows > 0) console.log(`Refused rows and reasons: ${path}`);
}

/** Judges everything against the accounts that are here, and keeps nothing, so that nothing is put into the queue. */
export async function tryFile(deps: ImportDeps, { file, refusedPath, ...options }: FileImport): Promise<number> {
  const counts = { rows: 0, imported: 0, known: 0, refused: 0 };
  const refused = openRefused(refusedPath);
  let some: ImportRow[] = [];
  const judge = async (): Promise<void> => {
    const outcomes = await importAccounts(deps, some, { ...options, dryRun: true });
    for (const [index, outcome] of outcomes.entries()) {
      counts.rows += 1;
      counts[outcome.outcome] += 1;
      if (outcome.outcome === 'refused') await refused.write(some[index]!, outcome.reason);
    }
    some = [];
  };
  try {
    for await (const row of readRows(file)) {
      some.push(row);
      if (some.length === PART_ROWS) await judge();
    }
    if (some.length > 0) await judge();
  } finally {
    await refused.close();
  }
  console.log(`Dry run, nothing is kept. ${sayCounts(counts)}`);
  if (counts.refused === 0) return 0;
  console.log(`Refused rows and reasons: ${refusedPath}`);
  return EXIT_SOME_REFUSED;
}

export function sayCounts({ rows, imported, known, refused }: ImportCounts): string {
  return `${rows} rows: ${imported} taken, ${known} taken before, ${refused} refused`;
}

export function sayProgress(counts: ImportCounts): string {
  const done = counts.imported + counts.known + counts.refused;
  return `${done} of ${sayCounts(counts)}`;
}

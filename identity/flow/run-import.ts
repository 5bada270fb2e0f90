// Another house's users, taken over by the queue of the room: the file is put away in parts, one job does a part, the room's
// workers and the command's own take turns. A part is one transaction, so that a crash costs the part under way and no row is
// taken twice. Whoever began it may go; what is refused waits, sealed, to be fetched and corrected.
import type { Knex } from 'knex';
import { z } from 'zod';
import { TrustError } from '../../common/errors.ts';
import { makeId } from '../../common/ids.ts';
import { enqueueAll } from '../../common/queue/enqueue.ts';
import type { QueueDefinition } from '../../common/queue/workers.ts';
import type { Level } from '../domain/assurance.ts';
import { closeText, openText } from '../domain/document-box.ts';
import type { ImportRow } from '../domain/import-row.ts';
import { insertEvent } from '../store/events.ts';
import {
  type CountedImport,
  deleteImport,
  endImport,
  findImport,
  findRefusedPart,
  finishPart,
  insertImport,
  insertImportPart,
  lockWaitingPart,
  markPartStopped,
  type PartName,
  startImport,
  stopImport,
} from '../store/imports.ts';
import { type ImportDeps, type RowOutcome, takeRows } from './import-accounts.ts';

/** Jobs `{import_id, part}`. */
const QUEUE = { schema: 'identity', queue: 'imports' } as const;

/** Rows of one part: a transaction of a second or so. */
export const PART_ROWS = 250;

export type NewImport = {
  readonly source: string;
  readonly maxLevel: Level;
  /** How people call it; not opened. */
  readonly fileName: string;
  /** An account, or `operator`. */
  readonly by: string;
};

/** A row that was not taken, and why. */
export type RefusedRow = { readonly row: ImportRow; readonly reason: string };

/** Puts the rows away and starts; returns the import's id. A file that cannot be read to its end leaves nothing. */
export async function beginImport(deps: ImportDeps, of: NewImport, rows: AsyncIterable<ImportRow>): Promise<string> {
  const importId = makeId('imp');
  const { by: begunBy, ...named } = of;
  await insertImport(deps.db, { importId, ...named, begunBy, begunAt: deps.clock() });
  try {
    await loadParts(deps, importId, rows);
    await start(deps, importId, { kind: 'import.begun', by: begunBy });
  } catch (error) {
    await deleteImport(deps.db, importId);
    throw error;
  }
  return importId;
}

async function loadParts({ db, keys }: ImportDeps, importId: string, rows: AsyncIterable<ImportRow>): Promise<void> {
  let part = 0;
  let some: ImportRow[] = [];
  const put = async (): Promise<void> => {
    const box = closeText(keys, placeOf({ importId, part }), JSON.stringify(some));
    await insertImportPart(db, { importId, part, rows: some.length, box });
    part += 1;
    some = [];
  };
  for await (const row of rows) {
    some.push(row);
    if (some.length === PART_ROWS) await put();
  }
  if (some.length > 0) await put();
}

/** Goes on with what was stopped, or failed for good. Errors: import-not-found, import-state. */
export async function resumeImport(deps: ImportDeps, importId: string, by: string): Promise<void> {
  await getImport(deps, importId);
  await start(deps, importId, { kind: 'import.resumed', by });
}

async function start(
  { db, clock }: ImportDeps,
  importId: string,
  { kind, by }: { readonly kind: 'import.begun' | 'import.resumed'; readonly by: string },
): Promise<void> {
  const now = clock();
  await db.transaction(async (trx) => {
    const parts = await startImport(trx, importId);
    if (parts === null) throw new TrustError('import-state', 'the import runs, or is done');
    const jobs = parts.map((part) => ({ key: importId, payload: { import_id: importId, part } }));
    await enqueueAll(trx, { ...QUEUE, now }, jobs);
    await tell(trx, importId, { kind, by, now });
    if (parts.length === 0) await end(trx, importId, now);
  });
}

/** What was not begun is not taken; what was taken stays. Errors: import-not-found, import-state. */
export async function cancelImport(deps: ImportDeps, importId: string, by: string): Promise<void> {
  await getImport(deps, importId);
  const now = deps.clock();
  await deps.db.transaction(async (trx) => {
    if (!(await stopImport(trx, importId, now))) throw new TrustError('import-state', 'the import does not run');
    await tell(trx, importId, { kind: 'import.stopped', by, now });
  });
}

/** Errors: import-not-found. */
export async function getImport({ db }: Pick<ImportDeps, 'db'>, importId: string): Promise<CountedImport> {
  const found = await findImport(db, importId);
  if (found === null) throw new TrustError('import-not-found', `There is no import ${importId.slice(0, 60)}.`);
  return found;
}

/** In the order of the file. */
export async function* readRefused({ db, keys }: ImportDeps, importId: string): AsyncGenerator<RefusedRow> {
  for (let after = -1; ; ) {
    const found = await findRefusedPart(db, { importId, after });
    if (found === null) return;
    after = found.part;
    const place = refusedPlaceOf({ importId, part: found.part });
    yield* JSON.parse(openText(keys, place, found.box)) as RefusedRow[];
  }
}

const Payload = z.object({ import_id: z.string(), part: z.int() });

/** Two places, so that a part whose worker died holds nobody up; people who log in have the rest of the machine. */
export function importQueue(deps: ImportDeps): QueueDefinition {
  return {
    queue: QUEUE.queue,
    concurrency: 2,
    leaseSeconds: 30,
    retry: { delaysSeconds: [1, 5, 30, 120, 600, 1800], jitter: 0.2 },
    handle: ({ payload }) => runPart(deps, nameOf(payload)),
    settled: async (trx, { payload }, outcome) => {
      if (outcome.state !== 'dead') return;
      const name = nameOf(payload);
      await markPartStopped(trx, name);
      await end(trx, name.importId, deps.clock());
    },
  };
}

/** Repeated, it finds its part done. */
async function runPart(deps: ImportDeps, name: PartName): Promise<void> {
  const { db, clock, keys } = deps;
  await db.transaction(async (trx) => {
    const part = await lockWaitingPart(trx, name);
    if (part === null) return;
    const rows = JSON.parse(openText(keys, placeOf(name), part.box)) as ImportRow[];
    const outcomes = await takeRows(deps, trx, rows, part);
    await finishPart(trx, name, { ...count(outcomes), refusedBox: closeRefused(deps, name, rows, outcomes) });
  });
  await db.transaction((trx) => end(trx, name.importId, clock()));
}

function closeRefused(
  { keys }: ImportDeps,
  name: PartName,
  rows: readonly ImportRow[],
  outcomes: readonly RowOutcome[],
): Uint8Array | null {
  const refused = outcomes.flatMap((outcome, at): readonly RefusedRow[] =>
    outcome.outcome === 'refused' ? [{ row: rows[at]!, reason: outcome.reason }] : [],
  );
  return refused.length === 0 ? null : closeText(keys, refusedPlaceOf(name), JSON.stringify(refused));
}

function count(outcomes: readonly RowOutcome[]): { imported: number; known: number; refused: number } {
  const counts = { imported: 0, known: 0, refused: 0 };
  for (const { outcome } of outcomes) counts[outcome] += 1;
  return counts;
}

async function end(trx: Knex, importId: string, now: Date): Promise<void> {
  if (await endImport(trx, importId, now)) await tell(trx, importId, { kind: 'import.ended', now });
}

type Told = {
  readonly kind: 'import.begun' | 'import.resumed' | 'import.stopped' | 'import.ended';
  readonly by?: string;
  readonly now: Date;
};

/** With the figures of the moment, of no person. */
async function tell(trx: Knex, importId: string, { kind, by, now: at }: Told): Promise<void> {
  const found = await findImport(trx, importId);
  if (found === null) return;
  const { source, maxLevel, state, counts } = found;
  const detail = {
    import: importId,
    source,
    max_level: maxLevel,
    state,
    ...counts,
    ...(by === undefined ? {} : { by }),
  };
  await insertEvent(trx, { at, kind, detail });
}

function nameOf(payload: unknown): PartName {
  const { import_id: importId, part } = Payload.parse(payload);
  return { importId, part };
}

function placeOf({ importId, part }: PartName): string {
  return `identity.import_parts/${importId}/${part}`;
}

function refusedPlaceOf(name: PartName): string {
  return `${placeOf(name)}/refused`;
}

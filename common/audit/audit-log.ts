// The writer of an audit log: one chain a process, rows in batches. Callers wait for the commit of their row; while one
// batch is being committed, and shortly behind it (common/db/company.ts), the next one gathers. The head lies in memory and is
// read anew from the last committed row after any failure. A caller's own statements and its row are in one transaction.
// A lost connection: whether the batch was committed is looked up, never guessed, so that a row is neither lost nor doubled.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Knex } from 'knex';
import { makeCompany } from '../db/company.ts';
import { asDatabaseProblem, isDatabaseUnavailable, isUniqueViolation } from '../db/errors.ts';
import { isTrustError, TrustError } from '../errors.ts';
import { type AuditEntry, type AuditRow, chainEntries, emptyChain, type Head } from './entry.ts';
import {
  type ActPart,
  findHead,
  findMatching,
  insertRows,
  insertRowsBeside,
  sessionId,
  takeChain,
  takeFreeChain,
} from './store/entries.ts';

/** No entries: the statements found that there is nothing to record. */
export type AuditWork<T> = { readonly value: T; readonly entries: readonly AuditEntry[] };

/** Statements that serve many callers at once: those of one batch that come with the same group run together. */
export type AuditGroup<I, T> = {
  /** Answers every input, in order. It must do nothing but speak to `trx`: it may run again. */
  readonly run: (trx: Knex, inputs: readonly I[]) => Promise<readonly AuditWork<T>[]>;
  /**
   * The same where nothing stands in the way, in the one statement that writes the rows: what it would answer, in order. When
   * it is not agreed to, or fails, `run` decides.
   */
  readonly atOnce?: (inputs: readonly I[]) => ActAtOnce<T>;
};

export type ActAtOnce<T> = {
  readonly act: ActPart & { readonly values: readonly unknown[] };
  readonly works: readonly AuditWork<T>[];
};

export type AuditLog = {
  /** Resolves when the row is committed. Rejects with `database-unavailable`, or `stopping` after `close`. */
  readonly append: (entry: AuditEntry) => Promise<void>;
  /**
   * The same, and in the same transaction the statements of `work`. When a batch fails, `work` runs again in another
   * transaction: it must do nothing but speak to `trx`. What it throws is thrown here, and nothing is recorded.
   */
  readonly appendWith: <T>(work: (trx: Knex) => Promise<AuditWork<T>>) => Promise<T>;
  /** The same, with one set of statements for all that ask it within a batch. */
  readonly appendIn: <I, T>(group: AuditGroup<I, T>, input: I) => Promise<T>;
  /** Commits what waits. */
  readonly close: () => Promise<void>;
};

export type AuditLogOptions = {
  /** A pool of one connection that is kept open: the session holds the lock on the chain. */
  readonly db: Knex;
  readonly schema: string;
  readonly room: string;
};

type AnyGroup = AuditGroup<unknown, unknown>;
type Job = {
  /** What runs in the transaction, with `input`; null: only `entries` are to be recorded. */
  readonly group: AnyGroup | null;
  readonly input: unknown;
  readonly entries: readonly AuditEntry[];
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
};
type Place = { readonly head: Head; readonly session: number };

const BATCH = 64;
const PAUSES_MS = [50, 200, 800, 2000];

export function makeAuditLog({ db, schema, room }: AuditLogOptions): AuditLog {
  const waiting: Job[] = [];
  const company = makeCompany();
  let place: Place | null = null;
  let lastChain: number | null = null;
  let pumping: Promise<void> | null = null;
  let isClosed = false;

  const open = async (): Promise<Place> => {
    const isBack = lastChain !== null && (await takeChain(db, schema, lastChain));
    const chain = isBack ? lastChain! : await takeFreeChain(db, schema);
    lastChain = chain;
    const session = await sessionId(db);
    return { head: (await findHead(db, schema, chain)) ?? emptyChain(room, chain), session };
  };

  /** Commits the batch, or throws with nothing of it committed. */
  const commit = async (jobs: readonly Job[]): Promise<void> => {
    place ??= await open();
    const { head, session } = place;
    let rows: readonly AuditRow[] = [];
    let values: readonly unknown[] = [];
    let writer = session;
    const take = (done: readonly AuditWork<unknown>[]): void => {
      values = done.map(({ value }) => value);
      rows = chainEntries(
        head,
        done.flatMap(({ entries }) => entries),
      );
    };
    const writeAtOnce = async (): Promise<boolean> => {
      const group = jobs[0]?.group;
      if (!group?.atOnce || jobs.some((job) => job.group !== group)) return false;
      const { act, works } = group.atOnce(jobs.map(({ input }) => input));
      take(works);
      const written = await insertRowsBeside(db, schema, rows, act);
      writer = written ?? writer;
      return written !== null;
    };
    const write = async (connection: Knex): Promise<void> => {
      take(await runWorks(jobs, connection));
      if (rows.length > 0) writer = await insertRows(connection, schema, rows);
    };
    try {
      const isDone = await writeAtOnce().catch(orNotDone);
      if (!isDone && jobs.some(({ group }) => group !== null)) await db.transaction(write);
      else if (!isDone) await write(db);
    } catch (error) {
      place = null;
      const last = rows.at(-1);
      if (!isDatabaseUnavailable(error) || !last) throw error;
      place = await openAgain(open);
      if ((await findMatching(db, schema, [last])).length === 0) throw error;
      writer = place.session;
    }
    // Another session than the one that took the lock: the row stands, the lock is taken again before the next.
    place = place && writer === place.session ? { head: rows.at(-1) ?? head, session: writer } : null;
    for (const [index, job] of jobs.entries()) job.resolve(values[index]);
  };

  const settle = async (jobs: readonly Job[], tries = 2): Promise<void> => {
    try {
      await commit(jobs);
    } catch (error) {
      const isLost = isDatabaseUnavailable(error);
      if ((isLost || isOvertaken(error)) && tries > 1) return settle(jobs, tries - 1);
      if (isLost || jobs.length === 1 || isTrustError(error, 'database-unavailable'))
        for (const job of jobs) job.reject(asDatabaseProblem(error));
      else for (const job of jobs) await settle([job]);
    }
  };

  const pump = async (): Promise<void> => {
    await Promise.resolve(); // what is asked in the same turn goes into the same batch
    while (waiting.length > 0) {
      if (waiting.length < BATCH) await company.gather(waiting.length);
      const jobs = waiting.splice(0, BATCH);
      await settle(jobs);
      company.left(jobs.length);
    }
    pumping = null;
  };

  const enqueue = (job: Pick<Job, 'group' | 'input' | 'entries'>): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (isClosed) return reject(new TrustError('stopping', 'the audit log is closed'));
      waiting.push({ ...job, resolve, reject });
      pumping ??= pump();
    });

  return {
    append: async (entry) => {
      await enqueue({ group: null, input: null, entries: [entry] });
    },
    appendWith: async <T>(work: (trx: Knex) => Promise<AuditWork<T>>) => {
      const group: AnyGroup = { run: async (trx) => [await work(trx)] };
      return (await enqueue({ group, input: null, entries: [] })) as T;
    },
    appendIn: async <I, T>(group: AuditGroup<I, T>, input: I) =>
      (await enqueue({ group: group as AnyGroup, input, entries: [] })) as T,
    close: async () => {
      isClosed = true;
      await pumping;
    },
  };
}

/** A statement that failed has done nothing; one whose connection was lost may have, and one that was overtaken is not alone. */
function orNotDone(error: unknown): false {
  if (isDatabaseUnavailable(error) || isOvertaken(error)) throw error;
  return false;
}

/** Somebody else wrote on our chain. */
const isOvertaken = (error: unknown): boolean => isUniqueViolation(error, 'audit_entries_pkey');

/** Behind a lost connection, until the lost session has ended: only then it is decided what that session committed. */
async function openAgain(open: () => Promise<Place>): Promise<Place> {
  for (const pause of PAUSES_MS) {
    try {
      return await open();
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
      await sleep(pause);
    }
  }
  throw new TrustError(
    'database-unavailable',
    'the connection was lost, and whether the row was committed is not known',
  );
}

/** Groups in the order in which they first appear; what they answer, in the order of the jobs. */
async function runWorks(jobs: readonly Job[], connection: Knex): Promise<readonly AuditWork<unknown>[]> {
  const done: AuditWork<unknown>[] = jobs.map(({ entries }) => ({ value: undefined, entries }));
  const groups = new Map<AnyGroup, number[]>();
  for (const [i, { group }] of jobs.entries()) {
    if (!group) continue;
    const known = groups.get(group);
    if (known) known.push(i);
    else groups.set(group, [i]);
  }
  for (const [group, places] of groups) {
    const inputs = places.map((i) => jobs[i]?.input);
    const answers = await group.run(connection, inputs);
    for (const [k, i] of places.entries()) done[i] = answers[k]!;
  }
  return done;
}

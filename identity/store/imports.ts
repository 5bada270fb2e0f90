// identity.imports and identity.import_parts: files of other houses and how far they are. A part is done under its lock, in the
// transaction of its accounts, so that no row is taken twice and none is lost, whoever holds the job.
import type { Knex } from 'knex';
import type { Level } from '../domain/assurance.ts';

/** loading: the file is being read; stopped: by somebody, or because a part failed for good. */
export type ImportState = 'loading' | 'running' | 'stopped' | 'done';

export type Import = {
  readonly importId: string;
  readonly source: string;
  readonly maxLevel: Level;
  readonly fileName: string;
  readonly begunBy: string;
  readonly state: ImportState;
  readonly begunAt: Date;
  readonly finishedAt: Date | null;
};

export type ImportCounts = {
  /** Of the file. */
  readonly rows: number;
  readonly imported: number;
  /** Taken by an earlier import. */
  readonly known: number;
  readonly refused: number;
};

export type CountedImport = Import & { readonly counts: ImportCounts };

/** Names one part and its box. */
export type PartName = { readonly importId: string; readonly part: number };

const COLUMNS = `import_id as "importId", source, max_level as "maxLevel", file_name as "fileName", begun_by as "begunBy",
  state, begun_at as "begunAt", finished_at as "finishedAt"`;
const COUNTED = `select ${COLUMNS}, counted.* from identity.imports one cross join lateral (
    select coalesce(sum(rows), 0)::integer as rows, coalesce(sum(imported), 0)::integer as imported,
      coalesce(sum(known), 0)::integer as known, coalesce(sum(refused), 0)::integer as refused
    from identity.import_parts part where part.import_id = one.import_id) counted`;

export async function insertImport(
  db: Knex,
  of: Pick<Import, 'importId' | 'source' | 'maxLevel' | 'fileName' | 'begunBy' | 'begunAt'>,
): Promise<void> {
  await db.raw(
    `insert into identity.imports (import_id, source, max_level, file_name, begun_by, state, begun_at)
     values (?, ?, ?, ?, ?, 'loading', ?)`,
    [of.importId, of.source, of.maxLevel, of.fileName, of.begunBy, of.begunAt],
  );
}

export async function insertImportPart(
  db: Knex,
  { importId, part, rows, box }: PartName & { readonly rows: number; readonly box: Uint8Array },
): Promise<void> {
  await db.raw(`insert into identity.import_parts (import_id, part, rows, state, box) values (?, ?, ?, 'waiting', ?)`, [
    importId,
    part,
    rows,
    Buffer.from(box),
  ]);
}

/** A file that could not be read to its end. */
export async function deleteImport(db: Knex, importId: string): Promise<void> {
  await db.raw('delete from identity.imports where import_id = ?', [importId]);
}

/** From `loading` or `stopped`: what is not done waits. The parts that do; null when it is in neither of them. */
export async function startImport(trx: Knex, importId: string): Promise<readonly number[] | null> {
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `update identity.imports set state = 'running', finished_at = null where import_id = ? and state in ('loading', 'stopped')`,
    [importId],
  );
  if (rowCount === 0) return null;
  const { rows } = await trx.raw<{ rows: { part: number }[] }>(
    `update identity.import_parts set state = 'waiting' where import_id = ? and state <> 'done' returning part`,
    [importId],
  );
  return rows.map(({ part }) => part).sort((a, b) => a - b);
}

/** What was not begun is not done any more; false when it does not run. */
export async function stopImport(trx: Knex, importId: string, now: Date): Promise<boolean> {
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `update identity.imports set state = 'stopped', finished_at = ? where import_id = ? and state = 'running'`,
    [now, importId],
  );
  if (rowCount === 0) return false;
  await trx.raw(`update identity.import_parts set state = 'stopped' where import_id = ? and state = 'waiting'`, [
    importId,
  ]);
  return true;
}

export type WaitingPart = PartName & {
  readonly source: string;
  readonly maxLevel: Level;
  readonly box: Uint8Array;
};

/** The part, locked until the transaction ends; null when it is done or stopped. */
export async function lockWaitingPart(trx: Knex, { importId, part }: PartName): Promise<WaitingPart | null> {
  const { rows } = await trx.raw<{ rows: { source: string; max_level: Level; box: Buffer }[] }>(
    `select source, max_level, box from identity.import_parts part join identity.imports using (import_id)
     where import_id = ? and part.part = ? and part.state = 'waiting' for update of part`,
    [importId, part],
  );
  const row = rows[0];
  return row ? { importId, part, source: row.source, maxLevel: row.max_level, box: row.box } : null;
}

/** `refusedBox`: null when `refused` is 0. */
export async function finishPart(
  trx: Knex,
  { importId, part }: PartName,
  of: Omit<ImportCounts, 'rows'> & { readonly refusedBox: Uint8Array | null },
): Promise<void> {
  await trx.raw(
    `update identity.import_parts set state = 'done', box = null, imported = ?, known = ?, refused = ?, refused_box = ?
     where import_id = ? and part = ?`,
    [of.imported, of.known, of.refused, of.refusedBox && Buffer.from(of.refusedBox), importId, part],
  );
}

/** A part whose tries are over, until somebody resumes the import. */
export async function markPartStopped(trx: Knex, { importId, part }: PartName): Promise<void> {
  await trx.raw(
    `update identity.import_parts set state = 'stopped' where import_id = ? and part = ? and state = 'waiting'`,
    [importId, part],
  );
}

/** When no part waits any more: done, or stopped where a part is. True for whoever ended it. */
export async function endImport(db: Knex, importId: string, now: Date): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `update identity.imports one set finished_at = :now, state = case when exists (
         select 1 from identity.import_parts part where part.import_id = one.import_id and part.state = 'stopped')
       then 'stopped' else 'done' end
     where import_id = :importId and state = 'running' and not exists (
       select 1 from identity.import_parts part where part.import_id = one.import_id and part.state = 'waiting')`,
    { importId, now },
  );
  return rowCount === 1;
}

export async function findImport(db: Knex, importId: string): Promise<CountedImport | null> {
  const { rows } = await db.raw<{ rows: (Import & ImportCounts)[] }>(`${COUNTED} where import_id = ?`, [importId]);
  return rows[0] ? toCounted(rows[0]) : null;
}

/** The newest first. */
export async function listImports(db: Knex, limit: number): Promise<readonly CountedImport[]> {
  const { rows } = await db.raw<{ rows: (Import & ImportCounts)[] }>(
    `${COUNTED} order by begun_at desc, import_id limit ?`,
    [limit],
  );
  return rows.map(toCounted);
}

/** The next part behind `after` that has refused rows; null when there is none. */
export async function findRefusedPart(
  db: Knex,
  { importId, after }: { readonly importId: string; readonly after: number },
): Promise<{ readonly part: number; readonly box: Uint8Array } | null> {
  const { rows } = await db.raw<{ rows: { part: number; box: Buffer }[] }>(
    `select part, refused_box as box from identity.import_parts
     where import_id = ? and part > ? and refused > 0 order by part limit 1`,
    [importId, after],
  );
  return rows[0] ?? null;
}

/** At most `limit` that ended, or were never read to their end, before `before`; returns how many went. */
export async function deleteOldImports(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from identity.imports where import_id = any(array(
       select import_id from identity.imports
       where state <> 'running' and coalesce(finished_at, begun_at) < ? limit ? for update skip locked))`,
    [before, limit],
  );
  return rowCount;
}

function toCounted({ rows, imported, known, refused, ...one }: Import & ImportCounts): CountedImport {
  return { ...one, counts: { rows, imported, known, refused } };
}

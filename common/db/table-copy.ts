// Whole tables out of one snapshot and back, as PostgreSQL's COPY writes them: what a backup of a database is made of.
// Tables are read as they stand at one moment, while rooms go on writing. Loading is one transaction: all or nothing.
// Owner's work: triggers that protect append-only tables are off while rows are put back as they were.
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

export type Table = {
  readonly schema: string;
  readonly name: string;
  /** In the order of their definition, without generated ones. */
  readonly columns: readonly string[];
};

/** A partition of a table by ranges; not the default one. */
export type Partition = { readonly schema: string; readonly table: string; readonly name: string };

/** Where a sequence stood. */
export type Sequence = { readonly schema: string; readonly name: string; readonly last: number };

export type Snapshot = {
  readonly tables: readonly Table[];
  readonly sequences: readonly Sequence[];
  readonly partitions: readonly Partition[];
  /** Names of the steps applied to each schema, in order. */
  readonly steps: ReadonlyMap<string, readonly string[]>;
  /** Version of the server, as it says it. */
  readonly server: string;
  /** The rows of a table in COPY's text form; one table at a time. */
  readonly read: (table: Table) => Readable;
};

/** Not copied: it says what was done to this database, not what is in it. */
const VERSIONS = 'schema_versions';

/** Reads `schemas` as their owner at one moment; `work` has the snapshot until it returns. */
export async function withSnapshot<T>(
  ownerUrl: string,
  schemas: readonly string[],
  work: (snapshot: Snapshot) => Promise<T>,
): Promise<T> {
  const client = await open(ownerUrl, 'xinji backup');
  try {
    await client.query('begin transaction isolation level repeatable read read only');
    const snapshot = {
      tables: await listTables(client, schemas),
      sequences: await listSequences(client, schemas),
      partitions: await listPartitions(client, schemas),
      steps: await listSteps(client, schemas),
      server: (await client.query<{ version: string }>("select current_setting('server_version') as version")).rows[0]!
        .version,
      read: (table: Table) =>
        client.query(copyTo(`copy (select ${columnsOf(table)} from ${nameOf(table)}) to stdout (encoding 'UTF8')`)),
    };
    return await work(snapshot);
  } finally {
    await client.end();
  }
}

export type Loading = {
  /** Puts the rows back; returns how many. One table at a time. */
  readonly load: (table: Table, rows: Readable) => Promise<number>;
  /** Runs a statement in the same transaction. */
  readonly run: (sql: string, values?: readonly unknown[]) => Promise<void>;
};

/**
 * Empties `tables` and lets `work` fill them, in the order in which it likes: rows that refer to others are checked when
 * everything is there. Sequences go on where they stood. Nothing stays when `work` throws.
 */
export async function withLoading(
  ownerUrl: string,
  { tables, sequences }: Pick<Snapshot, 'tables' | 'sequences'>,
  work: (loading: Loading) => Promise<void>,
): Promise<void> {
  const client = await open(ownerUrl, 'xinji restore');
  try {
    await client.query('begin');
    const references = await listReferences(client, tables);
    for (const { table, name } of references) await client.query(`alter table ${table} drop constraint ${name}`);
    const guarded = await listGuarded(client, tables);
    for (const table of guarded) await client.query(`alter table ${table} disable trigger user`);
    await client.query(`truncate ${tables.map(nameOf).join(', ')}`);
    // Before `work`, which may add rows of its own.
    for (const { schema, name, last } of sequences)
      await client.query('select setval($1::regclass, $2)', [`${quote(schema)}.${quote(name)}`, last]);
    await work({
      load: async (table, rows) => {
        const stream = client.query(
          copyFrom(`copy ${nameOf(table)} (${columnsOf(table)}) from stdin (encoding 'UTF8')`),
        );
        await pipeline(rows, stream);
        return stream.rowCount;
      },
      run: async (sql, values) => void (await client.query(sql, values === undefined ? [] : [...values])),
    });
    for (const { table, name, definition } of references)
      await client.query(`alter table ${table} add constraint ${name} ${definition}`);
    for (const table of guarded) await client.query(`alter table ${table} enable trigger user`);
    await client.query('commit');
  } finally {
    await client.end();
  }
}

/** Of these schemas, those in which something has happened: they have tables of events with rows. */
export async function listUsedSchemas(ownerUrl: string, schemas: readonly string[]): Promise<readonly string[]> {
  const client = await open(ownerUrl, 'xinji restore');
  try {
    const used: string[] = [];
    for (const schema of schemas) {
      const { rows } = await client.query<{ name: string }>(
        `select tablename as name from pg_tables where schemaname = $1 and tablename in ('events', 'audit_entries')`,
        [schema],
      );
      for (const { name } of rows) {
        const table = `${quote(schema)}.${quote(name)}`;
        const found = await client.query<{ has: boolean }>(`select exists (select 1 from ${table}) as has`);
        if (found.rows[0]!.has && !used.includes(schema)) used.push(schema);
      }
    }
    return used;
  } finally {
    await client.end();
  }
}

async function open(url: string, applicationName: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: applicationName, statement_timeout: 0 });
  client.on('error', () => undefined); // a lost connection is told by the query that needed it
  await client.connect();
  return client;
}

async function listTables(client: pg.Client, schemas: readonly string[]): Promise<readonly Table[]> {
  const { rows } = await client.query<Table>(
    `select n.nspname as schema, c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
     from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     where n.nspname = any ($1) and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> $2
     group by 1, 2 order by 1, 2`,
    [schemas, VERSIONS],
  );
  return rows;
}

async function listPartitions(client: pg.Client, schemas: readonly string[]): Promise<readonly Partition[]> {
  const { rows } = await client.query<Partition>(
    `select n.nspname as schema, p.relname as table, c.relname as name
     from pg_inherits i
     join pg_partitioned_table t on t.partrelid = i.inhparent and t.partstrat = 'r' and t.partdefid <> i.inhrelid
     join pg_class p on p.oid = i.inhparent
     join pg_class c on c.oid = i.inhrelid
     join pg_namespace n on n.oid = p.relnamespace
     where n.nspname = any ($1) order by 1, 2, 3`,
    [schemas],
  );
  return rows;
}

/** The tables with triggers of ours, partitions among them: one that is left out would refuse to be emptied. */
async function listGuarded(client: pg.Client, tables: readonly Table[]): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select distinct format('%I.%I', n.nspname, c.relname) as name from pg_trigger t
     join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
     where not t.tgisinternal and n.nspname = any ($1) order by 1`,
    [[...new Set(tables.map(({ schema }) => schema))]],
  );
  return rows.map(({ name }) => name);
}

async function listSequences(client: pg.Client, schemas: readonly string[]): Promise<readonly Sequence[]> {
  const { rows } = await client.query<{ schema: string; name: string; last: string }>(
    `select schemaname as schema, sequencename as name, last_value::text as last
     from pg_sequences where schemaname = any ($1) and last_value is not null order by 1, 2`,
    [schemas],
  );
  return rows.map((row) => ({ ...row, last: Number(row.last) }));
}

async function listSteps(
  client: pg.Client,
  schemas: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const steps = new Map<string, readonly string[]>();
  for (const schema of schemas) {
    const { rows } = await client.query<{ name: string }>(
      `select name from ${quote(schema)}.${VERSIONS} order by position`,
    );
    steps.set(
      schema,
      rows.map(({ name }) => name),
    );
  }
  return steps;
}

/** References between rows. They come back at the end, which checks all rows at once. */
async function listReferences(client: pg.Client, tables: readonly Table[]) {
  const { rows } = await client.query<{ table: string; name: string; definition: string }>(
    `select conrelid::regclass::text as table, quote_ident(conname) as name, pg_get_constraintdef(oid) as definition
     from pg_constraint
     where contype = 'f' and conparentid = 0
       and conrelid in (select to_regclass(t) from unnest($1::text[]) as t)`,
    [tables.map(nameOf)],
  );
  return rows;
}

const quote = (name: string): string => pg.escapeIdentifier(name);
const nameOf = ({ schema, name }: Pick<Table, 'schema' | 'name'>): string => `${quote(schema)}.${quote(name)}`;
const columnsOf = ({ columns }: Table): string => columns.map(quote).join(', ');

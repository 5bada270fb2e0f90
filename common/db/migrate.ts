// Brings the schemas of all rooms up to date, as their owner, and gives each room's role its rights.
// One runner at a time, by an advisory lock on a connection of its own. Roles are cluster-wide while the lock is per
// database, therefore they are made first, only when missing or when their password does not fit.
import type { Knex } from 'knex';
import pg from 'pg';
import { TrustError } from '../errors.ts';
import { connect } from './connect.ts';
import { asDatabaseProblem, databaseErrorCode } from './errors.ts';
import type { Migration, RoomSchema } from './migration.ts';

/** A room and the URL by which its LOGIN role connects; role name and password are taken from it. */
export type RoomAccess = RoomSchema & { readonly url: string };

export type MigrateRequest = {
  readonly ownerUrl: string;
  readonly rooms: readonly RoomAccess[];
};

/** Names of the steps applied by this call, as `schema/name`. */
export type MigrateResult = { readonly applied: readonly string[] };

/** Tables to which a room may add and of which it may change nothing. */
const APPEND_ONLY = [
  'events',
  'proofings',
  'audit_entries',
  'audit_checkpoints',
  'seal_steps',
  'seal_duties',
  'seal_notices',
  'seal_keys',
  'signing_keys',
  'catalog_entries',
  'shreddings',
];
/** The columns of these in which it may write once more, as triggers allow. */
const REWRITTEN: Readonly<Record<string, readonly string[]>> = {
  audit_checkpoints: ['time_stamp'],
  seal_keys: ['box', 'destroyed_at'],
  signing_keys: ['box', 'signs_from', 'retires_at', 'withdrawn_at'],
};
const LOCK_KEY = 7_001_200_301n; // any constant of ours; shown by pg_locks

/**
 * Roles, schemas, migrations, rights; repeating it changes nothing. Waits for another runner.
 * Throws `schema-outdated` when the database knows steps that this program does not.
 */
export async function migrateAll({ ownerUrl, rooms }: MigrateRequest): Promise<MigrateResult> {
  const db = connect(ownerUrl, { applicationName: 'xinji migrate', poolMax: 2 });
  try {
    return await db.transaction(async (lock) => {
      await lock.raw('set local idle_in_transaction_session_timeout = 0');
      await lock.raw('set local statement_timeout = 0'); // waiting for the other runner may take long
      await lock.raw('select pg_advisory_xact_lock(?)', [LOCK_KEY.toString()]);
      for (const { url } of rooms) await ensureRole(db, url);
      const applied: string[] = [];
      for (const room of rooms) applied.push(...(await migrateRoom(db, room)));
      return { applied };
    });
  } finally {
    await db.destroy();
  }
}

/**
 * Throws `schema-outdated` unless exactly these steps were applied to the schema, `database-unavailable` when nobody
 * answers. For a room that starts.
 */
export async function checkSchemaVersion(db: Knex, schema: string, migrations: readonly Migration[]): Promise<void> {
  const applied = await listApplied(db, schema).catch((error: unknown) => {
    const isUnknownHere = ['28P01', '28000', '3D000'].includes(databaseErrorCode(error) ?? ''); // no such role or database
    if (!isUnknownHere) throw asDatabaseProblem(error);
    throw new TrustError('schema-outdated', `the role of schema ${schema} cannot log in`, { cause: error });
  });
  const missing = migrations.filter((migration) => !applied.includes(migration.name));
  if (missing.length > 0) {
    throw new TrustError('schema-outdated', `schema ${schema} lacks ${missing.map((step) => step.name).join(', ')}`);
  }
  refuseUnknown(schema, migrations, applied);
}

async function migrateRoom(db: Knex, room: RoomAccess): Promise<string[]> {
  const { schema, migrations } = room;
  await db.raw('create schema if not exists ??', [schema]);
  await db.raw(
    `create table if not exists ??.schema_versions
       (position integer primary key, name text not null unique, applied_at timestamptz not null default now())`,
    [schema],
  );
  const done = await listApplied(db, schema);
  refuseUnknown(schema, migrations, done);
  const applied: string[] = [];
  for (const [index, migration] of migrations.entries()) {
    if (done.includes(migration.name)) continue;
    await db.transaction(async (trx) => {
      await trx.raw('set local statement_timeout = 0');
      await migration.up(trx);
      await trx.raw('insert into ??.schema_versions (position, name) values (?, ?)', [schema, index, migration.name]);
    });
    applied.push(`${schema}/${migration.name}`);
  }
  await grantRights(db, schema, roleOf(room.url).name);
  return applied;
}

async function listApplied(db: Knex, schema: string): Promise<string[]> {
  try {
    const { rows } = await db.raw<{ rows: { name: string }[] }>(
      'select name from ??.schema_versions order by position',
      [schema],
    );
    return rows.map((row) => row.name);
  } catch (error) {
    if (['42P01', '3F000', '42501'].includes(databaseErrorCode(error) ?? '')) return []; // no table, no schema, no right
    throw error;
  }
}

function refuseUnknown(schema: string, migrations: readonly Migration[], applied: readonly string[]): void {
  const unknown = applied.filter((name, index) => migrations[index]?.name !== name);
  if (unknown.length === 0) return;
  throw new TrustError('schema-outdated', `schema ${schema} has steps that this version does not know: ${unknown}`, {
    hint: 'Start the version that migrated this database, or a later one.',
  });
}

/** Data rights on the own schema only; the list of versions is read only, events and the audit log can be read and added to. */
async function grantRights(db: Knex, schema: string, role: string): Promise<void> {
  await db.transaction(async (trx) => {
    await trx.raw('grant usage on schema ?? to ??', [schema, role]);
    await trx.raw('grant select, insert, update, delete on all tables in schema ?? to ??', [schema, role]);
    await trx.raw('grant usage, select on all sequences in schema ?? to ??', [schema, role]);
    await trx.raw('grant execute on all functions in schema ?? to ??', [schema, role]);
    await trx.raw('revoke insert, update, delete on ??.schema_versions from ??', [schema, role]);
    await revokePartitions(trx, schema, role);
    const { rows } = await trx.raw<{ rows: { name: string }[] }>(
      'select tablename as name from pg_tables where schemaname = ? and tablename = any (?)',
      [schema, APPEND_ONLY],
    );
    for (const { name } of rows) {
      await trx.raw('revoke update, delete on ??.?? from ??', [schema, name, role]);
      for (const column of REWRITTEN[name] ?? []) {
        await trx.raw('grant update (??) on ??.?? to ??', [column, schema, name, role]);
      }
    }
  });
}

/** Partitions are reached through their table alone, whose rights and triggers then hold for them too. */
async function revokePartitions(trx: Knex, schema: string, role: string): Promise<void> {
  const { rows } = await trx.raw<{ rows: { name: string }[] }>(
    'select relname as name from pg_class where relispartition and relkind = ? and relnamespace = ?::regnamespace',
    ['r', schema],
  );
  for (const { name } of rows) await trx.raw('revoke all on ??.?? from ??', [schema, name, role]);
}

async function ensureRole(db: Knex, url: string): Promise<void> {
  const { name, password } = roleOf(url);
  const { rows } = await db.raw<{ rows: { rolsuper: boolean }[] }>('select rolsuper from pg_roles where rolname = ?', [
    name,
  ]);
  if (rows[0]?.rolsuper) throw new TrustError('config-invalid', `the role ${name} of a room is a superuser`);
  if (rows.length > 0 && (await canLogIn(url))) return;
  const verb = rows.length > 0 ? 'alter' : 'create';
  // Role statements take no parameters: name and password are quoted by PostgreSQL itself first.
  const quoted = await db.raw<{ rows: { sql: string }[] }>(
    `select format('${verb} role %I login nosuperuser nocreatedb nocreaterole password %L', ?::text, ?::text) as sql`,
    [name, password],
  );
  await db.raw(quoted.rows[0]!.sql.replaceAll('?', '\\?')).catch((error: unknown) => {
    throw withoutStatement(`role ${name}`, error);
  });
}

/** knex puts the statement before PostgreSQL's own words; this one holds a password. */
function withoutStatement(subject: string, error: unknown): Error {
  const { message } = error as Error;
  const words = message.slice(message.lastIndexOf(' - ') + 1);
  return Object.assign(new Error(`${subject} ${words}`), { code: databaseErrorCode(error) });
}

async function canLogIn(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Role name and password in a connection URL. */
export function roleOf(url: string): { readonly name: string; readonly password: string } {
  const { username, password } = new URL(url);
  if (username === '' || password === '')
    throw new TrustError('config-invalid', "a room's URL needs user and password");
  return { name: decodeURIComponent(username), password: decodeURIComponent(password) };
}

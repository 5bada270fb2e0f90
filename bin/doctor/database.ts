// The database as each room sees it: can it be reached, is it new enough, are roles, schema and clock in order.
import type { Knex } from 'knex';
import { connect } from '../../common/db/connect.ts';
import { checkSchemaVersion, roleOf } from '../../common/db/migrate.ts';
import { isTrustError } from '../../common/errors.ts';
import { SCHEMAS } from '../schemas.ts';
import { databaseKey, type RoomEnvironment } from '../serve/environment.ts';
import { type Finding, note, well, wrong } from './finding.ts';
import { checkQueue } from './queue.ts';

const OLDEST = 15;
const CLOCK_TOLERANCE_MS = 2_000;
const MIGRATE = 'Run: npx xinji migrate (or make run)';

/** Asks as each room's own role. */
export async function checkRoomDatabases(environments: readonly RoomEnvironment[]): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const { room, env } of environments) {
    const schema = SCHEMAS.find((entry) => entry.room === room.name)!;
    const db = connect(env[databaseKey(room.name)]!, { applicationName: 'xinji doctor', poolMax: 1 });
    try {
      found.push(...(await checkServer(db, room.name)));
      found.push(
        await checkRole(
          db,
          room.name,
          SCHEMAS.map((entry) => entry.schema),
        ),
      );
      found.push(await checkMigrations(db, schema.schema, schema.migrations));
      found.push(...(await checkQueue(db, schema.schema, new Date())));
    } catch (error) {
      found.push(sayUnreachable(room.name, env[databaseKey(room.name)]!, error));
    } finally {
      await db.destroy();
    }
  }
  return mergeSame(found);
}

function sayUnreachable(room: string, url: string, error: unknown): Finding {
  const { code, message } = error as { code?: string; message: string };
  const { name } = roleOf(url);
  if (code === '28P01' || code === '28000') return wrong(`The role ${name} of ${room} cannot log in`, MIGRATE);
  if (code === '3D000') return wrong(`The database of ${room} does not exist`, 'Create it, or correct the URL.');
  return wrong(
    `The database of ${room} cannot be reached at ${new URL(url).host}: ${message || code}`,
    `Start PostgreSQL, or correct ${databaseKey(room as 'seal')} (unset: made from DATABASE_URL).`,
  );
}

async function checkServer(db: Knex, room: string): Promise<Finding[]> {
  const before = Date.now();
  const { rows } = await db.raw<{ rows: { version: number; now: Date }[] }>(
    "select current_setting('server_version_num')::int / 10000 as version, clock_timestamp() as now",
  );
  const { version, now } = rows[0]!;
  const skewMs = now.getTime() - (before + Date.now()) / 2;
  return [
    version >= OLDEST
      ? well(`PostgreSQL ${version} answers`)
      : wrong(`PostgreSQL ${version} of ${room} is too old`, `Use version ${OLDEST} or later.`),
    Math.abs(skewMs) <= CLOCK_TOLERANCE_MS
      ? well('The clocks of this machine and of the database agree')
      : wrong(
          `The clocks of this machine and of the database differ by ${Math.round(skewMs / 1000)} s`,
          'Set both by NTP.',
        ),
  ];
}

async function checkRole(db: Knex, room: string, schemas: readonly string[]): Promise<Finding> {
  const { rows } = await db.raw<{ rows: { role: string; super: boolean; reaches: string[] }[] }>(
    `select current_user as role, (select rolsuper from pg_roles where rolname = current_user) as super,
       array(select nspname::text from pg_namespace where nspname = any(?) and has_schema_privilege(nspname, 'usage')) as reaches`,
    [[...schemas]],
  );
  const { role, super: isSuper, reaches } = rows[0]!;
  if (isSuper) return wrong(`${room} connects as the superuser ${role}`, 'Give it a role of its own.');
  const foreign = reaches.filter((schema) => schema !== room);
  if (foreign.length > 0) return wrong(`The role ${role} of ${room} reaches ${foreign}`, 'Revoke that right.');
  return well(`The role ${role} has its own schema only`);
}

async function checkMigrations(
  db: Knex,
  schema: string,
  migrations: Parameters<typeof checkSchemaVersion>[2],
): Promise<Finding> {
  try {
    await checkSchemaVersion(db, schema, migrations);
    return well(`The schema ${schema} is up to date`);
  } catch (error) {
    if (!isTrustError(error, 'schema-outdated')) throw error;
    return wrong(error.message, error.hint.includes('migrate') ? MIGRATE : error.hint);
  }
}

/** What holds for every room is said once. */
function mergeSame(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter((one, index) => findings.findIndex((other) => other.sentence === one.sentence) === index);
}

/** Said instead of the checks while there is no database yet. */
export const noDatabaseYet = note('There is no database yet', 'Run: make run');

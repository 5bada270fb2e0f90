// The database as its owner: the given one, or a server of our own; and the way to bring it up to date.
import { connect } from '../../common/db/connect.ts';
import { startEmbedded } from '../../common/db/embedded.ts';
import { databaseErrorCode, isDatabaseUnavailable } from '../../common/db/errors.ts';
import { type MigrateResult, migrateAll } from '../../common/db/migrate.ts';
import type { Mode } from '../../common/env.ts';
import { TrustError } from '../../common/errors.ts';
import { SCHEMAS } from '../schemas.ts';
import { databaseKey, type RoomEnvironment } from './environment.ts';

const OLDEST = 15;
const MAY_NOT = '42501'; // insufficient_privilege

export type OwnedDatabase = {
  /** URL of the owner. */
  readonly url: string;
  /** Said in the table of `xinji serve`. */
  readonly description: string;
  /** Resolves when an embedded server goes away by itself; never for others. */
  readonly lost: Promise<void>;
  /** Stops an embedded server that nobody else uses. */
  close(): Promise<void>;
};

type Owner = { readonly mode: Mode; readonly databaseUrl: string | null; readonly dataDir: string };

/**
 * The given database, or in development the embedded one. Throws `config-invalid` in production without a given one, and
 * for a given one that cannot be used.
 */
export async function openOwnedDatabase(owner: Owner, say: (line: string) => void): Promise<OwnedDatabase> {
  const { databaseUrl, dataDir } = owner;
  if (databaseUrl !== null) {
    const { host, pathname } = new URL(databaseUrl);
    await checkGivenDatabase(databaseUrl);
    const description = `PostgreSQL at ${host}, database ${pathname.slice(1)}`;
    return { url: databaseUrl, description, lost: new Promise(() => undefined), close: async () => undefined };
  }
  if (owner.mode === 'production') {
    throw new TrustError('config-invalid', 'DATABASE_URL is not set; production needs PostgreSQL 15 or later', {
      hint: 'Set DATABASE_URL to a PostgreSQL server, or XINJI_MODE=development to use the one that comes along.',
    });
  }
  const server = await startEmbedded({ dataDir, say });
  const description = `PostgreSQL on 127.0.0.1:${server.port}, data in ${server.folder}`;
  return { url: server.url, description, lost: server.lost, close: server.stop };
}

/** Asks once, so that a wrong URL is a sentence at the start and not a stack in the middle. */
async function checkGivenDatabase(url: string): Promise<void> {
  const db = connect(url, { applicationName: 'xinji', poolMax: 1 });
  try {
    const { rows } = await db.raw<{ rows: { version: number }[] }>(
      "select current_setting('server_version_num')::int / 10000 as version",
    );
    const { version } = rows[0]!;
    if (version < OLDEST) {
      const hint = `Use PostgreSQL ${OLDEST} or later.`;
      throw new TrustError('config-invalid', `DATABASE_URL leads to PostgreSQL ${version}, which is too old`, { hint });
    }
  } catch (error) {
    throw sayUnusable(url, error);
  } finally {
    await db.destroy();
  }
}

/** The URL without its password, why it does not work, and what to do. */
function sayUnusable(url: string, cause: unknown): unknown {
  const { host, pathname, username } = new URL(url);
  const refuse = (why: string, hint: string): TrustError =>
    new TrustError('config-invalid', `DATABASE_URL cannot be used: ${why}`, { hint, cause });
  const code = databaseErrorCode(cause) ?? '';
  if (/^28/.test(code)) {
    return refuse(`${host} refuses the login of "${username}"`, 'Correct user and password in DATABASE_URL.');
  }
  if (code === '3D000') {
    return refuse(`${host} has no database "${pathname.slice(1)}"`, 'Create it, or correct the URL.');
  }
  if (!isDatabaseUnavailable(cause)) return cause;
  const why = cause instanceof AggregateError ? databaseErrorCode(cause.errors[0]) : code || (cause as Error).message;
  return refuse(`nobody answers at ${host} (${why})`, 'Start PostgreSQL there, or correct host and port.');
}

/** Roles, schemas, migrations and rights of all rooms, with the URLs that the rooms will use. */
export async function migrateRooms(ownerUrl: string, environments: readonly RoomEnvironment[]): Promise<MigrateResult> {
  const rooms = environments.map(({ room, env }) => {
    const schema = SCHEMAS.find((entry) => entry.room === room.name);
    return { ...schema!, url: env[databaseKey(room.name)]! };
  });
  return migrateAll({ ownerUrl, rooms }).catch((cause: unknown) => {
    if (databaseErrorCode(cause) !== MAY_NOT) throw cause;
    const detail = `DATABASE_URL: "${new URL(ownerUrl).username}" may not do what migrating needs: ${(cause as Error).message}`;
    const hint = 'Make it the owner of the database with the right to create roles: ALTER ROLE … CREATEROLE.';
    throw new TrustError('config-invalid', detail, { hint, cause });
  });
}

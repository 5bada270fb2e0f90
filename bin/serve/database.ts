// The database as its owner: the given one, or a server of our own; and the way to bring it up to date.
import { startEmbedded } from '../../common/db/embedded.ts';
import { type MigrateResult, migrateAll } from '../../common/db/migrate.ts';
import type { Mode } from '../../common/env.ts';
import { TrustError } from '../../common/errors.ts';
import { SCHEMAS } from '../schemas.ts';
import { databaseKey, type RoomEnvironment } from './environment.ts';

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

/** The given database, or in development the embedded one. Throws `config-invalid` in production without a given one. */
export async function openOwnedDatabase(owner: Owner, say: (line: string) => void): Promise<OwnedDatabase> {
  const { databaseUrl, dataDir } = owner;
  if (databaseUrl !== null) {
    const { host, pathname } = new URL(databaseUrl);
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

/** Roles, schemas, migrations and rights of all rooms, with the URLs that the rooms will use. */
export async function migrateRooms(ownerUrl: string, environments: readonly RoomEnvironment[]): Promise<MigrateResult> {
  const rooms = environments.map(({ room, env }) => {
    const schema = SCHEMAS.find((entry) => entry.room === room.name);
    return { ...schema!, url: env[databaseKey(room.name)]! };
  });
  return migrateAll({ ownerUrl, rooms });
}

// The environment of each child: only the keys of its own table, what is not set derived for development. Pure but for
// reading its arguments, so that all faults of all rooms can be said before anything is started.
import { join, resolve } from 'node:path';
import { type Mode, readConfig, readMode } from '../../common/env.ts';
import { isTrustError, TrustError } from '../../common/errors.ts';
import type { RoomConfig } from '../../common/http/run-room.ts';
import { OWNER_TABLE } from '../commands/owner-config.ts';
import { ROOMS, type Room } from '../rooms.ts';
import type { RoomName } from '../schemas.ts';
import { KEYS_DEV } from './keys.ts';
import type { Secrets } from './secrets.ts';

export type OwnerConfig = ReturnType<typeof readOwnerConfig>;
export type RoomEnvironment = { readonly room: Room; readonly env: NodeJS.ProcessEnv };
export type PlannedRoom = RoomEnvironment & { readonly config: RoomConfig };

/** Keys that belong to no process of the house but may be set around it. */
const NEIGHBOURS = ['XINJI_REQUIRE_JUDGES'];
export const DEFAULT_PORTS: Readonly<Record<RoomName, string>> = { identity: '7001', license: '7002', seal: '7003' };

/** Reads the owner's keys; a key that no table of the house knows is a fault. */
export function readOwnerConfig(env: NodeJS.ProcessEnv) {
  const known = [...ROOMS.flatMap((room) => Object.values(room.table).map((row) => row.name)), ...NEIGHBOURS];
  return readConfig(OWNER_TABLE, env, new Set(known));
}

/**
 * The environment of each room. `ownerUrl` is the database as its owner, null while that is not known yet: then a
 * stand-in that only serves to find faults.
 */
export function roomEnvironments(
  env: NodeJS.ProcessEnv,
  owner: { readonly mode: Mode; readonly dataDir: string; readonly databaseUrl: string | null },
  secrets: Secrets,
  ownerUrl: string | null,
): readonly RoomEnvironment[] {
  const derived = owner.mode === 'development' ? developmentValues(env, owner.dataDir, secrets) : {};
  const database = ownerUrl ?? owner.databaseUrl ?? 'postgres://owner:unknown@127.0.0.1:1/xinji';
  return ROOMS.map((room) => {
    const own: NodeJS.ProcessEnv = systemPart(env);
    const values: Record<string, string> = {
      ...derived,
      ...(owner.mode === 'development' ? { XINJI_MASTER_KEY: secrets.master_keys[room.name] } : {}),
      [databaseKey(room.name)]: roleUrl(database, room.name, secrets),
      ...Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)),
      XINJI_MODE: owner.mode,
    };
    for (const name of ['XINJI_MODE', ...Object.values(room.table).map((row) => row.name)]) {
      if (values[name] !== undefined) own[name] = values[name];
    }
    return { room, env: own };
  });
}

/** Reads the config of these rooms; all faults of all of them in one `config-invalid`, each key that is missing once. */
export function planRooms(
  env: NodeJS.ProcessEnv,
  secrets: Secrets,
  names: readonly RoomName[],
): readonly PlannedRoom[] {
  const faults = new Map<string, string>();
  // A key that several rooms miss is one fault, though each has its own manual for it.
  const add = (line: string): void => {
    const about = /^\S+ is not set/.exec(line)?.[0] ?? line;
    if (!faults.has(about)) faults.set(about, line);
  };
  const collect = <T>(read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      if (!isTrustError(error, 'config-invalid')) throw error;
      for (const line of error.message.split('\n')) add(line);
      return null;
    }
  };
  const owner = collect(() => readOwnerConfig(env));
  const mode = collect(() => readMode(env));
  // What is missing depends on the mode; without one only noise would follow.
  if (mode === null) throw new TrustError('config-invalid', [...faults.values()].join('\n'));
  const stand = owner ?? { mode, dataDir: '.data', databaseUrl: null };
  const chosen = roomEnvironments(env, stand, secrets, null).filter(({ room }) => names.includes(room.name));
  const isGiven = stand.databaseUrl !== null || chosen.every(({ room }) => env[databaseKey(room.name)] !== undefined);
  if (stand.mode === 'production' && !isGiven) {
    add('DATABASE_URL is not set, nor every XINJI_<ROOM>_DATABASE_URL; production needs PostgreSQL 15 or later');
  }
  const planned = chosen.map((entry) => {
    const config = collect(() => entry.room.readConfig(entry.env));
    return config && { ...entry, config };
  });
  if (faults.size > 0) throw new TrustError('config-invalid', [...faults.values()].join('\n'), hintFor(env));
  return planned.filter((entry) => entry !== null);
}

/** Without XINJI_MODE a newcomer meets production's demands; say the way out. */
function hintFor(env: NodeJS.ProcessEnv): { hint: string } | undefined {
  if (env['XINJI_MODE'] !== undefined) return undefined;
  return {
    hint: 'XINJI_MODE is not set, which means production. To try the house: `make run`, or set XINJI_MODE=development.',
  };
}

export function databaseKey(room: RoomName): string {
  return `XINJI_${room.toUpperCase()}_DATABASE_URL`;
}

/** The owner's URL with the room's role, `<database>_<room>`, so that two installations on one server keep apart. */
function roleUrl(ownerUrl: string, room: RoomName, secrets: Secrets): string {
  const url = new URL(ownerUrl);
  url.username = `${decodeURIComponent(url.pathname.slice(1))}_${room}`;
  url.password = secrets.database_passwords[room];
  return url.href;
}

function developmentValues(env: NodeJS.ProcessEnv, dataDir: string, secrets: Secrets): Record<string, string> {
  const urls = ROOMS.map(({ name }) => {
    const key = `XINJI_${name.toUpperCase()}`;
    return [`${key}_URL`, `http://localhost:${env[`${key}_PORT`] ?? DEFAULT_PORTS[name]}`] as const;
  });
  return {
    ...Object.fromEntries(urls),
    XINJI_IDENTITY_COOKIE_KEYS: secrets.cookie_keys.identity,
    XINJI_IDENTITY_CERTIFICATE_TRUST: join(KEYS_DEV, 'login-trust'),
    XINJI_IDENTITY_DEVELOPMENT_AUTHORITIES: KEYS_DEV,
    XINJI_LICENSE_COOKIE_KEYS: secrets.cookie_keys.license,
    XINJI_LICENSE_CLIENT_KEY: join(KEYS_DEV, 'license/client.key.pem'),
    XINJI_LICENSE_CATALOG_CERTIFICATES: join(KEYS_DEV, 'catalog/license-catalog.crt.pem'),
    XINJI_LICENSE_FILES: resolve(dataDir, 'files/license'),
    XINJI_LICENSE_CHECKPOINT_KEY: join(KEYS_DEV, 'audit/audit-license.key.pem'),
    XINJI_LICENSE_CHECKPOINT_CERTIFICATES: join(KEYS_DEV, 'audit/audit-license.crt.pem'),
    XINJI_LICENSE_CHECKPOINTS: resolve(dataDir, 'checkpoints'),
    XINJI_LICENSE_TSA: `http://localhost:${env['XINJI_SEAL_PORT'] ?? DEFAULT_PORTS.seal}/tsa`,
    XINJI_SEAL_KEYS: join(KEYS_DEV, 'seal'),
    XINJI_SEAL_TRUST: join(KEYS_DEV, 'trust'),
    XINJI_SEAL_DEVELOPMENT_AUTHORITIES: KEYS_DEV,
    XINJI_SEAL_CHAIN: join(KEYS_DEV, 'pki/chain.pem'),
    XINJI_SEAL_MAKER_KEYS: join(KEYS_DEV, 'maker'),
    XINJI_SEAL_CA: `development:${KEYS_DEV}`,
    XINJI_SEAL_TSA_KEYS: join(KEYS_DEV, 'tsa'),
    XINJI_SEAL_CHECKPOINT_KEY: join(KEYS_DEV, 'audit/audit-seal.key.pem'),
    XINJI_SEAL_CHECKPOINT_CERTIFICATES: join(KEYS_DEV, 'audit/audit-seal.crt.pem'),
    XINJI_IDENTITY_CHECKPOINT_KEY: join(KEYS_DEV, 'audit/audit-identity.key.pem'),
    XINJI_IDENTITY_CHECKPOINT_CERTIFICATES: join(KEYS_DEV, 'audit/audit-identity.crt.pem'),
    XINJI_IDENTITY_CHECKPOINTS: resolve(dataDir, 'checkpoints'),
    XINJI_IDENTITY_TSA: `http://localhost:${env['XINJI_SEAL_PORT'] ?? DEFAULT_PORTS.seal}/tsa`,
    XINJI_SEAL_CHECKPOINTS: resolve(dataDir, 'checkpoints'),
  };
}

/** What any program needs: paths, locale, proxies, Node's own switches; no key of ours, no DATABASE_URL. */
function systemPart(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const wanted = /^(PATH|HOME|USER|TMPDIR|TZ|LANG|LC_.*|NODE_.*|SSL_CERT_.*|(https?|no)_proxy)$/i;
  return Object.fromEntries(Object.entries(env).filter(([name]) => wanted.test(name)));
}

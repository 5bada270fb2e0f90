// `xinji serve`: a parent that readies the database, migrates, seeds once in development, and starts one child process per
// room. The parent alone hears signals: it stops the children (requests in flight finish), then the database.
// A child or a database that goes away by itself ends the tree with its reason.
import { parseArgs } from 'node:util';
import { TrustError } from '../../common/errors.ts';
import { ROOM_NAMES, type RoomName } from '../schemas.ts';
import { seedHouse } from '../seed/seed-house.ts';
import { type Children, makeChildren } from '../serve/children.ts';
import { migrateRooms, type OwnedDatabase, openOwnedDatabase } from '../serve/database.ts';
import { demoPorts, planDemoSystems, systemUrls } from '../serve/demo-systems.ts';
import {
  databaseKey,
  type OwnerConfig,
  type PlannedRoom,
  planRooms,
  type RoomEnvironment,
  readOwnerConfig,
  roomEnvironments,
} from '../serve/environment.ts';
import { makeMissingKeys } from '../serve/keys.ts';
import { findTakenPorts } from '../serve/ports.ts';
import { loadSecrets, type Secrets } from '../serve/secrets.ts';
import { listenForStop, type Stop } from '../serve/stop.ts';
import { printTable } from '../serve/table.ts';
import { type Command, EXIT_USAGE } from './command.ts';

export const command: Command = {
  name: 'serve',
  summary: 'Start the house: database, migrations, seed (development), the rooms',
  usage: `xinji serve [identity | license | seal]

Without argument: readies the database, migrates, in development seeds once and starts the demo business systems too.
With a room: starts that room alone, which refuses when the schema is not up to date (xinji migrate).
XINJI_MODE=development brings a database, keys and secrets along; unset means production.
SIGINT or SIGTERM stops in order; a second one at once. Exit codes: 0 stopped, 1 a part of it ended by itself,
78 configuration (all faults are listed: keys, URLs, taken ports).`,
  run: async (args, env) => {
    const { positionals } = parseArgs({ args: [...args], options: {}, allowPositionals: true });
    const [name, ...more] = positionals;
    if (more.length > 0 || (name !== undefined && !ROOM_NAMES.includes(name as RoomName))) {
      console.error(`xinji serve: expected nothing or one of ${ROOM_NAMES.join(', ')}; got ${positionals.join(' ')}`);
      return EXIT_USAGE;
    }
    return serve(name === undefined ? null : (name as RoomName), env);
  },
};

/** What is to be served, read and checked before anything is started. */
type House = {
  readonly env: NodeJS.ProcessEnv;
  readonly owner: OwnerConfig;
  readonly secrets: Secrets;
  /** The rooms to start: all, or one. */
  readonly rooms: readonly PlannedRoom[];
  readonly isWhole: boolean;
};

type Ending = { readonly exitCode: number; readonly reason: string | null };

async function serve(only: RoomName | null, env: NodeJS.ProcessEnv): Promise<number> {
  const stop = listenForStop();
  const house = await planHouse(only, env);
  const database = await openDatabase(house);
  const children = makeChildren(house.owner);
  stop.onSecond(() => children.kill());
  try {
    const ending = await runHouse(house, database, children, stop);
    if (ending.reason !== null) console.error(`xinji serve: ${ending.reason}`);
    return ending.exitCode;
  } finally {
    await children.stop();
    await database?.close();
  }
}

async function planHouse(only: RoomName | null, env: NodeJS.ProcessEnv): Promise<House> {
  if (env['XINJI_MODE'] === 'development') await makeMissingKeys();
  const secrets = await loadSecrets(env['XINJI_DATA_DIR'] ?? '.data');
  const rooms = planRooms(env, secrets, only === null ? ROOM_NAMES : [only]);
  const house = { env, owner: readOwnerConfig(env), secrets, rooms, isWhole: only === null };
  const wanted = rooms.map(({ room, config }) => ({ who: room.name, host: config.bind, port: config.port }));
  const taken = await findTakenPorts([...wanted, ...(hasDemo(house) ? demoPorts(house.owner) : [])]);
  if (taken.length > 0) {
    const hint = 'Stop the other program, or choose ports with XINJI_<ROOM>_PORT (and XINJI_<ROOM>_URL).';
    throw new TrustError('config-invalid', taken.join('\n'), { hint });
  }
  return house;
}

const hasDemo = ({ isWhole, owner }: House): boolean => isWhole && owner.mode === 'development';

/** Null when every room was given its own URL and no owner: then somebody else migrates. */
async function openDatabase({ env, owner, rooms }: House): Promise<OwnedDatabase | null> {
  const areAllGiven = rooms.every(({ room }) => env[databaseKey(room.name)] !== undefined);
  if (owner.databaseUrl === null && areAllGiven) return null;
  return openOwnedDatabase(owner, console.log);
}

async function runHouse(house: House, database: OwnedDatabase | null, children: Children, stop: Stop): Promise<Ending> {
  const { env, owner, secrets } = house;
  const all = roomEnvironments(env, owner, secrets, database?.url ?? null);
  if (house.isWhole && database) await readyDatabase(house, database, all);
  if (stop.isRequested()) return { exitCode: 0, reason: null };

  const endings = listEndings(database, children, stop);
  const chosen = all.filter(({ room }) => house.rooms.some((planned) => planned.room === room));
  const plans = chosen.map(({ room, env: own }) => ({ name: room.name, main: room.main, env: own }));
  const early = await Promise.race([children.start(plans), ...endings]);
  if (early) return early;
  if (hasDemo(house)) {
    const inDemo = await Promise.race([children.start(planDemoSystems(env, owner, all)), ...endings]);
    if (inDemo) return inDemo;
  }
  printTable({ owner, rooms: house.rooms, database, secrets, hasDemo: hasDemo(house) });
  return Promise.race(endings);
}

function listEndings(database: OwnedDatabase | null, children: Children, stop: Stop): readonly Promise<Ending>[] {
  return [
    stop.requested.then(() => ({ exitCode: 0, reason: null })),
    children.ended.then(({ name, reason, exitCode }) => ({
      exitCode: exitCode === 0 ? 1 : exitCode,
      reason: `${name} ended by itself: ${reason}`,
    })),
    ...(database ? [database.lost.then(() => ({ exitCode: 1, reason: 'PostgreSQL went away' }))] : []),
  ];
}

async function readyDatabase(
  { owner, secrets }: House,
  database: OwnedDatabase,
  rooms: readonly RoomEnvironment[],
): Promise<void> {
  const { applied } = await migrateRooms(database.url, rooms);
  if (applied.length > 0) console.log(`Migrated: ${applied.join(', ')}`);
  if (owner.mode === 'development') await seedHouse(rooms, secrets, systemUrls(owner));
}

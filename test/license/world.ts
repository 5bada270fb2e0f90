// A license room without HTTP: real PostgreSQL, the doubles for everything else, a clock that stands still.
import type { ExecutionContext } from 'ava';
import type { Knex } from 'knex';
import { makeLog } from '../../common/log.ts';
import { readFontFiles } from '../../common/pdf/font-files.ts';
import type { LicenseDeps } from '../../license/flow/deps.ts';
import { makeRenderer } from '../../license/pdf/prepare-face.ts';
import { testDatabase } from '../_harness/database.ts';
import { openTestCatalog } from './catalog.ts';
import { keys, makeMemoryFiles, makeSealDouble, NOON, registerHouse, type SealDouble } from './doubles.ts';

const renderer = makeRenderer({ fonts: readFontFiles() });
const verifyUrl = 'https://license.test/verify';

export type World = {
  /** Connection of the room's role, for another process. */
  readonly url: string;
  readonly deps: LicenseDeps;
  readonly db: Knex;
  readonly seal: SealDouble;
  /** The time that the room sees; it stands still. */
  setTime(at: Date): void;
  pass(seconds: number): void;
};

export async function makeWorld(t: ExecutionContext): Promise<World> {
  const database = await testDatabase(t);
  const db = database.connect('license', 12);
  let now = NOON;
  const seal = makeSealDouble();
  const log = makeLog('license', 'silent');
  const catalog = await openTestCatalog({ db, clock: () => now, log });
  const room = { db, catalog, files: makeMemoryFiles(), seal, renderer, verifyUrl, platform: null };
  const deps: LicenseDeps = { ...room, keys, clock: () => now, log };
  await registerHouse(deps);
  return {
    url: database.urls.license,
    deps,
    db,
    seal,
    setTime: (at) => {
      now = at;
    },
    pass: (seconds) => {
      now = new Date(now.getTime() + seconds * 1000);
    },
  };
}

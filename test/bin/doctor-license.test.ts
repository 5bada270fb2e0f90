// What the doctor says of the license room's ground: partitions, keys of holders, the place of files.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { checkLicense, judgePartitions } from '../../bin/doctor/license.ts';
import { ROOMS } from '../../bin/rooms.ts';
import { makeMissingKeys } from '../../bin/serve/keys.ts';
import { toHex } from '../../common/bytes.ts';
import { keyIdOf } from '../../common/crypto/sealed-box.ts';
import { makeHolderKeyRow } from '../../license/domain/data-keys.ts';
import { makeRoomKeys } from '../../license/domain/room-keys.ts';
import { openRoomKeys } from '../../license/flow/open-room-keys.ts';
import { getOrMakeHolderKey } from '../../license/store/holder-keys.ts';
import { testDatabase } from '../_harness/database.ts';

const [OLD, NEW, LOST] = [1, 2, 4].map((fill) => new Uint8Array(32).fill(fill)) as [Uint8Array, Uint8Array, Uint8Array];
const month = (text: string): Date => new Date(`${text}-01T00:00:00Z`);

test.before(() => makeMissingKeys());

async function house(t: ExecutionContext) {
  const database = await testDatabase(t);
  const folder = await mkdtemp(join(tmpdir(), 'xinji-doctor-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const room = ROOMS.find(({ name }) => name === 'license')!;
  const say = async (change: NodeJS.ProcessEnv = {}): Promise<readonly string[]> => {
    const env = {
      XINJI_MODE: 'development',
      XINJI_LICENSE_DATABASE_URL: database.urls.license,
      XINJI_LICENSE_FILES: folder,
      XINJI_MASTER_KEY: toHex(NEW),
      ...change,
    };
    const found = await checkLicense([{ room, env }], new Date());
    return found.map(({ status, sentence }) => `${status} ${sentence}`);
  };
  return { db: database.connect('license'), folder, say };
}

test('all is well in a new house, before and after its room started', async (t) => {
  const { db, say } = await house(t);
  const expected = [
    'well Events have their partitions (3 months)',
    `well The keys of holders lie under key ${keyIdOf(NEW)}`,
    'well The store of license files answers',
  ];
  t.deepEqual(await say(), expected);
  await openRoomKeys(db, [NEW], new Date());
  t.deepEqual(await say(), expected);
});

test('keys of holders under a former key are a note, under a key that is not here a fault; so is a secret that does not open', async (t) => {
  const { db, say } = await house(t);
  await openRoomKeys(db, [OLD], new Date());
  const add = async (master: Uint8Array) => {
    const row = makeHolderKeyRow(makeRoomKeys([master], OLD), randomBytes(32), (size) => randomBytes(size));
    await getOrMakeHolderKey(db, row, new Date());
  };
  await add(OLD);
  await add(LOST);
  const found = await say({ XINJI_MASTER_KEY_PREVIOUS: toHex(OLD) });
  t.true(found.includes(`note 1 keys of holders lie under the former key ${keyIdOf(OLD)}`));
  t.true(found.includes(`wrong 1 keys of holders lie under key ${keyIdOf(LOST)}, which is not here`));
  const without = await say();
  t.is(without.length, 1);
  t.regex(without[0]!, new RegExp(`^wrong XINJI_MASTER_KEY of license does not open .* ${keyIdOf(OLD)} closed`));
});

test('a place of files that cannot be read is a fault', async (t) => {
  const { folder, say } = await house(t);
  const key = join(folder, 'files.key');
  await writeFile(key, 'AKID\nsecret-of-it\n', { mode: 0o600 });
  const bucket = 's3://licenses?endpoint=http://127.0.0.1:1';
  const found = await say({ XINJI_LICENSE_FILES: bucket, XINJI_LICENSE_FILES_KEY: key });
  t.true(found.some((line) => /^wrong The store of license files cannot be read: GET was tried 4 times/.test(line)));
});

test('a month without partition and events beside their month are faults, from the last day of the month before on', (t) => {
  const say = (months: readonly Date[], inDefault: number, now: string) =>
    judgePartitions({ months, inDefault }, new Date(now)).map(({ status, sentence }) => `${status} ${sentence}`);
  const both = [month('2026-12'), month('2027-01')];
  t.deepEqual(say(both, 0, '2026-12-31T23:59:59Z'), ['well Events have their partitions (2 months)']);
  t.deepEqual(say(both, 0, '2027-01-01T00:00:00Z'), ['wrong Events of 2027-02 have no partition']);
  t.deepEqual(say([], 2, '2026-12-05T00:00:00Z'), [
    'wrong Events of 2026-12 have no partition',
    'wrong Events of 2027-01 have no partition',
    'wrong 2 events lie in the default partition',
  ]);
});

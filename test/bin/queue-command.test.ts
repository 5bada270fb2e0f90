// `xinji queue` as an operator uses it, and what the doctor says of the queue.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { checkQueue } from '../../bin/doctor/queue.ts';
import { makeMissingKeys } from '../../bin/serve/keys.ts';
import { enqueueAll } from '../../common/queue/enqueue.ts';
import { countJobs } from '../../common/queue/store/jobs.ts';
import { testDatabase } from '../_harness/database.ts';
import { PLAIN_ENV } from '../_harness/plain-env.ts';

const XINJI = join(import.meta.dirname, '../../bin/xinji.ts');

test.before(() => makeMissingKeys());

test('an operator sees what was given up and lets it be tried again; the doctor points there', async (t) => {
  const database = await testDatabase(t);
  const db = database.connect('identity');
  const folder = await mkdtemp(join(tmpdir(), 'xinji-queue-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const env = {
    ...PLAIN_ENV,
    XINJI_MODE: 'development',
    XINJI_DATA_DIR: folder,
    XINJI_IDENTITY_DATABASE_URL: database.urls.identity,
    XINJI_MASTER_KEY: '00'.repeat(32),
  };
  const xinji = (...args: readonly string[]): Promise<{ code: number; out: string; err: string }> =>
    new Promise((resolve) => {
      execFile(process.execPath, [XINJI, 'queue', ...args], { env }, (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
      );
    });
  const now = new Date();
  const findings = async (at = now) =>
    (await checkQueue(db, 'identity', at)).map(({ status, sentence }) => [status, sentence]);
  t.deepEqual(await findings(), [['well', 'Nothing in the queue of identity is late or was given up']]);
  t.deepEqual(await checkQueue(database.connect('owner'), 'seal', now), []);
  const at = { schema: 'identity', queue: 'logout', now };
  await enqueueAll(db, at, [{ key: 'alpha', payload: {} }, { key: 'beta', payload: {} }, { payload: {} }]);
  const died = { state: 'dead', tries: 12, last_error: 'connect ECONNREFUSED', finished_at: now };
  await db('identity.jobs').whereNotNull('key').update(died);
  t.deepEqual(await findings(), [['note', '2 jobs of the queue logout of identity were given up']]);
  t.is((await findings(new Date(now.getTime() + 6 * 60_000)))[1]?.[0], 'wrong');

  const [listed, dead, none, misused] = await Promise.all([
    xinji('list'),
    xinji('dead', '--queue', 'logout'),
    xinji('requeue', '999'),
    xinji('requeue'),
  ]);
  t.regex(listed.out, /^logout +dead +2 .*\nlogout +waiting +1 /);
  t.regex(dead.out, /^(\d+) {2}logout {2}alpha {2}12 tries {2}\S+ {2}connect ECONNREFUSED\n\d+ {2}logout {2}beta/);
  t.deepEqual([none.code, none.out], [1, '0 jobs wait again.\n']);
  t.is(misused.code, 64);
  const id = /^\d+/.exec(dead.out)![0];
  t.is((await xinji('requeue', id)).out, '1 job waits again.\n');
  t.deepEqual(
    (await countJobs(db, 'identity')).map(({ state, jobs }) => [state, jobs]),
    [
      ['dead', 1],
      ['waiting', 2],
    ],
  );
  t.is((await xinji('requeue', '--all')).out, '1 job waits again.\n');
});

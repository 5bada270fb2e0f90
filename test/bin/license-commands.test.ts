// The commands that work as the license room, as an operator runs them: fsck, webhook, queue and audit, with their exit codes.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { makeMissingKeys } from '../../bin/serve/keys.ts';
import { openAudit } from '../../common/audit/open-audit.ts';
import { makeDirectoryStore } from '../../common/files/file-store.ts';
import { makeLog } from '../../common/log.ts';
import { certificatePem } from '../../common/pki/certificate.ts';
import { enqueueAll } from '../../common/queue/enqueue.ts';
import { makeEventChain } from '../../license/flow/chain-events.ts';
import { openRoomKeys } from '../../license/flow/open-room-keys.ts';
import { testDatabase } from '../_harness/database.ts';
import { PLAIN_ENV } from '../_harness/plain-env.ts';
import { signer } from '../common/audit/log-kit.ts';
import { CASE_SYSTEM, freeEvents, NOON, putLicense } from '../license/registry-rows.ts';

const XINJI = join(import.meta.dirname, '../../bin/xinji.ts');
const MASTER_KEY = new Uint8Array(32).fill(3);

type Answer = { readonly code: number; readonly out: string; readonly err: string };

test.before(() => makeMissingKeys());

async function makeRoom(t: ExecutionContext) {
  const database = await testDatabase(t);
  const folder = await mkdtemp(join(tmpdir(), 'xinji-license-commands-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const certificates = join(folder, 'checkpoints.crt.pem');
  await writeFile(certificates, certificatePem(signer.certificate));
  const env = {
    ...PLAIN_ENV,
    XINJI_MODE: 'development',
    XINJI_DATA_DIR: folder,
    XINJI_LICENSE_DATABASE_URL: database.urls.license,
    XINJI_LICENSE_FILES: join(folder, 'files'),
    XINJI_LICENSE_CHECKPOINTS: join(folder, 'checkpoints'),
    XINJI_LICENSE_CHECKPOINT_CERTIFICATES: certificates,
    XINJI_MASTER_KEY: Buffer.from(MASTER_KEY).toString('hex'),
  };
  const run = (args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Answer> =>
    new Promise((resolve) => {
      execFile(process.execPath, [XINJI, ...args], { env: { ...env, ...more } }, (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
      );
    });
  const xinji = (...args: readonly string[]): Promise<Answer> => run(args);
  const db = database.connect('license', 4);
  return { database, folder, db, run, xinji };
}

test('fsck and audit verify: 0 for a whole registry, 1 with the fault and what it is about, 2 when it cannot be judged', async (t) => {
  const { database, folder, db, run, xinji } = await makeRoom(t);
  const keys = await openRoomKeys(db, [MASTER_KEY], NOON);
  const files = makeDirectoryStore(join(folder, 'files'));
  const place = { databaseUrl: database.urls.license, schema: 'license', room: 'license', signer };
  const log = makeLog('license', 'silent');
  const { audit, close } = openAudit({
    ...place,
    copyFolder: join(folder, 'checkpoints'),
    clock: () => new Date(),
    log,
  });
  await putLicense({ db, keys, files, now: NOON, index: 1 });
  await makeEventChain({ audit, log, follow: async () => undefined }).run();
  await close();
  const nowhere = { XINJI_LICENSE_DATABASE_URL: 'postgres://nobody@127.0.0.1:1/xinji' };
  const [whole, json, misused, audited, away] = await Promise.all([
    xinji('fsck'),
    xinji('fsck', '--json', '--no-files'),
    xinji('fsck', 'everything'),
    xinji('audit', 'verify', '--room', 'license'),
    run(['fsck'], nowhere),
  ]);
  t.is(away.code, 2);
  t.is(whole.code, 0, whole.err);
  t.regex(whole.out, /licenses +1\n.*files opened +1\n.*WHOLE {3}no fault was found\n$/s);
  t.like(JSON.parse(json.out), { faultCount: 0, counts: { files: 1, files_opened: 0 } });
  t.is(misused.code, 64);
  t.is(audited.code, 0, audited.err);
  t.regex(audited.out, /^INTACT {2}1 rows in 1 chains of license.*events: 1 held against the chains, 0 wait/s);

  const owner = database.connect('owner', 1);
  await freeEvents(owner);
  await owner.raw(`update license.events set actor = 'nobody'`);
  const event = (await db('license.events').first('event_id')).event_id;
  const [faulty, changed] = await Promise.all([xinji('fsck'), xinji('audit', 'verify', '--room', 'license')]);
  t.is(faulty.code, 1);
  t.true(faulty.out.includes(`event-chain  ${event}: event-changed: its columns do not give its leaf`), faulty.out);
  t.is(changed.code, 1);
  t.true(changed.out.includes(`event-changed  event ${event}: its columns do not give its leaf`), changed.out);
});

test('webhooks are subscribed, listed, given a new secret and ended; what was given up waits in the queue of the room', async (t) => {
  const { db, xinji } = await makeRoom(t);
  const url = 'https://cases.example.gov.cn/hook';
  const add = ['webhook', 'add', '--organisation', CASE_SYSTEM, '--url', url, '--types'];
  const made = await xinji(...add, 'license.issued,license.expiring');
  t.is(made.code, 0, made.err);
  t.regex(made.out, /secret, shown only now: whsec_[A-Za-z0-9+/]{43}=\n$/);
  const id = /^whs_\w+/.exec(made.out)![0];
  const now = new Date();
  await enqueueAll(db, { schema: 'license', queue: 'notify', now }, [{ key: id, payload: {} }]);
  const died = { state: 'dead', tries: 10, last_error: 'the receiver answered 500', finished_at: now };
  await db('license.jobs').update(died);
  const [twice, unknown, listed, dead, rotated, ...misused] = await Promise.all([
    xinji(...add, 'license.issued'),
    xinji(...add, 'license.eaten'),
    xinji('webhook', 'list'),
    xinji('queue', 'dead', '--room', 'license'),
    xinji('webhook', 'rotate', id, '--overlap-hours', '0'),
    xinji('webhook', 'rotate'),
    xinji('webhook', 'add', '--url', url),
    xinji('webhook', 'rotate', id, '--overlap-hours', '169'),
    xinji('queue', 'dead', '--room', 'seal'),
  ]);
  t.is(twice.code, 1);
  t.regex(twice.err, /subscribed already/);
  t.is(unknown.code, 1);
  t.regex(
    listed.out,
    new RegExp(`^${id}  ${CASE_SYSTEM}  ${url}  license.issued,license.expiring  live  1 undelivered\n$`),
  );
  t.regex(dead.out, new RegExp(`^\\d+  notify  ${id}  10 tries  \\S+  the receiver answered 500\n$`));
  t.regex(rotated.out, /^the earlier secret signs no more\nsecret, shown only now: whsec_/);
  t.deepEqual(
    misused.map(({ code }) => code),
    [64, 64, 64, 64],
  );
  const [requeued, removed] = await Promise.all([
    xinji('queue', 'requeue', '--all', '--room', 'license'),
    xinji('webhook', 'remove', id),
  ]);
  t.is(requeued.out, '1 job waits again.\n');
  t.is(removed.out, `${id} is ended\n`);
  t.is((await xinji('webhook', 'remove', id)).code, 1);
});

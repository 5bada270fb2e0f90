// The drill: a house at work is copied, another installation is made of the copy, and everybody goes on there. What was
// live at that moment (a session, a presentation code) is not live again; what was done is not done twice.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { call } from '../../bin/demo/api.ts';
import { type Browser, makeBrowser } from '../../bin/demo/browser.ts';
import { logIn } from '../../bin/demo/chapters/single-sign-on.ts';
import { CITIZENS, LICENSE_TYPE } from '../../bin/seed/values.ts';
import type { FileVerification, LicenseDocument } from '../../common/contract/license.ts';
import { connect } from '../../common/db/connect.ts';
import { insertFactor } from '../../identity/store/factors.ts';
import { testServer, urlOf } from '../_harness/database.ts';
import { findFreePorts } from '../_harness/free-ports.ts';
import { type House, startHouse } from '../_harness/house.ts';
import { PLAIN_ENV } from '../_harness/plain-env.ts';

const folder = await mkdtemp(join(tmpdir(), 'xinji-backup-'));
const started: { kill(signal: NodeJS.Signals): unknown }[] = [];
test.after.always(async () => {
  for (const child of started) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

let house: House;
let request: Record<string, unknown>;
let license: LicenseDocument;
let pdf: Uint8Array<ArrayBuffer>;
let browser: Browser;
let liveCode: string;
let backup: string;

/** The environment of the house as its operator has it. */
function houseEnv(): NodeJS.ProcessEnv {
  const all = Object.assign({}, ...house.environments.map(({ env }) => env)) as NodeJS.ProcessEnv;
  const kept = Object.entries(all).filter(([name]) => /_(DATABASE_URL|PORT|URL)$/.test(name));
  const dataDir = dirname(dirname(all['XINJI_LICENSE_FILES']!));
  return {
    ...PLAIN_ENV,
    ...Object.fromEntries(kept),
    XINJI_MODE: 'development',
    XINJI_LOG_LEVEL: 'warn',
    XINJI_DATA_DIR: dataDir,
    DATABASE_URL: house.database.ownerUrl,
  };
}

function xinji(args: readonly string[], env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../bin/xinji.ts'), ...args], { env });
  started.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, said: () => said, ended };
}

async function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<{ code: number | null; said: string }> {
  const { ended, said } = xinji(args, env);
  return { code: await ended, said: said() };
}

const department = () => house.tokenFor('health-commission', 'license', 'license:issue');

async function makeEmptyDatabase(): Promise<string> {
  const { ownerUrl, prefix } = testServer();
  const name = `${prefix}_${randomBytes(4).toString('hex')}`;
  const db = connect(ownerUrl, { applicationName: 'xinji test', poolMax: 1 });
  await db.raw('create database ??', [name]);
  await db.destroy();
  return urlOf(testServer(), name);
}

/** Another machine: an empty database, an empty folder, the secrets put back. */
async function makeSecondPlace(): Promise<NodeJS.ProcessEnv> {
  const dataDir = await mkdtemp(join(folder, 'place-'));
  const first = houseEnv();
  await cp(join(first['XINJI_DATA_DIR']!, 'secrets.json'), join(dataDir, 'secrets.json'));
  const kept = Object.entries(first).filter(([name]) => !name.endsWith('_DATABASE_URL') && name !== 'DATABASE_URL');
  return { ...Object.fromEntries(kept), XINJI_DATA_DIR: dataDir, DATABASE_URL: await makeEmptyDatabase() };
}

test.before(async () => {
  house = await startHouse();
  const caseId = `CASE-${randomBytes(8).toString('hex')}`;
  const [{ name, codeType, code }] = CITIZENS;
  request = {
    case_id: caseId,
    license_type: LICENSE_TYPE,
    license_number: `示卫健证字第${caseId.slice(-6)}号`,
    holders: [{ name, code_type: codeType, code }],
    fields: {
      occupation: '餐饮服务',
      examining_institution: '示例市第一人民医院',
      examined_on: '2026-11-20',
      conclusion: '合格',
    },
  };
  const token = department();
  const issued = await call('POST', `${house.urls.license}/v1/licenses`, { token, json: request });
  license = issued.json<LicenseDocument>();
  pdf = (await call('GET', new URL(license.file.href, house.urls.license).href, { token })).bytes;
  const db = house.database.connect('identity');
  const [account] = await db('identity.accounts').where({ login_name: 'zhangsan' });
  await insertFactor(db, {
    accountId: account.id,
    kind: 'recovery',
    label: '',
    lookup: randomBytes(32),
    addedAt: new Date(),
  });
  for (const room of ['license', 'seal', 'identity'] as const) {
    await house.stopRoom(room); // which makes the last checkpoint
    await house.startRoom(room);
  }
  browser = makeBrowser();
  await logIn(browser, `${house.urls.license}/licenses`, house.passwords.zhangsan);
  const choice = await browser.open(`${house.urls.license}/present?license=${license.identifier}`);
  const shown = await browser.submit(choice, {}, '/present');
  liveCode = /lz_[0-9a-z]{26}/.exec(shown.text.replaceAll(/<[^>]+>|\s/g, ''))![0];
});

test.serial('a house at work is copied; keys go to a place apart, and only there', async (t) => {
  const made = await run(['backup', '--to', join(folder, 'backups'), '--keys', join(folder, 'safe')], houseEnv());
  t.is(made.code, 0, made.said);
  backup = /^\/.*Z$/m.exec(made.said)![0];
  const keys = /^Keys: (.*)$/m.exec(made.said)![1]!;
  t.true((await readdir(keys)).includes('secrets.json'));
  const masterKey = JSON.parse(await readFile(join(keys, 'secrets.json'), 'utf8')).master_keys.identity as string;
  for (const entry of await readdir(join(folder, 'backups'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = await readFile(join(entry.parentPath, entry.name));
    t.false(bytes.includes(masterKey) || bytes.includes('PRIVATE KEY'), entry.name);
  }
});

test.serial('keys in the folder of the backups are refused', async (t) => {
  const to = join(folder, 'other');
  const refused = await run(['backup', '--to', to, '--keys', join(to, 'keys')], houseEnv());
  t.is(refused.code, 1);
  t.regex(refused.said, /lies in the folder of the backups\n.*Keep keys apart/);
});

test.serial('a second backup finds the files of the first in the pool', async (t) => {
  const again = await run(['backup', '--to', join(folder, 'backups')], houseEnv());
  t.is(again.code, 0, again.said);
  t.regex(again.said, /1 files of XINJI_LICENSE_FILES, 0 new/);
  t.regex(again.said, /Keys were not copied/);
});

test.serial(
  'a database in use, a changed part and a backup without its end are refused, and nothing changes',
  async (t) => {
    const inUse = await run(['restore', backup], houseEnv());
    t.is(inUse.code, 1);
    t.regex(inUse.said, /in use: schema identity, license, seal has events\n.*empty database/);
    const damaged = join(folder, 'backups', 'damaged');
    await cp(backup, damaged, { recursive: true });
    await appendFile(join(damaged, 'database/identity.accounts.copy.gz'), 'x');
    const place = await makeSecondPlace();
    const changed = await run(['restore', damaged], place);
    t.is(changed.code, 1);
    t.regex(changed.said, /identity\.accounts\.copy\.gz has SM3 [0-9a-f]{64}; expected/);
    await rm(join(damaged, 'manifest.json'));
    t.regex((await run(['restore', damaged], place)).said, /did not come to its end/);
    await rm(damaged, { recursive: true });
    const db = connect(place['DATABASE_URL']!, { applicationName: 'xinji test', poolMax: 1 });
    const { rows } = await db.raw<{ rows: unknown[] }>(`select 1 from pg_namespace where nspname = 'identity'`);
    await db.destroy();
    t.deepEqual(rows, []);
  },
);

test.serial('restored elsewhere: chains hold, nothing is done twice, nothing that was live lives again', async (t) => {
  for (const room of ['license', 'seal', 'identity'] as const) await house.stopRoom(room);
  const [portA, portB] = await findFreePorts(2);
  const place: NodeJS.ProcessEnv = {
    ...(await makeSecondPlace()),
    XINJI_BUSINESS_A_PORT: `${portA}`,
    XINJI_BUSINESS_B_PORT: `${portB}`,
  };
  const restored = await run(['restore', backup], place);
  t.is(restored.code, 0, restored.said);
  t.regex(restored.said, /Restored as of .*: \d+ rows, \d+ files/);

  const audit = await run(['audit', 'verify'], place);
  t.is(audit.code, 0, audit.said);
  t.is(audit.said.match(/^INTACT/gm)?.length, 3);
  t.is(audit.said.match(/copy outside the database: [1-9]/g)?.length, 3);

  const running = xinji(['serve'], place);
  while (!running.said().includes('Ctrl-C stops everything') && running.child.exitCode === null) await sleep(20);
  t.regex(running.said(), /is up/, running.said());

  const token = department();
  const again = await call('POST', `${house.urls.license}/v1/licenses`, { token, json: request });
  t.is(again.status, 200);
  t.is(again.json<LicenseDocument>().identifier, license.identifier);
  const file = await call('GET', new URL(license.file.href, house.urls.license).href, { token });
  t.deepEqual(file.bytes, pdf);
  const judged = await call('POST', `${house.urls.license}/v1/verifications`, { pdf });
  t.is(judged.json<FileVerification>().license.status, 'valid');

  const code = await call('POST', `${house.urls.license}/v1/verifications`, { json: { code: liveCode } });
  t.false(code.json<{ live: boolean }>().live);
  const wallet = await browser.open(`${house.urls.license}/licenses`);
  t.true(wallet.url.includes('/interaction/'), 'the old session opens nothing; a login is asked for');
  const told = connect(place['DATABASE_URL']!, { applicationName: 'xinji test', poolMax: 1 });
  let notices: { client_id: string }[] = [];
  for (let i = 0; i < 200 && notices.length === 0; i += 1) {
    notices = await told('identity.logout_notices').select('client_id');
    await sleep(50);
  }
  const keys = await told('identity.signing_keys').select('kid', 'box', 'withdrawn_at').orderBy('signs_from');
  const codes = await told('identity.factors').where({ kind: 'recovery' }).select('removed_at');
  await told.destroy();
  t.deepEqual(
    keys.map(({ box, withdrawn_at: at }) => [box === null, at === null]),
    [
      [true, false],
      [false, true],
    ],
    'the key of before signs no more, the room has made another one',
  );
  t.deepEqual(
    codes.map(({ removed_at: at }) => at === null),
    [false],
  );
  t.true(
    notices.some(({ client_id: id }) => id === 'license'),
    'the systems of the ended session are told',
  );
  const fresh = await logIn(makeBrowser(), `${house.urls.license}/licenses`, house.passwords.zhangsan);
  t.true(fresh.text.includes(license.identifier));

  running.child.kill('SIGTERM');
  t.is(await running.ended, 0, running.said());
});

test.serial(
  'a table cut short behind the back of its SM3 stops the restore, and the next one goes through',
  async (t) => {
    const copy = join(folder, 'backups', 'shortened');
    await cp(backup, copy, { recursive: true });
    const manifest = JSON.parse(await readFile(join(copy, 'manifest.json'), 'utf8'));
    const accounts = manifest.tables.find((table: { name: string }) => table.name === 'accounts');
    accounts.rows += 1;
    await writeFile(join(copy, 'manifest.json'), JSON.stringify(manifest));
    const place = await makeSecondPlace();
    const refused = await run(['restore', copy], place);
    t.is(refused.code, 1);
    t.regex(refused.said, /identity\.accounts\.copy\.gz has \d+ rows; expected/);
    const good = await run(['restore', backup], place);
    t.is(good.code, 0, good.said);
  },
);

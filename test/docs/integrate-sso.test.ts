// docs/integrate-sso.md does what it says: its files are written down as they stand there, its commands are run in order,
// and the system it prints logs a person in, out, and is told when he logs out elsewhere.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { logIn } from '../../bin/demo/chapters/single-sign-on.ts';
import { findFreePort } from '../_harness/free-ports.ts';
import { type House, startHouse } from '../_harness/house.ts';
import { PLAIN_ENV } from '../_harness/plain-env.ts';

const ROOT = join(import.meta.dirname, '../..');
const text = await readFile(join(ROOT, 'docs/integrate-sso.md'), 'utf8');

let house: House;
let folder: string;
let port: number;
let env: NodeJS.ProcessEnv;
let system: ChildProcess | undefined;

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xinji-integrate-sso-'));
  house = await startHouse();
  port = await findFreePort();
  for (const [, name, content] of text.matchAll(/```(?:js|json|apache) (\S+)\n([\s\S]*?)```/g))
    await writeFile(
      join(folder, name!),
      content!
        .replaceAll('SYSTEM_PORT"', `${port}"`)
        .replaceAll(':SYSTEM_PORT/', `:${port}/`)
        .replaceAll(':HALL_PORT/', ':9/'),
    );
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const identity = house.environments.find(({ room }) => room.name === 'identity')!.env;
  env = {
    ...PLAIN_ENV,
    ...identity,
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
    IDENTITY: house.urls.identity,
    SYSTEM_PORT: `${port}`,
  };
});

test.after.always(async () => {
  system?.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

function shell(script: string): Promise<{ readonly code: number; readonly said: string }> {
  const command = script.replaceAll('npx xinji', `'${process.execPath}' '${join(ROOT, 'bin/xinji.ts')}'`);
  return new Promise((resolve) => {
    const child = execFile('sh', ['-e', '-c', command], { cwd: folder, env }, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, said: `${out}${err}` }),
    );
  });
}

test.serial('the commands of docs/integrate-sso.md succeed in the order in which they are printed', async (t) => {
  const blocks = [...text.matchAll(/```sh check\n([\s\S]*?)```/g)].map(([, block]) => block as string);
  t.true(blocks.length >= 4);
  for (const block of blocks) {
    const { code, said } = await shell(block);
    t.is(code, 0, `${block}\n${said}`);
  }
});

test.serial(
  'the printed system knows who logged in, forgets him at his logout, and hears of a logout elsewhere',
  async (t) => {
    t.timeout(60_000);
    system = spawn(process.execPath, ['system.mjs'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [system.stdout!, system.stderr!])
      stream.setEncoding('utf8').on('data', (part) => (said += part));
    while (!said.includes('ready at') && system.exitCode === null) await sleep(20);
    const own = `http://127.0.0.1:${port}`;

    const browser = makeBrowser();
    t.true((await browser.open(own)).text.includes('请登录'));
    const home = await logIn(browser, `${own}/login`, house.passwords.zhangsan);
    t.is(home.url, `${own}/`, said);
    t.is(home.text, '您好，张三');

    // A second browser with the same cookie jar of the house would be another session; the same one hops without typing.
    const wallet = await browser.open(`${house.urls.license}/licenses`);
    t.is(wallet.url, `${house.urls.license}/licenses`);

    // Logged out at the wallet: the system is told by back channel.
    const asked = await browser.submit(wallet, {}, '/logout');
    const out = await browser.submit(asked, { logout: 'yes' }, '/session/end');
    t.is(out.status, 200);
    for (let i = 0; i < 200 && (await browser.open(own)).text !== '请登录：/login'; i += 1) await sleep(50);
    t.is((await browser.open(own)).text, '请登录：/login', said);

    // Logged out at the system itself: back at its first page, and the session of the house is over.
    await logIn(browser, `${own}/login`, house.passwords.zhangsan);
    const confirm = await browser.open(`${own}/logout`);
    const end = await browser.submit(confirm, { logout: 'yes' }, '/session/end');
    t.is(end.status, 200);
    const again = await browser.open(`${own}/login`);
    t.true(again.url.includes('/interaction/'), again.url);

    // A logout token of somebody else ends nothing.
    const forged = await fetch(`${own}/backchannel-logout`, {
      method: 'POST',
      body: new URLSearchParams({ logout_token: 'eyJhbGciOiJub25lIn0.e30.' }),
    });
    t.is(forged.status, 400);
  },
);

test.serial('the printed terminal shows a code, and knows who confirmed it on the phone', async (t) => {
  t.timeout(60_000);
  const terminal = spawn(process.execPath, ['terminal.mjs'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  t.teardown(() => terminal.kill('SIGKILL'));
  let said = '';
  for (const stream of [terminal.stdout, terminal.stderr])
    stream.setEncoding('utf8').on('data', (part) => {
      said += part;
    });
  while (!/输入 [A-Z]{4}-[A-Z]{4}/.test(said) && terminal.exitCode === null) await sleep(20);
  const [, at, code] = /打开 (\S+) ，输入 (\S+)/.exec(said) ?? [];
  const phone = makeBrowser();
  const question = await phone.submit(await phone.open(at!), { user_code: code! });
  t.true(question.text.includes('示例大厅 3 号自助终端'), said);
  const login = await phone.submit(question, {});
  const done = await phone.submit(login, { login: 'zhangsan', password: house.passwords.zhangsan });
  t.true(done.text.includes('已在终端登录'));
  while (!said.includes('您好') && terminal.exitCode === null) await sleep(50);
  t.true(said.includes('您好，张三'), said);
});

// `xinji role`, `login` and `logout` as people use them: roles by the operator, the login through a browser.
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { decodeJwt } from 'jose';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { CLI_CLIENT } from '../../bin/seed/values.ts';
import { makeMissingKeys } from '../../bin/serve/keys.ts';
import { ROLE_SCOPES } from '../../common/contract/roles.ts';
import { OWN_SECTOR } from '../../identity/domain/subject.ts';
import { addRole } from '../../identity/flow/assign-role.ts';
import { upsertLegalPerson } from '../../identity/store/legal-persons.ts';
import { PLAIN_ENV } from '../_harness/plain-env.ts';
import { type IdentityHouse, MASTER_KEY, PERSON, startIdentity } from '../identity/identity-house.ts';

const XINJI = join(import.meta.dirname, '../../bin/xinji.ts');
const ROLE = ['--org', '11360100MB0D00010M', '--unit', '办公室', '--role', 'seal-applicant'];

type Said = { readonly code: number | null; readonly out: string; readonly err: string };
type Ground = {
  readonly house: IdentityHouse;
  readonly tokenFile: string;
  /** `onAddress` is told the first address that the command prints on stderr. */
  xinji(args: readonly string[], onAddress?: (address: string) => Promise<void>): Promise<Said>;
};

test.before(() => makeMissingKeys());

async function startGround(t: ExecutionContext): Promise<Ground> {
  const house = await startIdentity(t);
  await house.client(CLI_CLIENT.clientId, {
    applicationType: 'native',
    scopes: ['openid', 'profile', ...Object.values(ROLE_SCOPES).flat()],
    redirectUris: [CLI_CLIENT.redirectUri],
    sector: OWN_SECTOR,
  });
  const folder = await mkdtemp(join(tmpdir(), 'xinji-staff-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const env = {
    ...PLAIN_ENV,
    XINJI_MODE: 'development',
    XINJI_DATA_DIR: folder,
    XDG_CONFIG_HOME: folder,
    XINJI_IDENTITY_URL: house.url,
    XINJI_IDENTITY_DATABASE_URL: house.databaseUrl,
    XINJI_MASTER_KEY: Buffer.from(MASTER_KEY).toString('hex'),
  };
  const xinji: Ground['xinji'] = (args, onAddress) => run(env, args, onAddress);
  return { house, tokenFile: join(folder, 'xinji/token.json'), xinji };
}

function run(
  env: NodeJS.ProcessEnv,
  args: readonly string[],
  onAddress: (address: string) => Promise<void> = async () => undefined,
): Promise<Said> {
  const child = spawn(process.execPath, [XINJI, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  let told: Promise<void> | undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    const address = /^ {2}(http\S+)\n/m.exec(err)?.[1];
    if (address !== undefined) told ??= onAddress(address);
  });
  return new Promise((resolve, reject) =>
    child.once('close', (code) => {
      Promise.resolve(told).then(() => resolve({ code, out, err }), reject);
    }),
  );
}

async function logInAt(address: string): Promise<void> {
  const browser = makeBrowser();
  const page = await browser.open(address);
  const next = await browser.submit(page, { login: PERSON.loginName, password: PERSON.password });
  if (next.text.includes('name="decision"')) await browser.submit(next, { decision: 'agree' });
}

test('an operator gives a role, the person logs in and gets its duty, the role ends and the next login is refused', async (t) => {
  const { house, tokenFile, xinji } = await startGround(t);
  const added = await xinji(['role', 'add', PERSON.loginName, ...ROLE]);
  t.is(added.code, 0, added.err);
  const [{ sub, ...listed }] = JSON.parse((await xinji(['role', 'list', '--json'])).out);
  t.like(listed, { login: PERSON.loginName, role: 'seal-applicant', unit: '办公室', to: null });
  t.is(sub, house.subOf(OWN_SECTOR));

  const login = await xinji(['login'], logInAt);
  t.is(login.code, 0, login.err);
  t.regex(
    login.out,
    /seal-applicant of 办公室 \(11360100MB0D00010M\): seal:apply\nNot granted, .*: seal:approve seal:make/,
  );
  t.is((await stat(tokenFile)).mode & 0o777, 0o600);
  t.is((await stat(join(tokenFile, '..'))).mode & 0o777, 0o700);

  // At hand, it is handed out again; what it does not cover is asked for anew.
  const again = await xinji(['login', '--token-only', '--as-scope', 'seal:apply']);
  const token = JSON.parse(await readFile(tokenFile, 'utf8')).access_token;
  t.is(again.out, `${token}\n`);
  t.is(again.err, '');
  t.like(decodeJwt(token), { sub, scope: 'seal:apply', client_id: CLI_CLIENT.clientId });

  const mixed = await xinji(['login', '--as-scope', 'seal:apply license:clerk']);
  t.is(mixed.code, 1);
  t.regex(mixed.err, /license:clerk is no duty of the seal room; a token is for one room/);
  t.regex((await xinji(['login', '--room', 'identity'])).err, /--room is one of seal, license/);

  t.is((await xinji(['role', 'end', PERSON.loginName, ...ROLE])).code, 0);
  const refused = await xinji(['login', '--again'], logInAt);
  t.is(refused.code, 1);
  t.regex(refused.err, /access_denied: no role of this person brings seal:apply/);
});

test('logout deletes the token and says where the browser logs out; a token that others could read is not used', async (t) => {
  const { house, tokenFile, xinji } = await startGround(t);
  await addRole(house, { loginName: PERSON.loginName, org: ROLE[1]!, unit: '办公室', role: 'seal-applicant' });
  t.is((await xinji(['login'], logInAt)).code, 0);
  await chmod(tokenFile, 0o644);
  const open = await xinji(['login']);
  t.is(open.code, 78);
  t.regex(open.err, /can be read by others/);
  await chmod(tokenFile, 0o600);
  const out = await xinji(['logout']);
  t.is(out.code, 0);
  t.true(out.out.includes(`${house.url}/oidc/session/end`));
  await t.throwsAsync(stat(tokenFile));
  t.is((await xinji(['logout'])).out, 'No token was kept.\n');
});

test('an operator publishes the next signing key and takes one out of use; running rooms follow', async (t) => {
  const { house, xinji } = await startGround(t);
  const list = async (): Promise<{ kid: string; state: string }[]> =>
    JSON.parse((await xinji(['identity-key', 'list', '--json'])).out);
  const rotated = await xinji(['identity-key', 'rotate']);
  t.regex(rotated.out, /is published and signs from 20/, rotated.err);
  const [first, next] = await list();
  t.is(`${first?.state} ${next?.state}`, 'signing published');
  t.is((await xinji(['identity-key', 'retire', first!.kid])).code, 0);
  const { keys } = (await (await fetch(`${house.url}/oidc/jwks`)).json()) as { keys: { kid: string }[] };
  t.deepEqual(
    keys.map(({ kid }) => kid),
    [next!.kid],
  );
  t.regex((await xinji(['identity-key', 'list'])).out, /withdrawn .*\n.*signing/);
  const again = await xinji(['identity-key', 'retire', 'other']);
  t.is(again.code, 1);
  t.regex(again.err, /there is no signing key other in use\n.*identity-key list/s);
  t.is((await xinji(['identity-key', 'retire'])).code, 64);
});

test('wrong wishes are said before anything is asked: scopes, roles, addresses', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'xinji-staff-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const env = { ...PLAIN_ENV, XDG_CONFIG_HOME: folder, XINJI_DATA_DIR: folder };
  const development = { ...env, XINJI_MODE: 'development' };
  const cases: readonly [env: NodeJS.ProcessEnv, args: readonly string[], code: number, says: RegExp][] = [
    [development, ['login', '--as-scope', 'seal:use'], 1, /--as-scope has "seal:use"/],
    [development, ['login', 'now'], 64, /login/],
    [env, ['login'], 78, /nothing says where the identity room is/],
    [{ ...env, XINJI_IDENTITY_URL: 'http://id.example' }, ['login'], 78, /production needs https/],
    [development, ['login', '--identity', 'http://127.0.0.1:1'], 1, /does not answer/],
    [development, ['role', 'add', 'zhangsan', '--role', 'seal-keeper'], 64, /expected/],
    [development, ['role', 'make'], 64, /expected/],
  ];
  const answers = await Promise.all(cases.map(([own, args]) => run(own, args)));
  for (const [index, [, args, code, says]] of cases.entries()) {
    t.is(answers[index]!.code, code, `${args.join(' ')}: ${answers[index]!.err}`);
    t.regex(answers[index]!.err, says);
  }
});

test('the first administrator: an account with one role and a password shown once; a role that must stay apart is refused', async (t) => {
  const { house, xinji } = await startGround(t);
  const who = ['--name', '陈管理', '--org', '11360100MB0D00010M', '--unit', '大数据中心'];
  const number = join(tmpdir(), `xinji-number-${process.pid}`);
  await writeFile(number, '360102198806150056\n', { mode: 0o600 });
  t.teardown(() => rm(number));
  t.regex((await xinji(['admin', 'create', 'chenguanli', ...who])).err, /--number-file is missing/);
  const made = await xinji(['admin', 'create', 'chenguanli', ...who, '--number-file', number]);
  t.is(made.code, 0, made.err);
  t.regex(made.out, /Password, shown once: \S{20}\nchenguanli is security-admin/);
  const again = await xinji(['admin', 'create', 'chenguanli', ...who]);
  t.notRegex(again.out, /Password/);
  const second = await xinji(['admin', 'create', 'chenguanli', ...who, '--role', 'audit-admin']);
  t.is(second.code, 1);
  t.regex(second.err, /nobody is audit-admin besides\n.*three persons/);
  t.is((await xinji(['admin', 'create', 'chenguanli', ...who, '--role', 'seal-keeper'])).code, 64);
  t.deepEqual(await house.db('identity.roles').pluck('role'), ['security-admin']);
});

test('an operator suspends a unit, resumes it and cancels it; each step names its reason, and an unlawful one is refused', async (t) => {
  const { house, xinji } = await startGround(t);
  const code = '91360100MA35XJ0338';
  const unit = { code, name: '示例食品有限公司', representativeKey: new Uint8Array(32), at: new Date() };
  await upsertLegalPerson(house.db, unit);
  const why = ['--reason', '示市监〔2026〕7号', '--by', '李四'];
  t.is((await xinji(['unit', 'suspend', code])).code, 64);
  t.regex(
    (await xinji(['unit', 'suspend', code, ...why])).out,
    /示例食品有限公司 \(91360100MA35XJ0338\) is suspended; 0 grants/,
  );
  t.regex((await xinji(['unit', 'suspend', code, ...why])).err, /the unit is suspended, it cannot become suspended/);
  t.is((await xinji(['unit', 'resume', code, ...why])).code, 0);
  t.is((await xinji(['unit', 'cancel', code, ...why])).code, 0);
  t.regex((await xinji(['unit', 'show', code])).out, /is cancelled; its representative was last confirmed 20/);
  t.is((await xinji(['unit', 'resume', code, ...why])).code, 1);
  t.regex((await xinji(['unit', 'show', '91360100MA35XJ0000'])).err, /no unit 91360100MA35XJ0000 is known here/);
});

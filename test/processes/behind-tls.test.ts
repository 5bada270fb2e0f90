// Production behind a proxy that ends TLS, with the configuration that docs/operations prints: a person logs in, cookies
// are for https only, the address of the caller is the proxy's word, and what is for operators stays inside.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import test from 'ava';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { logIn } from '../../bin/demo/chapters/single-sign-on.ts';
import { listClients } from '../../bin/seed/seed-identity.ts';
import { CITIZENS } from '../../bin/seed/values.ts';
import { makeMissingKeys } from '../../bin/serve/keys.ts';
import { fromHex } from '../../common/bytes.ts';
import { systemClock } from '../../common/clock.ts';
import { connect } from '../../common/db/connect.ts';
import { openRootSecret } from '../../common/keys/root-secret.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { registerAccount } from '../../identity/flow/register-account.ts';
import { registerClient } from '../../identity/flow/register-client.ts';
import { findFreePorts } from '../_harness/free-ports.ts';
import { judge } from '../_harness/judges.ts';
import { type Addresses, type Installation, install, serve } from './production-house.ts';

const PASSWORD = 'behind-the-proxy-2026';
const folder = await mkdtemp(join(tmpdir(), 'xinji-tls-'));
const ended: (() => void)[] = [];
test.after.always(async () => {
  for (const end of ended) end();
  await rm(folder, { recursive: true, force: true });
});

/** The printed configuration with our names, ports and certificate. */
async function writeProxy(house: Installation, [plain, ...ports]: readonly number[]): Promise<string> {
  const printed = await readFile(join(import.meta.dirname, '../../docs/operations/nginx-xinji.conf'), 'utf8');
  let next = 0;
  const site = printed
    .replaceAll('/etc/xinji/tls/fullchain.pem', join(folder, 'tls.crt.pem'))
    .replaceAll('/etc/xinji/tls/key.pem', join(folder, 'tls.key.pem'))
    .replace('listen 80 default_server', `listen 127.0.0.1:${plain} default_server`)
    .replace(/server \{\s*listen 443 ssl default_server;\s*return 421;\s*\}/, '')
    .replaceAll('listen 443 ssl', () => `listen 127.0.0.1:${ports[next++]} ssl`)
    .replaceAll(/server_name [a-z.]+;/g, 'server_name localhost;')
    .replaceAll(/127\.0\.0\.1:700([123])/g, (_, room) => `127.0.0.1:${house.ports[Number(room) - 1]}`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  const path = join(folder, 'nginx.conf');
  await writeFile(
    path,
    `daemon off; pid ${join(folder, 'nginx.pid')}; error_log stderr warn; events {}
http { access_log off; ${temporary.join(' ')} include ${join(folder, 'site.conf')}; }\n`,
  );
  await writeFile(join(folder, 'site.conf'), site);
  return path;
}

function makeCertificate(): void {
  const paths = ['-keyout', join(folder, 'tls.key.pem'), '-out', join(folder, 'tls.crt.pem')];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...paths, ...names], {
    stdio: 'ignore',
  });
}

async function registerPeopleAndClient(house: Installation, addresses: Addresses): Promise<void> {
  await makeMissingKeys();
  const db = connect(house.url, { applicationName: 'xinji test', poolMax: 1 });
  const masters = [fromHex(house.env['XINJI_MASTER_KEY']!)] as const;
  const keys = deriveDocumentKeys(await openRootSecret(db, 'identity', masters, systemClock()));
  const [{ login: loginName, name, code, codeType }] = CITIZENS;
  const account = { loginName, name, password: PASSWORD, holder: { code, type: codeType } };
  await registerAccount({ db, clock: systemClock, keys }, account);
  const client = listClients(addresses.license, [])[0]!;
  const { x, y } = createPublicKey(await readFile(house.env['XINJI_LICENSE_CLIENT_KEY']!, 'utf8')).export({
    format: 'jwk',
  });
  const jwks = { keys: [{ kty: 'EC', crv: 'P-256', x: x!, y: y! }] } as const;
  await registerClient({ db, clock: systemClock, requireHttps: true }, { ...client, jwks });
  await db.destroy();
}

judge(
  test.serial,
  'nginx',
  'openssl',
)('a person logs in through TLS that ends in front of the rooms', async (t) => {
  t.timeout(60_000);
  const ports = await findFreePorts(4);
  const addresses = {
    identity: `https://localhost:${ports[1]}`,
    license: `https://localhost:${ports[2]}`,
    seal: `https://localhost:${ports[3]}`,
  };
  makeCertificate();
  await mkdir(join(folder, 'keys'));
  const house = await install(join(folder, 'keys'), addresses);
  const env = { ...house.env, XINJI_LOG_LEVEL: 'info', NODE_EXTRA_CA_CERTS: join(folder, 'tls.crt.pem') };
  const proxy: ChildProcess = spawn('/usr/sbin/nginx', ['-c', await writeProxy(house, ports)], { stdio: 'ignore' });
  ended.push(() => proxy.kill('SIGTERM')); // its worker would outlive a harder end
  const running = serve(env);
  ended.push(() => running.child.kill('SIGKILL'));
  while (!running.said().includes('Ctrl-C stops everything') && running.child.exitCode === null) await sleep(20);
  t.regex(running.said(), /is up \(production\)/, running.said());
  await registerPeopleAndClient(house, addresses);
  tls.setDefaultCACertificates([await readFile(join(folder, 'tls.crt.pem'), 'utf8')]);

  // What is published names https only.
  const answer = await fetch(`${addresses.identity}/.well-known/openid-configuration`);
  const discovery = (await answer.json()) as Record<string, unknown>;
  t.is(discovery['issuer'], addresses.identity);
  for (const value of Object.values(discovery).filter((one) => typeof one === 'string' && /^http/.test(one)))
    t.true(String(value).startsWith(`${addresses.identity}`), String(value));

  // A login across two rooms, each of which asks the other through the proxy.
  const browser = makeBrowser();
  const wallet = await logIn(browser, `${addresses.license}/licenses`, PASSWORD);
  t.is(wallet.url, `${addresses.license}/licenses`);
  t.true(wallet.text.includes(CITIZENS[0].name));

  // Cookies travel over https only; browsers keep to https from now on.
  const login = await fetch(`${addresses.license}/licenses`, { redirect: 'manual' });
  for (const cookie of login.headers.getSetCookie()) t.regex(cookie, /; *secure/i);
  t.regex(login.headers.get('strict-transport-security') ?? '', /max-age=31536000/);
  const plain = await fetch(`http://localhost:${ports[0]}/licenses?a=1`, { redirect: 'manual' });
  t.is(plain.status, 301);
  t.is(plain.headers.get('location'), 'https://localhost/licenses?a=1');

  // Operators' addresses stay inside.
  for (const path of ['/metrics', '/readyz'])
    for (const url of Object.values(addresses)) t.is((await fetch(url + path)).status, 404, url + path);

  // Who asked is the proxy's word: a caller who names other addresses is counted under his own.
  const db = connect(house.url, { applicationName: 'xinji test', poolMax: 1 });
  const stranger = makeBrowser();
  const form = await stranger.open(`${addresses.license}/licenses`);
  const hidden = Object.fromEntries(
    [...form.text.matchAll(/<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"/g)].map(([, n, v]) => [
      n,
      v,
    ]),
  );
  const action = new URL(/action="([^"]*\/login)"/.exec(form.text)![1]!, form.url).href;
  await stranger.fetchOnce(action, {
    method: 'POST',
    headers: { Origin: addresses.identity, 'X-Forwarded-For': '203.0.113.7', 'X-Forwarded-Proto': 'http' },
    body: new URLSearchParams({ ...hidden, login: 'zhangsan', password: 'wrong' } as Record<string, string>),
  });
  const { rows } = await db.raw<{ rows: { address: string }[] }>('select distinct address from identity.login_tries');
  await db.destroy();
  t.false(
    rows.some(({ address }) => address.includes('203.0.113.7')),
    JSON.stringify(rows),
  );
  t.true(
    rows.some(({ address }) => address.endsWith('127.0.0.1')),
    JSON.stringify(rows),
  );

  running.child.kill('SIGTERM');
  t.is(await running.ended, 0);
});

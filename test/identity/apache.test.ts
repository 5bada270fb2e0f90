// A relying party that others wrote, in C: Apache with mod_auth_openidc logs a person in, reads claims, and is logged out by
// back channel. It runs as an ordinary process with its own configuration and port.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { findFreePort } from '../_harness/free-ports.ts';
import { judge } from '../_harness/judges.ts';
import { PLAIN_ENV } from '../_harness/plain-env.ts';
import { type IdentityHouse, PERSON, post, startIdentity } from './identity-house.ts';

const MODULES = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'headers', 'alias', 'auth_openidc'];

/** The part that docs/integrate-sso.md prints; what stands in it comes by the environment. */
const PRINTED = /```apache sso.conf\n([\s\S]*?)```/.exec(
  readFileSync(join(import.meta.dirname, '../../docs/integrate-sso.md'), 'utf8'),
)![1]!;

const configurationOf = ({ root, port }: { root: string; port: number }): string => `
ServerName localhost
ServerRoot "${root}"
Listen 127.0.0.1:${port}
${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
PidFile "${root}/apache.pid"
ErrorLog "${root}/error.log"
LogLevel warn auth_openidc:info
${MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
DocumentRoot "${root}"
${PRINTED}
<Location /hall>
  # Not only for navigations: the browser of this test is a program.
  OIDCUnAuthAction auth true
  Header always set X-Person "%{OIDC_CLAIM_name}e"
  Header always set X-Phone "%{OIDC_CLAIM_phone_number}e"
  Header always set X-Subject "%{OIDC_CLAIM_sub}e"
</Location>
`;

type Apache = { readonly url: string; readonly log: () => string };

/** Ready when it answers; stopped with the test. */
async function startApache(t: ExecutionContext, house: IdentityHouse, port: number, secret: string): Promise<Apache> {
  const root = mkdtempSync(join(tmpdir(), 'xinji-apache-'));
  const url = `http://localhost:${port}`;
  chmodSync(root, 0o755);
  const file = join(root, 'httpd.conf');
  writeFileSync(file, configurationOf({ root, port }));
  const env = { ...PLAIN_ENV, IDENTITY: house.url, SECRET: secret, OWN: url, PASSPHRASE: 'a passphrase of this test' };
  writeFileSync(join(root, 'hall'), 'the hall');
  const child: ChildProcess = spawn('/usr/sbin/apache2', ['-f', file, '-D', 'FOREGROUND'], { stdio: 'ignore', env });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  t.teardown(async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(root, { recursive: true });
  });
  const log = (): string => readFileSync(join(root, 'error.log'), 'utf8');
  for (;;) {
    if (child.exitCode !== null) throw new Error(`Apache does not start: ${log()}`);
    const answers = await fetch(`${url}/`).then(
      () => true,
      () => false,
    );
    if (answers) return { url, log };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

judge(test, 'mod_auth_openidc')(
  'Apache with mod_auth_openidc logs a person in, reads the claims, and is logged out by back channel',
  async (t) => {
    const house = await startIdentity(t);
    const port = await findFreePort();
    const callback = `http://localhost:${port}/hall/callback`;
    const client = await house.client('example-hall', {
      authMethod: 'client_secret_basic',
      jwks: { keys: [] },
      scopes: ['openid', 'profile', 'phone'],
      redirectUris: [callback],
      backchannelLogoutUri: `${callback}?logout=backchannel`,
    });
    const apache = await startApache(t, house, port, client.secret!);
    const browser = makeBrowser();
    const login = await browser.open(`${apache.url}/hall`);
    t.true(login.url.startsWith(house.url), `${login.url} ${apache.log()}`);
    const hall = await browser.submit(login, { login: PERSON.loginName, password: PERSON.password });
    t.is(hall.url, `${apache.url}/hall`, apache.log());
    t.is(hall.text, 'the hall');
    const header = (name: string): string => Buffer.from(hall.headers.get(name) ?? '', 'latin1').toString('utf8');
    t.is(header('X-Person'), PERSON.name);
    t.is(header('X-Phone'), `+86${PERSON.phone}`);
    t.is(header('X-Subject'), house.sub);
    t.is((await browser.fetchOnce(`${apache.url}/hall`)).status, 200, 'its own session');
    const question = await browser.open(`${house.url}/oidc/session/end`);
    await (await post(browser, question, { logout: 'yes' })).text();
    const after = await browser.fetchOnce(`${apache.url}/hall`);
    t.is(after.status, 302, `logged out at Apache too: ${apache.log()}`);
    const [notice] = await house.db('identity.logout_notices').where({ client_id: 'example-hall' });
    t.is(notice?.state, 'delivered');
  },
);

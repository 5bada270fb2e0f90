import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { type Agent, type AgentOptions, startAgent } from '../../bin/cert-login/agent.ts';
import { KEYS_DEV, makeMissingKeys } from '../../bin/serve/keys.ts';
import { agentCertificates, agentSignature, certificateLoginMessage } from '../../common/contract/certificate-agent.ts';
import { DEFAULT_USER_ID, verifySm2 } from '../../common/crypto/sm2.ts';
import { judge } from '../_harness/judges.ts';
import { makeTestPki, type Party } from '../_harness/pki.ts';
import { PLAIN_ENV } from '../_harness/plain-env.ts';

const ORIGIN = 'https://id.example.gov.cn';
const CHALLENGE = 'A'.repeat(75);
const pki = await makeTestPki();
let agent: Agent;

async function start(signer: Party, change: Partial<AgentOptions> = {}): Promise<Agent> {
  const { certificate, key } = signer;
  return startAgent({ certificate, chain: [], key, origin: ORIGIN, port: 0, confirm: async () => true, ...change });
}

test.before(async () => {
  agent = await start(pki.signer);
});
test.after.always(() => agent.stop());

const sign = (
  to: Agent = agent,
  init: RequestInit = {},
  body: unknown = { certificate_id: 'certificate', challenge: CHALLENGE },
) =>
  fetch(`${to.url}/v1/signatures`, {
    method: 'POST',
    body: JSON.stringify(body),
    ...init,
    headers: { Origin: ORIGIN, 'Content-Type': 'application/json', ...init.headers },
  });

test('the agent lists its certificate and signs challenge and origin for the one site', async (t) => {
  const listed = await fetch(`${agent.url}/v1/certificates`, { headers: { Origin: ORIGIN } });
  t.is(listed.headers.get('Access-Control-Allow-Origin'), ORIGIN);
  const { certificates } = agentCertificates.parse(await listed.json());
  t.is(certificates[0]?.certificate, Buffer.from(pki.signer.certificate.raw).toString('base64'));
  const { signature } = agentSignature.parse(await (await sign()).json());
  const message = certificateLoginMessage(ORIGIN, CHALLENGE);
  t.true(verifySm2(pki.signer.key.publicKey, message, new Uint8Array(Buffer.from(signature, 'base64'))));
  const preflight = await fetch(`${agent.url}/v1/signatures`, { method: 'OPTIONS', headers: { Origin: ORIGIN } });
  t.is(preflight.status, 204);
  t.is(preflight.headers.get('Access-Control-Allow-Private-Network'), 'true');
});

judge(test, 'openssl')('openssl verifies what the agent signed, under the standard user id', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'xinji-agent-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const at = (name: string, bytes: string | Uint8Array): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const { signature } = agentSignature.parse(await (await sign()).json());
  const key = pki.signer.key.publicKey.keyObject.export({ type: 'spki', format: 'pem' }) as string;
  const message = `xinji-certificate-login\n${ORIGIN}\n${CHALLENGE}\n`;
  const told = execFileSync('openssl', [
    ...['dgst', '-sm3', '-verify', at('key.pem', key), '-sigopt', `distid:${DEFAULT_USER_ID}`],
    ...['-signature', at('signature', Buffer.from(signature, 'base64')), at('message', message)],
  ]);
  t.is(told.toString().trim(), 'Verified OK');
});

test('refused: pages of another origin, of none, and the preflight of a stranger; nothing is told to them', async (t) => {
  for (const origin of [
    'https://evil.example',
    'https://id.example.gov.cn.evil.example',
    'null',
    'http://id.example.gov.cn',
  ]) {
    const answer = await sign(agent, { headers: { Origin: origin } });
    t.is(answer.status, 403, origin);
    t.is(answer.headers.get('Access-Control-Allow-Origin'), null);
    t.false((await answer.text()).includes('signature'));
    const preflight = await fetch(`${agent.url}/v1/certificates`, { method: 'OPTIONS', headers: { Origin: origin } });
    t.is(preflight.status, 403);
  }
  t.is((await fetch(`${agent.url}/v1/certificates`)).status, 403);
});

test('refused: a name that resolves to this machine (DNS rebinding)', async (t) => {
  const { port } = new URL(agent.url);
  const status = await new Promise((resolve, reject) => {
    const headers = { Host: `evil.example:${port}`, Origin: ORIGIN };
    httpRequest({ host: '127.0.0.1', port, path: '/v1/certificates', headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .once('error', reject)
      .end();
  });
  t.is(status, 421);
});

test('refused: another path, method, media type, a body that is none or too long, another certificate, a challenge that is none', async (t) => {
  const asked = async (path: string, init: RequestInit = {}) =>
    (await fetch(`${agent.url}${path}`, { ...init, headers: { Origin: ORIGIN, ...init.headers } })).status;
  t.is(await asked('/'), 404);
  t.is(await asked('/v1/certificates', { method: 'DELETE' }), 405);
  t.is(await asked('/v1/signatures'), 405);
  t.is((await sign(agent, { headers: { 'Content-Type': 'text/plain' } })).status, 415);
  t.is((await sign(agent, { body: '{' })).status, 400);
  t.is((await sign(agent, { body: JSON.stringify({ certificate_id: 'x'.repeat(5000) }) })).status, 400);
  t.is((await sign(agent, {}, { certificate_id: 'another', challenge: CHALLENGE })).status, 404);
  for (const challenge of ['', 'A'.repeat(76), `${'A'.repeat(74)}\n`])
    t.is((await sign(agent, {}, { certificate_id: 'certificate', challenge })).status, 400);
});

test('nothing is signed when the person says no; a port that is taken is said', async (t) => {
  const asked: string[] = [];
  const shy = await start(pki.signer, {
    confirm: async (origin) => {
      asked.push(origin);
      return false;
    },
  });
  t.is((await sign(shy)).status, 403);
  t.deepEqual(asked, [ORIGIN]);
  await t.throwsAsync(start(pki.signer, { port: Number(new URL(shy.url).port) }), { code: 'config-invalid' });
  await shy.stop();
});

test('xinji cert-login starts with a key that fits, and not with another', async (t) => {
  await makeMissingKeys();
  const run = (key: string) =>
    spawn(
      process.execPath,
      [
        ...[join(import.meta.dirname, '../../bin/xinji.ts'), 'cert-login', '--port', '0', '--yes'],
        ...['--cert', join(KEYS_DEV, 'person/zhangsan.crt.pem'), '--key', join(KEYS_DEV, `person/${key}.key.pem`)],
      ],
      { env: { ...PLAIN_ENV, XINJI_MODE: 'development' }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
  const good = run('zhangsan');
  let said = '';
  for await (const part of good.stdout.setEncoding('utf8')) {
    said += part;
    if (said.includes('Ctrl-C stops')) good.kill('SIGTERM');
  }
  t.regex(said, /Signing for http:\/\/localhost:7001 with CN=张三/);
  const wrong = run('lisi');
  const code = await new Promise((resolve) => wrong.once('close', resolve));
  t.is(code, 78);
});

// A production installation: keys and certificates of its own, https addresses, the owner's database. It starts, is not
// seeded and has no demo systems; each thing of development put into it is refused.
import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { KEYS_DEV, makeMissingKeys } from '../../bin/serve/keys.ts';
import { connect } from '../../common/db/connect.ts';
import { certificatePem } from '../../common/pki/certificate.ts';
import { testServer, urlOf } from '../_harness/database.ts';
import { findFreePorts } from '../_harness/free-ports.ts';
import { issueTsa, makeTestPki } from '../_harness/pki.ts';
import { PLAIN_ENV } from '../_harness/plain-env.ts';

const folder = await mkdtemp(join(tmpdir(), 'xinji-production-'));
test.after.always(() => rm(folder, { recursive: true, force: true }));

function makeP256(): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  }) as string;
}

type Installation = { readonly env: NodeJS.ProcessEnv; readonly ports: readonly number[]; readonly url: string };

/** Everything that production demands, and nothing else. */
async function install(): Promise<Installation> {
  const pki = await makeTestPki();
  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text, { mode: 0o600 });
  await mkdir(join(folder, 'signers'), { recursive: true });
  await write('signers/main.key.pem', pki.signer.key.keyObject.export({ type: 'pkcs8', format: 'pem' }) as string);
  await write('signers/main.crt.pem', certificatePem(pki.signer.certificate));
  const tsa = await issueTsa(pki.authority);
  await mkdir(join(folder, 'tsa'), { recursive: true });
  await write('tsa/main.key.pem', tsa.key.keyObject.export({ type: 'pkcs8', format: 'pem' }) as string);
  await write('tsa/main.crt.pem', certificatePem(tsa.certificate));
  await write('checkpoints.key.pem', pki.maker.key.keyObject.export({ type: 'pkcs8', format: 'pem' }) as string);
  await write('checkpoints.crt.pem', certificatePem(pki.maker.certificate));
  await mkdir(join(folder, 'trust'), { recursive: true });
  for (const name of ['makers', 'signers', 'tsa'])
    await write(`trust/${name}.pem`, certificatePem(pki.root.certificate));
  await write('chain.pem', certificatePem(pki.authority.certificate));
  await write('client.key.pem', makeP256());
  const server = testServer();
  const name = `${server.prefix}_${randomBytes(4).toString('hex')}`;
  const db = connect(server.ownerUrl, { applicationName: 'xinji test', poolMax: 1 });
  await db.raw('create database ??', [name]);
  await db.destroy();
  const ports = await findFreePorts(3);
  const url = urlOf(server, name);
  const env = {
    ...PLAIN_ENV,
    DATABASE_URL: url,
    XINJI_DATA_DIR: join(folder, 'data'),
    XINJI_LOG_LEVEL: 'warn',
    XINJI_MASTER_KEY: randomBytes(32).toString('hex'),
    XINJI_IDENTITY_URL: 'https://id.example.gov.cn',
    XINJI_LICENSE_URL: 'https://license.example.gov.cn',
    XINJI_SEAL_URL: 'https://seal.example.gov.cn',
    XINJI_IDENTITY_PORT: `${ports[0]}`,
    XINJI_LICENSE_PORT: `${ports[1]}`,
    XINJI_SEAL_PORT: `${ports[2]}`,
    XINJI_IDENTITY_COOKIE_KEYS: randomBytes(32).toString('hex'),
    XINJI_LICENSE_CLIENT_KEY: join(folder, 'client.key.pem'),
    XINJI_LICENSE_COOKIE_KEYS: randomBytes(32).toString('hex'),
    XINJI_LICENSE_FILES: join(folder, 'license-files'),
    XINJI_SEAL_KEYS: join(folder, 'signers'),
    XINJI_SEAL_TRUST: join(folder, 'trust'),
    XINJI_SEAL_CHAIN: join(folder, 'chain.pem'),
    XINJI_SEAL_TSA: 'own',
    XINJI_SEAL_TSA_KEYS: join(folder, 'tsa'),
    XINJI_SEAL_CHECKPOINT_KEY: join(folder, 'checkpoints.key.pem'),
    XINJI_SEAL_CHECKPOINT_CERTIFICATES: join(folder, 'checkpoints.crt.pem'),
    XINJI_SEAL_CHECKPOINTS: join(folder, 'checkpoints'),
  };
  return { env, ports, url };
}

function serve(env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../bin/xinji.ts'), 'serve'], { env });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, ended, said: () => text };
}

test.serial('it starts with everything given, invents nobody, shows no password, and stops with 0', async (t) => {
  const { env, ports, url } = await install();
  const running = serve(env);
  while (!running.said().includes('Ctrl-C stops everything') && running.child.exitCode === null) await sleep(20);
  t.regex(running.said(), /is up \(production\)/, running.said());
  t.notRegex(running.said(), /login|system A/);
  for (const port of ports) t.true((await fetch(`http://localhost:${port}/readyz`)).ok);
  const db = connect(url, { applicationName: 'xinji test', poolMax: 1 });
  t.deepEqual(await db('identity.accounts').select('sub'), []);
  await db.destroy();
  running.child.kill('SIGTERM');
  t.is(await running.ended, 0);
});

test.serial('each thing of development is refused by name, with 78, before anything starts', async (t) => {
  await makeMissingKeys();
  const { env } = await install();
  const development = {
    XINJI_IDENTITY_URL: 'http://localhost:7001',
    XINJI_LICENSE_CLIENT_KEY: join(KEYS_DEV, 'license/client.key.pem'),
    XINJI_SEAL_KEYS: join(KEYS_DEV, 'seal'),
    XINJI_SEAL_TRUST: join(KEYS_DEV, 'trust'),
    XINJI_SEAL_CHAIN: join(KEYS_DEV, 'pki/chain.pem'),
    XINJI_SEAL_TSA: 'http://tsa.example.gov.cn',
    XINJI_SEAL_TSA_KEYS: join(KEYS_DEV, 'tsa'),
    XINJI_SEAL_CHECKPOINT_KEY: join(KEYS_DEV, 'audit/audit-seal.key.pem'),
    XINJI_SEAL_CHECKPOINT_CERTIFICATES: join(KEYS_DEV, 'audit/audit-seal.crt.pem'),
  };
  const refused = serve({ ...env, ...development });
  t.is(await refused.ended, 78);
  for (const name of Object.keys(development)) t.regex(refused.said(), new RegExp(`serve: ${name} `), name);
});

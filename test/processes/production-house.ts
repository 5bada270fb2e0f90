// A production installation for tests: keys and certificates of its own, https addresses, the owner's database.
import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from '../../common/db/connect.ts';
import { certificatePem } from '../../common/pki/certificate.ts';
import { testServer, urlOf } from '../_harness/database.ts';
import { findFreePorts } from '../_harness/free-ports.ts';
import { issueTsa, makeTestPki } from '../_harness/pki.ts';
import { PLAIN_ENV } from '../_harness/plain-env.ts';

function makeP256(): string {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  }) as string;
}

export type Installation = { readonly env: NodeJS.ProcessEnv; readonly ports: readonly number[]; readonly url: string };

export type Addresses = { readonly identity: string; readonly license: string; readonly seal: string };

const ADDRESSES: Addresses = {
  identity: 'https://id.example.gov.cn',
  license: 'https://license.example.gov.cn',
  seal: 'https://seal.example.gov.cn',
};

/** Everything that production demands, and nothing else; files in `folder`. */
export async function install(folder: string, addresses: Addresses = ADDRESSES): Promise<Installation> {
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
    XINJI_IDENTITY_URL: addresses.identity,
    XINJI_LICENSE_URL: addresses.license,
    XINJI_SEAL_URL: addresses.seal,
    XINJI_IDENTITY_PORT: `${ports[0]}`,
    XINJI_LICENSE_PORT: `${ports[1]}`,
    XINJI_SEAL_PORT: `${ports[2]}`,
    XINJI_IDENTITY_COOKIE_KEYS: randomBytes(32).toString('hex'),
    XINJI_LICENSE_CLIENT_KEY: join(folder, 'client.key.pem'),
    XINJI_LICENSE_CATALOG_CERTIFICATES: join(folder, 'checkpoints.crt.pem'),
    XINJI_LICENSE_COOKIE_KEYS: randomBytes(32).toString('hex'),
    XINJI_LICENSE_FILES: join(folder, 'license-files'),
    XINJI_SEAL_KEYS: join(folder, 'signers'),
    XINJI_SEAL_TRUST: join(folder, 'trust'),
    XINJI_SEAL_CHAIN: join(folder, 'chain.pem'),
    XINJI_SEAL_TSA: 'own',
    XINJI_SEAL_TSA_KEYS: join(folder, 'tsa'),
    XINJI_IDENTITY_CHECKPOINT_KEY: join(folder, 'checkpoints.key.pem'),
    XINJI_IDENTITY_CHECKPOINT_CERTIFICATES: join(folder, 'checkpoints.crt.pem'),
    XINJI_IDENTITY_CHECKPOINTS: join(folder, 'checkpoints'),
    XINJI_LICENSE_CHECKPOINT_KEY: join(folder, 'checkpoints.key.pem'),
    XINJI_LICENSE_CHECKPOINT_CERTIFICATES: join(folder, 'checkpoints.crt.pem'),
    XINJI_LICENSE_CHECKPOINTS: join(folder, 'checkpoints'),
    XINJI_SEAL_CHECKPOINT_KEY: join(folder, 'checkpoints.key.pem'),
    XINJI_SEAL_CHECKPOINT_CERTIFICATES: join(folder, 'checkpoints.crt.pem'),
    XINJI_SEAL_CHECKPOINTS: join(folder, 'checkpoints'),
  };
  return { env, ports, url };
}

/** `xinji serve` with that environment. */
export function serve(env: NodeJS.ProcessEnv) {
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

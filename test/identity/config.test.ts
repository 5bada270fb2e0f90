import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { TrustError } from '../../common/errors.ts';
import { certificatePem } from '../../common/pki/certificate.ts';
import { readRoomConfig } from '../../identity/config.ts';
import { signer } from '../common/audit/log-kit.ts';

const folder = mkdtempSync(join(tmpdir(), 'xinji-identity-config-'));
test.after.always(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'checkpoints.crt.pem'), certificatePem(signer.certificate));

const PRODUCTION: Readonly<Record<string, string>> = {
  XINJI_MASTER_KEY: 'ab'.repeat(32),
  XINJI_IDENTITY_URL: 'https://id.example.gov.cn',
  XINJI_IDENTITY_DATABASE_URL: 'postgres://a:b@localhost/xinji',
  XINJI_LICENSE_URL: 'https://license.example.gov.cn',
  XINJI_SEAL_URL: 'https://seal.example.gov.cn',
  XINJI_IDENTITY_CHECKPOINT_KEY: join(folder, 'checkpoints.key.pem'),
  XINJI_IDENTITY_CHECKPOINT_CERTIFICATES: join(folder, 'checkpoints.crt.pem'),
  XINJI_IDENTITY_CHECKPOINTS: folder,
  XINJI_IDENTITY_COOKIE_KEYS: 'one-secret-of-at-least-32-characters, another-secret-of-32-characters-',
};

const faultsOf = (t: ExecutionContext, env: Record<string, string>): string => {
  const error = t.throws(() => readRoomConfig(env), { instanceOf: TrustError });
  t.is((error as TrustError).code, 'config-invalid');
  return error?.message ?? '';
};

test('a production configuration is read once and frozen; no private network may be reached unless told', (t) => {
  const config = readRoomConfig(PRODUCTION);
  t.is(config.url, 'https://id.example.gov.cn');
  t.is(config.cookieKeys.length, 2);
  t.deepEqual(config.logoutNetworks, []);
  t.true(Object.isFrozen(config));
});

test('production refuses http addresses, the cookie key of development and keys that sign before they are known, all at once', (t) => {
  const faults = faultsOf(t, {
    ...PRODUCTION,
    XINJI_IDENTITY_URL: 'http://id.example.gov.cn',
    XINJI_IDENTITY_COOKIE_KEYS: 'development-cookie-key-of-the-identity-room',
    XINJI_IDENTITY_LOGOUT_NETWORKS: '10.0.0.0',
    XINJI_IDENTITY_KEY_LEAD_SECONDS: '4',
    XINJI_IDENTITY_PROT: '1',
  });
  const expected = [
    /IDENTITY_URL.*https/,
    /KEY_LEAD_SECONDS.*5/,
    /COOKIE_KEYS.*development/,
    /LOGOUT_NETWORKS/,
    /XINJI_IDENTITY_PROT/,
  ];
  for (const fault of expected) t.regex(faults, fault);
});

test('production needs what development makes up', (t) => {
  const faults = faultsOf(t, {});
  for (const name of Object.keys(PRODUCTION)) t.true(faults.includes(name), name);
});

test('secrets stay out of the faults', (t) => {
  const faults = faultsOf(t, { ...PRODUCTION, XINJI_IDENTITY_COOKIE_KEYS: 'short-secret' });
  t.regex(faults, /COOKIE_KEYS/);
  t.false(faults.includes('short-secret'));
});

for (const name of ['SMS', 'MAIL', 'POPULATION', 'FACE', 'LEGAL_PERSON', 'COUNTER']) {
  test(`the address of ${name} is https in production, without a password or fragment; empty means none`, (t) => {
    const key = `XINJI_IDENTITY_${name}_URL`;
    for (const address of ['http://gate.example/x', 'https://a:b@gate.example/x', 'https://gate.example/#x', 'gate'])
      t.true(faultsOf(t, { ...PRODUCTION, [key]: address }).includes(key), address);
    t.notThrows(() => readRoomConfig({ ...PRODUCTION, [key]: 'https://gate.example/x' }));
    t.notThrows(() => readRoomConfig({ ...PRODUCTION, [key]: '' }));
  });
}

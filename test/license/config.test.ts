import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { isTrustError } from '../../common/errors.ts';
import { certificatePem } from '../../common/pki/certificate.ts';
import { readRoomConfig } from '../../license/config.ts';
import { makeTestPki } from '../_harness/pki.ts';
import { makeKeyPem } from '../identity/identity-house.ts';

const folder = mkdtempSync(join(tmpdir(), 'license-config-'));
mkdirSync(join(folder, 'keys-dev'));
const good = join(folder, 'client.key.pem');
const open = join(folder, 'open.key.pem');
const development = join(folder, 'keys-dev/client.key.pem');
for (const path of [good, open, development]) writeFileSync(path, makeKeyPem(), { mode: 0o600 });
chmodSync(open, 0o644);
const certificates = join(folder, 'catalog.crt.pem');
writeFileSync(certificates, certificatePem((await makeTestPki()).maker.certificate));
test.after.always(() => rmSync(folder, { recursive: true }));

const PRODUCTION = {
  XINJI_LICENSE_URL: 'https://license.example.gov.cn',
  XINJI_IDENTITY_URL: 'https://id.example.gov.cn',
  XINJI_SEAL_URL: 'https://seal.example.gov.cn',
  XINJI_LICENSE_DATABASE_URL: 'postgres://a:b@db.example.gov.cn/xinji',
  XINJI_MASTER_KEY: 'ab'.repeat(32),
  XINJI_LICENSE_CLIENT_KEY: good,
  XINJI_LICENSE_FILES: '/var/lib/xinji/license-files',
  XINJI_LICENSE_CATALOG_CERTIFICATES: certificates,
  XINJI_LICENSE_CHECKPOINT_KEY: good,
  XINJI_LICENSE_CHECKPOINT_CERTIFICATES: certificates,
  XINJI_LICENSE_CHECKPOINTS: '/var/lib/xinji/checkpoints',
  XINJI_LICENSE_COOKIE_KEYS: 'x'.repeat(32),
};

test('a complete environment of production is read and frozen', (t) => {
  const config = readRoomConfig(PRODUCTION);
  t.is(config.mode, 'production');
  t.is(config.port, 7002);
  t.deepEqual(config.webhookNetworks, []);
  t.true(Object.isFrozen(config));
});

const REFUSED: readonly [string, Record<string, string>, RegExp][] = [
  ['a development key', { XINJI_LICENSE_CLIENT_KEY: development }, /development key/],
  ['a key that others can read', { XINJI_LICENSE_CLIENT_KEY: open }, /0600/],
  ['a key that is not there', { XINJI_LICENSE_CLIENT_KEY: join(folder, 'none.pem') }, /cannot be read/],
  [
    'certificates that are not there',
    { XINJI_LICENSE_CATALOG_CERTIFICATES: join(folder, 'none.pem') },
    /expected a file with PEM certificates/,
  ],
  ['an http issuer', { XINJI_IDENTITY_URL: 'http://id.example.gov.cn' }, /production needs https/],
  ['a short cookie key', { XINJI_LICENSE_COOKIE_KEYS: 'short' }, /32 characters/],
  [
    'the cookie key of development',
    { XINJI_LICENSE_COOKIE_KEYS: 'development-cookie-key-of-the-license-room' },
    /default of development/,
  ],
  ['webhooks to what is no network', { XINJI_LICENSE_WEBHOOK_NETWORKS: '10.0.0.0' }, /expected networks/],
  ['a time-stamp authority without TLS', { XINJI_LICENSE_TSA: 'http://tsa.example.gov.cn' }, /https/],
  ['an unknown key of ours', { XINJI_LICENSE_COLOUR: 'red' }, /not a key of this program/],
];
for (const [what, change, message] of REFUSED) {
  test(`production refuses ${what}`, (t) => {
    const error = t.throws(() => readRoomConfig({ ...PRODUCTION, ...change }), { message });
    t.true(isTrustError(error, 'config-invalid'));
  });
}

test('all faults are told at once, and no secret is repeated', (t) => {
  const broken = { ...PRODUCTION, XINJI_MASTER_KEY: 'secret', XINJI_LICENSE_PORT: 'x', XINJI_SEAL_URL: 'ftp://x' };
  const error = t.throws(() => readRoomConfig(broken));
  t.is(error?.message.split('\n').length, 3);
  t.false(error?.message.includes('secret'));
});

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { KEYS_DEV } from '../../bin/serve/keys.ts';
import { readTrustStores } from '../../common/files/trust-folder.ts';
import { readCertificatesPem } from '../../common/pki/certificate.ts';
import { NO_TRUST } from '../../common/pki/trust-stores.ts';
import { makeDevelopmentKeys } from '../../keys-dev/make.ts';
import { CONFIG_TABLE, readRoomConfig } from '../../seal/config.ts';
import { openAuthority } from '../../seal/flow/open-authority.ts';
import { readKeyFolder } from '../../seal/store/key-folder.ts';

const AUTHORITY = {
  mode: 'development',
  tsa: { kind: 'own' },
  tsaKeysFolder: join(KEYS_DEV, 'tsa'),
  tsaPolicy: '1.2.3',
} as const;

const PRODUCTION = {
  XINJI_MODE: 'production',
  XINJI_MASTER_KEY: '0'.repeat(64),
  XINJI_SEAL_URL: 'http://seal.example.gov.cn',
  XINJI_SEAL_DATABASE_URL: 'postgres://seal:x@localhost/xinji',
  XINJI_IDENTITY_URL: 'https://id.example.gov.cn',
  XINJI_SEAL_KEYS: 'keys-dev/pem/seal',
  XINJI_SEAL_TRUST: 'keys-dev/pem/trust',
  XINJI_SEAL_CHAIN: '/nowhere/chain.pem',
  XINJI_SEAL_TSA: 'http://tsa.example.gov.cn/tsa',
  XINJI_SEAL_TSA_KEYS: 'keys-dev/pem/tsa',
  XINJI_SEAL_TSA_POLICY: '1.02.3',
  XINJI_SEAL_CHECKPOINT_KEY: 'keys-dev/pem/audit/audit-seal.key.pem',
  XINJI_SEAL_CHECKPOINT_CERTIFICATES: '/nowhere/checkpoints.pem',
};

test.before(() => makeDevelopmentKeys(KEYS_DEV));

test('Production refuses development keys, http and files that are not there, all faults at once', (t) => {
  const error = t.throws(() => readRoomConfig(PRODUCTION), { code: 'config-invalid' });
  for (const said of [
    /XINJI_SEAL_URL .*https/,
    /XINJI_SEAL_KEYS .*keys-dev/,
    /XINJI_SEAL_TRUST .*keys-dev/,
    /XINJI_SEAL_CHAIN .*cannot be read/,
    /XINJI_SEAL_TSA .*https/,
    /XINJI_SEAL_TSA_KEYS .*keys-dev/,
    /XINJI_SEAL_TSA_POLICY .*object identifier/,
    /XINJI_SEAL_CHECKPOINT_KEY .*keys-dev/,
    /XINJI_SEAL_CHECKPOINT_CERTIFICATES .*cannot be read/,
    /XINJI_SEAL_CHECKPOINTS is not set/,
  ]) {
    t.regex(error.message, said);
  }
});

test('Production refuses a signer of the development PKI wherever its file lies; development takes it', (t) => {
  const folder = join(KEYS_DEV, 'seal');
  t.throws(() => readKeyFolder(folder, 'production'), { code: 'config-invalid', message: /DEV ONLY/ });
  t.deepEqual([...readKeyFolder(folder, 'development').certificates.keys()].sort(), [
    'signer-1',
    'signer-2',
    'signer-3',
  ]);
  t.is(readKeyFolder(null, 'production').certificates.size, 0, 'none: the room uses the keys that it made');
  t.throws(() => readKeyFolder(join(KEYS_DEV, 'pki'), 'development'), {
    code: 'config-invalid',
    message: /no NAME.key.pem/,
  });
});

test('The own time-stamp authority opens with a certificate for time stamps alone that leads to a root, and with no other', async (t) => {
  const read = async (name: string) => readCertificatesPem(await readFile(join(KEYS_DEV, 'pki', name), 'utf8'));
  const trustStores = readTrustStores(join(KEYS_DEV, 'trust'));
  const config = { ...AUTHORITY, trustStores, chain: await read('chain.pem') };
  const now = new Date();
  t.is((await openAuthority(config, now))?.chain.length, 1);
  t.is(await openAuthority({ ...config, tsa: { kind: 'none' } }, now), null);
  const refused = async (other: object, message: RegExp, at = now) =>
    t.throwsAsync(openAuthority({ ...config, ...other }, at), { code: 'config-invalid', message });
  await refused({ tsaKeysFolder: null }, /XINJI_SEAL_TSA_KEYS: is not set/);
  await refused({ tsaKeysFolder: join(KEYS_DEV, 'seal') }, /3 keys; expected one/);
  await refused({ tsaKeysFolder: join(KEYS_DEV, 'maker') }, /trusted for seal-making, not for time-stamping/);
  await refused({ mode: 'production' }, /DEV ONLY/);
  await refused({ trustStores: NO_TRUST }, /No trusted root/);
  await refused({ trustStores: { ...trustStores, timeStamping: trustStores.signers } }, /No trusted root/);
  await refused({}, /valid from/, new Date('2200-01-01T00:00:00Z'));
});

test('Who certifies keys of seals: a folder, nobody, or in development the development authority', (t) => {
  const { parse, fallback } = CONFIG_TABLE.ca;
  t.deepEqual(parse('none', 'production'), { kind: 'none' });
  t.deepEqual(parse('/var/lib/xinji/ca', 'production'), { kind: 'files', folder: '/var/lib/xinji/ca' });
  t.deepEqual(parse('development:keys-dev/pem', 'development'), { kind: 'development', folder: 'keys-dev/pem' });
  t.throws(() => parse('development:keys-dev/pem', 'production'), { message: /refused in production/ });
  t.is(fallback('production'), 'none');
});

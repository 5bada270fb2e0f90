import { join } from 'node:path';
import test from 'ava';
import { KEYS_DEV } from '../../bin/serve/keys.ts';
import { makeDevelopmentKeys } from '../../keys-dev/make.ts';
import { readRoomConfig } from '../../seal/config.ts';
import { readKeyFolder } from '../../seal/store/key-folder.ts';

const PRODUCTION = {
  XINJI_MODE: 'production',
  XINJI_MASTER_KEY: '0'.repeat(64),
  XINJI_SEAL_URL: 'http://seal.example.gov.cn',
  XINJI_SEAL_DATABASE_URL: 'postgres://seal:x@localhost/xinji',
  XINJI_IDENTITY_URL: 'https://id.example.gov.cn',
  XINJI_SEAL_KEYS: 'keys-dev/pem/seal',
  XINJI_SEAL_TRUST_ROOTS: 'keys-dev/pem/pki/trust-roots.pem',
  XINJI_SEAL_CHAIN: '/nowhere/chain.pem',
  XINJI_SEAL_FILES: '/var/lib/xinji',
};

test.before(() => makeDevelopmentKeys(KEYS_DEV));

test('Production refuses development keys, http and files that are not there, all faults at once', (t) => {
  const error = t.throws(() => readRoomConfig(PRODUCTION), { code: 'config-invalid' });
  for (const said of [
    /XINJI_SEAL_URL .*https/,
    /XINJI_SEAL_KEYS .*keys-dev/,
    /XINJI_SEAL_TRUST_ROOTS .*keys-dev/,
    /XINJI_SEAL_CHAIN .*cannot be read/,
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
  t.throws(() => readKeyFolder(join(KEYS_DEV, 'pki'), 'development'), {
    code: 'config-invalid',
    message: /no NAME.key.pem/,
  });
});

// A production installation: keys and certificates of its own, https addresses, the owner's database. It starts, is not
// seeded and has no demo systems; each thing of development put into it is refused.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { KEYS_DEV, makeMissingKeys } from '../../bin/serve/keys.ts';
import { connect } from '../../common/db/connect.ts';
import { install, serve } from './production-house.ts';

const folder = await mkdtemp(join(tmpdir(), 'xinji-production-'));
test.after.always(() => rm(folder, { recursive: true, force: true }));

test.serial('it starts with everything given, invents nobody, shows no password, and stops with 0', async (t) => {
  const { env, ports, url } = await install(folder);
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
  const { env } = await install(folder);
  const development = {
    XINJI_IDENTITY_URL: 'http://localhost:7001',
    XINJI_LICENSE_CLIENT_KEY: join(KEYS_DEV, 'license/client.key.pem'),
    XINJI_LICENSE_CATALOG_CERTIFICATES: join(KEYS_DEV, 'catalog/license-catalog.crt.pem'),
    XINJI_LICENSE_CHECKPOINT_KEY: join(KEYS_DEV, 'audit/audit-license.key.pem'),
    XINJI_LICENSE_CHECKPOINT_CERTIFICATES: join(KEYS_DEV, 'audit/audit-license.crt.pem'),
    XINJI_LICENSE_TSA: 'http://tsa.example.gov.cn',
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

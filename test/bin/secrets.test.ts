import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { DEMO_LOGINS, loadSecrets } from '../../bin/serve/secrets.ts';
import { isTrustError } from '../../common/errors.ts';

async function makeFolder(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'xinji-secrets-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

test('secrets are made once, also by ten starts at once, for the owner alone', async (t) => {
  const folder = await makeFolder(t);
  const all = await Promise.all(Array.from({ length: 10 }, () => loadSecrets(folder)));
  for (const secrets of all) t.deepEqual(secrets, all[0]!);
  t.is((await stat(join(folder, 'secrets.json'))).mode & 0o777, 0o600);
  t.deepEqual(await readdir(folder), ['secrets.json']);
});

test('rooms share no secret, and every key is 32 bytes', async (t) => {
  const { master_keys, database_passwords, cookie_keys, demo_passwords } = await loadSecrets(await makeFolder(t));
  const keys = [master_keys, database_passwords, cookie_keys].flatMap((group) => Object.values(group));
  t.is(new Set([...keys, ...Object.values(demo_passwords)]).size, 8 + DEMO_LOGINS.length);
  for (const key of keys) t.regex(key, /^[0-9a-f]{64}$/);
});

test('people that a later version brings along get a password each, and all other secrets stay', async (t) => {
  const folder = await makeFolder(t);
  const path = join(folder, 'secrets.json');
  const first = await loadSecrets(folder);
  const { zhangsan, lisi } = first.demo_passwords;
  await writeFile(path, JSON.stringify({ ...first, demo_passwords: { zhangsan, lisi } }), { mode: 0o600 });
  const later = await loadSecrets(folder);
  t.like(later, { master_keys: first.master_keys, cookie_keys: first.cookie_keys });
  t.like(later.demo_passwords, { zhangsan, lisi });
  t.deepEqual(Object.keys(later.demo_passwords).sort(), [...DEMO_LOGINS].sort());
  t.deepEqual(await loadSecrets(folder), later);
});

test('secrets that others can read are refused with the command that helps', async (t) => {
  const folder = await makeFolder(t);
  await loadSecrets(folder);
  await chmod(join(folder, 'secrets.json'), 0o644);
  const error = await t.throwsAsync(() => loadSecrets(folder));
  t.true(isTrustError(error, 'config-invalid'));
  t.regex(isTrustError(error) ? error.hint : '', /chmod 600/);
});

test('damaged secrets are refused and left as they are, not replaced: data at rest depend on them', async (t) => {
  const folder = await makeFolder(t);
  const path = join(folder, 'secrets.json');
  await writeFile(path, '{"master_keys": {', { mode: 0o600 });
  t.true(isTrustError(await t.throwsAsync(() => loadSecrets(folder)), 'config-invalid'));
  t.is(await readFile(path, 'utf8'), '{"master_keys": {');
});

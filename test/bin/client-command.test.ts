// `xinji client` as an operator uses it: a system is registered from a file, suspended, resumed, gets secrets and an
// approval; what is wrong is said with its place.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { makeMissingKeys } from '../../bin/serve/keys.ts';
import { testDatabase } from '../_harness/database.ts';
import { PLAIN_ENV } from '../_harness/plain-env.ts';

type Answer = { readonly code: number; readonly out: string; readonly err: string };

const REGISTRATION = {
  client_id: 'example-archive',
  name: '示例档案系统',
  organisation: '示例市档案馆',
  purpose: '归档',
  sector: 'archive.example.gov.cn',
  grant_types: ['authorization_code'],
  scopes: ['openid', 'identity_document'],
  redirect_uris: ['https://archive.example.gov.cn/callback'],
  auth_method: 'client_secret_basic',
  accepts_units: false,
} as const;

test('register, secrets, approval, suspend and resume; every fault has its place', async (t) => {
  await makeMissingKeys();
  const database = await testDatabase(t);
  const folder = await mkdtemp(join(tmpdir(), 'xinji-client-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const env = {
    ...PLAIN_ENV,
    XINJI_MODE: 'development',
    XINJI_DATA_DIR: folder,
    XINJI_IDENTITY_DATABASE_URL: database.urls.identity,
  };
  const client = (...args: readonly string[]): Promise<Answer> =>
    new Promise((resolve) => {
      const program = join(import.meta.dirname, '../../bin/xinji.ts');
      const child = execFile(process.execPath, [program, 'client', ...args], { env }, (_error, out, err) =>
        resolve({ code: child.exitCode ?? -1, out, err }),
      );
    });
  const add = async (document: unknown): Promise<Answer> => {
    const path = join(folder, 'registration.json');
    await writeFile(path, typeof document === 'string' ? document : JSON.stringify(document));
    return client('add', path);
  };

  const added = await add(REGISTRATION);
  t.is(added.code, 0, added.err);
  t.regex(added.out, /example-archive is registered, version 1/);
  t.regex(added.out, /Next: xinji client secret example-archive/);
  t.regex(added.out, /identity_document waits/);
  t.regex((await add(REGISTRATION)).out, /version 1\./, 'the same again changes nothing');

  for (const [document, expected] of [
    ['{', /no JSON file/],
    [{ ...REGISTRATION, colour: 'red' }, /Unrecognized key: "colour"/],
    [{ ...REGISTRATION, redirect_uris: ['ftp://archive.example.gov.cn/'] }, /redirectUris of client example-archive/],
    [{ ...REGISTRATION, public_keys: ['nowhere.pem'] }, /nowhere\.pem is no public key/],
    [{ ...REGISTRATION, min_level: 'L9' }, /min_level/],
  ] as const) {
    const refused = await add(document);
    t.is(refused.code, 1);
    t.regex(refused.err, expected);
  }

  const secrets = [await client('secret', 'example-archive'), await client('secret', 'example-archive')];
  t.is(new Set(secrets.map(({ out }) => out.trim())).size, 2);
  const live = await database.connect('owner', 1)('identity.client_secrets').whereNull('ends_at').select('digest');
  t.is(live.length, 1, 'the one before has an end');
  t.false(JSON.stringify(live).includes(secrets[1]!.out.trim()));

  t.regex((await client('approve', 'example-archive', 'profile', '--reason', 'because')).err, /needs no approval/);
  t.is((await client('approve', 'example-archive', 'identity_document')).code, 64, 'a reason is asked for');
  t.is((await client('approve', 'example-archive', 'identity_document', '--reason', '档案法规定')).code, 0);
  const shown = JSON.parse((await client('show', 'example-archive')).out);
  t.like(shown, { approved_scopes: ['identity_document'], accepts_units: false });
  t.like(shown.approvals, [{ scope: 'identity_document', reason: '档案法规定', withdrawn_at: null }]);

  t.is((await client('suspend', 'example-archive', '--reason', '系统下线')).code, 0);
  t.like(JSON.parse((await client('list', '--json')).out), [{ client_id: 'example-archive', status: 'suspended' }]);
  t.is((await client('resume', 'example-archive', '--reason', '恢复上线')).code, 0);
  const kinds = await database.connect('owner', 1)('identity.events').orderBy('id').pluck('kind');
  t.deepEqual(
    kinds.filter((kind: string) => /suspended|resumed|approved/.test(kind)),
    ['client.claims-approved', 'client.suspended', 'client.resumed'],
  );
  t.regex((await client('show', 'nobody')).err, /there is no client nobody\nSee: xinji client list/);
  t.is((await client('paint')).code, 64);
});

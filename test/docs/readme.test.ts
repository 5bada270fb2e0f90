// The documents do not lie: the story that README promises holds on a fresh installation, and the commands that it prints
// beside the story's proof do what it says. One installation of its own, on free ports.
import { type ExecFileException, execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { removeEmbedded } from '../../common/db/embedded.ts';
import { findFreePorts } from '../_harness/free-ports.ts';
import { judge } from '../_harness/judges.ts';
import { PLAIN_ENV } from '../_harness/plain-env.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Of a machine that does much else. */
const PATIENCE_MS = 300_000;
const folder = await mkdtemp(join(tmpdir(), 'xinji-docs-'));
await chmod(folder, 0o711);
const proof = join(folder, 'out');
const [identity, license, seal, systemA, systemB] = await findFreePorts(5);
const env = {
  ...PLAIN_ENV,
  HOME: process.env['HOME'],
  XINJI_MODE: 'development',
  XINJI_DATA_DIR: join(folder, 'data'),
  XINJI_IDENTITY_PORT: `${identity}`,
  XINJI_LICENSE_PORT: `${license}`,
  XINJI_SEAL_PORT: `${seal}`,
  XINJI_BUSINESS_A_PORT: `${systemA}`,
  XINJI_BUSINESS_B_PORT: `${systemB}`,
};

type Ended = { readonly code: number; readonly text: string };

function run(command: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      command,
      args,
      { cwd: ROOT, env, timeout: PATIENCE_MS },
      (error: ExecFileException | null, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ code, text: `${stdout}${stderr}` });
      },
    );
  });
}

test.before('the demo starts a house, tells its story and stops it', async (t) => {
  t.timeout(PATIENCE_MS);
  const { code, text } = await run(process.execPath, ['bin/xinji.ts', 'demo', '--out', proof]);
  t.is(code, 0, text);
  t.regex(text, /All \d+ checks held/);
});

test.after.always(async () => {
  await removeEmbedded(env.XINJI_DATA_DIR);
  await rm(folder, { recursive: true, force: true });
});

test('the demo leaves the files that README names', async (t) => {
  const wanted = [
    'annotated-copy.pdf',
    'chain.pem',
    'license.pdf',
    'offline.esl',
    'report.json',
    'seal.esl',
    'signature.der',
    'signed-attributes.der',
    'signer.pem',
    'trust-roots.pem',
    'trust',
  ];
  const left = await readdir(proof);
  t.deepEqual(
    wanted.filter((name) => !left.includes(name)),
    [],
  );
});

judge(
  test,
  'qpdf',
  'pdfsig',
  'openssl',
)('the commands that README prints beside the proof all succeed', async (t) => {
  t.timeout(PATIENCE_MS);
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const commands = [...readme.matchAll(/```sh check\n([\s\S]*?)```/g)].flatMap(([, block]) =>
    (block as string).trim().split('\n'),
  );
  t.true(commands.length >= 6);
  for (const command of commands) {
    const { code, text } = await run('sh', ['-c', command.replaceAll('out/demo', proof)]);
    t.is(code, 0, `${command}\n${text}`);
    if (command.startsWith('pdfsig')) t.regex(text, /Total document signed/);
    if (command.startsWith('openssl dgst')) t.regex(text, /Verified OK/);
  }
});

judge(test, 'openssl')('openssl refuses the signature when one signed attribute is changed', async (t) => {
  const changed = (await readFile(join(proof, 'signed-attributes.der'))).map((byte, index) =>
    index === 40 ? byte ^ 1 : byte,
  );
  const file = join(folder, 'changed.der');
  await writeFile(file, changed);
  const key = join(folder, 'signer-key.pem');
  await run('openssl', ['x509', '-in', join(proof, 'signer.pem'), '-pubkey', '-noout', '-out', key]);
  const args = [
    'dgst',
    '-sm3',
    '-verify',
    key,
    '-sigopt',
    'distid:1234567812345678',
    '-signature',
    join(proof, 'signature.der'),
    file,
  ];
  const { code, text } = await run('openssl', args);
  t.not(code, 0);
  t.regex(text, /Verification failure/i);
});

test('every relative link of the documents leads to a file', async (t) => {
  const pages = [
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    ...(await listDocs()),
    'identity/README.md',
    'license/README.md',
    'seal/README.md',
  ];
  for (const page of pages) {
    const text = await readFile(join(ROOT, page), 'utf8');
    for (const [, link] of text.matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)[^)]*\)/g)) {
      const target = join(ROOT, page, '..', link as string);
      const found = await readdir(target).catch(() => readFile(target).catch(() => null));
      t.truthy(found, `${page} links to ${link}`);
    }
  }
});

test('README leads to every page of docs/ and names every command', async (t) => {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  for (const page of await listDocs()) t.true(readme.includes(`](${page})`), page);
  const { text } = await run(process.execPath, [join(ROOT, 'bin/xinji.ts'), 'no-such-command']);
  const [, commands = ''] = /Commands: (.+)/.exec(text) ?? [];
  const [, named = ''] = /`npx xinji`: `([^`]+)`/.exec(readme) ?? [];
  t.deepEqual(named.split(' ').sort(), commands.split(' ').sort());
});

async function listDocs(): Promise<readonly string[]> {
  const names = await readdir(join(ROOT, 'docs'));
  return names.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`);
}

test('every file and folder that the documents of the rooms and the architecture name exists', async (t) => {
  for (const page of ['README.md', 'ARCHITECTURE.md', 'identity/README.md', 'license/README.md', 'seal/README.md']) {
    const text = await readFile(join(ROOT, page), 'utf8');
    for (const [, name] of text.matchAll(/`([\w-]+(?:\/[\w.-]+)+\.(?:ts|json|md))`/g)) {
      const places = [join(ROOT, page, '..', name as string), join(ROOT, name as string)];
      const found = await Promise.all(places.map((place) => readFile(place).catch(() => null)));
      t.true(found.some(Boolean), `${page} names ${name}`);
    }
  }
});

test('every file that the table of standards names exists', async (t) => {
  const text = await readFile(join(ROOT, 'docs/standards.md'), 'utf8');
  const rows = text.split('\n').filter((line) => /^\| (?!standard|---)/.test(line));
  t.true(rows.length > 15);
  for (const row of rows) {
    const names = [...row.matchAll(/`([\w/-]+(?:\.test)?\.ts|[\w-]+(?:\/[\w-]+)*\/)`/g)].map(
      ([, name]) => name as string,
    );
    let base = '';
    for (const name of names) {
      const path = name.includes('/') ? name : `${base}/${name}`;
      base = path.replace(/\/[^/]*$/, '');
      const target = join(ROOT, path);
      t.truthy(
        await readFile(target).catch(() => readdir(target).catch(() => null)),
        `docs/standards.md names ${path}`,
      );
    }
  }
});

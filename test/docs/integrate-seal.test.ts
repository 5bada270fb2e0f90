// docs/integrate-seal.md does what it says: its files are written down as they stand there, and its commands are run in
// order against a house, by a shell that stops at the first failure.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { PDFDocument } from '@cantoo/pdf-lib';
import test from 'ava';
import { KEYS_DEV } from '../../bin/serve/keys.ts';
import { PROBLEMS } from '../../common/errors.ts';
import { type House, startHouse } from '../_harness/house.ts';
import { PLAIN_ENV } from '../_harness/plain-env.ts';

const ROOT = join(import.meta.dirname, '../..');
const text = await readFile(join(ROOT, 'docs/integrate-seal.md'), 'utf8');

let house: House;
let folder: string;
let keeperToken: string;

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xinji-integrate-'));
  house = await startHouse();
  keeperToken = await house.staffToken('yinzhang-baoguan', 'seal:keep');
  const document = await PDFDocument.create();
  document.addPage([595, 842]).drawText('Decision', { x: 60, y: 700 });
  await writeFile(join(folder, 'decision.pdf'), await document.save());
  for (const [, name, content] of text.matchAll(/```(?:js|json) (\S+)\n([\s\S]*?)```/g)) {
    await writeFile(join(folder, name as string), content as string);
  }
});

test.after.always(() => rm(folder, { recursive: true, force: true }));

function shell(script: string): Promise<{ readonly code: number; readonly said: string }> {
  const env = {
    ...PLAIN_ENV,
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
    IDENTITY: house.urls.identity,
    SEAL: house.urls.seal,
    KEEPER_TOKEN: keeperToken,
    CLIENT_ID: 'license',
    CLIENT_KEY: join(KEYS_DEV, 'license/client.key.pem'),
    XINJI_MODE: 'development',
  };
  const command = script.replaceAll('npx xinji', `'${process.execPath}' '${join(ROOT, 'bin/xinji.ts')}'`);
  return new Promise((resolve) => {
    const child = execFile('sh', ['-e', '-c', command], { cwd: folder, env }, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, said: `${out}${err}` }),
    );
  });
}

test.serial('the commands of docs/integrate-seal.md succeed in the order in which they are printed', async (t) => {
  t.timeout(120_000);
  const blocks = [...text.matchAll(/```sh check\n([\s\S]*?)```/g)].map(([, block]) => block as string);
  t.true(blocks.length >= 10);
  for (const block of blocks) {
    const { code, said } = await shell(block);
    t.is(code, 0, `${block}\n${said}`);
  }
});

test('every code that docs/integrate-seal.md names is a problem of the house', (t) => {
  const codes = [...text.matchAll(/(?:^\| \d{3}(?: and[^`|]*)? |, )`([a-z]+(?:-[a-z]+)+)`/gm)].map(([, code]) => code);
  t.true(codes.length >= 8);
  for (const code of codes) t.true(Object.hasOwn(PROBLEMS, code as string), `${code}`);
});

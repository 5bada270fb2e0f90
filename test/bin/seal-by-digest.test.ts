// `xinji seal` in two steps, with a room that sees the digest only, and with a plan of several seals, as a person runs it.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { fromHex } from '../../common/bytes.ts';
import { makeSealClient } from '../../common/client/seal-client.ts';
import { certificatePem } from '../../common/pki/certificate.ts';
import { makeContainer } from '../../seal/flow/make-container.ts';
import { PLAIN_ENV } from '../_harness/plain-env.ts';
import { ES_ID, startRoom, type TestRoom } from '../seal/room.ts';
import { makePdf, party, pki, seal, verifyBytes } from '../seal/world.ts';

const XINJI = new URL('../../bin/xinji.ts', import.meta.url).pathname;
const folder = await mkdtemp(join(tmpdir(), 'xinji-digest-'));
const path = (name: string) => join(folder, name);
let room: TestRoom;

type Said = { readonly code: number; readonly out: string; readonly err: string };
function xinji(...args: readonly string[]): Promise<Said> {
  const env = { ...PLAIN_ENV };
  return new Promise((resolve) => {
    execFile(process.execPath, [XINJI, 'seal', ...args], { env }, (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    );
  });
}

test.before(async () => {
  room = await startRoom();
  await writeFile(path('in.pdf'), await makePdf({ pages: 3 }));
  await writeFile(path('s.esl'), seal.raw);
  await writeFile(path('k.pem'), pki.signer.key.keyObject.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  await writeFile(path('c.pem'), certificatePem(pki.signer.certificate));
  await writeFile(path('chain.pem'), certificatePem(pki.authority.certificate));
  await writeFile(path('token'), `${await room.token()}\n`);
});
test.after.always(async () => {
  await room.close();
  await rm(folder, { recursive: true });
});

test.serial(
  '--prepare says the digest, any signer of it serves, --complete verifies and puts the signature in',
  async (t) => {
    const prepared = await xinji(
      path('in.pdf'),
      '-o',
      path('prepared.pdf'),
      '--prepare',
      '--seal',
      path('s.esl'),
      '--page',
      '2',
    );
    t.is(prepared.code, 0, prepared.err);
    const [digest] = /^[0-9a-f]{64}$/m.exec(prepared.out)!;
    const order = { dataHash: fromHex(digest), time: new Date(), sign: pki.signer.sign };
    await writeFile(path('sig.der'), await makeContainer(party, 'dual', order));
    const wrong = await makeContainer(party, 'dual', { ...order, dataHash: new Uint8Array(32) });
    await writeFile(path('wrong.der'), wrong);
    const refused = await xinji(path('prepared.pdf'), '-o', path('refused.pdf'), '--complete', path('wrong.der'));
    t.is(refused.code, 1);
    const done = await xinji(path('prepared.pdf'), '-o', path('done.pdf'), '--complete', path('sig.der'));
    t.is(done.code, 0, done.err);
    const input = await readFile(path('in.pdf'));
    const sealed = await readFile(path('done.pdf'));
    t.true(sealed.subarray(0, input.length).equals(input));
    t.is(verifyBytes(new Uint8Array(sealed)).signatures[0]!.integrity.status, 'passed');
    t.false((await readdir(folder)).includes('refused.pdf'));
  },
);

test.serial('--room seals with the digest alone; the document never leaves, nothing is left lying', async (t) => {
  const asked = ['--room', room.url, '--seal', ES_ID, '--token-file', path('token'), '--straddle', 'all'];
  const said = await xinji(path('in.pdf'), '-o', path('by-room.pdf'), ...asked);
  t.is(said.code, 0, said.err);
  const sealed = new Uint8Array(await readFile(path('by-room.pdf')));
  t.is(verifyBytes(sealed).indication, 'TOTAL-PASSED');
  const [row] = await room.db('seal.sealings').select('form', 'input_size', 'sealing_id');
  t.like(row, { form: 'digest', input_size: 0 });
  t.true(said.out.includes(row.sealing_id));
  t.false((await readdir(folder)).some((name) => name.endsWith('.prepared') || name.endsWith('.part')));
  const client = makeSealClient({ baseUrl: room.url, getToken: room.token });
  t.is((await client.verify(sealed)).indication, 'TOTAL-PASSED');
  t.is((await xinji(path('in.pdf'), '-o', path('x.pdf'), '--room', room.url, '--seal', ES_ID)).code, 1, 'no token');
  const other = await xinji(path('in.pdf'), '-o', path('x.pdf'), ...asked.with(3, '36010000000099'));
  t.regex(other.err, /seal-not-found|no seal 36010000000099/i);
});

test('--plan puts several seals on in one run, each a revision of its own', async (t) => {
  const plan = [{ page: 1, certify: 2 }, { page: 2, x_mm: 20, y_mm: 20, mode: 'ses', date: true }, { straddle: 'all' }];
  await writeFile(path('plan.json'), JSON.stringify(plan));
  const own = ['--seal', path('s.esl'), '--key', path('k.pem'), '--cert', path('c.pem'), '--chain', path('chain.pem')];
  const said = await xinji(path('in.pdf'), '-o', path('planned.pdf'), ...own, '--plan', path('plan.json'));
  t.is(said.code, 0, said.err);
  t.is(said.out.trim().split('\n').length, 3);
  const report = verifyBytes(new Uint8Array(await readFile(path('planned.pdf'))));
  t.deepEqual(
    report.signatures.map(({ container, integrity }) => `${container} ${integrity.status}`),
    ['dual passed', 'ses passed', 'dual passed'],
  );
  await writeFile(path('bad.json'), JSON.stringify([{ page: 1 }, { colour: 'red' }]));
  const bad = await xinji(path('in.pdf'), '-o', path('x.pdf'), ...own, '--plan', path('bad.json'));
  t.is(bad.code, 1);
  t.regex(bad.err, /--plan .*bad\.json: 1/);
});

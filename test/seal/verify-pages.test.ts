// The verification page over HTTP, without a browser: what can be sent, what is refused and how, what is kept and for how long.
import { randomBytes } from 'node:crypto';
import { PDFDocument, PDFName } from '@cantoo/pdf-lib';
import test from 'ava';
import sharp from 'sharp';
import { utf8 } from '../../common/bytes.ts';
import { verificationReport } from '../../common/contract/report.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { makeCheckedFiles } from '../../seal/flow/checked-files.ts';
import { makeContainer } from '../../seal/flow/make-container.ts';
import { judge } from '../_harness/judges.ts';
import { AT } from '../_harness/pki.ts';
import { AUDIENCE, startRoom, type TestRoom } from './room.ts';
import { ascii, makePdf, party, pki, qpdf, seal, sealBytes } from './world.ts';

let room: TestRoom;
const plain = await makePdf({ pages: 3 });
const sealed = await sealBytes(plain, { page: 2 });

test.before(async () => {
  room = await startRoom();
});
test.after.always(() => room.close());

type Parts = Readonly<Record<string, readonly [name: string, bytes: Uint8Array] | string>>;

async function send(path: string, parts: Parts, headers: Record<string, string> = {}) {
  const form = new FormData();
  for (const [key, part] of Object.entries(parts)) {
    if (typeof part === 'string') form.set(key, part);
    else form.set(key, new Blob([part[1] as Uint8Array<ArrayBuffer>]), part[0]);
  }
  const answer = await fetch(new URL(path, room.url), { method: 'POST', body: form, headers, redirect: 'manual' });
  return { status: answer.status, location: answer.headers.get('Location') ?? '', text: await answer.text() };
}

async function get(path: string) {
  const answer = await fetch(new URL(path, room.url), { headers: { Accept: 'text/html' } });
  const bytes = Buffer.from(await answer.arrayBuffer());
  return { status: answer.status, type: answer.headers.get('Content-Type'), bytes, text: bytes.toString('utf8') };
}

test.serial('the home page leads to the verification page, which asks for a file', async (t) => {
  t.regex((await get('/')).text, /href="\/verify"/);
  const { status, text } = await get('/verify');
  t.is(status, 200);
  t.regex(text, /<input id="field-file" name="file" type="file"/);
});

test.serial('a sealed PDF goes to an address of its own: the verdict, its data, the pages with the seal', async (t) => {
  const { status, location } = await send('/verify', { file: ['a <b>.pdf', sealed] }, { Origin: AUDIENCE });
  t.is(status, 303);
  t.regex(location, /^\/verify\/[a-z0-9]{26}$/);
  const page = await get(location);
  t.regex(page.text, /签章有效，/);
  t.regex(page.text, /a &lt;b&gt;\.pdf/);
  const data = await get(`${location}/report.json`);
  const report = verificationReport.parse(JSON.parse(data.text));
  t.is(report.indication, 'TOTAL-PASSED');
  t.deepEqual(
    report.shown?.sheets.map((sheet) => sheet.page),
    [1, 2],
  );
  t.like(report.shown?.seals[0], { signature: 1, page: 2, width_mm: 42, height_mm: 42 });
  const image = await get(`${location}/pages/2.png`);
  t.is(image.type, 'image/png');
  const { dominant } = await sharp(image.bytes).extract({ left: 600, top: 900, width: 200, height: 200 }).stats();
  t.true(dominant.r > 200, 'the seal, lower right');
  for (const path of ['/pages/3.png', '/pages/1.jpg', '/pages/0.png']) t.is((await get(location + path)).status, 404);
});

test.serial(
  'a red picture and a stamp are pointed out and change no verdict; a seal is not called a picture',
  async (t) => {
    const document = await PDFDocument.load(plain);
    const background = { r: 200, g: 0, b: 0 };
    const red = await sharp({ create: { width: 9, height: 9, channels: 3, background } })
      .png()
      .toBuffer();
    document.getPage(2).drawImage(await document.embedPng(red), { x: 100, y: 100, width: 120, height: 120 });
    const stamp = { Type: 'Annot', Subtype: 'Stamp', Rect: [200, 300, 320, 420] };
    const page = document.getPage(0).node;
    page.set(PDFName.of('Annots'), document.context.obj([document.context.register(document.context.obj(stamp))]));
    const faked = await document.save({ useObjectStreams: false });
    const report = async (pdf: Uint8Array) => {
      const { location } = await send('/verify', { file: ['a.pdf', pdf] });
      const words = (await get(location)).text;
      return { words, ...verificationReport.parse(JSON.parse((await get(`${location}/report.json`)).text)) };
    };
    const unsigned = await report(faked);
    t.deepEqual(
      unsigned.shown?.pictures.map(({ kind, page, width_mm }) => [kind, page, Math.round(width_mm)]),
      [
        ['stamp_annotation', 1, 42],
        ['red_image', 3, 42],
      ],
    );
    t.is(unsigned.sub_indication, 'NO_SIGNATURE_FOUND');
    t.regex(unsigned.words, /第 1, 3 页有看起来像印章的图案/);
    const both = await report(await sealBytes(faked, { page: 2 }));
    t.is(both.indication, 'TOTAL-PASSED');
    t.is(both.shown?.pictures.length, 2, 'the real seal is none of them');
  },
);

test.serial('a seal by itself, and a signature beside its file of any kind', async (t) => {
  const eseal = await send('/verify', { file: ['seal.esl', seal.raw] });
  t.regex((await get(eseal.location)).text, /电子印章有效/);
  const file = utf8('any file');
  const signature = await makeContainer(party, 'dual', { dataHash: sm3(file), time: AT, sign: pki.signer.sign });
  const both = await send('/verify', { file: ['file.txt', file], signature: ['file.p7s', signature] });
  t.regex((await get(both.location)).text, /签章有效，/);
  const other = await send('/verify', { file: ['file.txt', utf8('other')], signature: ['file.p7s', signature] });
  t.regex((await get(other.location)).text, /签章无效，/);
});

test.serial('what cannot be judged goes back to the form with words that help', async (t) => {
  for (const [parts, words] of [
    [{}, /请选择一个文件/],
    [{ file: ['x.zip', ascii('PK\x03\x04 zip')] }, /识别为 ZIP/],
    [{ file: ['x.pdf', plain.subarray(0, 500)] }, /文件已损坏/],
    [{ file: ['x.esl', ascii('nothing')] }, /这不是电子印章文件/],
    [{ file: ['x.pdf', new Uint8Array(1_050_000)] }, /文件超过 1 MB/],
  ] as const) {
    const { status, text } = await send('/verify', parts);
    t.is(status, 422, `${words}`);
    t.regex(text, words);
    t.regex(text, /<title>错误：/);
  }
});

judge(test.serial, 'qpdf')('an encrypted file waits for its password, and is judged with it', async (t) => {
  const locked = await qpdf(plain, '--encrypt', 'secret', 'owner', '256', '--');
  const { location } = await send('/verify', { file: ['locked.pdf', locked] });
  t.regex((await get(location)).text, /这份文件加了密码/);
  t.is((await get(`${location}/report.json`)).status, 404);
  const wrong = await send(location, { password: 'guess' });
  t.is(wrong.status, 422);
  t.regex(wrong.text, /密码不正确/);
  t.is((await send(location, { password: 'secret' })).status, 303);
  t.regex((await get(location)).text, /没有/);
  t.is((await get(`${location}/pages/1.png`)).status, 200, 'drawn with the password too');
});

test.serial(
  'results are gone after their minutes, at once when told so, and for who does not know the address',
  async (t) => {
    const { location } = await send('/verify', { file: ['a.pdf', sealed] });
    const gone = await get(`/verify/${'0'.repeat(26)}`);
    t.is(gone.status, 404);
    t.regex(gone.text, /核验结果已删除/);
    t.is((await send(`${location}/forget`, {}, { Origin: 'https://elsewhere.example' })).status, 403);
    t.is((await send(`${location}/forget`, {})).location, '/verify');
    t.is((await get(location)).status, 404);
    const second = await send('/verify', { file: ['a.pdf', sealed] });
    room.setNow(new Date(AT.getTime() + 599_000));
    t.is((await get(second.location)).status, 200);
    room.setNow(new Date(AT.getTime() + 600_000));
    t.is((await get(second.location)).status, 404);
    room.setNow(AT);
  },
);

test('another site may not send a form', async (t) => {
  const { status } = await send('/verify', { file: ['a.pdf', sealed] }, { Origin: 'https://elsewhere.example' });
  t.is(status, 403);
});

test('what is kept is bounded: the oldest make room, and what is derived goes with its file', async (t) => {
  const checked = makeCheckedFiles({ clock: () => AT, maxBytes: 5_000_000 });
  t.teardown(checked.close);
  const put = () => checked.put({ fileName: 'x', kind: 'document', bytes: randomBytes(1_000_000), report: null });
  const ids = [put(), put(), put()];
  t.is(checked.get(ids[0]!), null);
  t.truthy(checked.get(ids[1]!));
  let made = 0;
  const make = async () => new Uint8Array([++made]);
  t.deepEqual(await checked.derive(ids[2]!, 'x', make), await checked.derive(ids[2]!, 'x', make));
  t.is(made, 1);
  await t.throwsAsync(
    checked.derive(ids[2]!, 'y', () => Promise.reject(new Error('no'))),
    { message: 'no' },
  );
  t.is((await checked.derive(ids[2]!, 'y', make))?.[0], 2, 'a failure is not kept');
  checked.forget(ids[2]!);
  t.is(await checked.derive(ids[2]!, 'x', make), null);
});

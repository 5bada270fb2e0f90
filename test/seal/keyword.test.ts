// Seals by keyword: the middle of the seal lies on the middle of the hit, as displayed; what cannot be searched is said.
import test from 'ava';
import { type Keyword, locateKeyword, parseKeywordHit } from '../../seal/flow/locate-keyword.ts';
import { sealDocument } from '../../seal/flow/seal-document.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { itemsOf, openDocument } from '../../seal/pdf/document.ts';
import { findPage } from '../../seal/pdf/page.ts';
import type { Placement } from '../../seal/pdf/placement.ts';
import { isNumber } from '../../seal/pdf/value.ts';
import { openPdfium } from '../../seal/pdfium/open-pdfium.ts';
import { AT } from '../_harness/pki.ts';
import { handMade, plainObjects } from './pdf/hand-made.ts';
import { party, signer, verifyBytes } from './world.ts';

const pdfium = openPdfium({ threads: 1, deadlineSeconds: 60 });
test.after.always(() => pdfium.close());

const HELVETICA = '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>';

/** Two pages; the word stands at 300, 400 on the first and twice on the second. */
function twoPages(
  entries = '',
  second = 'BT /F 10 Tf 300 500 Td (seal) Tj ET BT /F 10 Tf 300 300 Td (seal) Tj ET',
): Uint8Array {
  const first = 'BT /F 10 Tf 300 400 Td (seal) Tj ET';
  const page = (contents: number) =>
    `<< /Type /Page /Parent 2 0 R /Contents ${contents} 0 R /Resources << /Font << /F ${HELVETICA} >> >> ${entries} >>`;
  const stream = (text: string) => `<< /Length ${text.length} >>\nstream\n${text}\nendstream`;
  const tree = '<< /Type /Pages /Kids [3 0 R 5 0 R] /Count 2 /MediaBox [0 0 595 842] >>';
  return handMade({ objects: plainObjects({ 2: tree, 3: page(4), 4: stream(first), 5: page(6), 6: stream(second) }) });
}

const locate = (pdf: Uint8Array, keyword: Keyword, placement: Placement = {}, page?: number) =>
  locateKeyword(pdfium.findText, { source: memorySource(pdf), keyword, placement, page });

async function seal(pdf: Uint8Array, keyword: Keyword, placement: Placement = {}): Promise<Uint8Array> {
  const source = memorySource(pdf);
  const request = { source, party, time: AT, placement: await locate(pdf, keyword, placement) };
  const { appended } = await sealDocument({ signer }, request);
  return new Uint8Array(Buffer.concat([pdf, appended]));
}

/** Middles of the widgets of a page, in default user space, to a tenth. */
function middles(pdf: Uint8Array, number: number): readonly (readonly number[])[] {
  const document = openDocument(memorySource(pdf));
  return itemsOf(document, findPage(document, number).dict.map.get('Annots'), '/Annots').map((item) => {
    const rect = itemsOf(document, document.dictAt(item, 'a widget').map.get('Rect'), '/Rect');
    const [a, b, c, d] = rect.filter(isNumber).map(({ value }) => value) as [number, number, number, number];
    return [(a + c) / 2, (b + d) / 2].map((side) => Math.round(side * 10) / 10);
  });
}

test('The middle of the seal lies on the hit, whatever rotation, crop box and user unit', async (t) => {
  const [x, y] = middles(await seal(twoPages(), { text: 'seal' }), 1)[0]!;
  t.true(x! > 305 && x! < 312 && y! > 398 && y! < 408, `${x}, ${y}`);
  for (const entries of ['/Rotate 90', '/Rotate 180 /CropBox [100 100 500 700]', '/Rotate 270', '/UserUnit 2']) {
    t.deepEqual(middles(await seal(twoPages(entries), { text: 'seal' }), 1), [[x, y]], entries);
  }
});

test('The offset is in millimetres of the page as displayed', async (t) => {
  const [x, y] = middles(await seal(twoPages(), { text: 'seal' }), 1)[0]!;
  const points = (mm: number) => (mm * 72) / 25.4;
  const moved = async (entries: string) => {
    const [[a, b]] = middles(await seal(twoPages(entries), { text: 'seal', dxMm: 10, dyMm: -20 }), 1) as [
      [number, number],
    ];
    return [Math.round(a - x!), Math.round(b - y!)];
  };
  const [right, down] = [Math.round(points(10)), Math.round(points(20))];
  t.deepEqual(await moved(''), [right, -down]);
  t.deepEqual(await moved('/Rotate 90'), [down, right]);
  t.deepEqual(await moved('/Rotate 180'), [-right, down]);
  t.deepEqual(await moved('/UserUnit 2'), [Math.round(points(5)), -Math.round(points(10))]);
});

test('One hit by its number, the last, or all under one signature, with strips beside them; the verdict passes', async (t) => {
  const pages = async (keyword: Keyword, placement: Placement = {}) => {
    const sealed = await seal(twoPages(), keyword, placement);
    const report = verifyBytes(sealed);
    t.is(report.indication, 'TOTAL-PASSED', report.summary);
    t.is(report.signatures.length, 1);
    return [middles(sealed, 1).length, middles(sealed, 2).length];
  };
  t.deepEqual(await pages({ text: 'seal', hit: 2 }), [0, 1]);
  t.deepEqual(await pages({ text: 'SEAL'.toLowerCase(), hit: 'all' }), [1, 2]);
  t.deepEqual(await pages({ text: 'seal', hit: 'last' }, { straddle: 'all' }), [1, 2]);
  const [, second] = (await locate(twoPages(), { text: 'seal', hit: 'last' })).centres!.map(({ y }) => y);
  t.is(second, undefined);
  t.deepEqual(
    (await locate(twoPages(), { text: 'seal' }, { pages: '2' })).centres!.map(({ page }) => page),
    [2],
  );
  t.deepEqual(
    (await locate(twoPages(), { text: 'seal' }, {}, 2)).centres!.map(({ page }) => page),
    [2],
  );
});

test('Not found, found too rarely, too near to the edge, and places that exclude each other are refused', async (t) => {
  await t.throwsAsync(locate(twoPages(), { text: 'stamp' }), { code: 'keyword-not-found', message: /is not found/ });
  await t.throwsAsync(locate(twoPages(), { text: 'seal', hit: 4 }), { code: 'keyword-not-found', message: /3 times/ });
  await t.throwsAsync(seal(twoPages(), { text: 'seal', dxMm: 150 }), { code: 'placement-invalid' });
  await t.throwsAsync(locate(twoPages(), { text: 'seal' }, { xMm: 1 }), { code: 'invalid-request' });
  await t.throwsAsync(locate(twoPages(), { text: 'seal' }, { field: 'x' }), { code: 'invalid-request' });
  const huge = { size: 1024 ** 3, read: () => new Uint8Array() };
  const question = { source: huge, keyword: { text: 'seal' }, placement: {} };
  await t.throwsAsync(locateKeyword(pdfium.findText, question), { code: 'pdf-too-large' });
  for (const hit of ['0', '-1', 'first', '10000']) t.throws(() => parseKeywordHit(hit), { code: 'invalid-request' });
});

test('A page that cannot be searched is named where the keyword is not found', async (t) => {
  const scanned = twoPages('', '100 100 200 200 re f');
  t.is((await locate(scanned, { text: 'seal' })).centres!.length, 1);
  await t.throwsAsync(locate(scanned, { text: 'seal', hit: 2 }), {
    code: 'text-not-searchable',
    message: /page 2 without text/,
  });
  await t.throwsAsync(locate(scanned, { text: 'stamp' }), { code: 'text-not-searchable' });
});

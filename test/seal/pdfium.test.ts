// PDFium in its thread: where a text stands, what a page looks like, a copy written anew, and the bounds of all three.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { degrees, PDFDocument } from '@cantoo/pdf-lib';
import test from 'ava';
import sharp from 'sharp';
import type { Timer } from '../../common/threads/bounded-pool.ts';
import { limitMemory } from '../../seal/pdfium/bounded-wasm.ts';
import { answerPdfium } from '../../seal/pdfium/jobs.ts';
import { openPdfium } from '../../seal/pdfium/open-pdfium.ts';
import { judge } from '../_harness/judges.ts';
import { handMade, plainObjects } from './pdf/hand-made.ts';
import { ascii, find, makePdf, qpdf, say } from './world.ts';

const pdfium = openPdfium({ threads: 1, deadlineSeconds: 60 });
test.after.always(() => pdfium.close());

const FONTS: Readonly<Record<string, string>> = {
  latin: '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  chinese:
    '<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [<< /Type /Font ' +
    '/Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>] >>',
  nameless:
    '<< /Type /Font /Subtype /Type0 /BaseFont /Subset /Encoding /Identity-H /DescendantFonts [<< /Type /Font ' +
    '/Subtype /CIDFontType2 /BaseFont /Subset /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>] >>',
};

/** A page with these content operators; its font is /F. */
function page(content: string, { font = 'latin', entries = '' } = {}): Uint8Array {
  return handMade({
    objects: plainObjects({
      3: `<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F ${FONTS[font]} >> >> ${entries} >>`,
      4: `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    }),
  });
}

const ucs2 = (text: string): string => `<${Buffer.from(text, 'utf16le').swap16().toString('hex')}>`;
const at = (x: number, y: number, show: string): string => `BT /F 12 Tf ${x} ${y} Td ${show} Tj ET `;
const search = (bytes: Uint8Array, text: string, more: { pages?: number[]; maxHits?: number } = {}) =>
  pdfium.findText({ bytes, text, maxHits: 10, ...more });

test('A text is found where it stands in user space, whatever the rotation and the crop box', async (t) => {
  const content = at(100, 700, '(Please sign here)') + at(100, 300, '(sign again, sign)');
  for (const [entries, top] of [
    ['', 0],
    ['/Rotate 90', 1],
    ['/Rotate 270 /CropBox [50 60 400 750]', 1],
  ] as const) {
    const { hits, withoutText, unmapped } = await search(page(content, { entries }), 'sign');
    t.is(hits.length, 3, entries);
    t.deepEqual([withoutText, unmapped], [[], []]);
    // As displayed: from top to bottom, then from left to right.
    const first = hits.find((hit) => hit.top > 600);
    const second = hits.find((hit) => hit.top < 600 && hit.left < 110);
    t.is(hits.indexOf(first!), top, entries);
    t.true(first!.left > 135 && first!.right < 165 && first!.bottom > 695 && first!.top < 712, JSON.stringify(first));
    t.true(second!.left > 99 && second!.left < 102 && second!.top < 312);
  }
});

test('Chinese text is found letter-spaced, over a line end and in either width of its digits', async (t) => {
  const content =
    at(60, 700, ucs2('申请人 签  章 处')) + at(500, 650, ucs2('共同签')) + at(60, 630, ucs2('章处 第１２号'));
  const bytes = page(content, { font: 'chinese' });
  const { hits } = await search(bytes, '签章处');
  t.is(hits.length, 2);
  t.true(hits[1]!.left > 500 && hits[1]!.bottom > 640, 'a hit over two lines stands where it begins');
  t.is((await search(bytes, '第12号')).hits.length, 1);
  t.is((await search(bytes, '盖章')).hits.length, 0);
});

test('Pages that show something without text, and text of unknown characters, are named', async (t) => {
  t.deepEqual(await search(page('0 0 300 300 re f'), 'sign'), { hits: [], withoutText: [1], unmapped: [] });
  t.deepEqual(
    await search(page(''), 'sign'),
    { hits: [], withoutText: [], unmapped: [] },
    'an empty page hides nothing',
  );
  const nameless = await search(page(at(60, 700, '<00240025>'), { font: 'nameless' }), 'sign');
  t.deepEqual(nameless, { hits: [], withoutText: [], unmapped: [1] });
});

test('A search is bounded by pages and hits', async (t) => {
  const bytes = await makePdf({ pages: 4 });
  t.deepEqual(
    (await search(bytes, 'Page')).hits.map((hit) => hit.page),
    [1, 2, 3, 4],
  );
  t.deepEqual(
    (await search(bytes, 'Page', { pages: [2, 4, 9] })).hits.map((hit) => hit.page),
    [2, 4],
  );
  t.is((await search(bytes, 'Page', { maxHits: 2 })).hits.length, 2);
  t.is((await search(bytes, ' ')).hits.length, 0, 'nothing is found nowhere');
});

test('A page is drawn upright in the pixels asked for, and no more', async (t) => {
  const bytes = page('1 0 0 rg 0 0 100 100 re f', { entries: '/Rotate 90' });
  const image = await pdfium.drawPage({ bytes, page: 1, dpi: 36, maxPixels: 1_000_000 });
  t.deepEqual([image.width, image.height, image.pages], [421, 297, 1]);
  t.is(image.rgba.length, 421 * 297 * 4);
  const pixel = (x: number, y: number) => [...image.rgba.subarray((y * 421 + x) * 4, (y * 421 + x) * 4 + 4)];
  t.deepEqual(pixel(10, 10), [255, 0, 0, 255], 'the lower left corner of the page is the upper left one now');
  t.deepEqual(pixel(400, 280), [255, 255, 255, 255]);
  const small = await pdfium.drawPage({ bytes, page: 1, dpi: 600, maxPixels: 10_000 });
  t.true(small.width * small.height <= 10_000);
  await t.throwsAsync(pdfium.drawPage({ bytes, page: 2, dpi: 36, maxPixels: 100 }), { code: 'placement-invalid' });
});

judge(test, 'qpdf')(
  'A damaged document is written anew, which qpdf finds in order; an encrypted one opens by its password',
  async (t) => {
    const pdf = await makePdf({ pages: 2, withForm: true });
    const cut = pdf.subarray(0, find(pdf, 'startxref'));
    const { bytes: copy, signatures } = await pdfium.saveCopy({ bytes: cut });
    t.is(signatures, 0);
    t.deepEqual((await pdfium.saveCopy({ bytes: cut })).bytes, copy, 'the same bytes every time');
    t.regex(await say('qpdf', copy, '--check'), /No syntax or stream encoding errors/);
    t.is((await search(copy, 'Page 2')).hits.length, 1);
    const closed = await qpdf(pdf, '--encrypt', '密码', 'owner', '256', '--');
    await t.throwsAsync(search(closed, 'Page'), { code: 'pdf-encrypted' });
    t.is((await pdfium.findText({ bytes: closed, password: '密码', text: 'Page', maxHits: 9 })).hits.length, 2);
    await t.throwsAsync(search(ascii('nothing'), 'Page'), { code: 'pdf-broken' });
  },
);

test('Past its deadline a search is document-too-costly, and the next one goes on', async (t) => {
  let isFirst = true;
  // The first deadline is over at once, whatever the work takes.
  const timer: Timer = (fire) => {
    if (isFirst) setImmediate(fire);
    isFirst = false;
    return () => {};
  };
  const hasty = openPdfium({ threads: 1, deadlineSeconds: 1, timer });
  t.teardown(() => hasty.close());
  const bytes = await makePdf();
  await t.throwsAsync(hasty.findText({ bytes, text: 'Page', maxHits: 1 }), { code: 'document-too-costly' });
  t.is((await hasty.findText({ bytes, text: 'Page', maxHits: 1 })).hits.length, 1);
});

test('Memory of the instance is bounded in the module itself; beyond, the document is too costly', async (t) => {
  const wasm = readFileSync(createRequire(import.meta.url).resolve('@hyzyla/pdfium/pdfium.wasm'));
  const bounded = await WebAssembly.compile(limitMemory(wasm, 24 * 1024 * 1024));
  const question = { kind: 'page-image', page: 1, dpi: 72, maxPixels: 1e9 } as const;
  const bytes = await makePdf();
  t.like(await answerPdfium({ ...question, bytes }, bounded), { width: 595 });
  await t.throwsAsync(answerPdfium({ ...question, dpi: 600, bytes }, bounded), { code: 'document-too-costly' });
  const large = new Uint8Array(30 * 1024 * 1024);
  await t.throwsAsync(answerPdfium({ ...question, bytes: large }, bounded), { code: 'document-too-costly' });
  t.throws(() => limitMemory(wasm, 4 * 1024 ** 3), { instanceOf: RangeError });
  t.throws(() => limitMemory(ascii('\0asm....'), 1024), { instanceOf: RangeError });
});

test('A red picture as large as a seal is found where it is shown; other sizes and colours are not', async (t) => {
  const square = (r: number, g: number, b: number) =>
    sharp({ create: { width: 40, height: 40, channels: 3, background: { r, g, b } } })
      .png()
      .toBuffer();
  const document = await PDFDocument.create();
  const [red, grey] = [
    await document.embedPng(await square(220, 20, 30)),
    await document.embedPng(await square(90, 90, 90)),
  ];
  const mm = 72 / 25.4;
  document.addPage([595, 842]).drawText('nothing');
  const page = document.addPage([595, 842]);
  page.drawImage(red, { x: 100 * mm, y: 50 * mm, width: 42 * mm, height: 42 * mm });
  page.drawImage(red, { x: 10 * mm, y: 200 * mm, width: 100 * mm, height: 80 * mm });
  page.drawImage(red, { x: 10 * mm, y: 10 * mm, width: 10 * mm, height: 10 * mm });
  page.drawImage(grey, { x: 10 * mm, y: 100 * mm, width: 42 * mm, height: 42 * mm });
  const found = await pdfium.findRedPictures({ bytes: await document.save() });
  t.is(found.length, 1);
  const rounded = Object.fromEntries(Object.entries(found[0]!).map(([key, value]) => [key, Math.round(value)]));
  t.deepEqual(rounded, { page: 2, pageWidthMm: 210, pageHeightMm: 297, xMm: 100, yMm: 50, widthMm: 42, heightMm: 42 });
  page.setRotation(degrees(90));
  const [turned] = await pdfium.findRedPictures({ bytes: await document.save() });
  t.deepEqual([turned!.xMm, turned!.yMm, turned!.pageWidthMm].map(Math.round), [50, 210 - 142, 297]);
});

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import sharp from 'sharp';
import { equalBytes } from '../../common/bytes.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { openDocument } from '../../seal/pdf/document.ts';
import { listSignatureFields } from '../../seal/pdf/form.ts';
import type { Placement } from '../../seal/pdf/placement.ts';
import { judge } from '../_harness/judges.ts';
import { handMade, plainObjects } from './pdf/hand-made.ts';
import { makePdf, qpdf, say, sealBytes, verifyBytes, withFile } from './world.ts';

const run = promisify(execFile);
type Seen = { readonly left: number; readonly right: number; readonly bottom: number; readonly top: number };

/** Millimetres that red reaches on each page as displayed, from its left and lower edges; null where there is none. */
function seeRed(pdf: Uint8Array): Promise<((Seen & { readonly pageWidth: number; readonly red: number }) | null)[]> {
  return withFile(pdf, async (path, folder) => {
    await run('pdftoppm', ['-cropbox', '-r', '127', '-png', path, join(folder, 'page')]); // 5 pixels a millimetre
    const { readdir } = await import('node:fs/promises');
    const names = (await readdir(folder)).filter((name) => name.endsWith('.png')).sort();
    return Promise.all(names.map((name) => measureRed(join(folder, name))));
  });
}

async function measureRed(path: string) {
  const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true });
  const [xs, ys]: [number[], number[]] = [[], []];
  for (let at = 0; at < data.length; at += info.channels) {
    if (data[at]! < 200 || data[at + 1]! > 100) continue;
    xs.push((at / info.channels) % info.width);
    ys.push(Math.floor(at / info.channels / info.width));
  }
  if (xs.length === 0) return null;
  const least = (values: number[]) => values.reduce((a, b) => Math.min(a, b));
  const most = (values: number[]) => values.reduce((a, b) => Math.max(a, b));
  return {
    left: least(xs) / 5,
    right: (most(xs) + 1) / 5,
    bottom: (info.height - most(ys) - 1) / 5,
    top: (info.height - least(ys)) / 5,
    pageWidth: info.width / 5,
    red: xs.length,
  };
}

const isNear = (found: number, mm: number) => Math.abs(found - mm) <= 0.7;
const sealAt = (pdf: Uint8Array, at: Placement, page?: number) => sealBytes(pdf, { at, page });

async function checkJudged(pdf: Uint8Array): Promise<string> {
  const [checked, signatures] = [await say('qpdf', pdf, '--check'), await say('pdfsig', pdf)];
  if (!/No syntax or stream encoding errors/.test(checked)) return checked;
  if (!/Total document signed/.test(signatures)) return signatures;
  const report = verifyBytes(pdf);
  return report.indication === 'TOTAL-PASSED' ? 'clean' : report.summary;
}

/** Pages of several sizes, turned and cropped, as a case file has them. */
const mixed = (): Uint8Array => {
  const page = (extra: string) => `<< /Type /Page /Parent 2 0 R /Contents 4 0 R ${extra} >>`;
  return handMade({
    objects: plainObjects({
      2: '<< /Type /Pages /Kids [3 0 R 6 0 R 7 0 R 8 0 R 9 0 R] /Count 5 /MediaBox [0 0 595 842] >>',
      3: page(''),
      6: page('/Rotate 90'),
      7: page('/Rotate 180 /CropBox [50 40 500 700]'),
      8: page('/Rotate 270 /MediaBox [-100 -50 742 1141]'),
      9: page('/UserUnit 2 /MediaBox [0 0 300 400]'),
    }),
  });
};

judge(
  test,
  'qpdf',
  'pdfsig',
  'pdftoppm',
)('One signature shows the seal on several pages at the same place', async (t) => {
  const pdf = await makePdf({ pages: 4 });
  const sealed = await sealAt(pdf, { pages: '1,3-4', xMm: 100, yMm: 60 });
  t.true(equalBytes(sealed.subarray(0, pdf.length), pdf));
  t.is(await checkJudged(sealed), 'clean');
  t.is(listSignatureFields(openDocument(memorySource(sealed))).length, 1);
  const seen = await seeRed(sealed);
  t.deepEqual(
    seen.map((one) => one !== null),
    [true, false, true, true],
  );
  for (const one of seen) if (one) t.true(isNear(one.left, 100) && isNear(one.bottom, 60) && isNear(one.top, 102));
});

judge(
  test,
  'qpdf',
  'pdfsig',
  'pdftoppm',
)(
  'ISO 32000: 骑缝 over turned, cropped and mixed pages: each shows its strip at the right edge, all make one seal',
  async (t) => {
    const sealed = await sealAt(mixed(), { straddle: 'all', straddleYMm: 30 });
    t.is(await checkJudged(sealed), 'clean');
    t.is(listSignatureFields(openDocument(memorySource(sealed))).length, 1);
    const seen = await seeRed(sealed);
    // poppler draws units as points whatever /UserUnit says: half as large on page 5.
    for (const one of seen.slice(0, 4)) {
      t.true(one !== null && one.left >= one.pageWidth - 42 / 5 - 0.7 && one.right <= one.pageWidth + 0.4);
      t.true(one!.bottom >= 29.3 && one!.top <= 72.7, JSON.stringify(one));
    }
    const [whole] = await seeRed(await sealAt(await makePdf(), { xMm: 50, yMm: 50 }));
    const sum = seen.reduce((red, one, i) => red + one!.red * (i === 4 ? 4 : 1), 0);
    t.true(Math.abs(sum / whole!.red - 1) < 0.05, `${sum} of ${whole!.red} red pixels`);
  },
);

judge(
  test,
  'qpdf',
  'pdfsig',
  'pdftoppm',
)('骑缝 over 20 pages takes two pictures, and may stand beside a whole seal', async (t) => {
  const sealed = await sealAt(await makePdf({ pages: 20 }), { straddle: 'all', xMm: 20, yMm: 20, withDate: true }, 20);
  t.is(await checkJudged(sealed), 'clean');
  const seen = await seeRed(sealed);
  t.is(seen.filter((one) => one !== null).length, 20);
  t.true(isNear(seen[0]!.pageWidth - seen[0]!.left, 3.5) || seen[0]!.pageWidth - seen[0]!.left <= 4.9);
  t.true(isNear(seen[19]!.left, 20), 'the whole seal on the last page');
  const two = seen[0]!.red + seen[9]!.red;
  t.true(two > 0);
});

judge(
  test,
  'qpdf',
  'pdfsig',
  'pdftoppm',
)('ISO 32000: the seal has its true size on turned, cropped and scaled pages', async (t) => {
  for (const page of [1, 2, 3, 4, 5]) {
    const sealed = await sealAt(mixed(), { xMm: 10, yMm: 15, withDate: true }, page);
    t.is(await checkJudged(sealed), 'clean');
    const one = (await seeRed(sealed))[page - 1]!;
    const found = [one.left, one.bottom, one.right, one.top];
    t.true(
      [10, 15, 52, 57].every((mm, i) => isNear(found[i]!, page === 5 ? mm / 2 : mm)),
      `page ${page}: ${found}`,
    );
  }
});

test('The date below the seal is the one in China, and needs room', async (t) => {
  const sealed = await sealBytes(await makePdf(), { at: { withDate: true, xMm: 10, yMm: 5 } });
  t.is(verifyBytes(sealed).indication, 'TOTAL-PASSED');
  await t.throwsAsync(sealAt(await makePdf(), { withDate: true, xMm: 10, yMm: 4 }), { code: 'placement-invalid' });
});

const withField = (rect: string, extra = '', others = ''): Uint8Array =>
  handMade({
    objects: plainObjects({
      1: `<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R 6 0 R] ${others} >> >>`,
      3: '<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Annots [5 0 R 6 0 R] >>',
      5: `<< /FT /Sig /T (party.b) /Type /Annot /Subtype /Widget /Rect ${rect} /F 4 /P 3 0 R ${extra} >>`,
      6: '<< /FT /Tx /T (note) /Type /Annot /Subtype /Widget /Rect [0 0 9 9] /P 3 0 R >>',
    }),
  });

judge(
  test,
  'qpdf',
  'pdfsig',
  'pdftoppm',
)('An empty signature field takes the seal in its middle, at true size', async (t) => {
  const sealed = await sealAt(withField('[100 100 300 300]', '/Lock << /Action /All >>'), { field: 'party.b' });
  t.is(await checkJudged(sealed), 'clean');
  t.deepEqual(
    listSignatureFields(openDocument(memorySource(sealed))).map(({ name }) => name),
    ['party.b'],
  );
  const one = (await seeRed(sealed))[0]!;
  const middle = (200 / 72) * 25.4;
  t.true(isNear(one.left, middle - 21) && isNear(one.top, middle + 21) && isNear(one.right - one.left, 42));
});

judge(test, 'pdfsig')('A field that is filled after another seal does not break that one', async (t) => {
  const once = await sealAt(withField('[100 100 300 300]'), { xMm: 5, yMm: 5 });
  const twice = await sealAt(once, { field: 'party.b' });
  const report = verifyBytes(twice);
  t.is(report.indication, 'TOTAL-PASSED', report.summary);
  t.deepEqual(report.changes_after_sealing, ['The signature field party.b was signed.']);
  const thrice = await sealAt(await sealAt(await makePdf({ pages: 3 }), {}), { straddle: 'all' });
  t.is(verifyBytes(thrice).indication, 'TOTAL-PASSED', verifyBytes(thrice).summary);
  t.is((await say('pdfsig', thrice)).split('Signature #').length, 1 + 1 + 3, 'poppler lists a signature once a widget');
});

const REFUSED: Readonly<Record<string, [() => Promise<Uint8Array> | Uint8Array, Placement, string, string, number?]>> =
  {
    'a page behind the last': [() => makePdf({ pages: 3 }), { pages: '2-4' }, 'placement-invalid', '/pages'],
    'page zero': [() => makePdf(), { pages: '0' }, 'placement-invalid', '/pages'],
    'a range that runs backwards': [() => makePdf({ pages: 3 }), { pages: '3-1' }, 'placement-invalid', '/pages'],
    'no list at all': [() => makePdf(), { pages: 'some' }, 'placement-invalid', '/pages'],
    'strips on one page': [() => makePdf(), { straddle: 'all' }, 'placement-invalid', '/straddle'],
    'strips higher than the page': [
      () => makePdf({ pages: 2, crop: [0, 0, 400, 100] }),
      { straddle: 'all' },
      'placement-invalid',
      '/straddle',
    ],
    'a seal wider than one of the pages': [mixed, { pages: '1-5', xMm: 150, yMm: 10 }, 'placement-invalid', '/x_mm'],
    'a field that is not there': [() => makePdf(), { field: 'x' }, 'placement-invalid', '/field'],
    'a field of another type': [() => withField('[0 0 300 300]'), { field: 'note' }, 'placement-invalid', '/field'],
    'a field too small for the seal': [
      () => withField('[0 0 100 300]'),
      { field: 'party.b' },
      'placement-invalid',
      '/field',
    ],
    'a field too small for seal and date': [
      () => withField('[0 0 120 125]'),
      { field: 'party.b', withDate: true },
      'placement-invalid',
      '/field',
    ],
    'a field that demands another signature': [
      () => withField('[0 0 300 300]', '/SV << /Ff 1 >>'),
      { field: 'party.b' },
      'placement-invalid',
      '/field',
    ],
    'a field that is signed': [
      () => sealAt(withField('[0 0 300 300]'), { field: 'party.b' }),
      { field: 'party.b' },
      'placement-invalid',
      '/field',
    ],
    'a field and a place': [
      () => withField('[0 0 300 300]'),
      { field: 'party.b', xMm: 1 },
      'invalid-request',
      '/field',
    ],
    'a field and a page': [() => withField('[0 0 300 300]'), { field: 'party.b' }, 'invalid-request', '/field', 1],
    'one page and several': [() => makePdf(), { pages: '1' }, 'invalid-request', '/pages', 1],
    'strips and the place of a whole seal': [
      () => makePdf({ pages: 2 }),
      { straddle: 'all', yMm: 3 },
      'invalid-request',
      '/straddle',
    ],
    'a height of strips without strips': [() => makePdf(), { straddleYMm: 3 }, 'invalid-request', '/straddle_y_mm'],
  };
for (const [what, [make, at, code, pointer, page]] of Object.entries(REFUSED)) {
  test(`Refused: ${what}`, async (t) => {
    const pdf = await make();
    t.like(await t.throwsAsync(sealAt(pdf, at, page)), { code, pointer });
  });
}

judge(test, 'qpdf')('Strips on pages that lie in object streams and in a tree of several levels', async (t) => {
  const sealed = await sealAt(await qpdf(await makePdf({ pages: 12 }), '--object-streams=generate'), {
    straddle: '2-9',
  });
  t.is(await checkJudged(sealed), 'clean');
});

// What stands where on a face: 30 and 60 fields, both formats, several holders, tables, long texts; the place of the seal stays
// clear, nothing leaves the page, and what does not fit is refused with its field.
import test from 'ava';
import fc from 'fast-check';
import { isTrustError } from '../../../common/errors.ts';
import { wrapText } from '../../../common/pdf/typeface.ts';
import type { LicenseType } from '../../../license/domain/license-type.ts';
import { type FaceText, textBox } from '../../../license/pdf/face-drawing.ts';
import { layoutFace } from '../../../license/pdf/face-layout.ts';
import type { FaceRecord } from '../../../license/pdf/face-record.ts';
import { listBlocks } from '../../../license/pdf/face-sections.ts';
import { layoutWatermark } from '../../../license/pdf/face-watermark.ts';
import { prepareFace } from '../../../license/pdf/prepare-face.ts';
import { renderLicense } from '../../../license/pdf/render-license.ts';
import { annotation, asPhoto, fieldsOf, type Layout, license, type, typeOf } from './fixtures.ts';
import { renderer } from './renderer.ts';

const photo = asPhoto('image/png', new Uint8Array());

type Laid = { readonly texts: readonly FaceText[]; readonly overlaps: string[] };

/** Lays out and looks where texts meet each other, the seal, the QR code, the photo or the edge. */
function lay(faced: LicenseType, record: FaceRecord): Laid {
  const { page, measures } = prepareFace(renderer, faced);
  const { texts } = layoutFace(measures, page, faced, record, listBlocks(faced, record));
  const written = texts.filter(({ ink }) => ink !== 'ghost');
  const boxes = written.map((text) => ({ text, ...textBox(measures, text) }));
  const kept = [page.seal, page.qr].map(({ x, y, side }) => ({ x0: x, y0: y, x1: x + side, y1: y + side }));
  if (record.photo) {
    const { width, height } = page.photo;
    kept.push({ x0: page.right - width, y0: page.top - height, x1: page.right, y1: page.top });
  }
  const meets = (a: Box, b: Box): boolean => a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;
  const overlaps = boxes.flatMap((box, index) => [
    ...boxes
      .slice(index + 1)
      .filter((other) => meets(box, other))
      .map((other) => `${box.text.text} × ${other.text.text}`),
    ...kept
      .filter((place) => meets(box, place) && !isDateUnderSeal(box.text.text))
      .map(() => `${box.text.text} × place`),
    ...(box.x0 < 12 || box.x1 > page.width - 12 || box.y0 < 12 || box.y1 > page.height - 12
      ? [`${box.text.text} × edge`]
      : []),
  ]);
  return { texts: written, overlaps };
}

type Box = { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number };
const isDateUnderSeal = (text: string): boolean => text === '2026年11月20日';

const CASES: readonly (readonly [count: number, template: 'a4-portrait' | 'a4-landscape', layout: Layout])[] = [
  [4, 'a4-portrait', 'rows'],
  [12, 'a4-portrait', 'rows'],
  [24, 'a4-portrait', 'rows'],
  [30, 'a4-portrait', 'columns'],
  [60, 'a4-portrait', 'columns'],
  [24, 'a4-portrait', 'table'],
  [10, 'a4-landscape', 'rows'],
  [30, 'a4-landscape', 'columns'],
  [16, 'a4-landscape', 'table'],
];
for (const [count, template, layout] of CASES) {
  for (const withPhoto of [false, true]) {
    test(`${count} fields as ${layout} on ${template}${withPhoto ? ' beside a photo' : ''}: all there, nothing meets anything`, (t) => {
      const fields = fieldsOf(count);
      const record = { ...license, fields, ...(withPhoto ? { photo } : {}) };
      const { texts, overlaps } = lay(typeOf(count, template, layout), record);
      t.deepEqual(overlaps, []);
      const words = texts.map(({ text }) => text).join('');
      for (const value of Object.values(fields)) t.true(words.includes(value), value);
    });
  }
}

test('one to twenty holders stand on the face with kind and number of their documents', (t) => {
  const faced = typeOf(4, 'a4-portrait', 'rows');
  for (const count of [1, 2, 3, 20]) {
    const holders = Array.from({ length: count }, (_, index) => ({
      name: `持证人${index + 1}`,
      codeType: index % 2 === 0 ? '111' : '414',
      code: `36010219900307${String(7000 + index)}`,
    }));
    const { texts, overlaps } = lay(faced, { ...license, fields: {}, holders });
    t.deepEqual(overlaps, []);
    for (const { name, code } of holders) {
      t.true(texts.some(({ text }) => text === name));
      t.true(texts.some(({ text }) => text === code));
    }
  }
});

test('a long text is broken, sets everything smaller, and is refused with its field when that is not enough', (t) => {
  const faced = typeOf(10, 'a4-portrait', 'columns');
  const size = (length: number): number => {
    const fields = { ...fieldsOf(10), f3: '厨'.repeat(length) };
    const { texts, overlaps } = lay(faced, { ...license, fields });
    t.deepEqual(overlaps, []);
    t.is(texts.flatMap(({ text }) => text.match(/厨/g) ?? []).length, length);
    return Math.min(...texts.filter(({ text }) => text.startsWith('厨')).map((text) => text.size));
  };
  t.true(size(60) > size(900));
  const fields = { ...fieldsOf(10), f3: '厨'.repeat(2000) };
  const error = t.throws(() => renderLicense(renderer, faced, { ...license, fields }));
  t.is(isTrustError(error, 'license-fields-invalid') ? error.pointer : '', '/fields/f3');
});

test('what else is too long is refused by name: number, authority, title, purpose', (t) => {
  const long = '示'.repeat(128);
  const refusals: readonly (readonly [() => unknown, string | undefined])[] = [
    [() => lay(type, { ...license, licenseNumber: long }), '/license_number'],
    [() => lay(type, { ...license, issuingAuthority: { ...license.issuingAuthority, name: long } }), undefined],
    [() => lay({ ...type, face: { ...type.face, title: long } }, license), '/face/title'],
    [() => renderLicense(renderer, type, license, { ...annotation, cause: long.repeat(4) }), '/purpose'],
  ];
  for (const [act, pointer] of refusals) {
    const error = t.throws(() => act());
    t.true(isTrustError(error, 'license-fields-invalid'), String(error));
    t.is(isTrustError(error) ? error.pointer : '', pointer);
  }
});

test('a long title takes two lines, a template version that there is not is refused', (t) => {
  const title = '示例省特种设备安全管理和作业人员及检验检测机构核准证书';
  const { texts, overlaps } = lay({ ...type, face: { ...type.face, title } }, license);
  t.deepEqual(overlaps, []);
  t.is(texts.filter(({ weight, text }) => weight === 'bold' && title.includes(text)).length, 2);
  t.true(
    isTrustError(
      t.throws(() => lay({ ...type, face: { ...type.face, template_version: 2 } }, license)),
      'invalid-request',
    ),
  );
});

test('values of any words are laid out without meeting anything, or refused with a field', (t) => {
  const word = fc.string({ unit: fc.constantFrom(...'食品经营许可，。（）《》Aa1 -'), maxLength: 90 });
  fc.assert(
    fc.property(fc.array(word, { minLength: 12, maxLength: 12 }), fc.boolean(), (values, isWide) => {
      const fields = Object.fromEntries(values.map((value, index) => [`f${index}`, value.trim() || '无']));
      const faced = isWide ? wide : upright;
      try {
        t.deepEqual(lay(faced, { ...license, fields }).overlaps, []);
      } catch (error) {
        t.true(isTrustError(error, 'license-fields-invalid') && error.pointer?.startsWith('/'), String(error));
      }
    }),
    { numRuns: 60 },
  );
});
const wide = typeOf(12, 'a4-landscape', 'columns');
const upright = typeOf(12, 'a4-portrait', 'rows');

test('the watermark of a copy covers the page: every square of 60 mm has a piece of it', (t) => {
  const { page, measures } = prepareFace(renderer, type);
  const { texts, degrees } = layoutWatermark(measures, page, annotation);
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const marks = texts.flatMap(({ x, y }) =>
    Array.from({ length: 12 }, (_, step) => {
      const along = x + step * 5;
      return { x: along * cos - y * sin + page.width / 2, y: along * sin + y * cos + page.height / 2 };
    }),
  );
  for (let x = 0; x + 60 <= page.width; x += 10) {
    for (let y = 0; y + 60 <= page.height; y += 10) {
      t.true(
        marks.some((mark) => mark.x >= x && mark.x <= x + 60 && mark.y >= y && mark.y <= y + 60),
        `${x}, ${y}`,
      );
    }
  }
});

test('lines end at the width: not before a closing mark, not after an opening one, not inside a number', (t) => {
  const { fonts } = prepareFace(renderer, type);
  const text = '餐饮服务（热菜烹饪、冷食类食品制售及餐具清洗消毒岗位人员），编号 2026-11-20-000123。';
  for (let width = 30; width < 90; width += 3) {
    const lines = wrapText(fonts, text, 14, width);
    t.is(lines.join('').replaceAll(' ', ''), text.replaceAll(' ', ''));
    for (const line of lines) t.false(/^[，。、）]|[（]$/.test(line), line);
  }
  t.true(wrapText(fonts, text, 14, 60).some((line) => line.includes('2026-11-20-000123')));
  t.deepEqual(wrapText(fonts, 'one word after another word', 14, 40).at(0), 'one word after');
});

// Fonts: what our reader says of characters and widths against fontkit, subsets against their font, damaged files refused.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test from 'ava';
import { create } from 'fontkit';
import { toHex } from '../../../common/bytes.ts';
import { isTrustError } from '../../../common/errors.ts';
import { readFontFiles } from '../../../common/pdf/font-files.ts';
import { openSubsetter } from '../../../common/pdf/subsetter.ts';
import { readCharacterMap, readTrueType } from '../../../common/pdf/truetype.ts';

const { resolve } = createRequire(import.meta.url);
const font = readFileSync(resolve('@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf'));
const subset = openSubsetter(readFileSync(resolve('harfbuzzjs/dist/harfbuzz-subset.wasm'))).keep(font);
const read = readTrueType(font);
const judge = create(font);

test('every character and every width is what fontkit says', (t) => {
  let known = 0;
  for (let codePoint = 0x20; codePoint < 0x30000; codePoint += codePoint < 0x3400 ? 1 : 7) {
    const glyph = read.glyphs[codePoint] ?? 0;
    if ((glyph !== 0) !== judge.hasGlyphForCodePoint(codePoint)) t.fail(codePoint.toString(16));
    if (glyph === 0) continue;
    known += 1;
    const { id, advanceWidth } = judge.glyphForCodePoint(codePoint);
    if (id !== glyph || read.widths[glyph] !== Math.round((advanceWidth * 1000) / judge.unitsPerEm)) {
      t.fail(codePoint.toString(16));
    }
  }
  t.true(known > 4000);
  t.is(read.name, judge.postscriptName);
});

test('a subset has the glyphs of its characters with their widths, the same bytes each time, and is small', (t) => {
  const codePoints = Array.from('张三Ab，2026䶮', (character) => character.codePointAt(0) ?? 0);
  const made = subset(codePoints);
  t.is(toHex(subset(codePoints).bytes), toHex(made.bytes));
  t.is(toHex(subset(codePoints.toReversed()).bytes), toHex(made.bytes));
  t.true(made.bytes.length < 8000);
  const small = readTrueType(made.bytes);
  for (const [index, codePoint] of codePoints.entries()) {
    const glyph = made.glyphs[index] ?? 0;
    t.not(glyph, 0);
    t.is(small.widths[glyph], read.widths[read.glyphs[codePoint] ?? 0]);
  }
  t.is(new Set(made.glyphs).size, new Set(codePoints).size);
});

test('a character beyond U+FFFF is found in the subset too; one that the font lacks has no glyph there', (t) => {
  const astral = 0x20bb7;
  const beyond = read.glyphs.findIndex((glyph, codePoint) => codePoint > 0xffff && glyph !== 0);
  const made = subset([0x41, beyond, astral]);
  t.not(made.glyphs[1], 0);
  t.is(made.glyphs[2], 0);
  t.is(readCharacterMap(made.bytes)[beyond], made.glyphs[1]);
});

test('a file that is no single TrueType font, or is cut off, is refused', (t) => {
  const changed = Uint8Array.from(font.subarray(0, 5000));
  for (const bytes of [
    new Uint8Array(),
    new TextEncoder().encode('wOFF-and-more-bytes-that-are-none'),
    new TextEncoder().encode('ttcf-and-more-bytes-that-are-none'),
    font.subarray(0, 12),
    font.subarray(0, 200),
    changed,
  ]) {
    t.true(
      isTrustError(
        t.throws(() => readTrueType(bytes)),
        'invalid-request',
      ),
    );
  }
});

test('a folder without the rare fonts brings none', (t) => {
  t.is(readFontFiles('/nowhere').length, 2);
});

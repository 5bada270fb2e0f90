// Which font draws which character of a face: the one of the template, else a fallback for rare ideographs (生僻字), else
// none, and then the license is refused with the code point. Fonts are known by the SM3 of their files, so a font that is
// missing or another one refuses characters and never changes bytes.
import { TrustError } from '../../common/errors.ts';
import type { Measure, Typeface } from '../../common/pdf/typeface.ts';
import type { FaceFonts } from './face-template.ts';

export type FontChoice = Measure & {
  readonly bold: Typeface;
  /** All that draw plain text: `regular` first, then the fallbacks that are there. */
  readonly plain: readonly Typeface[];
  /** Index in `plain` of the font for a character, or -1. */
  indexOf(codePoint: number): number;
};

const IDEOGRAPH = /\p{Unified_Ideograph}/u;

/** Throws `glyph-missing` when the fonts of the template themselves are not there. */
export function chooseFonts(files: ReadonlyMap<string, Typeface>, fonts: FaceFonts): FontChoice {
  const regular = files.get(fonts.regular);
  const bold = files.get(fonts.bold);
  if (!regular || !bold) {
    throw new TrustError('glyph-missing', `the template wants the fonts with SM3 ${fonts.regular} and ${fonts.bold}`);
  }
  const rare = fonts.rare.flatMap((name) => files.get(name) ?? []);
  const plain = [regular, ...rare];
  const indexOf = (codePoint: number): number => {
    if (regular.has(codePoint)) return 0;
    // A fallback stands in for ideographs only: elsewhere its shapes would be a stranger's.
    if (!IDEOGRAPH.test(String.fromCodePoint(codePoint))) return -1;
    return plain.findIndex((typeface) => typeface.has(codePoint));
  };
  const widthOf = (codePoint: number): number => plain[indexOf(codePoint)]?.widthOf(codePoint) ?? 0;
  return { bold, plain, indexOf, widthOf };
}

/** Throws `glyph-missing` with U+XXXX and `pointer` for the first character of `text` that no font of the template draws. */
export function checkPrintable(fonts: FontChoice, text: string, pointer: string): void {
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    if (fonts.indexOf(codePoint) >= 0) continue;
    const name = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
    throw new TrustError('glyph-missing', `${name} has no glyph in the fonts of the template`, { pointer });
  }
}

// A typeface kept open for the life of the process: character map, widths and subsets of one TrueType font.
// Every character is looked up in the font's own map before it is laid out; one that is missing is refused by its code
// point, because a drawn .notdef is a blank box that text extraction loses.
import { TrustError } from '../errors.ts';
import type { Subset, Subsetter } from './subsetter.ts';
import { type FontMetrics, readTrueType } from './truetype.ts';

export type Typeface = Omit<FontMetrics, 'glyphs' | 'widths'> & {
  /** Advance of a character in 1/1000 of the font size. */
  widthOf(codePoint: number): number;
  has(codePoint: number): boolean;
  subset(codePoints: readonly number[]): Subset;
};

export type Typefaces = { readonly regular: Typeface; readonly bold: Typeface };

/** Opens a single TrueType font (not a collection). The subsetter keeps what it needs; the bytes may go. */
export function openTypeface(subsetter: Subsetter, bytes: Uint8Array): Typeface {
  const { glyphs, widths, ...face } = readTrueType(bytes);
  const glyphOf = (codePoint: number): number => glyphs[codePoint] ?? 0;
  return {
    ...face,
    widthOf: (codePoint) => widths[glyphOf(codePoint)] ?? 0,
    has: (codePoint) => glyphOf(codePoint) !== 0,
    subset: subsetter.keep(bytes),
  };
}

/** Throws `glyph-missing` with U+XXXX for the first character of `text` that the face cannot draw. */
export function checkGlyphs(typeface: Typeface, text: string, pointer?: string): void {
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    if (typeface.has(codePoint)) continue;
    const name = `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
    throw new TrustError(
      'glyph-missing',
      `${name} has no glyph in ${typeface.name}`,
      pointer === undefined ? {} : { pointer },
    );
  }
}

/** What measuring text needs of a typeface, or of several that stand in for each other. */
export type Measure = Pick<Typeface, 'widthOf'>;

/** Width of `text` at `size` points, in points. */
export function textWidth(typeface: Measure, text: string, size: number): number {
  let width = 0;
  for (const character of text) width += typeface.widthOf(character.codePointAt(0) ?? 0);
  return (width * size) / 1000;
}

export const POINTS_PER_MM = 72 / 25.4;

/** Width of `text` at `size` points, in millimetres. */
export function widthMm(typeface: Measure, text: string, size: number): number {
  return textWidth(typeface, text, size) / POINTS_PER_MM;
}

const NO_LINE_START = new Set('，。、；：！？）》」』】〉〕…％·,.;:!?)]}%');
const NO_LINE_END = new Set('（《「『【〈〔([{');
const WORD = /[\p{Script=Latin}\p{Nd}.,/:_-]/u;

/**
 * Breaks at the width: never before a closing mark or after an opening one, inside a word or number only where it begins in
 * the first half of the line. Blanks at a break are dropped, nothing else is.
 */
export function wrapText(typeface: Measure, text: string, size: number, limitMm: number): string[] {
  const limit = (limitMm * POINTS_PER_MM * 1000) / size;
  const characters = Array.from(text);
  const lines: string[] = [];
  let start = 0;
  let width = 0;
  for (let at = 0; at < characters.length; at++) {
    width += typeface.widthOf(characters[at]?.codePointAt(0) ?? 0);
    if (width <= limit || at === start || characters[at] === ' ') continue;
    const end = findBreak(characters, start, at);
    lines.push(characters.slice(start, end).join('').trimEnd());
    start = end;
    while (characters[start] === ' ') start++;
    at = start - 1;
    width = 0;
  }
  return [...lines, characters.slice(start).join('').trimEnd()];
}

function findBreak(characters: readonly string[], start: number, overflow: number): number {
  for (let end = overflow; end > (start + overflow) / 2; end--) {
    const [before = '', after = ''] = [characters[end - 1], characters[end]];
    if (NO_LINE_START.has(after) || NO_LINE_END.has(before)) continue;
    if (WORD.test(before) && WORD.test(after)) continue;
    return end;
  }
  // A word longer than the line is cut; the mark behind it takes a character along.
  return NO_LINE_START.has(characters[overflow] ?? '') && overflow - start > 1 ? overflow - 1 : overflow;
}

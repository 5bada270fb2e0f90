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

/** Width of `text` at `size` points, in points. */
export function textWidth(typeface: Typeface, text: string, size: number): number {
  let width = 0;
  for (const character of text) width += typeface.widthOf(character.codePointAt(0) ?? 0);
  return (width * size) / 1000;
}

export const POINTS_PER_MM = 72 / 25.4;

const NO_LINE_START = new Set('，。；：！？、）》」』】〉…％,.;:!?)]}%');

/** Breaks at the width; never before a closing mark, and at a blank where the line has one late enough. */
export function wrapText(typeface: Typeface, text: string, size: number, limitMm: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const character of text) {
    if (line !== '' && widthMm(typeface, line + character, size) > limitMm && !NO_LINE_START.has(character)) {
      const blank = line.lastIndexOf(' ');
      const cut = blank > line.length / 2 ? blank : line.length;
      lines.push(line.slice(0, cut).trimEnd());
      line = line.slice(cut).trimStart();
    }
    line += character;
  }
  return [...lines, line];
}

/** Width of `text` at `size` points, in millimetres. */
export function widthMm(typeface: Typeface, text: string, size: number): number {
  return textWidth(typeface, text, size) / POINTS_PER_MM;
}

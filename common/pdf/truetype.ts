// What laying out text needs of a TrueType font (ISO/IEC 14496-22): the glyph of each character, advance widths, the box of
// the face. Read once into flat arrays, so that looking a character up costs one index. Not here: outlines, shaping, subsets.
import { TrustError } from '../errors.ts';

/** Planes 0 to 3: every ideograph of Unicode 17 lies there. */
const CODE_POINTS = 0x40000;

export type FontMetrics = {
  /** PostScript name, or 'Font' where the font does not say. */
  readonly name: string;
  /** The following in 1/1000 of the font size. */
  readonly ascent: number;
  readonly descent: number;
  readonly capHeight: number;
  readonly bbox: readonly [number, number, number, number];
  /** Glyph of each code point; 0 where the font has none. */
  readonly glyphs: Uint16Array;
  /** Advance of each glyph. */
  readonly widths: Uint16Array;
};

/** Reads a single font with TrueType outlines. Throws `invalid-request` for anything else, collections included. */
export function readTrueType(bytes: Uint8Array): FontMetrics {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const tables = readDirectory(view);
    const unitsPerEm = view.getUint16(tableAt(tables, 'head') + 18);
    const scale = 1000 / unitsPerEm;
    const hhea = tableAt(tables, 'hhea');
    const head = tableAt(tables, 'head');
    const box = [36, 38, 40, 42].map((at) => view.getInt16(head + at) * scale);
    const [left = 0, bottom = 0, right = 0, top = 0] = box;
    return {
      name: readName(view, tables),
      ascent: Math.round(view.getInt16(hhea + 4) * scale),
      descent: Math.round(view.getInt16(hhea + 6) * scale),
      capHeight: readCapHeight(view, tables, scale),
      bbox: [Math.floor(left), Math.floor(bottom), Math.ceil(right), Math.ceil(top)],
      glyphs: readGlyphs(view, tables),
      widths: readWidths(view, tables, scale),
    };
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new TrustError('invalid-request', 'the font ends before its tables do', { cause });
  }
}

/** Code point -> glyph of a font, 0 where it has none; what `readTrueType` reads, alone. */
export function readCharacterMap(bytes: Uint8Array): Uint16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return readGlyphs(view, readDirectory(view));
}

type Tables = ReadonlyMap<string, number>;

function readDirectory(view: DataView): Tables {
  const tables = new Map<string, number>();
  if (view.getUint32(0) !== 0x00010000) throw notTrueType('its first bytes are not 00 01 00 00');
  for (let row = 0; row < view.getUint16(4); row++) {
    const at = 12 + 16 * row;
    const tag = String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));
    tables.set(tag, view.getUint32(at + 8));
  }
  return tables;
}

function tableAt(tables: Tables, tag: string): number {
  const at = tables.get(tag);
  if (at === undefined) throw notTrueType(`it has no table ${tag}`);
  return at;
}

/** The fullest map: format 12 where there is one, else format 4. */
function readGlyphs(view: DataView, tables: Tables): Uint16Array {
  const cmap = tableAt(tables, 'cmap');
  const maps = new Map<number, number>();
  for (let row = 0; row < view.getUint16(cmap + 2); row++) {
    const at = cmap + view.getUint32(cmap + 4 + 8 * row + 4);
    maps.set(view.getUint16(at), at);
  }
  const [full, basic] = [maps.get(12), maps.get(4)];
  if (full !== undefined) return readGroups(view, full);
  if (basic !== undefined) return readSegments(view, basic);
  throw notTrueType('it has no character map of format 4 or 12');
}

/** Format 12: groups of 32-bit code points. */
function readGroups(view: DataView, at: number): Uint16Array {
  const glyphs = new Uint16Array(CODE_POINTS);
  for (let group = 0; group < view.getUint32(at + 12); group++) {
    const start = view.getUint32(at + 16 + 12 * group);
    const end = Math.min(view.getUint32(at + 20 + 12 * group), CODE_POINTS - 1);
    const glyph = view.getUint32(at + 24 + 12 * group);
    for (let codePoint = start; codePoint <= end; codePoint++) glyphs[codePoint] = glyph + codePoint - start;
  }
  return glyphs;
}

/** Format 4: segments of 16-bit code points, by a difference or by an array of glyphs. */
function readSegments(view: DataView, at: number): Uint16Array {
  const glyphs = new Uint16Array(0x10000);
  const doubled = view.getUint16(at + 6);
  for (let segment = 0; segment < doubled; segment += 2) {
    const end = view.getUint16(at + 14 + segment);
    const start = view.getUint16(at + 16 + doubled + segment);
    const delta = view.getUint16(at + 16 + 2 * doubled + segment);
    const offsetAt = at + 16 + 3 * doubled + segment;
    const offset = view.getUint16(offsetAt);
    for (let codePoint = start; codePoint <= end && codePoint < 0xffff; codePoint++) {
      const listed = offset === 0 ? codePoint : view.getUint16(offsetAt + offset + 2 * (codePoint - start));
      glyphs[codePoint] = listed === 0 ? 0 : (listed + delta) & 0xffff;
    }
  }
  return glyphs;
}

function readWidths(view: DataView, tables: Tables, scale: number): Uint16Array {
  const hmtx = tableAt(tables, 'hmtx');
  const count = view.getUint16(tableAt(tables, 'maxp') + 4);
  const measured = view.getUint16(tableAt(tables, 'hhea') + 34);
  const widths = new Uint16Array(count);
  for (let glyph = 0; glyph < count; glyph++) {
    widths[glyph] = Math.round(view.getUint16(hmtx + 4 * Math.min(glyph, measured - 1)) * scale);
  }
  return widths;
}

function readCapHeight(view: DataView, tables: Tables, scale: number): number {
  const os2 = tables.get('OS/2');
  return os2 === undefined || view.getUint16(os2) < 2 ? 700 : Math.round(view.getInt16(os2 + 88) * scale);
}

/** Name record 6 in UTF-16BE, as far as it is a PDF name without escapes. */
function readName(view: DataView, tables: Tables): string {
  const name = tables.get('name');
  if (name === undefined) return 'Font';
  const strings = name + view.getUint16(name + 4);
  for (let row = 0; row < view.getUint16(name + 2); row++) {
    const at = name + 6 + 12 * row;
    if (view.getUint16(at) !== 3 || view.getUint16(at + 6) !== 6) continue;
    const start = strings + view.getUint16(at + 10);
    const units = Array.from({ length: view.getUint16(at + 8) / 2 }, (_, i) => view.getUint16(start + 2 * i));
    return String.fromCharCode(...units).replace(/[^A-Za-z0-9-]/g, '') || 'Font';
  }
  return 'Font';
}

function notTrueType(reason: string): TrustError {
  return new TrustError('invalid-request', `not a single font with TrueType outlines: ${reason}`);
}

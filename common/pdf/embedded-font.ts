// One typeface inside one PDF: collects the characters used, then writes them as a subset CIDFontType2 with Identity-H,
// widths and ToUnicode. A CID stands for one character, not for one glyph, so that extraction gives back exactly the text.
import { utf8 } from '../bytes.ts';
import { sm3 } from '../crypto/sm3.ts';
import { type PdfFile, type PdfRef, refer } from './pdf-file.ts';
import { checkGlyphs, type Typeface } from './typeface.ts';

export class EmbeddedFont {
  readonly typeface: Typeface;
  readonly #codePoints = new Set<number>();

  constructor(typeface: Typeface) {
    this.typeface = typeface;
  }

  /** Notes the characters of `text`. Throws `glyph-missing` for one that the typeface lacks. */
  use(text: string): void {
    checkGlyphs(this.typeface, text);
    for (const character of text) this.#codePoints.add(character.codePointAt(0) ?? 0);
  }

  /** A coder from text to the hexadecimal string of its CIDs. Call it when all texts were noted. */
  coder(): (text: string) => string {
    const codes = new Map(this.#sorted().map((codePoint, index) => [codePoint, hex4(index + 1)]));
    return (text) => {
      let hex = '';
      for (const character of text) hex += codes.get(character.codePointAt(0) ?? 0) ?? '0000';
      return `<${hex}>`;
    };
  }

  /** Writes font, descriptor, widths and map into `file`; `plain` leaves the streams as they are. */
  write(file: PdfFile, { plain = false }: { plain?: boolean } = {}): PdfRef {
    const codePoints = this.#sorted();
    const { bytes, glyphs } = this.typeface.subset(codePoints);
    const name = `${subsetTag(codePoints)}+${this.typeface.name}`;
    const fontFile = file.addStream(`/Length1 ${bytes.length}`, bytes, { plain });
    const { ascent, descent, capHeight, bbox } = this.typeface;
    const descriptor = file.add(
      `<< /Type /FontDescriptor /FontName /${name} /Flags 4 /FontBBox [${bbox.join(' ')}] /ItalicAngle 0 /StemV 80 ` +
        `/Ascent ${ascent} /Descent ${descent} /CapHeight ${capHeight} /FontFile2 ${refer(fontFile)} >>`,
    );
    const glyphMap = file.addStream('', cidToGlyph(glyphs), { plain });
    const widths = codePoints.map((codePoint) => this.typeface.widthOf(codePoint)).join(' ');
    const cidFont = file.add(
      `<< /Type /Font /Subtype /CIDFontType2 /BaseFont /${name} /FontDescriptor ${refer(descriptor)} ` +
        `/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> ` +
        `/CIDToGIDMap ${refer(glyphMap)} /DW 1000 /W [1 [${widths}]] >>`,
    );
    const toUnicode = file.addStream('', utf8(toUnicodeMap(codePoints)), { plain });
    return file.add(
      `<< /Type /Font /Subtype /Type0 /BaseFont /${name} /Encoding /Identity-H ` +
        `/DescendantFonts [${refer(cidFont)}] /ToUnicode ${refer(toUnicode)} >>`,
    );
  }

  #sorted(): number[] {
    return [...this.#codePoints].sort((a, b) => a - b);
  }
}

/** Six capitals from the SM3 of the characters: the same subset has the same tag. */
function subsetTag(codePoints: readonly number[]): string {
  const digest = sm3(utf8(codePoints.join(',')));
  return Array.from(digest.subarray(0, 6), (byte) => String.fromCharCode(65 + (byte % 26))).join('');
}

function cidToGlyph(glyphs: readonly number[]): Uint8Array {
  const map = new Uint8Array(2 * (glyphs.length + 1));
  for (const [index, glyph] of glyphs.entries()) {
    map[2 * index + 2] = glyph >> 8;
    map[2 * index + 3] = glyph & 0xff;
  }
  return map;
}

function toUnicodeMap(codePoints: readonly number[]): string {
  const lines = codePoints.map((codePoint, index) => `<${hex4(index + 1)}> <${utf16Hex(codePoint)}>`);
  const blocks: string[] = [];
  for (let start = 0; start < lines.length; start += 100) {
    const block = lines.slice(start, start + 100);
    blocks.push(`${block.length} beginbfchar\n${block.join('\n')}\nendbfchar`);
  }
  return [
    '/CIDInit /ProcSet findresource begin',
    '12 dict begin',
    'begincmap',
    '/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def',
    '/CMapName /Adobe-Identity-UCS def',
    '/CMapType 2 def',
    '1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange',
    ...blocks,
    'endcmap',
    'CMapName currentdict /CMap defineresource pop',
    'end',
    'end',
  ].join('\n');
}

function utf16Hex(codePoint: number): string {
  const text = String.fromCodePoint(codePoint);
  let hex = '';
  for (let unit = 0; unit < text.length; unit++) hex += hex4(text.charCodeAt(unit));
  return hex;
}

function hex4(value: number): string {
  return value.toString(16).toUpperCase().padStart(4, '0');
}

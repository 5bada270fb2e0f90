// The rules of PDF/A for fonts: embedded, measured as they are drawn, every character with a glyph and a Unicode value.
import { readTrueType } from '../../../common/pdf/truetype.ts';
import { asList, contentOf, type PdfARule, type PdfDict, type PdfObjects, pages } from './pdf-objects.ts';

type Font = {
  readonly name: string;
  readonly outer: PdfDict;
  readonly inner: PdfDict;
  readonly descriptor: PdfDict;
  readonly file: Uint8Array | null;
  /** CID -> glyph. */
  readonly glyphs: Uint8Array;
};

export const fontRules: readonly PdfARule[] = [
  {
    rule: 'fonts: composite, Identity-H, the system of characters Identity with a map from characters to glyphs',
    find: (pdf) =>
      fontsOf(pdf).flatMap(({ name, outer, inner, glyphs }) => [
        ...(outer['/Subtype'] === '/Type0' && outer['/Encoding'] === '/Identity-H' ? [] : [`${name} /Encoding`]),
        ...(pdf.dict(inner['/CIDSystemInfo'])['/Ordering'] === 'u:Identity' ? [] : [`${name} /CIDSystemInfo`]),
        ...(glyphs.length > 2 ? [] : [`${name} /CIDToGIDMap`]),
      ]),
  },
  {
    rule: 'fonts: embedded whole or as a subset that its name says, one name everywhere, no CIDSet that could be incomplete',
    find: (pdf) =>
      fontsOf(pdf).flatMap(({ name, outer, inner, descriptor, file }) => [
        ...(file && pdf.dict(descriptor['/FontFile2'])['/Length1'] === file.length ? [] : [`${name} /FontFile2`]),
        ...(outer['/BaseFont'] === inner['/BaseFont'] && outer['/BaseFont'] === descriptor['/FontName']
          ? []
          : [`${name} names`]),
        ...(/^\/[A-Z]{6}\+/.test(String(outer['/BaseFont'])) ? [] : [`${name} no subset tag`]),
        ...('/CIDSet' in descriptor || '/CharSet' in descriptor ? [`${name} /CIDSet`] : []),
      ]),
  },
  {
    rule: 'font metrics: widths in the dictionary are those of the font program',
    find: (pdf) => fontsOf(pdf).flatMap((font) => wrongWidths(font)),
  },
  {
    rule: 'fonts: no reference to .notdef, every character shown has a glyph and a Unicode value',
    find: (pdf) =>
      fontsOf(pdf).flatMap((font) => {
        const unicode = Buffer.from(pdf.stream(font.outer['/ToUnicode']) ?? []).toString('latin1');
        return shownCodes(pdf, font.name).flatMap((code) => [
          ...(glyphOf(font, code) === 0 ? [`${font.name} ${code} is .notdef`] : []),
          ...(new RegExp(`^<${code.toString(16).toUpperCase().padStart(4, '0')}> <[0-9A-F]{4,8}>$`, 'm').test(unicode)
            ? []
            : [`${font.name} ${code} has no Unicode value`]),
        ]);
      }),
  },
];

function fontsOf(pdf: PdfObjects): Font[] {
  return pages(pdf).flatMap((page) =>
    Object.entries(pdf.dict(pdf.dict(page['/Resources'])['/Font'])).map(([name, ref]) => {
      const outer = pdf.dict(ref);
      const inner = pdf.dict(asList(outer['/DescendantFonts'])[0]);
      const descriptor = pdf.dict(inner['/FontDescriptor']);
      const glyphs = pdf.stream(inner['/CIDToGIDMap']) ?? new Uint8Array();
      return { name, outer, inner, descriptor, file: pdf.stream(descriptor['/FontFile2']), glyphs };
    }),
  );
}

function wrongWidths(font: Font): string[] {
  const [first, widths] = asList(font.inner['/W']);
  const program = font.file ? readProgramWidths(font.file) : [];
  return asList(widths).flatMap((width, index) => {
    const drawn = program[glyphOf(font, Number(first) + index)];
    return drawn !== undefined && Math.abs(Number(width) - drawn) <= 1 ? [] : [`${font.name} ${Number(first) + index}`];
  });
}

/** Advance of each glyph in 1/1000 of the size. */
function readProgramWidths(file: Uint8Array): readonly number[] {
  return [...readTrueType(file).widths];
}

function glyphOf({ glyphs }: Font, code: number): number {
  return ((glyphs[2 * code] ?? 0) << 8) | (glyphs[2 * code + 1] ?? 0);
}

/** The codes that the page shows in a font, each once. */
function shownCodes(pdf: PdfObjects, name: string): number[] {
  const codes = new Set<number>();
  for (const page of pages(pdf)) {
    for (const [, font, hex = ''] of contentOf(pdf, page).matchAll(/(\/\w+) [\d.]+ Tf <([0-9A-F]*)> Tj/g)) {
      if (font !== name) continue;
      for (const code of hex.match(/.{4}/g) ?? []) codes.add(Number.parseInt(code, 16));
    }
  }
  return [...codes];
}

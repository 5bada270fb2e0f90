// Where a text stands on the pages of a document. White space and line ends do not count, and compatible forms of a
// character are one (NFKC), because layout programs space Chinese words out and set digits and brackets in either width.
import type { TextFound, TextHit, TextSearch } from '../domain/text-hits.ts';
import { type Pdfium, type Pointer, withDocument, withPage } from './pdfium-module.ts';

export type TextQuestion = TextSearch & { readonly kind: 'find-text' };

/** Codes: `pdf-encrypted`, `pdf-broken`. */
export function findText(pdfium: Pdfium, question: TextQuestion): TextFound {
  return withDocument(pdfium, question, (document) => {
    const count = pdfium.c.FPDF_GetPageCount(document);
    const pages = question.pages ?? Array.from({ length: count }, (_, i) => i + 1);
    const wanted = [...normalise(question.text)];
    const found = { hits: [] as TextHit[], withoutText: [] as number[], unmapped: [] as number[] };
    for (const page of pages) {
      if (found.hits.length >= question.maxHits) break;
      if (page > count) continue;
      const seen = withPage(pdfium, document, page - 1, (handle) => lookAtPage(pdfium, handle, page, wanted));
      found.hits.push(...seen.hits.slice(0, question.maxHits - found.hits.length));
      if (seen.isUnmapped) found.unmapped.push(page);
      if (seen.isWithoutText) found.withoutText.push(page);
    }
    return found;
  });
}

/** The characters that count. */
const normalise = (text: string): string => text.normalize('NFKC').replace(/[\s\p{Cf}]/gu, '');

type Seen = { readonly hits: readonly TextHit[]; readonly isWithoutText: boolean; readonly isUnmapped: boolean };

function lookAtPage(pdfium: Pdfium, page: Pointer, number: number, wanted: readonly string[]): Seen {
  const { c } = pdfium;
  const text = c.FPDFText_LoadPage(page);
  if (text === 0) return { hits: [], isWithoutText: true, isUnmapped: false };
  try {
    const { characters, unmapped } = readCharacters(pdfium, text);
    const hits = indexesOf(characters, wanted).map(([first, last]) => boxOf(pdfium, text, number, first, last));
    return {
      hits: inReadingOrder(hits, c.FPDFPage_GetRotation(page)),
      isWithoutText: characters.length === 0 && unmapped === 0 && c.FPDFPage_CountObjects(page) > 0,
      isUnmapped: unmapped > 0,
    };
  } finally {
    c.FPDFText_ClosePage(text);
  }
}

type Character = { readonly text: string; readonly index: number };

const REPLACEMENT = 0xfffd;

function readCharacters({ c }: Pdfium, text: Pointer): { readonly characters: Character[]; readonly unmapped: number } {
  const characters: Character[] = [];
  let unmapped = 0;
  const count = c.FPDFText_CountChars(text);
  for (let index = 0; index < count; index++) {
    const code = c.FPDFText_GetUnicode(text, index);
    if (code === 0 || code === REPLACEMENT || c.FPDFText_HasUnicodeMapError(text, index) === 1) unmapped++;
    // A form may be composed of several characters (㈱), each of which stands where it does.
    else for (const one of normalise(String.fromCodePoint(code))) characters.push({ text: one, index });
  }
  return { characters, unmapped };
}

/** First and last index of each occurrence; occurrences do not overlap. */
function indexesOf(characters: readonly Character[], wanted: readonly string[]): [first: number, last: number][] {
  const found: [number, number][] = [];
  for (let at = 0; wanted.length > 0 && at + wanted.length <= characters.length; ) {
    if (!wanted.every((one, i) => characters[at + i]!.text === one)) {
      at++;
      continue;
    }
    found.push([characters[at]!.index, characters[at + wanted.length - 1]!.index]);
    at += wanted.length;
  }
  return found;
}

/** The first of the rectangles: a text that goes over the end of a line stands where it begins. */
function boxOf(pdfium: Pdfium, text: Pointer, page: number, first: number, last: number): TextHit {
  const { c } = pdfium;
  const at = pdfium.allocate(32);
  try {
    c.FPDFText_CountRects(text, first, last - first + 1);
    c.FPDFText_GetRect(text, 0, at, at + 8, at + 16, at + 24);
    const bytes = pdfium.view(at, 32);
    const sides = new DataView(bytes.buffer, bytes.byteOffset, 32);
    const [left, top, right, bottom] = [0, 8, 16, 24].map((offset) => sides.getFloat64(offset, true)) as [
      number,
      number,
      number,
      number,
    ];
    return { page, left, bottom, right, top };
  } finally {
    c.free(at);
  }
}

/** Hits whose middles lie within half a height of each other are on one line. */
function inReadingOrder(hits: readonly TextHit[], quarters: number): readonly TextHit[] {
  const placed = hits
    .map((hit) => ({ hit, ...asDisplayed(hit, quarters) }))
    .sort((a, b) => b.up - a.up || a.right - b.right);
  const lines: (typeof placed)[] = [];
  for (const one of placed) {
    const line = lines.at(-1);
    if (line && line[0]!.up - one.up <= one.height / 2) line.push(one);
    else lines.push([one]);
  }
  return lines.flatMap((line) => line.sort((a, b) => a.right - b.right).map(({ hit }) => hit));
}

/** How far to the right and how high the middle of a box is on the page as displayed, up to where that begins. */
function asDisplayed({ left, bottom, right, top }: TextHit, quarters: number) {
  const [x, y, width, height] = [(left + right) / 2, (bottom + top) / 2, right - left, top - bottom];
  const turned = [
    { right: x, up: y, height },
    { right: y, up: -x, height: width },
    { right: -x, up: -y, height },
    { right: -y, up: x, height: width },
  ];
  return turned[quarters & 3]!;
}

// Bytes behind every signature that belong to no revision. Where a certification permits changes without a signature, and
// where only evidence follows, what follows must be objects that a cross-reference section names, those sections, and
// nothing between them: what no reader shows today may be shown by the next update.
import { isTrustError } from '../../common/errors.ts';
import type { PdfDocument } from './document.ts';
import { readAt } from './lexer.ts';
import { asCount, isDict, type PdfObject } from './value.ts';
import type { XrefSection } from './xref.ts';

const MAX_PIECES = 50_000;

/** A sentence about the first byte from `start` on that belongs to nothing, or nothing. */
export function findStrayBytes(document: PdfDocument, start: number): string[] {
  const { source, base } = document;
  const late = document.sections.filter(({ position }) => position + base >= start);
  const sections = new Map(late.map((section) => [section.position + base, section]));
  const objects = objectStarts(document, late);
  let at = skipBlank(document, start);
  for (let pieces = 0; at < source.size; pieces++) {
    const end = pieces < MAX_PIECES ? endOfPiece(document, at, { sections, objects }) : null;
    if (end === null) return [`From byte ${at} on, what follows the last signature belongs to no revision.`];
    at = skipBlank(document, end);
  }
  return [];
}

type Pieces = { readonly sections: ReadonlyMap<number, XrefSection>; readonly objects: ReadonlySet<number> };

/** Null where neither a named object, nor a section, nor startxref stands. */
function endOfPiece(document: PdfDocument, at: number, { sections, objects }: Pieces): number | null {
  const section = sections.get(at);
  if (section?.tableEnd) return section.tableEnd;
  try {
    if (section || objects.has(at)) return endOfObject(document, at);
    return readAt(document.source, at, (lexer) =>
      lexer.takeKeyword('startxref') && lexer.takeInteger() !== null ? lexer.offset : null,
    );
  } catch (error) {
    if (isTrustError(error)) return null;
    throw error;
  }
}

function endOfObject(document: PdfDocument, at: number): number | null {
  const object: PdfObject = readAt(document.source, at, (lexer) => lexer.readObject());
  if (object.stream === null) return object.end;
  const length = isDict(object.value) ? asCount(document.resolve(object.value.map.get('Length'))) : null;
  if (length === null) return null;
  return readAt(document.source, object.stream + length, (lexer) =>
    lexer.takeKeyword('endstream') && lexer.takeKeyword('endobj') ? lexer.offset : null,
  );
}

/** Where the objects of these sections begin; some writers name the white space in front of one. */
function objectStarts(document: PdfDocument, late: readonly XrefSection[]): ReadonlySet<number> {
  const starts = new Set<number>();
  for (const section of late) {
    for (const num of section.numbers()) {
      const entry = section.find(num);
      if (entry?.type === 'offset' && entry.offset < document.source.size)
        starts.add(skipBlank(document, entry.offset));
      if (starts.size > MAX_PIECES) return starts;
    }
    const hidden = asCount(section.trailer.map.get('XRefStm'));
    if (hidden !== null) starts.add(hidden + document.base);
  }
  return starts;
}

/** White space and comments, %%EOF among them. */
function skipBlank({ source }: PdfDocument, at: number): number {
  if (at >= source.size) return at;
  return readAt(source, at, (lexer) => {
    lexer.skipWhite();
    return lexer.offset;
  });
}

// The pages of a document by the numbers of their objects, for words such as "page 3" in a finding. Bounded: beyond the first
// pages an object has no number here. Damaged trees give what was found; judging does not depend on it.
import { isTrustError } from '../../common/errors.ts';
import { itemsOf, type PdfDocument } from './document.ts';
import { isPage } from './page.ts';
import { isDict, isRef, type PdfDict, type PdfValue } from './value.ts';

export const MAX_NUMBERED_PAGES = 1_000;
const MAX_NODES = 4_000;

/** Object number of a page -> its number, counted from 1, in the order of the document. */
export function numberPages(document: PdfDocument): ReadonlyMap<number, number> {
  const numbers = new Map<number, number>();
  try {
    collect(document, numbers);
  } catch (error) {
    if (!isTrustError(error)) throw error;
  }
  return numbers;
}

function collect(document: PdfDocument, numbers: Map<number, number>): void {
  const open: PdfValue[] = [document.catalogue.map.get('Pages') ?? null];
  const seen = new Set<number>();
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (!isRef(node) || seen.has(node.num)) continue;
    seen.add(node.num);
    if (seen.size > MAX_NODES || numbers.size >= MAX_NUMBERED_PAGES) return;
    const dict = document.resolve(node);
    if (!isDict(dict)) continue;
    if (isPage(dict) || !dict.map.has('Kids')) numbers.set(node.num, numbers.size + 1);
    else open.push(...kidsOf(document, dict));
  }
}

const kidsOf = (document: PdfDocument, node: PdfDict): readonly PdfValue[] =>
  itemsOf(document, node.map.get('Kids'), '/Kids of a page tree node').slice(0, MAX_NODES).toReversed();

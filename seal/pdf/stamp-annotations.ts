// Stamp annotations as large as a seal: anybody can put them on a page with any reader, and they prove nothing.
// A hint for people, bounded to the first pages; never part of a verdict.
import { isTrustError } from '../../common/errors.ts';
import { itemsOf, type PdfDocument } from './document.ts';
import { type Page, readPage } from './page.ts';
import { isDict, isName, ref } from './value.ts';
import { placeOf, type WidgetPlace } from './widget-places.ts';

/** What could be taken for a seal, in millimetres. */
export const SEAL_SIZE_MM = { least: 15, most: 60 } as const;
const MAX_PAGES = 200;
const MAX_STAMPS = 20;

/** `numbers`: object number of a page -> its number. */
export function findStampAnnotations(document: PdfDocument, numbers: ReadonlyMap<number, number>): WidgetPlace[] {
  const found: WidgetPlace[] = [];
  for (const [num, number] of [...numbers].slice(0, MAX_PAGES)) {
    if (found.length >= MAX_STAMPS) break;
    found.push(...stampsOf(document, num, number));
  }
  return found.slice(0, MAX_STAMPS);
}

function stampsOf(document: PdfDocument, num: number, number: number): WidgetPlace[] {
  try {
    const page = readPage(document, ref(num));
    return page ? stampsOn(document, page, number) : [];
  } catch (error) {
    if (isTrustError(error)) return []; // a damaged page shows no stamps
    throw error;
  }
}

function stampsOn(document: PdfDocument, page: Page, number: number): WidgetPlace[] {
  return itemsOf(document, page.dict.map.get('Annots'), '/Annots').flatMap((item) => {
    const annotation = document.resolve(item);
    if (!isDict(annotation) || !isName(annotation.map.get('Subtype'), 'Stamp')) return [];
    const place = placeOf(document, page, number, annotation);
    return place && isSealSized(place.widthMm) && isSealSized(place.heightMm) ? [place] : [];
  });
}

export const isSealSized = (mm: number): boolean => mm >= SEAL_SIZE_MM.least && mm <= SEAL_SIZE_MM.most;

// What a reader of a document sees beside the verdict: how many pages, where each seal is shown, and what looks like a seal
// and is only a picture. For people; no verdict depends on it, so what a damaged document does not give is left out.
import type { ShownDocument } from '../../common/contract/report.ts';
import { isTrustError } from '../../common/errors.ts';
import type { PdfDocument } from '../pdf/document.ts';
import { listSignatureFields } from '../pdf/form.ts';
import { countPages, readPage } from '../pdf/page.ts';
import { numberPages } from '../pdf/page-numbers.ts';
import { findStampAnnotations } from '../pdf/stamp-annotations.ts';
import { ref } from '../pdf/value.ts';
import { findWidgetPlaces, shownAt, type WidgetPlace } from '../pdf/widget-places.ts';

/** Pages worth looking at: the first, and those with seals or pictures of seals. */
const MAX_SHEETS = 12;

/** Null where the pages cannot be read. */
export function describeShown(document: PdfDocument): ShownDocument | null {
  try {
    return describe(document);
  } catch (error) {
    if (isTrustError(error)) return null;
    throw error;
  }
}

function describe(document: PdfDocument): ShownDocument {
  const numbers = numberPages(document);
  const fields = listSignatureFields(document).map(({ field }) => field?.num ?? null);
  const places = findWidgetPlaces(
    document,
    fields.filter((num) => num !== null),
  );
  const seals = fields.flatMap((num, i) =>
    (num === null ? [] : (places.get(num) ?? [])).map((place) => ({ signature: i + 1, ...wire(place) })),
  );
  const stamps = findStampAnnotations(document, numbers);
  const pictures = stamps.map((place) => ({ kind: 'stamp_annotation' as const, ...wire(place) }));
  const pages = [1, ...seals.map(({ page }) => page), ...pictures.map(({ page }) => page)];
  return {
    page_count: Math.max(countPages(document), numbers.size),
    sheets: sheetsOf(document, numbers, new Set(pages)),
    seals,
    pictures,
  };
}

function sheetsOf(document: PdfDocument, numbers: ReadonlyMap<number, number>, wanted: ReadonlySet<number>) {
  const sheets = [...numbers].filter(([, number]) => wanted.has(number)).slice(0, MAX_SHEETS);
  return sheets.flatMap(([num, number]) => {
    const page = readPage(document, ref(num));
    if (!page) return [];
    const { pageWidthMm, pageHeightMm } = shownAt(page, number, [0, 0, 0, 0]);
    return [{ page: number, width_mm: pageWidthMm, height_mm: pageHeightMm }];
  });
}

const wire = ({ page, xMm, yMm, widthMm, heightMm }: WidgetPlace) => ({
  page,
  x_mm: xMm,
  y_mm: yMm,
  width_mm: widthMm,
  height_mm: heightMm,
});

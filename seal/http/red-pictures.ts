// Pictures that look like seals, added to the report of the verification page: found in a bounded thread by PDFium, outside of
// where signatures are shown. A hint that never changes a verdict, so that a document on which it fails has none.
import type { ShownDocument, VerificationReport } from '../../common/contract/report.ts';
import { isTrustError } from '../../common/errors.ts';

type Picture = {
  readonly page: number;
  readonly pageWidthMm: number;
  readonly pageHeightMm: number;
  readonly xMm: number;
  readonly yMm: number;
  readonly widthMm: number;
  readonly heightMm: number;
};

/** Codes: those of a document that cannot be read, `document-too-costly`, `busy`. */
export type FindRedPictures = (question: {
  readonly bytes: Uint8Array;
  readonly password?: string | undefined;
}) => Promise<readonly Picture[]>;

const MAX_SHEETS = 12;

export async function withRedPictures(
  find: FindRedPictures,
  report: VerificationReport,
  file: { readonly bytes: Uint8Array; readonly password?: string | undefined },
): Promise<VerificationReport> {
  const { shown } = report;
  if (!shown) return report;
  const found = await find(file).catch((error: unknown) => {
    if (isTrustError(error)) return [];
    throw error;
  });
  const pictures = found.filter((picture) => !isUnderSeal(shown, picture));
  if (pictures.length === 0) return report;
  return { ...report, shown: { ...shown, ...addTo(shown, pictures) } };
}

/** The middle of the picture lies where a signature is shown, or a stamp was found. */
function isUnderSeal({ seals, pictures }: ShownDocument, { page, xMm, yMm, widthMm, heightMm }: Picture): boolean {
  const [x, y] = [xMm + widthMm / 2, yMm + heightMm / 2];
  return [...seals, ...pictures].some(
    (place) =>
      place.page === page &&
      x > place.x_mm &&
      x < place.x_mm + place.width_mm &&
      y > place.y_mm &&
      y < place.y_mm + place.height_mm,
  );
}

function addTo(shown: ShownDocument, pictures: readonly Picture[]): Pick<ShownDocument, 'pictures' | 'sheets'> {
  const known = new Set(shown.sheets.map(({ page }) => page));
  const sheets = pictures.flatMap(({ page, pageWidthMm, pageHeightMm }) => {
    if (known.has(page) || known.size >= MAX_SHEETS) return [];
    known.add(page);
    return [{ page, width_mm: round(pageWidthMm), height_mm: round(pageHeightMm) }];
  });
  const added = pictures.map(({ page, xMm, yMm, widthMm, heightMm }) => ({
    kind: 'red_image' as const,
    page,
    x_mm: round(xMm),
    y_mm: round(yMm),
    width_mm: round(widthMm),
    height_mm: round(heightMm),
  }));
  return {
    pictures: [...shown.pictures, ...added],
    sheets: [...shown.sheets, ...sheets].sort((a, b) => a.page - b.page),
  };
}

const round = (mm: number): number => Math.round(mm * 100) / 100;

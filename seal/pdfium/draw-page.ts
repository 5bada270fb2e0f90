// A page as pixels, upright as a reader shows it, with its annotations and the widgets of its form, seals among them.
import { TrustError } from '../../common/errors.ts';
import { type Pdfium, type Pointer, withDocument, withForm, withPage } from './pdfium-module.ts';

export type PageImageQuestion = {
  readonly kind: 'page-image';
  readonly bytes: Uint8Array;
  readonly password?: string | undefined;
  /** Counted from 1. */
  readonly page: number;
  /** Pixels an inch at most; fewer where the image would have more than `maxPixels`. */
  readonly dpi: number;
  readonly maxPixels: number;
};

export type PageImage = {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, alpha, 8 bits each, rows from the top. */
  readonly rgba: Uint8Array;
  /** Pages of the document. */
  readonly pages: number;
};

const POINTS_PER_INCH = 72;
const BGRA = 4;
const WHITE = 0xffffffff;
const DRAW_ANNOTATIONS = 0x01;
const RED_FIRST = 0x10;

/** Codes: `pdf-encrypted`, `pdf-broken`, `placement-invalid` where there is no such page. */
export function drawPage(pdfium: Pdfium, question: PageImageQuestion): PageImage {
  return withDocument(pdfium, question, (document) => {
    const pages = pdfium.c.FPDF_GetPageCount(document);
    if (question.page < 1 || question.page > pages) {
      throw new TrustError('placement-invalid', `There is no page ${question.page}; the document has ${pages} pages`, {
        pointer: '/page',
      });
    }
    return withForm(pdfium, document, (form) =>
      withPage(pdfium, document, question.page - 1, (page) => ({ ...paintPage(pdfium, page, form, question), pages })),
    );
  });
}

/** `form`: 0 leaves the widgets out. */
export function paintPage(
  pdfium: Pdfium,
  page: Pointer,
  form: Pointer,
  { dpi, maxPixels }: Pick<PageImageQuestion, 'dpi' | 'maxPixels'>,
): Omit<PageImage, 'pages'> {
  const { c } = pdfium;
  const [across, up] = [c.FPDF_GetPageWidthF(page), c.FPDF_GetPageHeightF(page)];
  const scale = Math.min(dpi / POINTS_PER_INCH, Math.sqrt(maxPixels / Math.max(1, across * up)));
  const [width, height] = [Math.max(1, Math.floor(across * scale)), Math.max(1, Math.floor(up * scale))];
  // A page of one point by a mile keeps its shape only as far as the pixels reach.
  const bitmap = width * height <= 2 * maxPixels ? c.FPDFBitmap_CreateEx(width, height, BGRA, 0, 0) : 0;
  if (bitmap === 0) throw new RangeError(`there is no room for an image of ${width} × ${height} pixels`);
  try {
    c.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE);
    c.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, DRAW_ANNOTATIONS | RED_FIRST);
    if (form !== 0) c.FPDF_FFLDraw(form, bitmap, page, 0, 0, width, height, 0, RED_FIRST);
    const rgba = Uint8Array.from(pdfium.view(c.FPDFBitmap_GetBuffer(bitmap), c.FPDFBitmap_GetStride(bitmap) * height));
    return { width, height, rgba };
  } finally {
    c.FPDFBitmap_Destroy(bitmap);
  }
}

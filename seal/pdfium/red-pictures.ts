// Pictures on a page that could be taken for a seal: as large as one and mostly red. A hint for people, bounded in pages,
// objects and hits; a picture proves nothing, and no verdict depends on this.
import { paintPage } from './draw-page.ts';
import { type Pdfium, type Pointer, withDocument, withPage } from './pdfium-module.ts';

export type RedPicturesQuestion = {
  readonly kind: 'red-pictures';
  readonly bytes: Uint8Array;
  readonly password?: string | undefined;
};

/** In millimetres on the page as it is shown, from its lower left corner. */
export type RedPicture = {
  readonly page: number;
  readonly pageWidthMm: number;
  readonly pageHeightMm: number;
  readonly xMm: number;
  readonly yMm: number;
  readonly widthMm: number;
  readonly heightMm: number;
};

const MAX_PAGES = 30;
const MAX_OBJECTS = 2_000;
const MAX_PICTURES = 20;
/** The size of seals, 国发〔1999〕25号 and what businesses use. */
const SIZE_MM = { least: 15, most: 60 } as const;
const DPI = 72;
const MAX_PIXELS = 1_000_000;
const MM_PER_POINT = 25.4 / 72;
const OBJECT = { image: 3, form: 5 } as const;

/** Codes: `pdf-encrypted`, `pdf-broken`. */
export function findRedPictures(pdfium: Pdfium, question: RedPicturesQuestion): readonly RedPicture[] {
  return withDocument(pdfium, question, (document) => {
    const found: RedPicture[] = [];
    const pages = Math.min(MAX_PAGES, pdfium.c.FPDF_GetPageCount(document));
    for (let i = 0; i < pages && found.length < MAX_PICTURES; i++)
      found.push(...withPage(pdfium, document, i, (page) => lookAtPage(pdfium, page, i + 1)));
    return found.slice(0, MAX_PICTURES);
  });
}

type Box = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };

function lookAtPage(pdfium: Pdfium, page: Pointer, number: number): RedPicture[] {
  const { c } = pdfium;
  const [pageWidthMm, pageHeightMm] = [c.FPDF_GetPageWidthF(page), c.FPDF_GetPageHeightF(page)].map(
    (points) => points * MM_PER_POINT,
  ) as [number, number];
  const boxes = boxesOf(pdfium, page, pageWidthMm, pageHeightMm).filter(isSealSized);
  if (boxes.length === 0) return [];
  const painted = paintPage(pdfium, page, 0, { dpi: DPI, maxPixels: MAX_PIXELS });
  const scale = painted.width / pageWidthMm;
  return boxes
    .filter((box) => isMostlyRed(painted, box, scale))
    .map(({ left, top, right, bottom }) => ({
      page: number,
      pageWidthMm,
      pageHeightMm,
      xMm: left,
      yMm: pageHeightMm - bottom,
      widthMm: right - left,
      heightMm: bottom - top,
    }));
}

/** Tenths of a millimetre from the upper left corner: whole numbers are what PDFium gives. */
const STEPS = 10;

function boxesOf(pdfium: Pdfium, page: Pointer, widthMm: number, heightMm: number): Box[] {
  const { c } = pdfium;
  const at = pdfium.allocate(24);
  const size = [Math.round(widthMm * STEPS), Math.round(heightMm * STEPS)] as const;
  const toDevice = (x: number, y: number): readonly [number, number] => {
    c.FPDF_PageToDevice(page, 0, 0, size[0], size[1], 0, x, y, at + 16, at + 20);
    const fields = viewOf(pdfium, at);
    return [fields.getInt32(16, true) / STEPS, fields.getInt32(20, true) / STEPS];
  };
  const boxes: Box[] = [];
  const count = Math.min(MAX_OBJECTS, c.FPDFPage_CountObjects(page));
  for (let i = 0; i < count; i++) {
    const object = c.FPDFPage_GetObject(page, i);
    const type = c.FPDFPageObj_GetType(object);
    if (type !== OBJECT.image && type !== OBJECT.form) continue;
    if (c.FPDFPageObj_GetBounds(object, at, at + 4, at + 8, at + 12) === 0) continue;
    const fields = viewOf(pdfium, at);
    const [left, bottom, right, top] = [0, 4, 8, 12].map((offset) => fields.getFloat32(offset, true));
    const [a, b] = [toDevice(left!, bottom!), toDevice(right!, top!)];
    const [x, y] = [[a[0], b[0]].sort((m, n) => m - n), [a[1], b[1]].sort((m, n) => m - n)];
    boxes.push({ left: x[0]!, top: y[0]!, right: x[1]!, bottom: y[1]! });
  }
  return boxes;
}

function viewOf(pdfium: Pdfium, at: Pointer): DataView {
  const bytes = pdfium.view(at, 24);
  return new DataView(bytes.buffer, bytes.byteOffset, 24);
}

const isSealSized = ({ left, top, right, bottom }: Box): boolean =>
  [right - left, bottom - top].every((mm) => mm >= SIZE_MM.least && mm <= SIZE_MM.most);

const NEARLY_WHITE = 235;
/** Of the pixels that are not white; and so many of all have to be there. */
const RED_SHARE = 0.6;
const INK_SHARE = 0.03;

type Pixels = { readonly width: number; readonly height: number; readonly rgba: Uint8Array };

function isMostlyRed({ width, height, rgba }: Pixels, box: Box, scale: number): boolean {
  const [left, right] = [Math.max(0, Math.floor(box.left * scale)), Math.min(width, Math.ceil(box.right * scale))];
  const [top, bottom] = [Math.max(0, Math.floor(box.top * scale)), Math.min(height, Math.ceil(box.bottom * scale))];
  let [ink, red] = [0, 0];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const at = 4 * (y * width + x);
      const [r, g, b] = [rgba[at]!, rgba[at + 1]!, rgba[at + 2]!];
      if (Math.min(r, g, b) > NEARLY_WHITE) continue;
      ink += 1;
      if (r > 130 && r - Math.max(g, b) > 50) red += 1;
    }
  }
  const all = Math.max(1, (right - left) * (bottom - top));
  return ink / all > INK_SHARE && red / Math.max(1, ink) > RED_SHARE;
}

// PDFium as it lies in the package: its functions by their C names, and the few conversions that calling them needs.
// Every document gets an instance of its own, so that nothing of one can reach the next; an instance takes some 15 ms.
import { PDFiumModule } from '@hyzyla/pdfium';
import { TrustError } from '../../common/errors.ts';
import { broken } from '../pdf/value.ts';

export type Pointer = number;

/** Functions of PDFium's public C interface; pointers are offsets into the memory of the instance. */
type Exports = {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** Functions that C calls by number. */
  readonly __indirect_function_table: { grow(count: number): number; set(index: number, value: unknown): void };
  malloc(size: number): Pointer;
  free(pointer: Pointer): void;
  FPDF_InitLibrary(): void;
  FPDF_LoadMemDocument(bytes: Pointer, size: number, password: Pointer): Pointer;
  FPDF_GetLastError(): number;
  FPDF_CloseDocument(document: Pointer): void;
  FPDF_GetPageCount(document: Pointer): number;
  FPDF_GetSignatureCount(document: Pointer): number;
  FPDF_LoadPage(document: Pointer, index: number): Pointer;
  FPDF_ClosePage(page: Pointer): void;
  FPDF_GetPageWidthF(page: Pointer): number;
  FPDF_GetPageHeightF(page: Pointer): number;
  /** 0 to 3: quarters of a turn clockwise. */
  FPDFPage_GetRotation(page: Pointer): number;
  FPDFPage_CountObjects(page: Pointer): number;
  FPDFPage_GetObject(page: Pointer, index: number): Pointer;
  FPDFPageObj_GetType(object: Pointer): number;
  /** Floats, in the space of the page. */
  FPDFPageObj_GetBounds(object: Pointer, left: Pointer, bottom: Pointer, right: Pointer, top: Pointer): number;
  /** Where a point of the page is on a device of that size. */
  FPDF_PageToDevice(
    page: Pointer,
    startX: number,
    startY: number,
    sizeX: number,
    sizeY: number,
    rotate: number,
    pageX: number,
    pageY: number,
    deviceX: Pointer,
    deviceY: Pointer,
  ): number;
  FPDFText_LoadPage(page: Pointer): Pointer;
  FPDFText_ClosePage(text: Pointer): void;
  FPDFText_CountChars(text: Pointer): number;
  FPDFText_GetUnicode(text: Pointer, index: number): number;
  FPDFText_HasUnicodeMapError(text: Pointer, index: number): number;
  FPDFText_IsGenerated(text: Pointer, index: number): number;
  FPDFText_CountRects(text: Pointer, start: number, count: number): number;
  FPDFText_GetRect(text: Pointer, index: number, left: Pointer, top: Pointer, right: Pointer, bottom: Pointer): number;
  FPDFBitmap_CreateEx(width: number, height: number, format: number, first: Pointer, stride: number): Pointer;
  FPDFBitmap_FillRect(bitmap: Pointer, left: number, top: number, width: number, height: number, color: number): number;
  FPDFBitmap_GetBuffer(bitmap: Pointer): Pointer;
  FPDFBitmap_GetStride(bitmap: Pointer): number;
  FPDFBitmap_Destroy(bitmap: Pointer): void;
  FPDF_RenderPageBitmap(
    bitmap: Pointer,
    page: Pointer,
    x: number,
    y: number,
    width: number,
    height: number,
    rotate: number,
    flags: number,
  ): void;
  FPDFDOC_InitFormFillEnvironment(document: Pointer, callbacks: Pointer): Pointer;
  FPDFDOC_ExitFormFillEnvironment(form: Pointer): void;
  /** As FPDF_RenderPageBitmap, for the widgets of the form. */
  FPDF_FFLDraw(
    form: Pointer,
    bitmap: Pointer,
    page: Pointer,
    x: number,
    y: number,
    width: number,
    height: number,
    rotate: number,
    flags: number,
  ): void;
  FPDF_SaveAsCopy(document: Pointer, writer: Pointer, flags: number): number;
};

export type Pdfium = {
  readonly c: Exports;
  /** The bytes of the instance; a view taken before a call may be stale after it. */
  view(pointer: Pointer, length: number): Uint8Array;
  /** Memory that lasts as long as the instance. RangeError where the bound is reached. */
  allocate(size: number): Pointer;
};

/** Opens the document and closes it when `work` is done. Codes: `pdf-encrypted`, `pdf-broken`. */
export function withDocument<T>(
  pdfium: Pdfium,
  { bytes, password = '' }: { readonly bytes: Uint8Array; readonly password?: string | undefined },
  work: (document: Pointer) => T,
): T {
  const at = pdfium.allocate(bytes.length);
  pdfium.view(at, bytes.length).set(bytes);
  const secret = Buffer.from(`${password}\0`, 'utf8');
  const secretAt = pdfium.allocate(secret.length);
  pdfium.view(secretAt, secret.length).set(secret);
  const document = pdfium.c.FPDF_LoadMemDocument(at, bytes.length, secretAt);
  if (document === 0) throw openingFault(pdfium.c.FPDF_GetLastError());
  try {
    return work(document);
  } finally {
    pdfium.c.FPDF_CloseDocument(document);
  }
}

/** Loads page `index`, counted from 0, for as long as `work` takes. Code: `pdf-broken`. */
export function withPage<T>({ c }: Pdfium, document: Pointer, index: number, work: (page: Pointer) => T): T {
  const page = c.FPDF_LoadPage(document, index);
  if (page === 0) throw broken(`PDFium cannot load page ${index + 1}`);
  try {
    return work(page);
  } finally {
    c.FPDF_ClosePage(page);
  }
}

/** FPDF_FORMFILLINFO of version 2 with no callback: nothing of the document can act. */
const FORM_INFO = { bytes: 256, version: 2 } as const;

/** The form of the document, which shows its widgets, seals among them; 0 to `work` where there is none to be had. */
export function withForm<T>(pdfium: Pdfium, document: Pointer, work: (form: Pointer) => T): T {
  const info = pdfium.allocate(FORM_INFO.bytes);
  const fields = pdfium.view(info, FORM_INFO.bytes).fill(0);
  new DataView(fields.buffer, fields.byteOffset).setUint32(0, FORM_INFO.version, true);
  const form = pdfium.c.FPDFDOC_InitFormFillEnvironment(document, info);
  try {
    return work(form);
  } finally {
    if (form !== 0) pdfium.c.FPDFDOC_ExitFormFillEnvironment(form);
  }
}

const PASSWORD_ERROR = 4;

function openingFault(code: number): TrustError {
  if (code === PASSWORD_ERROR) return new TrustError('pdf-encrypted', 'The password does not open the document');
  return broken(`PDFium cannot open the document (error ${code})`);
}

type Factory = (options: {
  readonly print: () => void;
  readonly printErr: () => void;
  readonly instantiateWasm: (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => object;
}) => Promise<unknown>;

/** A fresh instance of a compiled module. */
export async function startPdfium(module: WebAssembly.Module): Promise<Pdfium> {
  const make = PDFiumModule as unknown as Factory;
  const c = await new Promise<Exports>((resolve, reject) => {
    let exports: Exports;
    const silent = (): void => {};
    make({
      print: silent,
      printErr: silent, // what a document makes it say is an answer, not a line on the room's console
      instantiateWasm: (imports, done) => {
        const instance = new WebAssembly.Instance(module, imports);
        exports = instance.exports as unknown as Exports;
        done(instance);
        return {};
      },
    }).then(() => resolve(exports), reject);
  });
  c.FPDF_InitLibrary();
  return {
    c,
    view: (pointer, length) => new Uint8Array(c.memory.buffer, pointer, length),
    allocate: (size) => {
      const pointer = c.malloc(size);
      if (pointer === 0) throw new RangeError('the memory of the instance is full');
      return pointer;
    },
  };
}

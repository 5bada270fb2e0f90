// The document written anew by PDFium, which reads it as leniently as browsers do: no byte of the input is kept.
import { concatBytes } from '../../common/bytes.ts';
import { broken } from '../pdf/value.ts';
import { type Pdfium, type Pointer, withDocument } from './pdfium-module.ts';

export type CopyQuestion = {
  readonly kind: 'copy';
  readonly bytes: Uint8Array;
  readonly password?: string | undefined;
};

/** `signatures`: how many PDFium sees in the document, none of which holds in the copy. */
export type SavedCopy = { readonly bytes: Uint8Array; readonly signatures: number };

const NO_INCREMENTAL = 2;
const VERSION = 1;

/** Codes: `pdf-encrypted`, `pdf-broken`. */
export function saveCopy(pdfium: Pdfium, question: CopyQuestion): SavedCopy {
  return withDocument(pdfium, question, (document) => {
    const parts: Uint8Array[] = [];
    const writer = makeWriter(pdfium, (data, size) => {
      parts.push(Uint8Array.from(pdfium.view(data, size)));
      return 1;
    });
    if (pdfium.c.FPDF_SaveAsCopy(document, writer, NO_INCREMENTAL) === 0) throw broken('PDFium cannot write it anew');
    return { bytes: concatBytes(...parts), signatures: Math.max(0, pdfium.c.FPDF_GetSignatureCount(document)) };
  });
}

/** An FPDF_FILEWRITE: its version, and the number of the function that takes a block. */
function makeWriter(pdfium: Pdfium, take: (data: Pointer, size: number) => number): Pointer {
  const table = pdfium.c.__indirect_function_table;
  const index = table.grow(1);
  table.set(
    index,
    callable((_: Pointer, data: Pointer, size: number) => take(data, size)),
  );
  const writer = pdfium.allocate(8);
  const bytes = pdfium.view(writer, 8);
  const fields = new DataView(bytes.buffer, bytes.byteOffset, 8);
  fields.setInt32(0, VERSION, true);
  fields.setInt32(4, index, true);
  return writer;
}

/**
 * A function of three 32-bit integers that gives one, in the form that a table takes: a module that imports it and
 * exports it again. Sections: types, imports, exports.
 */
const THREE_TO_ONE = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 8, 1, 0x60, 3, 0x7f, 0x7f, 0x7f, 1, 0x7f],
  ...[2, 7, 1, 1, 0x65, 1, 0x66, 0, 0],
  ...[7, 5, 1, 1, 0x66, 0, 0],
]);

function callable(work: (self: Pointer, data: Pointer, size: number) => number): unknown {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(THREE_TO_ONE), { e: { f: work } });
  return (exports as { readonly f: unknown }).f;
}

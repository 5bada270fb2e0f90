// A signature dictionary with a reserved /Contents (ISO 32000): where the gap is, and how it is filled.
import type { ByteRange } from './byte-range.ts';
import { writeDigits } from './hex-digits.ts';
import type { IncrementalUpdate } from './incremental-update.ts';
import { serialize } from './serialize.ts';
import type { PdfDict, PdfRef } from './value.ts';

/** An update with a signature that is not made yet. */
export type SealingUpdate = {
  /** Everything behind the input; /Contents is still zero. */
  readonly appended: Uint8Array<ArrayBuffer>;
  readonly byteRange: ByteRange;
  /** Name of the field. */
  readonly field: string;
  /** Position in `appended` of the `<` of /Contents, and of the byte behind its `>`. */
  readonly gap: { readonly start: number; readonly end: number };
};

const SLOT = 12; // digits of a /ByteRange number: files up to a terabyte

/** Where the open places of a written signature dictionary are, in the appended bytes. */
export type SignaturePlaces = {
  readonly rangeAt: number;
  readonly gap: { readonly start: number; readonly end: number };
};

/** Writes a signature dictionary with room for so many bytes of DER. */
export function writeSignature(
  update: IncrementalUpdate,
  reference: PdfRef,
  entries: PdfDict,
  contentsBytes: number,
): SignaturePlaces {
  const head = `${serialize(update.closed(entries, reference)).slice(0, -2)} /ByteRange [0 `;
  const slots = Array.from({ length: 3 }, () => ' '.repeat(SLOT)).join(' ');
  const front = `${head}${slots}] /Contents <`;
  const at = update.write(reference, [front, 2 * contentsBytes, '>>>']);
  const start = at + front.length - 1;
  return { rangeAt: at + head.length, gap: { start, end: start + 2 * contentsBytes + 2 } };
}

/** Ends the update and writes its /ByteRange. */
export function finishSignature(
  update: IncrementalUpdate,
  { rangeAt, gap }: SignaturePlaces,
  field: string,
): SealingUpdate {
  const appended = update.finish();
  const size = update.document.source.size;
  const byteRange: ByteRange = [0, size + gap.start, size + gap.end, appended.length - gap.end];
  const digits = byteRange.slice(1).map((value) => String(value).padEnd(SLOT));
  appended.set(Buffer.from(digits.join(' '), 'latin1'), rangeAt);
  return { appended, byteRange, field, gap };
}

/** Writes the DER of the signature, whole or in parts, into the gap; the rest of it stays zero. */
export function fillContents({ appended, gap }: SealingUpdate, der: Uint8Array | readonly Uint8Array[]): void {
  const parts = der instanceof Uint8Array ? [der] : der;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const room = (gap.end - gap.start - 2) / 2;
  if (length > room) throw new RangeError(`a signature of ${length} bytes does not fit into ${room}`);
  writeDigits(parts, appended, gap.start + 1);
}

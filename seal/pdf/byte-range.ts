// /ByteRange and /Contents of a signature (ISO 32000): together they must be the whole revision, and nothing may hide
// between them. The bytes that decide are those of the file, not those that a parser made of them.
import type { PdfDocument } from './document.ts';
import { asCount, isArray, isString, type PdfDict } from './value.ts';

/** [0, length, start, length]: the two pieces that are signed. */
export type ByteRange = readonly [number, number, number, number];

export type SignedBytes = {
  readonly byteRange: ByteRange;
  /** First byte behind the signed revision. */
  readonly end: number;
  /** DER in /Contents without its zero padding. */
  readonly contents: Uint8Array;
  /** The same with its padding, as it stands in the file. */
  readonly padded: Uint8Array;
};

/** Either the pieces, or the sentence that says what is wrong with them (a FORMAT_FAILURE). */
export type ByteRangeFinding =
  | { readonly signed: SignedBytes }
  | { readonly fault: string; readonly byteRange: ByteRange | null };

const WHITE_SPACE = [0x00, 0x09, 0x0a, 0x0c, 0x0d, 0x20];

/** Checks /ByteRange and /Contents of a signature dictionary against the bytes of the file. */
export function checkByteRange(document: PdfDocument, signature: PdfDict): ByteRangeFinding {
  const byteRange = readByteRange(document, signature);
  if (!byteRange) return { fault: '/ByteRange is not an array of four whole numbers', byteRange: null };
  const fault = (text: string): ByteRangeFinding => ({ fault: text, byteRange });
  const [start, gapStart, gapEnd, tail] = byteRange;
  const end = gapEnd + tail;
  if (start !== 0) return fault(`/ByteRange begins at byte ${start}; bytes in front of it are not signed`);
  if (gapEnd <= gapStart || end > document.source.size) return fault('/ByteRange leaves the file or has no gap');
  const contents = signature.map.get('Contents');
  if (!isString(contents)) return fault('/Contents is not a string');
  if (contents.offset !== gapStart || contents.offset + contents.raw.length !== gapEnd) {
    return fault('/ByteRange leaves out other bytes than /Contents');
  }
  if (contents.raw[0] !== 0x3c) return fault('the gap in /ByteRange is not one hexadecimal string');
  // A single blank in place of the last digit leaves the length as it is: the missing digit is read as zero.
  const isPlain = contents.raw.length === 2 * contents.bytes.length + 2;
  const raw = Buffer.from(contents.raw.buffer, contents.raw.byteOffset, contents.raw.length);
  if (!isPlain || WHITE_SPACE.some((byte) => raw.includes(byte)))
    return fault('/Contents holds other characters than digits');
  return splitPadding(contents.bytes, byteRange, end, fault);
}

function splitPadding(
  bytes: Uint8Array,
  byteRange: ByteRange,
  end: number,
  fault: (text: string) => ByteRangeFinding,
): ByteRangeFinding {
  const length = derLength(bytes);
  if (length === null || length > bytes.length) return fault('/Contents does not begin with a whole DER value');
  const padding = bytes.subarray(length).findIndex((byte) => byte !== 0);
  if (padding >= 0)
    return fault(`/Contents has a byte other than zero in its padding, ${padding + 1} bytes behind the signature`);
  return { signed: { byteRange, end, contents: bytes.subarray(0, length), padded: bytes } };
}

function readByteRange(document: PdfDocument, signature: PdfDict): ByteRange | null {
  const value = document.resolve(signature.map.get('ByteRange'));
  if (!isArray(value) || value.items.length !== 4) return null;
  const numbers = value.items.map((item) => asCount(item));
  return numbers.includes(null) ? null : (numbers as unknown as ByteRange);
}

/** Length of the first DER value with its header, from the header alone. */
function derLength(bytes: Uint8Array): number | null {
  const first = bytes[1];
  if (bytes[0] === undefined || first === undefined) return null;
  if (first < 0x80) return 2 + first;
  const count = first & 0x7f;
  if (count === 0 || count > 4 || bytes.length < 2 + count) return null;
  let length = 0;
  for (let i = 0; i < count; i++) length = length * 256 + bytes[2 + i]!;
  return 2 + count + length;
}

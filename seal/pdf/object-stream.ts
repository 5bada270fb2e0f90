// Object streams (ISO 32000): many objects in one compressed stream, found by its index.
import { Lexer } from './lexer.ts';
import { asCount, broken, type PdfDict } from './value.ts';

/** Writers put some hundred into one. */
const MAX_OBJECTS = 200_000;

export type ObjectStream = {
  readonly bytes: Uint8Array;
  readonly first: number;
  readonly numbers: Float64Array;
  readonly offsets: Uint32Array;
};

/** Reads the index of a decoded object stream. */
export function parseObjectStream(header: PdfDict, bytes: Uint8Array, num: number): ObjectStream {
  const count = asCount(header.map.get('N'));
  const first = asCount(header.map.get('First'));
  if (count === null || first === null || count > MAX_OBJECTS || count > bytes.length || first > bytes.length) {
    throw broken(`object stream ${num} has a damaged header`);
  }
  const lexer = new Lexer(bytes.subarray(0, first), -1, true);
  const numbers = new Float64Array(count);
  const offsets = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const [number, offset] = [lexer.takeInteger(), lexer.takeInteger()];
    if (number === null || offset === null || first + offset > bytes.length) {
      throw broken(`object stream ${num} has a damaged index`);
    }
    numbers[i] = number;
    offsets[i] = offset;
  }
  return { bytes, first, numbers, offsets };
}

// Object streams (ISO 32000): many objects in one compressed stream, found by its index.
import { Lexer } from './lexer.ts';
import { asCount, broken, type PdfDict } from './value.ts';

export type ObjectStream = {
  readonly bytes: Uint8Array;
  readonly first: number;
  readonly numbers: readonly number[];
  readonly offsets: readonly number[];
};

/** Reads the index of a decoded object stream. */
export function parseObjectStream(header: PdfDict, bytes: Uint8Array, num: number): ObjectStream {
  const count = asCount(header.map.get('N'));
  const first = asCount(header.map.get('First'));
  if (count === null || first === null || count > bytes.length || first > bytes.length) {
    throw broken(`object stream ${num} has a damaged header`);
  }
  const lexer = new Lexer(bytes.subarray(0, first), -1, true);
  const numbers: number[] = [];
  const offsets: number[] = [];
  for (let i = 0; i < count; i++) {
    const [number, offset] = [lexer.takeInteger(), lexer.takeInteger()];
    if (number === null || offset === null || first + offset > bytes.length) {
      throw broken(`object stream ${num} has a damaged index`);
    }
    numbers.push(number);
    offsets.push(offset);
  }
  return { bytes, first, numbers, offsets };
}

// What one document may cost in all, so that no file keeps the room for itself. A small file gets little: what an honest one
// needs grows with its size, and only a hostile one asks for a thousand times its bytes.
import { broken } from './value.ts';

const MEGABYTE = 1024 * 1024;

/** The most that one structural stream of a file of `size` bytes may decode to; guards against compression bombs. */
export const maxDecodedBytes = (size: number): number => Math.min(32 * MEGABYTE, 2 * MEGABYTE + 16 * size);

export class Budget {
  #lookUps: number;
  #values: number;
  #decodedBytes: number;
  #bodyBytes: number;

  constructor(size: number) {
    this.#lookUps = Math.min(20_000_000, 1_000_000 + 8 * size);
    this.#values = Math.min(20_000_000, 1_000_000 + 4 * size);
    this.#decodedBytes = Math.min(512 * MEGABYTE, 16 * MEGABYTE + 32 * size);
    this.#bodyBytes = Math.min(1024 * MEGABYTE, 64 * MEGABYTE + 16 * size);
  }

  /** One section was asked for an object. */
  lookUp(): void {
    if (--this.#lookUps < 0) throw broken('the cross-reference sections take too long to look through');
  }

  /** `pdf-broken` when values were parsed before that are more than the file may have. */
  checkValues(): void {
    if (this.#values < 0) throw broken('the document has too many values');
  }

  parsed(values: number): void {
    this.#values -= values;
  }

  decoded(bytes: number): void {
    this.#decodedBytes -= bytes;
    if (this.#decodedBytes < 0) throw broken('the object streams are too large in all');
  }

  /** A body is about to be read; a file may let thousands of objects share one. */
  readBody(bytes: number): void {
    this.#bodyBytes -= bytes;
    if (this.#bodyBytes < 0) throw broken('the streams are too large in all');
  }
}

// Tokens and objects of ISO 32000 from a window of bytes, with strict bounds on nesting and size.
// Not here: following references, streams, cross-reference data (document.ts, xref.ts, stream.ts).

import type { ByteSource } from './byte-source.ts';
import { readDigits, readLooseDigits } from './hex-digits.ts';
import { scanReferences } from './reference-scan.ts';
import { broken, type PdfObject, type PdfRef, type PdfValue, type References } from './value.ts';

const MAX_DEPTH = 100;
const MAX_OBJECT_BYTES = 32 * 1024 * 1024;
/** A page tree of 100,000 pages in one array has 100,000; each value costs some hundred bytes of memory. */
const MAX_VALUES = 500_000;
const FIRST_WINDOW = 4096;

/** Thrown inside a window that is not the end of the file; `readAt` catches it and takes a larger one. */
class WindowTooSmall extends Error {}
const TOO_SMALL = new WindowTooSmall(); // one for all: nobody reads its stack, and making one costs more than a parse

// 0 regular, 1 white space, 2 delimiter
const CLASS = new Uint8Array(256);
for (const byte of [0, 9, 10, 12, 13, 32]) CLASS[byte] = 1;
for (const char of '()<>[]{}/%') CLASS[char.charCodeAt(0)] = 2;

/** Runs `parse` over a window at `offset` that grows until the parse fits. `expected` as for a lexer. */
export function readAt<T>(source: ByteSource, offset: number, parse: (lexer: Lexer) => T, expected?: Uint8Array): T {
  if (offset < 0 || offset >= source.size) throw broken('an offset leads outside the file', offset);
  for (let length = FIRST_WINDOW; ; length *= 32) {
    const rest = source.size - offset;
    const window = source.read(offset, Math.min(length, rest));
    try {
      return parse(new Lexer(window, offset, window.length === rest, expected));
    } catch (error) {
      if (!(error instanceof WindowTooSmall)) throw error;
      if (length > MAX_OBJECT_BYTES) throw broken(`an object is larger than ${MAX_OBJECT_BYTES} bytes`, offset);
    }
  }
}

export class Lexer {
  readonly #bytes: Uint8Array;
  readonly #base: number;
  readonly #isFinal: boolean;
  readonly #expected: Uint8Array | undefined;
  /** The same bytes, for text out of them; a view of its own for each name would cost more than the name. */
  #buffer: Buffer | null = null;
  #position = 0;
  #values = 0;

  /**
   * `base` is the absolute offset of `bytes[0]`, or -1 where there is none (object streams). `expected`: bytes that a
   * hexadecimal string is likely to hold; it says nothing about what is read.
   */
  constructor(bytes: Uint8Array, base: number, isFinal: boolean, expected?: Uint8Array) {
    this.#expected = expected;
    this.#bytes = bytes;
    this.#base = base;
    this.#isFinal = isFinal;
  }

  /** Values read so far. */
  get values(): number {
    return this.#values;
  }

  /** Absolute offset of the next byte, or the position inside an object stream. */
  get offset(): number {
    return Math.max(this.#base, 0) + this.#position;
  }

  /** Moves to a position inside the window. */
  seek(position: number): void {
    this.#position = position;
  }

  /** The next byte, unconsumed. */
  peek(ahead = 0): number {
    const byte = this.#bytes[this.#position + ahead];
    if (byte !== undefined) return byte;
    if (!this.#isFinal) throw TOO_SMALL;
    return -1;
  }

  skip(count = 1): void {
    this.#position += count;
  }

  skipWhite(): void {
    for (;;) {
      const byte = this.peek();
      if (byte === 0x25) {
        while (this.peek() !== 10 && this.peek() !== 13 && this.peek() !== -1) this.#position++;
      } else if (byte >= 0 && CLASS[byte] === 1) this.#position++;
      else return;
    }
  }

  /** Consumes a keyword; false (and nothing consumed) when another token stands here. */
  takeKeyword(word: string): boolean {
    this.skipWhite();
    for (let i = 0; i < word.length; i++) if (this.peek(i) !== word.charCodeAt(i)) return false;
    const after = this.peek(word.length);
    if (after >= 0 && CLASS[after] === 0) return false;
    this.#position += word.length;
    return true;
  }

  /** An unsigned integer, or null with nothing consumed. */
  takeInteger(): number | null {
    this.skipWhite();
    let value = 0;
    let digits = 0;
    for (; ; digits++) {
      const byte = this.peek(digits);
      if (byte < 0x30 || byte > 0x39) {
        if (byte >= 0 && CLASS[byte] === 0) return null;
        break;
      }
      value = value * 10 + (byte - 0x30);
    }
    if (digits === 0 || digits > 15) return null;
    this.#position += digits;
    return value;
  }

  /** `num gen obj`, the value, and where a stream body begins. */
  readObject(): PdfObject {
    const start = this.offset;
    const num = this.takeInteger();
    const gen = num === null ? null : this.takeInteger();
    if (num === null || gen === null || !this.takeKeyword('obj')) throw broken('expected "n g obj"', start);
    const value = this.readValue();
    if (this.takeKeyword('endobj')) return { num, gen, value, stream: null, end: this.offset };
    if (!this.takeKeyword('stream')) throw broken(`object ${num} does not end with endobj`, this.offset);
    if (this.peek() === 13 && this.peek(1) === 10) this.#position += 2;
    else if (this.peek() === 10) this.#position++;
    else throw broken(`the keyword stream of object ${num} is not followed by a line end`, this.offset);
    return { num, gen, value, stream: this.offset, end: this.offset };
  }

  readValue(depth = 0): PdfValue {
    if (depth > MAX_DEPTH) throw broken(`objects are nested deeper than ${MAX_DEPTH}`, this.offset);
    if (++this.#values > MAX_VALUES) throw broken(`an object has more than ${MAX_VALUES} values`, this.offset);
    this.skipWhite();
    const byte = this.peek();
    if (byte === 0x2f) return { kind: 'name', value: this.#readName() };
    if (byte === 0x5b) return this.#readArray(depth);
    if (byte === 0x28) return this.#readLiteral();
    if (byte === 0x3c) return this.peek(1) === 0x3c ? this.#readDict(depth) : this.#readHex();
    if ((byte >= 0x30 && byte <= 0x39) || byte === 0x2b || byte === 0x2d || byte === 0x2e)
      return this.#readNumberOrRef();
    if (this.takeKeyword('null')) return null;
    if (this.takeKeyword('true')) return true;
    if (this.takeKeyword('false')) return false;
    throw broken('expected an object', this.offset);
  }

  #readNumberOrRef(): PdfValue {
    const first = this.takeInteger();
    if (first === null) return this.#readNumber();
    const mark = this.#position;
    const second = isDigit(this.#peekPastWhite()) ? this.takeInteger() : null;
    if (second !== null && this.#peekPastWhite() === 0x52 && this.takeKeyword('R')) {
      return { kind: 'ref', num: first, gen: second } satisfies PdfRef;
    }
    this.#position = mark;
    return { kind: 'number', value: first, raw: String(first) };
  }

  #peekPastWhite(): number {
    this.skipWhite();
    return this.peek();
  }

  #readNumber(): PdfValue {
    const start = this.#position;
    let end = start;
    for (let byte = this.peek(); byte >= 0 && CLASS[byte] === 0; byte = this.peek(end - start)) end++;
    let raw = this.#latin1(start, end);
    // Some writers put nothing between a number that is an object by itself and its end.
    if (/^[+-]?[\d.]+endobj$/.test(raw)) {
      end -= 'endobj'.length;
      raw = raw.slice(0, -'endobj'.length);
    }
    if (!/^[+-]?(\d{1,40}\.?\d{0,40}|\.\d{1,40})$/.test(raw))
      throw broken(`"${raw.slice(0, 20)}" is not a number`, this.offset);
    this.#position = end;
    return { kind: 'number', value: Number(raw), raw };
  }

  #readName(): string {
    const start = ++this.#position;
    let escaped = false;
    for (let byte = this.peek(); byte >= 0 && CLASS[byte] === 0; byte = this.peek()) {
      if (byte === 0x23) escaped = true;
      this.#position++;
    }
    const raw = this.#latin1(start, this.#position);
    return escaped
      ? raw.replace(/#([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
      : raw;
  }

  #readArray(depth: number): PdfValue {
    this.#position++;
    const references = this.#readReferences();
    if (references) return references.toArray();
    const items: PdfValue[] = [];
    for (;;) {
      this.skipWhite();
      if (this.peek() === 0x5d) break;
      items.push(this.readValue(depth + 1));
    }
    this.#position++;
    return { kind: 'array', items };
  }

  /** `n g R n g R …]` to its end, as the /Kids of a large page tree; null, with nothing consumed, for anything else. */
  #readReferences(): References | null {
    const scan = scanReferences(this.#bytes, this.#position, MAX_VALUES - this.#values);
    if (scan === 'cut' && !this.#isFinal) throw TOO_SMALL;
    if (scan === 'cut' || scan === null) return null;
    this.#values += scan.references.length;
    this.#position = scan.end;
    return scan.references;
  }

  #readDict(depth: number): PdfValue {
    this.#position += 2;
    const map = new Map<string, PdfValue>();
    for (;;) {
      this.skipWhite();
      const byte = this.peek();
      if (byte === 0x3e && this.peek(1) === 0x3e) break;
      if (byte !== 0x2f) throw broken('a dictionary key is not a name', this.offset);
      const key = this.#readName();
      // Two readers may take different ones, so that a seal would cover what one of them does not show.
      if (map.has(key)) throw broken(`a dictionary has the key /${key} twice`, this.offset);
      map.set(key, this.readValue(depth + 1));
    }
    this.#position += 2;
    return { kind: 'dict', map };
  }

  #readHex(): PdfValue {
    const start = this.#position;
    const end = this.#view().indexOf(0x3e, start); // by Buffer, which looks faster
    if (end < 0) {
      if (!this.#isFinal) throw TOO_SMALL;
      throw broken('a hexadecimal string has no end', this.offset);
    }
    const offset = this.#absolute(start);
    this.#position = end + 1;
    const raw = this.#bytes.subarray(start, end + 1);
    const inner = raw.subarray(1, -1);
    const bytes = readDigits(inner, this.#expected) ?? readLooseDigits(inner);
    if (!bytes) throw broken('a hexadecimal string holds other characters', offset);
    return { kind: 'string', bytes, raw, offset };
  }

  #readLiteral(): PdfValue {
    const start = this.#position++;
    const bytes: number[] = [];
    for (let open = 1; ; ) {
      const byte = this.peek();
      if (byte < 0) throw broken('a string has no end', this.#absolute(start));
      this.#position++;
      if (byte === 0x5c) this.#readEscape(bytes);
      else if (byte === 0x29 && --open === 0) break;
      else {
        if (byte === 0x28) open++;
        bytes.push(byte);
      }
    }
    const raw = this.#bytes.subarray(start, this.#position);
    return { kind: 'string', bytes: Uint8Array.from(bytes), raw, offset: this.#absolute(start) };
  }

  #readEscape(into: number[]): void {
    const byte = this.peek();
    this.#position++;
    if (byte >= 0x30 && byte <= 0x37) {
      let value = byte - 0x30;
      for (let i = 0; i < 2 && this.peek() >= 0x30 && this.peek() <= 0x37; i++) {
        value = value * 8 + this.peek() - 0x30;
        this.#position++;
      }
      into.push(value & 255);
    } else if (byte === 13) {
      if (this.peek() === 10) this.#position++;
    } else if (byte !== 10) into.push(ESCAPES[byte] ?? byte);
  }

  #latin1(start: number, end: number): string {
    return this.#view().toString('latin1', start, end);
  }

  #view(): Buffer {
    const { buffer, byteOffset, length } = this.#bytes;
    this.#buffer ??= Buffer.from(buffer, byteOffset, length);
    return this.#buffer;
  }

  #absolute(position: number): number {
    return this.#base < 0 ? -1 : this.#base + position;
  }
}

const ESCAPES: Readonly<Record<number, number>> = { 110: 10, 114: 13, 116: 9, 98: 8, 102: 12 };

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

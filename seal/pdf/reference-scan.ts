// Arrays of nothing but references, scanned as bytes: a flat page tree has one of 50,000, of which a sealing needs one.
// What is not in the plain form (comments, other values, long numbers) is left to the lexer.
import { References } from './value.ts';

/** Shorter ones are read value by value. */
const MIN_COUNT = 64;
/** Of a number that is read here: it fits into 32 bits. */
const MAX_DIGITS = 9;

const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const CLOSE = 0x5d;
const LETTER_R = 0x52;

/** Where every scan begins; most end after a number or two, and a buffer for each would cost more than they do. */
const FIRST = new Uint32Array(256);

/**
 * The references from `start` up to `]`, and the position behind it; null for anything else, or more than `most`. `cut`
 * where the bytes end before that is known.
 */
export function scanReferences(
  bytes: Uint8Array,
  start: number,
  most: number,
): { readonly references: References; readonly end: number } | 'cut' | null {
  let pairs: Uint32Array = FIRST; // number and generation of each
  let count = 0;
  let at = start;
  let byte = bytes[at] ?? -1;
  while (isWhite(byte)) byte = bytes[++at] ?? -1;
  for (; byte !== CLOSE; count++) {
    if (count === most) return null;
    if (2 * count === pairs.length) pairs = grown(pairs);
    for (let half = 0; half < 2; half++) {
      const from = at;
      let value = 0;
      for (; byte >= DIGIT_0 && byte <= DIGIT_9; byte = bytes[++at] ?? -1) value = value * 10 + byte - DIGIT_0;
      if (byte === -1) return 'cut';
      if (at === from || at - from > MAX_DIGITS || !isWhite(byte)) return null;
      while (isWhite(byte)) byte = bytes[++at] ?? -1;
      pairs[2 * count + half] = value;
    }
    if (byte === -1) return 'cut';
    if (byte !== LETTER_R) return null;
    byte = bytes[++at] ?? -1;
    if (byte === -1) return 'cut';
    if (byte !== CLOSE && !isWhite(byte)) return null;
    while (isWhite(byte)) byte = bytes[++at] ?? -1;
  }
  if (count < MIN_COUNT) return null;
  return { references: new References(pairs === FIRST ? FIRST.slice(0, 2 * count) : pairs, count), end: at + 1 };
}

const isWhite = (byte: number): boolean => byte === 32 || byte === 10 || byte === 13 || byte === 9;

function grown(pairs: Uint32Array): Uint32Array {
  const larger = new Uint32Array(4 * pairs.length);
  larger.set(pairs);
  return larger;
}

// Hexadecimal digits of /Contents, written and read. Most of them are those of the seal, the same in every signature of a
// party: its digits are kept as long as its bytes are, put in as bytes, and recognised when they are read again.
import { compareBytes, concatBytes, toHex } from '../../common/bytes.ts';

/** Shorter parts are cheaper to convert than to keep. */
const WORTH_KEEPING = 4096;
const kept = new WeakMap<Uint8Array, Uint8Array>();

/** The digits of bytes that nobody changes, kept as long as those bytes are. */
function keptDigits(bytes: Uint8Array): Uint8Array {
  const known = kept.get(bytes) ?? digitsOf(bytes);
  kept.set(bytes, known);
  return known;
}

const digitsOf = (bytes: Uint8Array): Uint8Array => Buffer.from(toHex(bytes), 'latin1');

/** Writes the parts one after the other, two digits a byte. Large parts are kept by identity: their bytes must not change. */
export function writeDigits(parts: readonly Uint8Array[], target: Uint8Array, at: number): void {
  let position = at;
  let short: Uint8Array[] = [];
  const write = (digits: Uint8Array): void => {
    target.set(digits, position);
    position += digits.length;
  };
  for (const part of parts) {
    if (part.length < WORTH_KEEPING) short.push(part);
    else {
      write(digitsOf(concatBytes(...short)));
      write(keptDigits(part));
      short = [];
    }
  }
  write(digitsOf(concatBytes(...short)));
}

/**
 * The bytes of a run of digits, or null where another character is among them or their number is odd. `expected`: bytes
 * that are likely to be in it. Where their digits stand, to the last one, they are taken over; all else is read digit by digit.
 */
export function readDigits(digits: Uint8Array, expected?: Uint8Array): Uint8Array | null {
  if (digits.length % 2 !== 0) return null;
  const known = expected && keptDigits(expected);
  const at = known ? view(digits).indexOf(view(known.subarray(0, MARK))) : -1;
  const end = at + (known?.length ?? 0);
  if (!expected || !known || at < 0 || at % 2 !== 0 || end > digits.length) return convert(digits);
  if (compareBytes(digits.subarray(at, end), known) !== 0) return convert(digits);
  const [front, back] = [convert(digits.subarray(0, at)), convert(digits.subarray(end))];
  return front && back && concatBytes(front, expected, back);
}

/** The same with white space between digits, and a zero for a last one that is missing, as ISO 32000 reads them. */
export function readLooseDigits(digits: Uint8Array): Uint8Array | null {
  const dense = digits.filter((byte) => !WHITE_SPACE.has(byte));
  return convert(dense.length % 2 === 0 ? dense : concatBytes(dense, ZERO));
}

const WHITE_SPACE = new Set([0x00, 0x09, 0x0a, 0x0c, 0x0d, 0x20]);
const ZERO = Uint8Array.of(0x30);

/** Digits by which the expected bytes are looked for. */
const MARK = 128;

function convert(digits: Uint8Array): Uint8Array | null {
  // A plain view: what is parsed out of a Buffer would be Buffers, which cost more each.
  const { buffer, byteOffset, length } = Buffer.from(view(digits).toString('latin1'), 'hex');
  return 2 * length === digits.length ? new Uint8Array(buffer, byteOffset, length) : null;
}

const view = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

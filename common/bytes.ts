// Small operations on bytes. Everything in the house that is binary is a `Uint8Array`.
import { timingSafeEqual } from 'node:crypto';

/** Lower-case hexadecimal, two digits a byte. */
export function toHex(bytes: Uint8Array): string {
  return view(bytes).toString('hex');
}

/** Bytes of an even number of hexadecimal digits; throws a RangeError for anything else. */
export function fromHex(hex: string): Uint8Array {
  if (hex.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(hex)) throw new RangeError('expected pairs of hexadecimal digits');
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

/** Equality in time that depends on the length only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Order of octet strings as DER sorts a SET OF: byte by byte, the shorter one first when it is a prefix. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b);
}

/** One new array with all parts in order. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let size = 0;
  for (const part of parts) size += part.length;
  const whole = size < WORTH_NOT_CLEARING ? new Uint8Array(size) : new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** From this size on, memory that is written over at once is not cleared before. */
const WORTH_NOT_CLEARING = 4096;

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

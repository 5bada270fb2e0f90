// DER writers (ITU-T X.690). Each returns the whole value; sorting of SETs and minimal forms are done here.
import { compareBytes, concatBytes, utf8 } from '../bytes.ts';
import { TAG } from './der.ts';

/** Any value: identifier octet, minimal length, content. */
export function derTlv(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  let size = 0;
  for (const part of content) size += part.length;
  if (size >= 0x80) return concatBytes(header(tag, size), ...content);
  // Most values are short, and a header of its own for each would cost as much as they do.
  const whole = new Uint8Array(2 + size);
  whole[0] = tag;
  whole[1] = size;
  let at = 2;
  for (const part of content) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A value that is still in parts: whole bytes, or an identifier octet with its content. */
export type DerTree = Uint8Array | { readonly tag: number; readonly content: readonly DerTree[] };

/** Encodes a nested value with one copy of its leaves; the nested writers copy them at every level. */
export function encodeDerTree(tree: DerTree): Uint8Array {
  return tree instanceof Uint8Array ? tree : concatBytes(...derParts(tree));
}

/** The bytes of a nested value in order, with its leaves as they are: whoever knows a leaf finds it again. */
export function derParts(tree: DerTree): readonly Uint8Array[] {
  const parts: Uint8Array[] = [];
  flatten(tree, parts);
  return parts.reverse();
}

/** The content of a SET OF in the order of its encodings, as DER asks. */
export function sortedTrees(trees: readonly DerTree[]): readonly DerTree[] {
  if (trees.length < 2) return trees;
  const keyed = trees.map((tree) => ({ tree, encoded: encodeDerTree(tree) }));
  return keyed.toSorted((a, b) => compareBytes(a.encoded, b.encoded)).map(({ tree }) => tree);
}

/** Collects the parts from the last to the first, because a header needs the length behind it. Returns that length. */
function flatten(tree: DerTree, parts: Uint8Array[]): number {
  if (tree instanceof Uint8Array) {
    parts.push(tree);
    return tree.length;
  }
  let size = 0;
  for (const part of tree.content.toReversed()) size += flatten(part, parts);
  const head = header(tree.tag, size);
  parts.push(head);
  return head.length + size;
}

export function derSequence(...parts: readonly Uint8Array[]): Uint8Array {
  return derTlv(TAG.sequence, ...parts);
}

/** SET OF, the parts sorted by their encodings as DER asks. */
export function derSet(...parts: readonly Uint8Array[]): Uint8Array {
  return derTlv(TAG.set, ...parts.toSorted(compareBytes));
}

/** A whole number, or the bytes of an unsigned one (big-endian, of any length). */
export function derInteger(value: number | bigint | Uint8Array): Uint8Array {
  return derTlv(TAG.integer, value instanceof Uint8Array ? unsignedContent(value) : signedContent(BigInt(value)));
}

const encodedOids = new Map<string, Uint8Array>();

/** `derOid('1.2.156.10197.1.501')`; arcs may be larger than 64 bits (2.25.<UUID>). The result is kept: do not change it. */
export function derOid(dotted: string): Uint8Array {
  const known = encodedOids.get(dotted);
  if (known) return known;
  const [top, second, ...rest] = dotted.split('.').map((arc) => BigInt(arc));
  if (top === undefined || second === undefined || top > 2n || (top < 2n && second > 39n))
    throw new RangeError(`${dotted} is not an object identifier`);
  const bytes = [top * 40n + second, ...rest].flatMap(arcBytes);
  const encoded = derTlv(TAG.oid, Uint8Array.from(bytes));
  if (encodedOids.size < 1000) encodedOids.set(dotted, encoded);
  return encoded;
}

export const derOctetString = (bytes: Uint8Array): Uint8Array => derTlv(TAG.octetString, bytes);

/** A BIT STRING of whole bytes. */
export const derBitString = (bytes: Uint8Array): Uint8Array => derTlv(TAG.bitString, Uint8Array.of(0), bytes);

export const derUtf8 = (text: string): Uint8Array => derTlv(TAG.utf8String, utf8(text));
export const derIa5 = (text: string): Uint8Array => derTlv(TAG.ia5String, ascii(text, /^[\x00-\x7f]*$/));
export const derPrintable = (text: string): Uint8Array =>
  derTlv(TAG.printableString, ascii(text, /^[A-Za-z0-9 '()+,\-./:=?]*$/));

/** UTC with a Z; milliseconds only when they are not zero, without trailing zeros. */
export function derGeneralizedTime(time: Date): Uint8Array {
  const digits = time.toISOString().replace(/[-:TZ]/g, '');
  const [seconds, fraction = ''] = digits.split('.');
  const trimmed = fraction.replace(/0+$/, '');
  return derTlv(TAG.generalizedTime, utf8(`${seconds}${trimmed === '' ? '' : `.${trimmed}`}Z`));
}

/** Whole seconds, years 1950 to 2049 (RFC 5280); a RangeError outside them. */
export function derUtcTime(time: Date): Uint8Array {
  const year = time.getUTCFullYear();
  if (year < 1950 || year > 2049) throw new RangeError(`UTCTime cannot carry the year ${year}`);
  return derTlv(TAG.utcTime, utf8(`${time.toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`));
}

export const derNull = (): Uint8Array => Uint8Array.of(TAG.null, 0);
export const derBoolean = (value: boolean): Uint8Array => Uint8Array.of(TAG.boolean, 1, value ? 0xff : 0);

/** `[number] EXPLICIT` around one value. */
export const derExplicit = (number: number, inner: Uint8Array): Uint8Array => derTlv(0xa0 | number, inner);

/** `[number] IMPLICIT`: the value with its identifier octet replaced, its constructed bit kept. */
export function derImplicit(number: number, value: Uint8Array): Uint8Array {
  const copy = value.slice();
  copy[0] = 0x80 | (copy[0]! & 0x20) | number;
  return copy;
}

function header(tag: number, size: number): Uint8Array {
  let octets = 0;
  if (size >= 0x80) for (let rest = size; rest > 0; rest = Math.floor(rest / 256)) octets += 1;
  const head = new Uint8Array(2 + octets);
  head[0] = tag;
  head[1] = octets === 0 ? size : 0x80 | octets;
  let rest = size;
  for (let at = 1 + octets; at > 1; at -= 1) {
    head[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return head;
}

function unsignedContent(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const minimal = bytes.subarray(start);
  if (minimal.length === 0) return Uint8Array.of(0);
  return minimal[0]! >= 0x80 ? concatBytes(Uint8Array.of(0), minimal) : minimal;
}

function signedContent(value: bigint): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 8n) {
    bytes.unshift(Number(rest & 0xffn));
    const fits = rest >= -128n && rest <= 127n;
    if (fits) return Uint8Array.from(bytes);
  }
}

function arcBytes(arc: bigint): number[] {
  const bytes = [Number(arc & 0x7fn)];
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) bytes.unshift(Number(rest & 0x7fn) | 0x80);
  return bytes;
}

function ascii(text: string, allowed: RegExp): Uint8Array {
  if (!allowed.test(text)) throw new RangeError('the text has a character that this string type does not carry');
  return utf8(text);
}

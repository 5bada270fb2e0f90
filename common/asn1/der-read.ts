// Values out of DER nodes. Every reader names what it expected and the offset where something else was found.
// Not here: times in local form or with offsets; DER (X.690) and RFC 5280 want UTC with a Z.
import { toHex } from '../bytes.ts';
import { type DerNode, malformed, TAG } from './der.ts';

/** Identifiers in use have at most some twenty bytes; reading a longer one would cost more than its length. */
const MAX_OID_BYTES = 128;

const NAMES = new Map(Object.entries(TAG).map(([name, tag]) => [tag as number, name]));

/** Throws `der-malformed` unless the node has the tag. */
export function checkTag(node: DerNode, tag: number): void {
  if (node.tag !== tag) throw malformed(node.offset, `expected ${tagName(tag)}, found ${tagName(node.tag)}`);
}

/** The elements of a SEQUENCE, their number within the bounds. */
export function readSequence(node: DerNode, min = 0, max = Number.POSITIVE_INFINITY): readonly DerNode[] {
  checkTag(node, TAG.sequence);
  return bounded(node, min, max);
}

/** The elements of a SET, their number within the bounds. */
export function readSet(node: DerNode, min = 0, max = Number.POSITIVE_INFINITY): readonly DerNode[] {
  checkTag(node, TAG.set);
  return bounded(node, min, max);
}

/** The one value inside `[number] EXPLICIT`. */
export function readExplicit(node: DerNode, number: number): DerNode {
  checkTag(node, 0xa0 | number);
  return bounded(node, 1, 1)[0]!;
}

/** Dotted form of an OBJECT IDENTIFIER; arcs of any size. */
export function readOid(node: DerNode): string {
  checkTag(node, TAG.oid);
  if (node.content.length > MAX_OID_BYTES) throw malformed(node.offset, 'an OBJECT IDENTIFIER that is too long');
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const byte of node.content) {
    arc = (arc << 7n) | BigInt(byte & 0x7f);
    if (byte < 0x80) {
      if (arcs.length === 0) {
        const top = arc < 80n ? arc / 40n : 2n;
        arcs.push(top, arc - top * 40n);
      } else arcs.push(arc);
      arc = 0n;
    }
  }
  return arcs.join('.');
}

/** An INTEGER of any size. */
export function readBigInteger(node: DerNode): bigint {
  checkTag(node, TAG.integer);
  return BigInt.asIntN(node.content.length * 8, BigInt(`0x${toHex(node.content)}`));
}

/** An INTEGER that fits a number exactly. */
export function readInteger(node: DerNode): number {
  checkTag(node, TAG.integer);
  const number = node.content.length > 8 ? Number.NaN : Number(readBigInteger(node));
  if (!Number.isSafeInteger(number)) throw malformed(node.offset, 'an INTEGER that is too large here');
  return number;
}

export function readBoolean(node: DerNode): boolean {
  checkTag(node, TAG.boolean);
  return node.content[0] === 0xff;
}

/** Content of an OCTET STRING, as a view. */
export function readOctetString(node: DerNode): Uint8Array {
  checkTag(node, TAG.octetString);
  return node.content;
}

/** Whole bytes of a BIT STRING, as a view; unused bits are refused. */
export function readBitString(node: DerNode): Uint8Array {
  checkTag(node, TAG.bitString);
  if (node.content[0] !== 0) throw malformed(node.offset, 'a BIT STRING that does not end on a byte');
  return node.content.subarray(1);
}

/** Text of a UTF8String, PrintableString or IA5String, whichever tags are allowed; also reads BMPString and TeletexString. */
export function readText(node: DerNode, ...allowed: readonly number[]): string {
  if (!allowed.includes(node.tag))
    throw malformed(node.offset, `expected ${allowed.map(tagName).join(' or ')}, found ${tagName(node.tag)}`);
  if (node.tag === TAG.bmpString) return readBmp(node);
  if (node.tag === TAG.teletexString) return Buffer.from(node.content).toString('latin1');
  if (node.tag !== TAG.utf8String && node.content.some((byte) => byte >= 0x80))
    throw malformed(node.offset, 'a character outside ASCII');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(node.content);
  } catch {
    throw malformed(node.offset, 'a text that is not UTF-8');
  }
}

export const readUtf8 = (node: DerNode): string => readText(node, TAG.utf8String);
export const readIa5 = (node: DerNode): string => readText(node, TAG.ia5String);
export const readPrintable = (node: DerNode): string => readText(node, TAG.printableString);

/** A UTCTime (years 1950 to 2049, RFC 5280) or GeneralizedTime, both in UTC; fractions down to a millisecond. */
export function readTime(node: DerNode): Date {
  if (node.tag !== TAG.utcTime) checkTag(node, TAG.generalizedTime);
  const text = Buffer.from(node.content).toString('latin1');
  const match = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:\.(\d{0,2}[1-9]))?Z$/.exec(text);
  const year = match?.[1] ?? '';
  if (!match || (node.tag === TAG.utcTime) !== (year.length === 2) || (match[7] && node.tag === TAG.utcTime))
    throw malformed(node.offset, 'a time that is not in DER form');
  const fullYear = year.length === 4 ? year : `${Number(year) < 50 ? '20' : '19'}${year}`;
  const [, , month, day, hour, minute, second, fraction = ''] = match;
  const iso = `${fullYear}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0')}Z`;
  const time = new Date(iso);
  if (Number.isNaN(time.getTime()) || time.toISOString() !== iso)
    throw malformed(node.offset, 'a time that is in no calendar');
  return time;
}

function readBmp(node: DerNode): string {
  if (node.content.length % 2 !== 0) throw malformed(node.offset, 'a BMPString of odd length');
  return Buffer.from(node.content).swap16().toString('utf16le');
}

function bounded(node: DerNode, min: number, max: number): readonly DerNode[] {
  const count = node.children.length;
  if (count < min || count > max)
    throw malformed(node.offset, `${count} elements where ${min === max ? min : `${min} to ${max}`} are due`);
  return node.children;
}

function tagName(tag: number): string {
  return NAMES.get(tag) ?? `tag 0x${tag.toString(16).padStart(2, '0')}`;
}

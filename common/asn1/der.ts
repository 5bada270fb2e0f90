// Strict DER (ITU-T X.690, distinguished encoding rules): the reader of the tree, with raw slices kept, because
// signatures cover the bytes that were received and not the ones we would write.
// Not here: values (der-read.ts) and writing (der-write.ts); tags of more than one byte, which nothing we read uses.
import { compareBytes } from '../bytes.ts';
import { TrustError } from '../errors.ts';

export type DerNode = {
  /** The identifier octet: class, constructed bit and tag number together. */
  readonly tag: number;
  /** Identifier, length and content, as a view of the input. */
  readonly raw: Uint8Array;
  /** Content octets, as a view of the input. */
  readonly content: Uint8Array;
  /** Elements of a constructed node, empty for a primitive one. */
  readonly children: readonly DerNode[];
  /** Offset of the identifier octet in the input of `parseDer`. */
  readonly offset: number;
};

export type DerLimits = {
  /** Levels of nesting; 32 unless told. */
  readonly maxDepth?: number;
  /** Nodes in all; 20,000 unless told. */
  readonly maxNodes?: number;
  /**
   * Elements are read when they are first asked for, and what nobody asks for is not judged. For values that were just written
   * here and are only looked into.
   */
  readonly isLazy?: boolean;
};

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

type Walk = {
  readonly bytes: Uint8Array;
  readonly maxDepth: number;
  readonly isLazy: boolean;
  nodesLeft: number;
};

/**
 * Parses exactly one DER value that fills `bytes`. Throws `der-malformed` with the offset for: trailing bytes, indefinite
 * or non-minimal lengths, multi-byte tags, non-minimal INTEGER and OBJECT IDENTIFIER, BOOLEAN other than 00 and FF,
 * bad BIT STRING padding, unsorted SET, wrong constructed bit, too much nesting.
 */
export function parseDer(bytes: Uint8Array, limits: DerLimits = {}): DerNode {
  const { maxDepth = 32, maxNodes = 20_000, isLazy = false } = limits;
  const walk: Walk = { bytes, maxDepth, nodesLeft: maxNodes, isLazy };
  const head = readHeader(bytes, 0, bytes.length);
  const node = readNode(walk, head, 1);
  if (head.end !== bytes.length) throw malformed(head.end, 'bytes follow the value');
  return node;
}

/**
 * Size in bytes of the DER value that `bytes` begins with, header included; nothing behind it is looked at.
 * For containers that pad, such as the Contents of a PDF signature.
 */
export function derSize(bytes: Uint8Array): number {
  return readHeader(bytes, 0, bytes.length).end;
}

/** The error of this format: what was found, at which offset. */
export function malformed(offset: number, found: string): TrustError {
  return new TrustError('der-malformed', `offset ${offset}: ${found}`);
}

function readNode(walk: Walk, head: Head, depth: number): DerNode {
  const { tag, offset, contentStart, end } = head;
  if (depth > walk.maxDepth) throw malformed(offset, `more than ${walk.maxDepth} levels of nesting`);
  if (walk.nodesLeft-- <= 0) throw malformed(offset, 'too many values');
  checkForm(tag, offset);
  if (walk.isLazy && tag & 0x20) return new LazyNode(walk, head, depth);
  const content = walk.bytes.subarray(contentStart, end);
  const raw = walk.bytes.subarray(offset, end);
  const children = tag & 0x20 ? readChildren(walk, head, depth) : [];
  checkContent(tag, content, children, offset);
  return { tag, raw, content, children, offset };
}

/** Makes of itself only what is asked for: most nodes of a value that is looked into are stepped over. */
class LazyNode implements DerNode {
  readonly tag: number;
  readonly offset: number;
  readonly #walk: Walk;
  readonly #head: Head;
  readonly #depth: number;
  #children: readonly DerNode[] | null = null;

  constructor(walk: Walk, head: Head, depth: number) {
    this.tag = head.tag;
    this.offset = head.offset;
    this.#walk = walk;
    this.#head = head;
    this.#depth = depth;
  }

  get raw(): Uint8Array {
    return this.#walk.bytes.subarray(this.offset, this.#head.end);
  }

  get content(): Uint8Array {
    return this.#walk.bytes.subarray(this.#head.contentStart, this.#head.end);
  }

  get children(): readonly DerNode[] {
    if (this.#children) return this.#children;
    this.#children = readChildren(this.#walk, this.#head, this.#depth);
    checkContent(this.tag, this.content, this.#children, this.offset);
    return this.#children;
  }
}

function readChildren(walk: Walk, { contentStart, end }: Head, depth: number): DerNode[] {
  const children: DerNode[] = [];
  for (let at = contentStart; at < end; ) {
    const head = readHeader(walk.bytes, at, end);
    children.push(readNode(walk, head, depth + 1));
    at = head.end;
  }
  return children;
}

/** Identifier and length of a value: where it begins, where its content does, and the position behind it. */
type Head = { readonly tag: number; readonly offset: number; readonly contentStart: number; readonly end: number };

function readHeader(bytes: Uint8Array, offset: number, end: number): Head {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined || offset + 2 > end) throw malformed(offset, 'the value is cut off');
  if (tag === 0) throw malformed(offset, 'end-of-contents where a value is due');
  if ((tag & 0x1f) === 0x1f) throw malformed(offset, 'a tag of more than one byte');
  let length = first;
  let contentStart = offset + 2;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0) throw malformed(offset, 'an indefinite length');
    if (count > 4) throw malformed(offset, 'a length of more than four bytes');
    if (contentStart + count > end) throw malformed(offset, 'the length is cut off');
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + bytes[contentStart + i]!;
    contentStart += count;
    if (length < 0x80 || length < 256 ** (count - 1)) throw malformed(offset, 'a length that is not minimal');
  }
  if (contentStart + length > end) throw malformed(offset, 'the content is cut off');
  return { tag, offset, contentStart, end: contentStart + length };
}

function checkForm(tag: number, offset: number): void {
  if (tag & 0xc0) return;
  const number = tag & 0x1f;
  const mustBeConstructed = number === 8 || number === 11 || number === 16 || number === 17;
  if (Boolean(tag & 0x20) !== mustBeConstructed) throw malformed(offset, 'a universal type in the wrong form');
}

function checkContent(tag: number, content: Uint8Array, children: readonly DerNode[], offset: number): void {
  const first = content[0];
  if (tag === TAG.boolean && (content.length !== 1 || (first !== 0 && first !== 0xff)))
    throw malformed(offset, 'a BOOLEAN that is neither 00 nor FF');
  if (tag === TAG.null && content.length !== 0) throw malformed(offset, 'a NULL with content');
  if (tag === TAG.integer || tag === 0x0a) checkInteger(content, offset);
  if (tag === TAG.oid) checkOid(content, offset);
  if (tag === TAG.bitString) checkBitString(content, offset);
  if (tag === TAG.set) checkSorted(children, offset);
}

function checkInteger(content: Uint8Array, offset: number): void {
  const [first, second] = content;
  if (first === undefined) throw malformed(offset, 'an INTEGER without content');
  if (second === undefined) return;
  if ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))
    throw malformed(offset, 'an INTEGER that is not minimal');
}

function checkOid(content: Uint8Array, offset: number): void {
  if (content.length === 0 || content[content.length - 1]! >= 0x80)
    throw malformed(offset, 'an OBJECT IDENTIFIER that is cut off');
  for (let i = 0; i < content.length; i++) {
    const startsArc = i === 0 || content[i - 1]! < 0x80;
    if (startsArc && content[i] === 0x80) throw malformed(offset, 'an OBJECT IDENTIFIER that is not minimal');
  }
}

function checkBitString(content: Uint8Array, offset: number): void {
  const unused = content[0];
  if (unused === undefined || unused > 7 || (unused > 0 && content.length === 1))
    throw malformed(offset, 'a BIT STRING with a wrong count of unused bits');
  if ((content[content.length - 1]! & ((1 << unused) - 1)) !== 0 && unused > 0)
    throw malformed(offset, 'a BIT STRING whose unused bits are not zero');
}

function checkSorted(children: readonly DerNode[], offset: number): void {
  for (let i = 1; i < children.length; i++) {
    if (compareBytes(children[i - 1]!.raw, children[i]!.raw) > 0) throw malformed(offset, 'a SET that is not sorted');
  }
}

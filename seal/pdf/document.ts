// A PDF document opened for random access: header, last section, catalogue; every object is read when asked for.
// Encrypted and damaged files are refused, never repaired: a seal must cover what every reader sees.
import { TrustError } from '../../common/errors.ts';
import type { ByteSource } from './byte-source.ts';
import { Lexer, readAt } from './lexer.ts';
import { decodeStream } from './stream.ts';
import {
  asCount,
  broken,
  isArray,
  isDict,
  isName,
  isRef,
  type PdfDict,
  type PdfObject,
  type PdfRef,
  type PdfValue,
} from './value.ts';
import { readSection, readSections, type XrefEntry, type XrefSection } from './xref.ts';

const MAX_OBJECT_STREAMS_HELD = 8;
/** What one document may cost in all, so that no file keeps the room for itself; honest ones stay far below. */
const MAX_LOOK_UPS = 20_000_000;
const MAX_DECODED_BYTES = 512 * 1024 * 1024;
const MAX_VALUES = 20_000_000;
/** Parsed values kept; beyond, objects are read anew when they are asked for again. */
const MAX_VALUES_HELD = 2_000_000;

/**
 * Opens a document. Codes: `not-a-pdf`, `pdf-truncated`, `pdf-encrypted`, `pdf-hybrid`, `pdf-broken`.
 * Reads the header, the last kilobyte and the cross-reference chain, nothing else.
 */
export function openDocument(source: ByteSource): PdfDocument {
  const header = findHeader(source);
  const startxref = findStartxref(source);
  const base = findBase(source, startxref, header);
  const sections = readSections(source, startxref, base);
  const trailer = sections[0]!.trailer;
  if (sections.some((section) => section.trailer.map.has('Encrypt'))) {
    throw new TrustError('pdf-encrypted', 'The trailer has an /Encrypt entry');
  }
  return new PdfDocument(source, sections, trailer, base, startxref);
}

export class PdfDocument {
  readonly source: ByteSource;
  /** Newest first. */
  readonly sections: readonly XrefSection[];
  readonly trailer: PdfDict;
  /** Bytes in front of the header that the file's own offsets do not count. */
  readonly base: number;
  readonly startxref: number;
  readonly #objects = new Map<number, PdfObject | null>();
  readonly #objectStreams = new Map<number, ObjectStream>();
  readonly #opening = new Set<number>();
  #lookUps = 0;
  #decodedBytes = 0;
  #values = 0;
  #valuesHeld = 0;

  constructor(source: ByteSource, sections: readonly XrefSection[], trailer: PdfDict, base: number, startxref: number) {
    this.source = source;
    this.sections = sections;
    this.trailer = trailer;
    this.base = base;
    this.startxref = startxref;
  }

  /** Reference of the catalogue. */
  get root(): PdfRef {
    const root = this.trailer.map.get('Root');
    if (!isRef(root)) throw broken('the trailer has no /Root');
    return root;
  }

  get catalogue(): PdfDict {
    return this.dictAt(this.root, 'the catalogue');
  }

  /** The newest entry for an object number. */
  entry(num: number): XrefEntry | null {
    for (const section of this.sections) {
      if (++this.#lookUps > MAX_LOOK_UPS) throw broken('the cross-reference sections take too long to look through');
      const entry = section.find(num);
      if (entry) return entry;
    }
    return null;
  }

  /** The object, or null where it is free, unknown or of another generation (which ISO 32000 reads as null). */
  object(reference: PdfRef): PdfObject | null {
    let found = this.#objects.get(reference.num);
    if (found === undefined) {
      const before = this.#values;
      found = this.#load(reference.num);
      this.#valuesHeld += this.#values - before;
      if (this.#valuesHeld > MAX_VALUES_HELD) {
        this.#objects.clear();
        this.#valuesHeld = 0;
      }
      this.#objects.set(reference.num, found);
    }
    return found && found.gen === reference.gen ? found : null;
  }

  /** The object of that number, whatever its generation. */
  current(num: number): PdfObject | null {
    const entry = this.entry(num);
    return this.object({ kind: 'ref', num, gen: entry?.type === 'offset' ? entry.gen : 0 });
  }

  /** Follows references to a direct value. */
  resolve(value: PdfValue | undefined): PdfValue {
    let current = value ?? null;
    for (let hops = 0; isRef(current); hops++) {
      if (hops > 32) throw broken('references lead in a circle');
      current = this.object(current)?.value ?? null;
    }
    return current;
  }

  /** The dictionary that `value` is or refers to; `pdf-broken` otherwise. */
  dictAt(value: PdfValue | undefined, what: string): PdfDict {
    const resolved = this.resolve(value);
    if (!isDict(resolved)) throw broken(`${what} is not a dictionary`);
    return resolved;
  }

  /** First number above every one in use. */
  nextNumber(): number {
    let next = Math.max(1, asCount(this.trailer.map.get('Size')) ?? 1);
    while (this.entry(next)) next++;
    return next;
  }

  /** The raw body of a stream object. */
  streamBody(object: PdfObject): Uint8Array {
    if (object.stream === null || !isDict(object.value)) throw broken(`object ${object.num} is not a stream`);
    const length = asCount(this.resolve(object.value.map.get('Length')));
    if (length === null || object.stream + length > this.source.size)
      throw broken(`stream ${object.num} has no length`);
    const ends = readAt(this.source, object.stream + length, (lexer) => lexer.takeKeyword('endstream'));
    if (!ends) throw broken(`stream ${object.num} does not end where its length says`, object.stream + length);
    return this.source.read(object.stream, length);
  }

  #load(num: number): PdfObject | null {
    const entry = this.entry(num);
    return entry && this.version(num, entry);
  }

  /** The object as one cross-reference entry has it, read anew and not kept. */
  version(num: number, entry: XrefEntry): PdfObject | null {
    if (entry.type === 'free') return null;
    if (entry.type === 'compressed') return this.#loadCompressed(num, entry.stream, entry.index);
    if (entry.offset === this.base) return null; // some writers mark unused objects with offset 0
    const object = readAt(this.source, entry.offset, (lexer) => this.#counted(lexer, () => lexer.readObject()));
    if (object.num !== num)
      throw broken(`the cross-reference of object ${num} leads to object ${object.num}`, entry.offset);
    if (object.gen !== entry.gen)
      throw broken(`object ${num} has another generation than its cross-reference`, entry.offset);
    return object;
  }

  #counted<T>(lexer: Lexer, read: () => T): T {
    if (this.#values > MAX_VALUES) throw broken(`the document has more than ${MAX_VALUES} values`);
    try {
      return read();
    } finally {
      this.#values += lexer.values;
    }
  }

  #loadCompressed(num: number, container: number, index: number): PdfObject {
    const stream = this.#objectStream(container);
    if (stream.numbers[index] !== num) throw broken(`object ${num} is not in object stream ${container}`);
    const lexer = new Lexer(stream.bytes, -1, true);
    lexer.seek(stream.first + stream.offsets[index]!);
    return { num, gen: 0, value: this.#counted(lexer, () => lexer.readValue()), stream: null, end: 0 };
  }

  #objectStream(num: number): ObjectStream {
    const held = this.#objectStreams.get(num);
    if (held) return held;
    if (this.#opening.has(num)) throw broken(`object stream ${num} contains itself`);
    if (this.entry(num)?.type !== 'offset') throw broken(`object stream ${num} is missing`);
    this.#opening.add(num);
    const object = this.object({ kind: 'ref', num, gen: 0 });
    if (!object || !isDict(object.value) || !isName(object.value.map.get('Type'), 'ObjStm')) {
      throw broken(`object ${num} is not an object stream`);
    }
    const decoded = decodeStream(object.value, this.streamBody(object), num);
    this.#decodedBytes += decoded.length;
    if (this.#decodedBytes > MAX_DECODED_BYTES) throw broken('the object streams are too large in all');
    const stream = parseObjectStream(object.value, decoded, num);
    this.#opening.delete(num);
    if (this.#objectStreams.size >= MAX_OBJECT_STREAMS_HELD) {
      this.#objectStreams.delete(this.#objectStreams.keys().next().value as number);
    }
    this.#objectStreams.set(num, stream);
    return stream;
  }
}

type ObjectStream = {
  readonly bytes: Uint8Array;
  readonly first: number;
  readonly numbers: readonly number[];
  readonly offsets: readonly number[];
};

function parseObjectStream(header: PdfDict, bytes: Uint8Array, num: number): ObjectStream {
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

/** Offset of %PDF-, which ISO 32000 readers look for in the first kilobyte. */
function findHeader(source: ByteSource): number {
  const start = Buffer.from(source.read(0, Math.min(1024, source.size)));
  const at = start.indexOf('%PDF-');
  if (at < 0) throw new TrustError('not-a-pdf', `There is no %PDF- header; the file looks like ${describe(start)}`);
  return at;
}

const SIGNATURES: readonly (readonly [string, string])[] = [
  ['PK\x03\x04', 'a ZIP container (OFD, Word, Excel)'],
  ['\x89PNG', 'a PNG picture'],
  ['\xff\xd8\xff', 'a JPEG picture'],
  ['GIF8', 'a GIF picture'],
  ['\xd0\xcf\x11\xe0', 'an old Office document'],
  ['{\\rtf', 'an RTF text'],
  ['%!PS', 'PostScript'],
  ['<?xml', 'XML'],
  ['<!DOCTYPE', 'an HTML page'],
  ['<html', 'an HTML page'],
];

function describe(start: Buffer): string {
  if (start.length === 0) return 'an empty file';
  const text = start.toString('latin1');
  return SIGNATURES.find(([magic]) => text.startsWith(magic))?.[1] ?? 'nothing known here';
}

function findStartxref(source: ByteSource): number {
  const length = Math.min(2048, source.size);
  const tail = Buffer.from(source.read(source.size - length, length)).toString('latin1');
  const last = tail.slice(Math.max(0, tail.lastIndexOf('startxref')));
  const match = /^startxref[\0\t\n\f\r ]+(\d{1,15})[\0\t\n\f\r ]+%%EOF/.exec(last);
  if (!match) throw new TrustError('pdf-truncated', 'The file does not end with startxref, an offset and %%EOF');
  const startxref = Number(match[1]);
  if (startxref >= source.size) {
    throw new TrustError('pdf-truncated', `startxref says ${startxref}, but the file has only ${source.size} bytes`);
  }
  return startxref;
}

/** Offsets count from the header in some files and from byte 0 in others; the last section tells which. */
function findBase(source: ByteSource, startxref: number, header: number): number {
  if (header === 0) return 0;
  try {
    readSection(source, startxref, header);
    return header;
  } catch {
    return 0;
  }
}

/** Items of an array that `value` is or refers to; an absent one is empty. */
export function itemsOf(document: PdfDocument, value: PdfValue | undefined, what: string): readonly PdfValue[] {
  const resolved = document.resolve(value);
  if (resolved === null) return [];
  if (!isArray(resolved)) throw broken(`${what} is not an array`);
  return resolved.items;
}

// A PDF document opened for random access: header, last section, catalogue; every object is read when asked for.
// Damaged files, and encrypted ones that the password does not open, are refused, never repaired: a seal must cover what every reader sees.
import { TrustError } from '../../common/errors.ts';
import { Budget, maxDecodedBytes } from './budget.ts';
import type { ByteSource } from './byte-source.ts';
import { type Encryption, openEncryption } from './encryption.ts';
import { findBase, findHeader, findStartxref } from './file-frame.ts';
import { Lexer, readAt } from './lexer.ts';
import { type ObjectStream, parseObjectStream } from './object-stream.ts';
import { serialize } from './serialize.ts';
import { decodeStream } from './stream.ts';
import {
  asCount,
  broken,
  isArray,
  isDict,
  isName,
  isRef,
  isString,
  type PdfDict,
  type PdfObject,
  type PdfRef,
  type PdfValue,
} from './value.ts';
import { readSections, type XrefEntry, type XrefSection } from './xref.ts';

/** Decoded object streams that are kept. */
const MAX_HELD_BYTES = 32 * 1024 * 1024;
/** ISO 32000 names it as what readers can be expected to take. */
const MAX_OBJECT_NUMBER = 8_388_607;
/** Parsed values kept; beyond, objects are read anew when they are asked for again. */
const MAX_VALUES_HELD = 500_000;

/**
 * Opens a document. Codes: `not-a-pdf`, `pdf-truncated`, `pdf-encrypted`, `pdf-hybrid`, `pdf-broken`.
 * Reads the header, the last kilobyte and the cross-reference chain, nothing else.
 */
export function openDocument(source: ByteSource, password = ''): PdfDocument {
  const header = findHeader(source);
  const startxref = findStartxref(source);
  const base = findBase(source, startxref, header);
  const sections = readSections(source, startxref, base);
  return new PdfDocument({ source, sections, base, startxref, password });
}

/**
 * Opens a document that has grown: `source` is that of `before` with an update behind it. What was read of the unchanged bytes
 * is taken over: sections, and objects that the update has not. `expected`: bytes that a hexadecimal string of the update is
 * likely to hold, which are then compared instead of converted. Codes as `openDocument`.
 */
export function openGrown(before: PdfDocument, source: ByteSource, expected?: Uint8Array): PdfDocument {
  const { base, password } = before;
  const startxref = findStartxref(source);
  const sections = readSections(source, startxref, base, before.sections);
  return new PdfDocument({ source, sections, base, startxref, password, before, expected });
}

type OpenedFile = {
  readonly source: ByteSource;
  readonly sections: readonly XrefSection[];
  readonly base: number;
  readonly startxref: number;
  readonly password: string;
  readonly before?: PdfDocument;
  readonly expected?: Uint8Array | undefined;
};

export class PdfDocument {
  readonly source: ByteSource;
  /** Newest first. */
  readonly sections: readonly XrefSection[];
  readonly trailer: PdfDict;
  /** Bytes in front of the header that the file's own offsets do not count. */
  readonly base: number;
  readonly startxref: number;
  /** What opens the document, and each of its revisions. */
  readonly password: string;
  /** Null where the document is not encrypted. */
  readonly encryption: Encryption | null;
  readonly #objects = new Map<number, PdfObject | null>();
  readonly #objectStreams = new Map<number, ObjectStream>();
  readonly #opening = new Set<number>();
  readonly #budget: Budget;
  readonly #before: PdfDocument | null;
  readonly #expected: Uint8Array | undefined;
  #bytesHeld = 0;
  #valuesRead = 0;
  #valuesHeld = 0;

  constructor({ source, sections, base, startxref, password, before, expected }: OpenedFile) {
    this.source = source;
    this.#expected = expected;
    this.#budget = new Budget(source.size);
    this.sections = sections;
    this.trailer = sections[0]!.trailer;
    this.base = base;
    this.startxref = startxref;
    this.password = password;
    // A chain of sections that does not lead to the ones before is another document.
    this.#before = before && sections.at(-1) === before.sections.at(-1) ? before : null;
    this.encryption = this.#unlock();
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
      this.#budget.lookUp();
      const entry = section.find(num);
      if (entry) return entry;
    }
    return null;
  }

  /** The object, or null where it is free, unknown or of another generation (which ISO 32000 reads as null). */
  object(reference: PdfRef): PdfObject | null {
    let found = this.#objects.get(reference.num);
    if (found === undefined) {
      const before = this.#valuesRead;
      found = this.#load(reference.num);
      this.#valuesHeld += this.#valuesRead - before;
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
    // /Size may lie: a number of any section is taken, or an object of the author would be written over.
    const size = asCount(this.trailer.map.get('Size')) ?? 1;
    const next = this.sections.reduce((least, { end }) => Math.max(least, end), Math.max(1, size));
    if (next > MAX_OBJECT_NUMBER) throw broken(`the document has object numbers beyond ${MAX_OBJECT_NUMBER}`);
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
    this.#budget.readBody(length);
    const body = this.source.read(object.stream, length);
    return this.encryption ? this.encryption.openStream(object.value, body, object) : body;
  }

  /** Finds the key of an encrypted document; `pdf-encrypted` where the password opens nothing. */
  #unlock(): Encryption | null {
    const entry = this.trailer.map.get('Encrypt') ?? null;
    for (const { trailer } of this.sections) {
      // The second trailer of a linearized file may leave out what the first one has.
      const other = trailer.map.get('Encrypt');
      if (other !== undefined && serialize(other) !== serialize(entry))
        throw new TrustError('pdf-encrypted', 'Only some revisions of the document are encrypted, or differently');
    }
    if (entry === null) return null;
    if (this.#before?.encryption && !this.#isUpdated(entry)) return this.#before.encryption;
    const [id] = itemsOf(this, this.trailer.map.get('ID'), '/ID').map((item) => this.resolve(item));
    const resolve = (value: PdfValue | undefined): PdfValue => this.resolve(value);
    const encrypt = this.dictAt(entry, '/Encrypt');
    const encryption = openEncryption(encrypt, isString(id) ? id.bytes : null, this.password, resolve);
    // What was read so far was read without the key.
    this.#objects.clear();
    this.#objectStreams.clear();
    this.#bytesHeld = 0;
    return encryption;
  }

  #opened(object: PdfObject): PdfObject {
    const encrypt = this.trailer.map.get('Encrypt');
    const isPlain = isRef(encrypt) && encrypt.num === object.num;
    const isSection = isDict(object.value) && object.stream !== null && isName(object.value.map.get('Type'), 'XRef');
    if (!this.encryption || isPlain || isSection) return object;
    return { ...object, value: this.encryption.openValue(object.value, object) };
  }

  #load(num: number): PdfObject | null {
    const entry = this.entry(num);
    if (entry?.type !== 'compressed' && this.#before && !this.#isUpdated(num)) return this.#before.current(num);
    return entry && this.version(num, entry);
  }

  /** Whether what came behind `before` has the object. */
  #isUpdated(which: number | PdfValue): boolean {
    const num = typeof which === 'number' ? which : isRef(which) ? which.num : null;
    const added = this.sections.length - (this.#before?.sections.length ?? 0);
    return num !== null && this.sections.slice(0, added).some((section) => section.find(num) !== null);
  }

  /** The object as one cross-reference entry has it, read anew and not kept. */
  version(num: number, entry: XrefEntry): PdfObject | null {
    if (entry.type === 'free') return null;
    if (entry.type === 'compressed') return this.#loadCompressed(num, entry.stream, entry.index);
    if (entry.offset === this.base) return null; // some writers mark unused objects with offset 0
    const read = (lexer: Lexer): PdfObject => this.#counted(lexer, () => lexer.readObject());
    const object = readAt(this.source, entry.offset, read, this.#expected);
    if (object.num !== num)
      throw broken(`the cross-reference of object ${num} leads to object ${object.num}`, entry.offset);
    if (object.gen !== entry.gen)
      throw broken(`object ${num} has another generation than its cross-reference`, entry.offset);
    return this.#opened(object);
  }

  #counted<T>(lexer: Lexer, read: () => T): T {
    this.#budget.checkValues();
    try {
      return read();
    } finally {
      this.#valuesRead += lexer.values;
      this.#budget.parsed(lexer.values);
    }
  }

  #loadCompressed(num: number, container: number, index: number): PdfObject {
    const stream = this.#objectStream(container);
    if (stream.numbers[index] !== num) throw broken(`object ${num} is not in object stream ${container}`);
    const lexer = new Lexer(stream.bytes, -1, true);
    lexer.seek(stream.first + stream.offsets[index]!);
    const value = this.#counted(lexer, () => lexer.readValue());
    return { num, gen: 0, value: this.encryption?.plainValue(value) ?? value, stream: null, end: 0 };
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
    const most = maxDecodedBytes(this.source.size);
    const decoded = decodeStream(object.value, this.streamBody(object), { where: num, most });
    this.#budget.decoded(decoded.length);
    const stream = parseObjectStream(object.value, decoded, num);
    this.#opening.delete(num);
    this.#bytesHeld += decoded.length;
    for (const [oldest, { bytes }] of this.#objectStreams) {
      if (this.#bytesHeld <= MAX_HELD_BYTES) break;
      this.#objectStreams.delete(oldest);
      this.#bytesHeld -= bytes.length;
    }
    this.#objectStreams.set(num, stream);
    return stream;
  }
}

/** Items of an array that `value` is or refers to; an absent one is empty. */
export function itemsOf(document: PdfDocument, value: PdfValue | undefined, what: string): readonly PdfValue[] {
  const resolved = document.resolve(value);
  if (resolved === null) return [];
  if (!isArray(resolved)) throw broken(`${what} is not an array`);
  return resolved.items;
}

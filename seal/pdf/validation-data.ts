// The document security store (DSS, ISO 32000-2 and EN 319 142-1): certificates, revocation lists and OCSP responses kept in
// the document, with VRI entries that say which of them belong to which signature. Reading is strict: what holds anything
// else is no DSS, because whatever a DSS may hold may be added behind a signature.
// Not here: writing (validation-data-update.ts), and what the evidence says (seal/flow).
import { isTrustError } from '../../common/errors.ts';
import { maxDecodedBytes } from './budget.ts';
import type { PdfDocument } from './document.ts';
import { decodeStream } from './stream.ts';
import { broken, isArray, isDict, isRef, isString, type PdfDict, type PdfRef, type PdfValue } from './value.ts';

export const EVIDENCE_KINDS = ['certificates', 'crls', 'ocspResponses'] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** DER of each, without repetition. */
export type ValidationData = Readonly<Record<EvidenceKind, readonly Uint8Array[]>>;

export type ReadValidationData = {
  readonly data: ValidationData;
  /** Where each DER stands, so that it is not written twice. */
  readonly places: ReadonlyMap<string, PdfRef>;
  /** Numbers of the objects that a DSS is made of: dictionaries and arrays, and the streams. */
  readonly structure: ReadonlySet<number>;
  readonly streams: ReadonlySet<number>;
  /** What makes it something else than a DSS, in a sentence. */
  readonly fault: string | null;
};

/** Keys of the DSS and of a VRI entry that list evidence. */
const LISTS: Readonly<Record<string, EvidenceKind>> = { Certs: 'certificates', CRLs: 'crls', OCSPs: 'ocspResponses' };
const OF_SIGNATURE: Readonly<Record<string, EvidenceKind>> = {
  Cert: 'certificates',
  CRL: 'crls',
  OCSP: 'ocspResponses',
};
const STREAM_KEYS: readonly string[] = ['Length', 'Filter', 'DecodeParms'];
/** Tags of the outer SEQUENCE's first two elements; of a certificate and a list to be signed both are SEQUENCEs. */
const SHAPES: Readonly<Record<EvidenceKind, readonly (readonly [number, number])[]>> = {
  certificates: [[0x30, 0x30]],
  crls: [[0x30, 0x30]],
  ocspResponses: [[0x0a, 0xa0]],
};
const MAX_STREAMS = 2_000;
const MAX_BYTES = 64 * 1024 * 1024;

const known = new WeakMap<PdfDocument, ReadValidationData | null>();

/** The DSS of the document's newest revision, or null. Never throws for what it holds. */
export function readValidationData(document: PdfDocument): ReadValidationData | null {
  const earlier = known.get(document);
  if (earlier !== undefined) return earlier;
  const entry = document.catalogue.map.get('DSS');
  const found = document.resolve(entry) === null ? null : new DssReader(document).read(entry);
  known.set(document, found);
  return found;
}

/** Equal bytes have one key. */
export const placeKey = (kind: EvidenceKind, der: Uint8Array): string =>
  `${kind} ${Buffer.from(der.buffer, der.byteOffset, der.length).toString('latin1')}`;

class DssReader {
  readonly #document: PdfDocument;
  readonly #data: Record<EvidenceKind, Uint8Array[]> = { certificates: [], crls: [], ocspResponses: [] };
  readonly #places = new Map<string, PdfRef>();
  readonly #structure = new Set<number>();
  readonly #streams = new Set<number>();
  #bytes = 0;

  constructor(document: PdfDocument) {
    this.#document = document;
  }

  read(entry: PdfValue | undefined): ReadValidationData {
    const fault = this.#judge(() => this.#readStore(this.#dict(entry, 'the DSS')));
    return {
      data: this.#data,
      places: this.#places,
      structure: this.#structure,
      streams: this.#streams,
      fault,
    };
  }

  #judge(read: () => void): string | null {
    try {
      read();
      return null;
    } catch (error) {
      if (isTrustError(error)) return error.message;
      throw error;
    }
  }

  #readStore(store: PdfDict): void {
    for (const [key, value] of store.map) {
      if (key === 'Type') continue;
      if (key === 'VRI') this.#readVri(this.#dict(value, 'the VRI of the DSS'));
      else this.#readList(key, value, LISTS);
    }
  }

  #readVri(entries: PdfDict): void {
    for (const [key, value] of entries.map) {
      if (key === 'Type') continue;
      if (!/^[0-9A-Fa-f]{40}$/.test(key)) throw broken(`the VRI of the DSS has an entry ${key.slice(0, 80)}`);
      for (const [name, item] of this.#dict(value, 'a VRI entry').map) {
        // TU says when the evidence was gathered, TS is a token over it: neither is asked here.
        if (name === 'Type' || (name === 'TU' && isString(this.#document.resolve(item)))) continue;
        if (name === 'TS') this.#readStream(item, null);
        else this.#readList(name, item, OF_SIGNATURE);
      }
    }
  }

  #readList(key: string, value: PdfValue, lists: Readonly<Record<string, EvidenceKind>>): void {
    const kind = Object.hasOwn(lists, key) ? lists[key]! : null;
    if (!kind) throw broken(`the DSS has an entry ${key.slice(0, 80)}`);
    const items = this.#follow(value);
    if (!isArray(items)) throw broken(`/${key} of the DSS is not an array`);
    for (const item of items.items) this.#readStream(item, kind);
  }

  /** A stream of which nothing is read has no kind. */
  #readStream(item: PdfValue, kind: EvidenceKind | null): void {
    if (!isRef(item)) throw broken('the DSS lists something that is not an object of its own');
    if (this.#streams.has(item.num)) return;
    const object = this.#document.object(item);
    if (!object || object.stream === null || !isDict(object.value)) throw broken(`the DSS lists object ${item.num}`);
    const unknown = [...object.value.map.keys()].find((key) => !STREAM_KEYS.includes(key));
    if (unknown !== undefined) throw broken(`stream ${item.num} of the DSS has an entry ${unknown.slice(0, 80)}`);
    this.#streams.add(item.num);
    if (this.#streams.size > MAX_STREAMS) throw broken(`the DSS has more than ${MAX_STREAMS} streams`);
    const der = decodeStream(object.value, this.#document.streamBody(object), {
      where: item.num,
      most: maxDecodedBytes(this.#document.source.size),
    });
    this.#bytes += der.length;
    if (this.#bytes > MAX_BYTES) throw broken('the DSS is too large');
    if (!hasShape(der, kind ? SHAPES[kind] : [[0x06, 0xa0]]))
      throw broken(`object ${item.num} in the DSS is none of its ${kind ?? 'time stamps'}`);
    if (!kind || this.#places.has(placeKey(kind, der))) return;
    this.#places.set(placeKey(kind, der), item);
    this.#data[kind].push(der);
  }

  #dict(value: PdfValue | undefined, what: string): PdfDict {
    const found = this.#follow(value);
    if (!isDict(found)) throw broken(`${what} is not a dictionary`);
    return found;
  }

  /** Follows references to a value that is no stream, and remembers the objects. */
  #follow(value: PdfValue | undefined): PdfValue {
    let current = value ?? null;
    for (let hops = 0; isRef(current); hops++) {
      if (hops > 8) throw broken('references of the DSS lead in a circle');
      const object: ReturnType<PdfDocument['object']> = this.#document.object(current);
      if (object?.stream !== null) throw broken(`object ${current.num} of the DSS is missing or a stream`);
      this.#structure.add(current.num);
      current = object.value;
    }
    return current;
  }
}

/** One SEQUENCE that fills the bytes, whose first two elements have these tags. */
function hasShape(der: Uint8Array, shapes: Shapes): boolean {
  const outer = elementAt(der, 0);
  if (outer?.tag !== 0x30 || outer.end !== der.length) return false;
  const first = elementAt(der, outer.content);
  const second = first && elementAt(der, first.end);
  return shapes.some(([a, b]) => first?.tag === a && second?.tag === b && second.end <= der.length);
}

type Shapes = readonly (readonly [number, number])[];

/** Identifier octet and extent of the element at that position, by its definite length. */
function elementAt(der: Uint8Array, at: number): { tag: number; content: number; end: number } | null {
  const [tag, first] = [der[at], der[at + 1]];
  if (tag === undefined || first === undefined) return null;
  if (first < 0x80) return { tag, content: at + 2, end: at + 2 + first };
  const count = first & 0x7f;
  if (count === 0 || count > 4 || at + 2 + count > der.length) return null;
  let length = 0;
  for (let i = 0; i < count; i++) length = length * 256 + der[at + 2 + i]!;
  return { tag, content: at + 2 + count, end: at + 2 + count + length };
}

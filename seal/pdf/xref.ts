// Cross-reference sections (ISO 32000): classic tables and streams, looked up entry by entry and never loaded whole.
// In hybrid files (/XRefStm) the stream says where the objects are that the table beside it hides as free. The table wins;
// files in which both name an object at different places are refused, because readers differ there.
import { TrustError } from '../../common/errors.ts';
import { maxDecodedBytes } from './budget.ts';
import type { ByteSource } from './byte-source.ts';
import { readAt } from './lexer.ts';
import { decodeStream } from './stream.ts';
import { asCount, broken, isArray, isDict, isName, type PdfDict } from './value.ts';

export type XrefEntry =
  | { readonly type: 'free' }
  | { readonly type: 'offset'; readonly offset: number; readonly gen: number }
  | { readonly type: 'compressed'; readonly stream: number; readonly index: number };

export type XrefSection = {
  readonly kind: 'table' | 'stream';
  /** Value as written after startxref or in /Prev. */
  readonly position: number;
  readonly trailer: PdfDict;
  /** First byte behind the trailer of a table; null for a stream, which is an object. */
  readonly tableEnd: number | null;
  /** Bytes held in memory for it. */
  readonly held: number;
  /** Null when the section says nothing about the object. */
  find(num: number): XrefEntry | null;
  /** Every object number of the section; may be large. */
  numbers(): Generator<number>;
  /** One more than the highest of them. */
  readonly end: number;
};

type Run = { readonly first: number; readonly count: number; readonly start: number };

const MAX_SECTIONS = 2_000;
const MAX_RUNS = 50_000;
const SLACK_BYTES = 64 * 1024;
/** Decoded cross-reference streams are held as long as the document is open. */
const MAX_HELD_BYTES = 32 * 1024 * 1024;

/**
 * Newest section first, along /Prev. `base` is added to every offset (bytes in front of the %PDF header). `known`: the
 * sections of the same bytes without what was appended; they are taken over where the chain reaches them.
 */
export function readSections(
  source: ByteSource,
  startxref: number,
  base: number,
  known: readonly XrefSection[] = [],
): XrefSection[] {
  const sections: XrefSection[] = [];
  const seen = new Set<number>();
  let held = 0;
  for (let position: number | null = startxref; position !== null; ) {
    if (seen.has(position)) throw broken('the chain of cross-reference sections runs in a circle', position + base);
    if (seen.size >= MAX_SECTIONS) throw broken(`more than ${MAX_SECTIONS} cross-reference sections`);
    seen.add(position);
    if (position === known[0]?.position) return [...sections, ...known];
    const section = withHidden(source, readSection(source, position, base), base);
    held += section.held;
    if (held > MAX_HELD_BYTES) throw broken('the cross-reference streams are too large');
    sections.push(section);
    position = previous(section);
  }
  return sections;
}

/** A table together with its /XRefStm; the stream's own /Prev does not count. */
function withHidden(source: ByteSource, table: XrefSection, base: number): XrefSection {
  const value = table.trailer.map.get('XRefStm');
  if (table.kind !== 'table' || value === undefined) return table;
  const position = asCount(value);
  if (position === null) throw broken('/XRefStm is not an offset', table.position + base);
  const hidden = readSection(source, position, base);
  if (hidden.kind !== 'stream') throw broken('/XRefStm leads to no cross-reference stream', position + base);
  checkAgreement(table, hidden);
  const find = (num: number): XrefEntry | null => {
    const listed = table.find(num);
    return listed?.type === 'offset' ? listed : (hidden.find(num) ?? listed);
  };
  const numbers = function* (): Generator<number> {
    yield* table.numbers();
    yield* hidden.numbers();
  };
  return { ...table, held: table.held + hidden.held, find, numbers, end: Math.max(table.end, hidden.end) };
}

const MAX_HIDDEN = 1_000_000;

function checkAgreement(table: XrefSection, hidden: XrefSection): void {
  let left = MAX_HIDDEN;
  for (const num of hidden.numbers()) {
    if (left-- === 0) throw broken(`/XRefStm lists more than ${MAX_HIDDEN} objects`);
    const [shown, other] = [table.find(num), hidden.find(num)];
    if (shown?.type !== 'offset' || !other || other.type === 'free') continue;
    if (other.type === 'offset' && other.offset === shown.offset && other.gen === shown.gen) continue;
    throw new TrustError('pdf-hybrid', `Table and stream of the hybrid file name different places for object ${num}`);
  }
}

function previous(section: XrefSection): number | null {
  const value = section.trailer.map.get('Prev');
  if (value === undefined) return null;
  const position = asCount(value);
  if (position === null) throw broken('/Prev is not an offset', section.position);
  return position;
}

/** One section at `position + base`. */
export function readSection(source: ByteSource, position: number, base: number): XrefSection {
  const isTable = readAt(source, position + base, (lexer) => lexer.takeKeyword('xref'));
  return isTable ? readTable(source, position, base) : readStream(source, position, base);
}

function readTable(source: ByteSource, position: number, base: number): XrefSection {
  const runs: (Run & { entryLength: number })[] = [];
  let at = offsetAfter(source, position + base, 'xref');
  let parts = 0;
  for (;;) {
    const head = readAt(source, at, (lexer) => {
      if (lexer.takeKeyword('trailer')) return null;
      const first = lexer.takeInteger();
      const count = first === null ? null : lexer.takeInteger();
      if (first === null || count === null) throw broken('a cross-reference table is damaged', lexer.offset);
      lexer.skipWhite();
      return { first, count, start: lexer.offset };
    });
    if (head === null) break;
    const entryLength = head.count === 0 ? 20 : measureEntry(source, head.start);
    if (head.start + head.count * entryLength > source.size)
      throw broken('a cross-reference table leaves the file', at);
    if (++parts > MAX_RUNS) throw broken('a cross-reference table has too many parts', at);
    if (head.count > 0) runs.push({ ...head, entryLength });
    at = head.start + head.count * entryLength;
  }
  const { trailer, tableEnd } = readAt(source, offsetAfter(source, at, 'trailer'), (lexer) => ({
    trailer: lexer.readValue(),
    tableEnd: lexer.offset,
  }));
  if (!isDict(trailer)) throw broken('the trailer is not a dictionary', at);
  const findRun = makeFindRun(runs, at);
  const find = (num: number): XrefEntry | null => {
    const run = findRun(num);
    return run ? readEntry(source, run.start + (num - run.first) * run.entryLength, base) : null;
  };
  const numbers = (): Generator<number> => numbersOf(runs);
  return { kind: 'table', position, trailer, tableEnd, held: 0, find, numbers, end: endOf(runs) };
}

function offsetAfter(source: ByteSource, at: number, keyword: string): number {
  return readAt(source, at, (lexer) => {
    if (!lexer.takeKeyword(keyword)) throw broken(`expected "${keyword}"`, at);
    return lexer.offset;
  });
}

/** 20 bytes by the standard; 19 where a writer ended lines with one byte. An empty line may follow the last one. */
function measureEntry(source: ByteSource, at: number): number {
  const bytes = source.read(at, Math.min(20, source.size - at));
  let length = 18;
  while (length < bytes.length && [10, 13, 32].includes(bytes[length]!)) length++;
  if (length < 19) throw broken('a cross-reference entry is not 20 bytes long', at);
  return length;
}

function readEntry(source: ByteSource, at: number, base: number): XrefEntry {
  // `nnnnnnnnnn ggggg n`, or f for a free one
  const bytes = source.read(at, 18);
  const [offset, gen, kind] = [readDigits(bytes, 0, 10), readDigits(bytes, 11, 5), bytes[17]];
  const isEntry = offset >= 0 && gen >= 0 && bytes[10] === 0x20 && bytes[16] === 0x20;
  if (!isEntry || (kind !== 0x6e && kind !== 0x66)) throw broken('a cross-reference entry is damaged', at);
  return kind === 0x66 ? { type: 'free' } : { type: 'offset', offset: offset + base, gen };
}

/** So many decimal digits as a number; −1 where another byte is among them. */
function readDigits(bytes: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) {
    const digit = bytes[i]! - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function readStream(source: ByteSource, position: number, base: number): XrefSection {
  const at = position + base;
  const object = readAt(source, at, (lexer) => lexer.readObject());
  const header = object.value;
  if (!isDict(header) || object.stream === null || !isName(header.map.get('Type'), 'XRef')) {
    throw broken('there is no cross-reference section where one is announced', at);
  }
  const length = asCount(header.map.get('Length'));
  if (length === null || object.stream + length > source.size)
    throw broken('a cross-reference stream has no length', at);
  const widths = counts(header.map.get('W'), at);
  // Eight bytes are what some writers always take; an offset that no file can have leads outside of this one.
  if (widths.length !== 3 || widths.some((width) => width > 8))
    throw broken('a cross-reference stream has wrong widths', at);
  const rowLength = widths[0]! + widths[1]! + widths[2]!;
  const { runs, size } = streamRuns(header, rowLength, at);
  // Every row may have a filter byte in front of it, and some writers add a few rows that nobody reads.
  const most = Math.min(maxDecodedBytes(source.size), 2 * size + SLACK_BYTES);
  const bytes = decodeStream(header, source.read(object.stream, length), { where: at, most });
  if (rowLength === 0 || size > bytes.length) throw broken('a cross-reference stream is shorter than it says', at);
  const findRun = makeFindRun(runs, at);
  const find = (num: number): XrefEntry | null => {
    const run = findRun(num);
    return run ? entryOf(bytes, run, num, widths, base) : null;
  };
  const [numbers, end] = [(): Generator<number> => numbersOf(runs), endOf(runs)];
  return { kind: 'stream', position, trailer: header, tableEnd: null, held: bytes.length, find, numbers, end };
}

function streamRuns(header: PdfDict, rowLength: number, at: number): { readonly runs: Run[]; readonly size: number } {
  const index = header.map.has('Index')
    ? counts(header.map.get('Index'), at)
    : [0, asCount(header.map.get('Size')) ?? 0];
  const runs: Run[] = [];
  let size = 0;
  for (let i = 0; i + 1 < index.length; i += 2) {
    if (index[i + 1]! > 0) runs.push({ first: index[i]!, count: index[i + 1]!, start: size });
    if (runs.length > MAX_RUNS) throw broken('a cross-reference stream has too many parts', at);
    size += index[i + 1]! * rowLength;
  }
  return { runs, size };
}

/** By bisection; a section that names an object twice is refused, since two readers may take different entries. */
function makeFindRun<R extends Run>(runs: readonly R[], at: number): (num: number) => R | undefined {
  const sorted = runs.toSorted((a, b) => a.first - b.first);
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i]!.first < sorted[i - 1]!.first + sorted[i - 1]!.count)
      throw broken(`a cross-reference section has object ${sorted[i]!.first} twice`, at);
  }
  return (num) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]!.first <= num) low = middle + 1;
      else high = middle;
    }
    const run = sorted[low - 1];
    return run && num < run.first + run.count ? run : undefined;
  };
}

function entryOf(bytes: Uint8Array, run: Run, num: number, widths: readonly number[], base: number): XrefEntry {
  const [w0, w1, w2] = widths as [number, number, number];
  const at = run.start + (num - run.first) * (w0 + w1 + w2);
  const type = w0 === 0 ? 1 : readNumber(bytes, at, w0);
  const second = readNumber(bytes, at + w0, w1);
  const third = readNumber(bytes, at + w0 + w1, w2);
  if (type === 1) return { type: 'offset', offset: second + base, gen: third };
  if (type === 2) return { type: 'compressed', stream: second, index: third };
  return { type: 'free' };
}

function readNumber(bytes: Uint8Array, at: number, width: number): number {
  let value = 0;
  for (let i = 0; i < width; i++) value = value * 256 + bytes[at + i]!;
  return value;
}

function counts(value: Parameters<typeof isArray>[0], at: number): number[] {
  const numbers = isArray(value) ? value.items.map((item) => asCount(item)) : [null];
  if (numbers.includes(null)) throw broken('a cross-reference stream has a damaged header', at);
  return numbers as number[];
}

const endOf = (runs: readonly Run[]): number => runs.reduce((end, { first, count }) => Math.max(end, first + count), 0);

function* numbersOf(runs: readonly Run[]): Generator<number> {
  for (const run of runs) for (let i = 0; i < run.count; i++) yield run.first + i;
}

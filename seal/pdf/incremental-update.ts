// An incremental update (ISO 32000): objects appended behind the untouched input, then a cross-reference section of the
// same kind as the input's last one. /Root, /Info, /ID and /Encrypt are carried over as they are,
// and what is written into an encrypted document is encrypted as the rest of it.
// Not here: what the objects are (sealing-update.ts).
import { TrustError } from '../../common/errors.ts';
import { type ObjectBody, serializeBody } from './appearance.ts';
import type { PdfDocument } from './document.ts';
import { serialize } from './serialize.ts';
import { array, dict, name, number, type PdfRef, type PdfValue, ref, withEntries } from './value.ts';

const MAX_TABLE_OFFSET = 9_999_999_999;
const CARRIED = ['Root', 'Info', 'ID', 'Encrypt'] as const;

/** Bytes, text of bytes (Latin-1), or so many ASCII zeros. */
export type Chunk = Uint8Array | string | number;

type Entry = { readonly num: number; readonly gen: number; readonly offset: number };

export class IncrementalUpdate {
  readonly #document: PdfDocument;
  readonly #chunks: Chunk[] = [];
  /** Text that goes behind the chunks, collected so that it is written at once. */
  #text = '';
  readonly #entries: Entry[] = [];
  #length = 0;
  #next: number;

  constructor(document: PdfDocument) {
    this.#document = document;
    this.#next = document.nextNumber();
    const { source } = document;
    const last = source.size > 0 ? source.read(source.size - 1, 1)[0] : 10;
    if (last !== 10 && last !== 13) this.#push('\n');
  }

  /** The document as it is before the update. */
  get document(): PdfDocument {
    return this.#document;
  }

  /** Bytes appended so far. */
  get length(): number {
    return this.#length;
  }

  /** A reference for a new object that is written later. */
  reserve(): PdfRef {
    return ref(this.#next++);
  }

  /** Writes an object; for an existing one this replaces it. Returns the position of its body in the appended bytes. */
  write(reference: PdfRef, body: PdfValue | readonly Chunk[]): number {
    this.#entries.push({ num: reference.num, gen: reference.gen, offset: this.#document.source.size + this.#length });
    this.#push(`${reference.num} ${reference.gen} obj\n`);
    const at = this.#length;
    const parts = Array.isArray(body) ? body : [serialize(this.closed(body as PdfValue, reference))];
    for (const part of parts) this.#push(part);
    this.#push('\nendobj\n');
    return at;
  }

  /** Writes an object with a stream. */
  writeStream(reference: PdfRef, { header, stream }: ObjectBody): void {
    const { encryption } = this.#document;
    if (!encryption) {
      const whole = header.map.has('Length') ? header : withEntries(header, { Length: number(stream.length) });
      this.write(reference, serializeBody({ header, stream }, whole));
      return;
    }
    const bytes = encryption.closeStream(header, stream, reference);
    const closed = withEntries(header, { Length: number(bytes.length) });
    this.write(reference, serializeBody({ header, stream: bytes }, closed));
  }

  /** The value as it has to stand in that object; parts given to `write` are written as they are. */
  closed(value: PdfValue, reference: PdfRef): PdfValue {
    return this.#document.encryption?.closeValue(value, reference) ?? value;
  }

  /** Writes the cross-reference section and returns everything appended, as one array that the caller owns. */
  finish(): Uint8Array<ArrayBuffer> {
    const kind = this.#document.sections[0]!.kind;
    const self = kind === 'stream' ? this.reserve() : null;
    const startxref = this.#document.source.size + this.#length - this.#document.base;
    if (self) this.#writeStream(self);
    else this.#writeTable();
    this.#push(`startxref\n${startxref}\n%%EOF\n`);
    const whole = Buffer.allocUnsafeSlow(this.#length);
    let at = 0;
    for (const chunk of [...this.#chunks, this.#text]) {
      const size = sizeOf(chunk);
      if (typeof chunk === 'number') whole.fill(0x30, at, at + size);
      else if (typeof chunk === 'string') whole.write(chunk, at, 'latin1');
      else whole.set(chunk, at);
      at += size;
    }
    return new Uint8Array(whole.buffer);
  }

  #writeTable(): void {
    const lines = ['xref'];
    for (const run of this.#runs()) {
      lines.push(`${run[0]!.num} ${run.length}`);
      for (const { offset, gen } of run) {
        const position = offset - this.#document.base;
        if (position > MAX_TABLE_OFFSET) {
          throw new TrustError('pdf-too-large', 'A cross-reference table cannot address more than 10 digits of bytes');
        }
        lines.push(`${String(position).padStart(10, '0')} ${String(gen).padStart(5, '0')} n `);
      }
    }
    lines.push('trailer', serialize(dict(this.#trailer())), '');
    this.#push(lines.join('\n'));
  }

  #writeStream(self: PdfRef): void {
    const offset = this.#document.source.size + this.#length;
    this.#entries.push({ num: self.num, gen: 0, offset });
    const runs = this.#runs();
    const rows = Buffer.alloc(this.#entries.length * 8);
    let at = 0;
    for (const entry of runs.flat()) {
      rows[at] = 1;
      rows.writeUIntBE(entry.offset - this.#document.base, at + 1, 5);
      rows.writeUInt16BE(entry.gen, at + 6);
      at += 8;
    }
    const header = dict([
      ['Type', name('XRef')],
      ['W', array([1, 5, 2].map(number))],
      ['Index', array(runs.flatMap((run) => [number(run[0]!.num), number(run.length)]))],
      ['Length', number(rows.length)],
      ...this.#trailer(),
    ]);
    this.#push(`${self.num} 0 obj\n${serialize(header)}\nstream\n`);
    this.#push(rows);
    this.#push('\nendstream\nendobj\n');
  }

  #trailer(): [string, PdfValue][] {
    const old = this.#document.trailer.map;
    const carried = CARRIED.flatMap((key) => (old.has(key) ? [[key, old.get(key)!] as [string, PdfValue]] : []));
    return [['Size', number(this.#next)], ...carried, ['Prev', number(this.#document.startxref)]];
  }

  /** Entries in order of number, neighbours together. */
  #runs(): Entry[][] {
    const runs: Entry[][] = [];
    for (const entry of this.#entries.toSorted((a, b) => a.num - b.num)) {
      const run = runs.at(-1);
      if (run && run.at(-1)!.num + 1 === entry.num) run.push(entry);
      else runs.push([entry]);
    }
    return runs;
  }

  #push(chunk: Chunk): void {
    this.#length += sizeOf(chunk);
    if (typeof chunk === 'string') {
      this.#text += chunk;
      return;
    }
    if (this.#text !== '') this.#chunks.push(this.#text);
    this.#text = '';
    this.#chunks.push(chunk);
  }
}

const sizeOf = (chunk: Chunk): number => (typeof chunk === 'number' ? chunk : chunk.length);

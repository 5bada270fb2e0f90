// Writes a whole PDF 1.7 file (ISO 32000-1) with a classic cross-reference table: numbered objects in, bytes out.
// Same objects, same bytes: nothing here asks for the time or for chance. A stream is stored as it is, or deflated at level 1,
// and then its bytes depend on zlib. What many files have in common is written once, frozen, and gone on with.
// Not here: reading, updating or sealing files (seal/pdf).
import { deflateSync } from 'node:zlib';
import { concatBytes, toHex } from '../bytes.ts';

export type PdfRef = { readonly number: number };

/** The beginning of a file, with its objects. */
export type FrozenPdf = { readonly bytes: Uint8Array; readonly offsets: readonly number[] };

const HEADER = new Uint8Array(Buffer.from('%PDF-1.7\n%\xe5\xe6\xe7\xe8\n', 'latin1'));

export class PdfFile {
  readonly #parts: Uint8Array[];
  /** Where each object begins; -1 while it is only reserved. */
  readonly #offsets: number[];
  #size: number;

  constructor(beginning: FrozenPdf = { bytes: HEADER, offsets: [] }) {
    this.#parts = [beginning.bytes];
    this.#offsets = [...beginning.offsets];
    this.#size = beginning.bytes.length;
  }

  /** Reserves a number, for objects that point at each other. */
  reserve(): PdfRef {
    this.#offsets.push(-1);
    return { number: this.#offsets.length };
  }

  /** Adds an object written as PDF syntax, under a reserved number or a new one. */
  add(syntax: string, ref: PdfRef = this.reserve()): PdfRef {
    this.#write(ref, latin1(`${ref.number} 0 obj\n${syntax}\nendobj\n`));
    return ref;
  }

  /** Adds a stream. `plain` stores the content as it is; `entries` may then name a filter that it went through before. */
  addStream(entries: string, content: Uint8Array, { plain = false }: { plain?: boolean } = {}): PdfRef {
    const body = plain ? content : new Uint8Array(deflateSync(content, { level: 1 }));
    const ref = this.reserve();
    const filter = plain ? '' : '/Filter /FlateDecode ';
    const head = `${ref.number} 0 obj\n<< ${entries} ${filter}/Length ${body.length} >>\nstream\n`;
    this.#write(ref, latin1(head), body, latin1('\nendstream\nendobj\n'));
    return ref;
  }

  /** What was written so far, as the beginning of other files. */
  freeze(): FrozenPdf {
    return { bytes: concatBytes(...this.#parts), offsets: [...this.#offsets] };
  }

  /** The file. `id` are 16 bytes; both parts of /ID are the same in a first revision. */
  encode({ root, info, id }: { root: PdfRef; info: PdfRef; id: Uint8Array }): Uint8Array {
    const rows = this.#offsets.map((offset, index) => {
      if (offset < 0) throw new Error(`PDF object ${index + 1} was reserved and never written`);
      return `${String(offset).padStart(10, '0')} 00000 n \n`;
    });
    const size = rows.length + 1;
    const hex = toHex(id).toUpperCase();
    const trailer = `<< /Size ${size} /Root ${refer(root)} /Info ${refer(info)} /ID [<${hex}> <${hex}>] >>`;
    const table = `xref\n0 ${size}\n0000000000 65535 f \n${rows.join('')}trailer\n${trailer}\n`;
    return concatBytes(...this.#parts, latin1(`${table}startxref\n${this.#size}\n%%EOF\n`));
  }

  #write(ref: PdfRef, ...parts: readonly Uint8Array[]): void {
    this.#offsets[ref.number - 1] = this.#size;
    for (const part of parts) {
      this.#parts.push(part);
      this.#size += part.length;
    }
  }
}

/** `12 0 R` */
export function refer(ref: PdfRef): string {
  return `${ref.number} 0 R`;
}

/** A text string object as UTF-16BE with byte order mark, in hexadecimal. */
export function pdfText(text: string): string {
  const units = Buffer.from(text, 'utf16le').swap16().toString('hex');
  return `<FEFF${units.toUpperCase()}>`;
}

/** D:YYYYMMDDHHMMSSZ */
export function pdfDate(at: Date): string {
  return `(D:${at.toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z)`;
}

/** A number with at most three decimals, never in exponent form. */
export function pdfNumber(value: number): string {
  return String(Math.round(value * 1000) / 1000 || 0);
}

function latin1(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

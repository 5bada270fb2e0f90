// Writes a whole PDF 1.7 file (ISO 32000-1) with a classic cross-reference table: numbered objects in, bytes out.
// Same objects, same bytes: nothing here asks for the time or for chance. Streams are deflated at level 1, so the bytes
// also depend on the zlib of the pinned Node. Not here: reading, updating or sealing files (seal/pdf).
import { deflateSync } from 'node:zlib';
import { concatBytes, toHex, utf8 } from '../bytes.ts';

export type PdfRef = { readonly number: number };

export class PdfFile {
  readonly #objects: (Uint8Array | null)[] = [];

  /** Reserves a number, for objects that point at each other. */
  reserve(): PdfRef {
    this.#objects.push(null);
    return { number: this.#objects.length };
  }

  /** Adds an object written as PDF syntax, under a reserved number or a new one. */
  add(syntax: string, ref: PdfRef = this.reserve()): PdfRef {
    this.#objects[ref.number - 1] = latin1(syntax);
    return ref;
  }

  /** Adds a stream. `plain` keeps it readable in the file, as metadata should be. */
  addStream(entries: string, content: Uint8Array, { plain = false }: { plain?: boolean } = {}): PdfRef {
    const body = plain ? content : new Uint8Array(deflateSync(content, { level: 1 }));
    const head = `<< ${entries} ${plain ? '' : '/Filter /FlateDecode '}/Length ${body.length} >>\nstream\n`;
    const ref = this.reserve();
    this.#objects[ref.number - 1] = concatBytes(latin1(head), body, latin1('\nendstream'));
    return ref;
  }

  /** The file. `id` are 16 bytes; both parts of /ID are the same in a first revision. */
  encode({ root, info, id }: { root: PdfRef; info: PdfRef; id: Uint8Array }): Uint8Array {
    const parts: Uint8Array[] = [Uint8Array.from([...latin1('%PDF-1.7\n%'), 0xe5, 0xe6, 0xe7, 0xe8, 0x0a])];
    let offset = parts[0]!.length;
    const table = ['0000000000 65535 f \n'];
    for (const [index, object] of this.#objects.entries()) {
      if (object === null) throw new Error(`PDF object ${index + 1} was reserved and never written`);
      table.push(`${String(offset).padStart(10, '0')} 00000 n \n`);
      const whole = concatBytes(latin1(`${index + 1} 0 obj\n`), object, latin1('\nendobj\n'));
      parts.push(whole);
      offset += whole.length;
    }
    const hex = toHex(id).toUpperCase();
    const trailer = `<< /Size ${table.length} /Root ${refer(root)} /Info ${refer(info)} /ID [<${hex}> <${hex}>] >>`;
    parts.push(latin1(`xref\n0 ${table.length}\n${table.join('')}trailer\n${trailer}\nstartxref\n${offset}\n%%EOF\n`));
    return concatBytes(...parts);
  }
}

/** `12 0 R` */
export function refer(ref: PdfRef): string {
  return `${ref.number} 0 R`;
}

/** A text string object as UTF-16BE with byte order mark, in hexadecimal. */
export function pdfText(text: string): string {
  const units = Array.from({ length: text.length }, (_, index) =>
    text.charCodeAt(index).toString(16).padStart(4, '0'),
  ).join('');
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
  return /^[\x00-\x7f]*$/.test(text) ? utf8(text) : new Uint8Array(Buffer.from(text, 'latin1'));
}

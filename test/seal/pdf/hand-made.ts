// PDF files written by hand, for what no library makes: odd cross-references, hybrids, loops, header offsets.
import { ascii } from '../world.ts';

export type HandMade = {
  /** Bodies of objects 1, 2, …; 1 is the catalogue. */
  readonly objects: readonly string[];
  /** In front of %PDF. */
  readonly before?: string;
  /** Further entries of the trailer. */
  readonly trailer?: string;
  /** Offsets are counted from byte 0 instead of from the header. */
  readonly absolute?: boolean;
};

const PLAIN = [
  '<< /Type /Catalog /Pages 2 0 R >>',
  '<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>',
  '<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>',
  '<< /Length 10 >>\nstream\n0 0 m 9 9 l\nendstream'.replace('10', '11'),
];

/** The four objects of a document with one page; `changes` replaces some, by number. */
export function plainObjects(changes: Readonly<Record<number, string>> = {}): readonly string[] {
  const count = Math.max(PLAIN.length, ...Object.keys(changes).map(Number));
  return Array.from({ length: count }, (_, i) => changes[i + 1] ?? PLAIN[i] ?? 'null');
}

export function handMade({ objects, before = '', trailer = '', absolute = false }: HandMade): Uint8Array {
  let text = `${before}%PDF-1.7\n%\xe2\xe3\xcf\xd3\n`;
  const base = absolute ? 0 : before.length;
  const offsets = objects.map((body, i) => {
    const at = text.length - base;
    text += `${i + 1} 0 obj\n${body}\nendobj\n`;
    return at;
  });
  const startxref = text.length - base;
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`);
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows.join('')}`;
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${trailer} >>\nstartxref\n${startxref}\n%%EOF\n`;
  return ascii(text);
}

/** An incremental update by hand: these objects replaced or added, with a classic table. */
export function appendUpdate(pdf: Uint8Array, objects: Readonly<Record<number, string>>, trailer: string): Uint8Array {
  let text = '';
  const rows = Object.entries(objects).map(([num, body]) => {
    const at = pdf.length + text.length;
    text += `${num} 0 obj\n${body}\nendobj\n`;
    return `${num} 1\n${String(at).padStart(10, '0')} 00000 n \n`;
  });
  const startxref = pdf.length + text.length;
  text += `xref\n${rows.join('')}trailer\n<< ${trailer} >>\nstartxref\n${startxref}\n%%EOF\n`;
  return new Uint8Array(Buffer.concat([pdf, ascii(text)]));
}

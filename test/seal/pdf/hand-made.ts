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

export type Hybrid = {
  /** The stream beside the only table, or in an empty section behind it, as office programs write it. */
  readonly shape: 'beside' | 'behind';
  /** The stream names another place for object 3 than the table. */
  readonly contradiction?: boolean;
};

/** A hybrid file: the form (5) and its field (6) lie in an object stream (7) that only the stream (8) knows. */
export function hybrid({ shape, contradiction = false }: Hybrid): Uint8Array {
  const bodies = ['<< /Fields [6 0 R] >>', '<< /FT /Tx /T (hidden) >>'];
  const index = `5 0 6 ${bodies[0]!.length + 1} `;
  const objects = plainObjects({ 1: '<< /Type /Catalog /Pages 2 0 R /AcroForm 5 0 R >>' });
  const content = `${index}${bodies.join(' ')}`;
  const container = `<< /Type /ObjStm /N 2 /First ${index.length} /Length ${content.length} >>\nstream\n${content}\nendstream`;
  let text = '%PDF-1.5\n%\xe2\xe3\xcf\xd3\n';
  const at: Record<number, number> = {};
  const write = (num: number, body: string) => {
    at[num] = text.length;
    text += `${num} 0 obj\n${body}\nendobj\n`;
  };
  for (const [i, body] of objects.entries()) write(i + 1, body);
  write(7, container);
  const offset = (num: number) => String(at[num] ?? 0).padStart(10, '0');
  const rows = [5, 6].map((num) => Buffer.from([2, 0, 0, 7, num - 5]));
  const [three, seven] = [3, 7].map((num) => {
    const row = Buffer.alloc(5, 0);
    row[0] = 1;
    row.writeUInt16BE(at[contradiction && num === 3 ? 4 : num]!, 2);
    return row;
  });
  const bytes = Buffer.concat([three!, ...rows, seven!]).toString('latin1');
  write(8, `<< /Type /XRef /Size 9 /Root 1 0 R /W [1 3 1] /Index [3 1 5 3] /Length 20 >>\nstream\n${bytes}\nendstream`);
  const first = text.length;
  const used = [1, 2, 3, 4].map((num) => `${offset(num)} 00000 n \n`).join('');
  text += `xref\n0 9\n0000000000 65535 f \n${used}${'0000000000 65535 f \n'.repeat(2)}${offset(7)} 00000 n \n${offset(8)} 00000 n \n`;
  const hidden = `/XRefStm ${at[8]}`;
  text += `trailer\n<< /Size 9 /Root 1 0 R ${shape === 'beside' ? hidden : ''} >>\nstartxref\n${first}\n%%EOF\n`;
  if (shape === 'behind') {
    const second = text.length;
    text += `xref\n0 0\ntrailer\n<< /Size 9 /Root 1 0 R /Prev ${first} ${hidden} >>\nstartxref\n${second}\n%%EOF\n`;
  }
  return ascii(text);
}

/** The objects with a cross-reference stream of these column widths, not compressed. */
export function withXrefStream(widths: readonly [number, number, number]): Uint8Array {
  let text = '%PDF-1.5\n%\xe2\xe3\xcf\xd3\n';
  const offsets = [0];
  for (const [i, body] of plainObjects().entries()) {
    offsets.push(text.length);
    text += `${i + 1} 0 obj\n${body}\nendobj\n`;
  }
  offsets.push(text.length);
  const column = (value: number, width: number) => Buffer.from(value.toString(16).padStart(width * 2, '0'), 'hex');
  const rows = offsets.flatMap((offset, i) => [
    column(i === 0 ? 0 : 1, widths[0]),
    column(offset, widths[1]),
    column(0, widths[2]),
  ]);
  const bytes = Buffer.concat(rows).toString('latin1');
  const header = `/Type /XRef /Size ${offsets.length} /Root 1 0 R /W [${widths.join(' ')}] /Length ${bytes.length}`;
  const at = offsets.at(-1);
  return ascii(`${text}5 0 obj\n<< ${header} >>\nstream\n${bytes}\nendstream\nendobj\nstartxref\n${at}\n%%EOF\n`);
}

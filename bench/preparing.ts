// Preparing a sealing, warm: the document is opened, the page found and the update laid out; nothing is hashed or signed.
// The cost must follow what is appended, not what is there: files with a classic table up to 1 GB (a hole in a temporary
// file), any page of a flat tree of 50,000, cross-reference streams of 100,000 entries.
// Floor: the same preparation of a file of 1 KB.
import { mkdtempSync, rmSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { openFileSource } from '../common/files/file-source.ts';
import { type ByteSource, memorySource } from '../seal/pdf/byte-source.ts';
import { openDocument } from '../seal/pdf/document.ts';
import { makeSealingUpdate } from '../seal/pdf/sealing-update.ts';
import { type Benchmark, measure } from './measure.ts';
import { makeSealKit, type SealKit } from './seal-kit.ts';

const PAGES = 50_000;
const ENTRIES = 100_000;

export const preparing: Benchmark = {
  name: 'preparing',
  run: async () => {
    const kit = await makeSealKit(new Date());
    const folder = mkdtempSync(join(tmpdir(), 'xinji-bench-'));
    const opened: { close(): void }[] = [];
    const source = async (name: string, holeBytes: number) => {
      const path = join(folder, name);
      await writeWithHole(path, holeBytes);
      const file = openFileSource(path);
      opened.push(file);
      return file;
    };
    const prepare = (from: ByteSource, page: number) => () => prepareOnce(from, page, kit);
    try {
      const small = memorySource(classic([...onePage(''), stream('')]));
      const flat = memorySource(classic(flatTree(PAGES)));
      const compressed = memorySource(compressedFile(ENTRIES));
      const variants = {
        floor: prepare(small, 1),
        'classic table, 100 MB': prepare(await source('100mb.pdf', 100_000_000), 1),
        'classic table, 1 GB': prepare(await source('1gb.pdf', 1_000_000_000), 1),
        [`page 1 of a flat tree of ${PAGES}`]: prepare(flat, 1),
        [`page ${PAGES / 2} of it`]: prepare(flat, PAGES / 2),
        [`page ${PAGES} of it`]: prepare(flat, PAGES),
        [`cross-reference stream of ${ENTRIES} entries`]: prepare(compressed, 1),
      };
      return [await measure('Preparing a sealing', 'one document opened and one update laid out', variants, OPTIONS)];
    } finally {
      for (const file of opened) file.close();
      rmSync(folder, { recursive: true });
    }
  },
};

const OPTIONS = { rounds: 15, times: 10, warmUp: 10 };

function prepareOnce(source: ByteSource, page: number, { party }: SealKit): void {
  makeSealingUpdate(openDocument(source), {
    page,
    placement: {},
    appearance: party.appearance,
    contentsBytes: party.contentsBytes.dual,
    time: new Date(0),
    signerName: 'bench',
  });
}

const stream = (body: string): string => `<< /Length ${body.length} >>\nstream\n${body}\nendstream`;

const onePage = (entries: string): readonly string[] => [
  '<< /Type /Catalog /Pages 2 0 R >>',
  '<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>',
  `<< /Type /Page /Parent 2 0 R /Contents 4 0 R ${entries} >>`,
];

function flatTree(count: number): readonly string[] {
  const kids = Array.from({ length: count }, (_, i) => `${i + 3} 0 R`).join(' ');
  const page = '<< /Type /Page /Parent 2 0 R >>';
  return [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${count} /MediaBox [0 0 595 842] /Kids [${kids}] >>`,
    ...Array.from({ length: count }, () => page),
  ];
}

type Laid = { readonly text: string; readonly offsets: readonly number[] };

function layObjects(objects: readonly string[]): Laid {
  const parts = ['%PDF-1.7\n'];
  let length = parts[0]!.length;
  const offsets = objects.map((body, i) => {
    const part = `${i + 1} 0 obj\n${body}\nendobj\n`;
    const at = length;
    parts.push(part);
    length += part.length;
    return at;
  });
  return { text: parts.join(''), offsets };
}

/** Table and trailer of objects at these offsets. */
function tableOf(offsets: readonly number[], startxref: number): string {
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const table = `xref\n0 ${offsets.length + 1}\n0000000000 65535 f \n${rows}`;
  return `${table}trailer\n<< /Size ${offsets.length + 1} /Root 1 0 R >>\nstartxref\n${startxref}\n%%EOF\n`;
}

function classic(objects: readonly string[]): Uint8Array {
  const { text, offsets } = layObjects(objects);
  return new Uint8Array(Buffer.from(text + tableOf(offsets, text.length), 'latin1'));
}

/** A page whose content is a hole of that size: takes no room on a disk that knows sparse files. */
async function writeWithHole(path: string, holeBytes: number): Promise<void> {
  const { text, offsets } = layObjects(onePage(''));
  const head = `${text}4 0 obj\n<< /Length ${holeBytes} >>\nstream\n`;
  const tail = '\nendstream\nendobj\n';
  const startxref = head.length + holeBytes + tail.length;
  await writeFile(path, head);
  const file = await open(path, 'r+');
  try {
    await file.write(tail + tableOf([...offsets, text.length], startxref), head.length + holeBytes);
  } finally {
    await file.close();
  }
}

/** Objects that nothing uses, listed by a cross-reference stream with the predictor that most writers take. */
function compressedFile(entries: number): Uint8Array {
  const { text, offsets } = layObjects([
    ...onePage(''),
    stream(''),
    ...Array.from({ length: entries - 6 }, () => 'null'),
  ]);
  const columns = 7;
  const rows = Buffer.alloc(entries * (columns + 1));
  const before = Buffer.alloc(columns);
  const row = Buffer.alloc(columns);
  for (let num = 0; num < entries; num++) {
    row[0] = num === 0 ? 0 : 1;
    row.writeUInt32BE(num === entries - 1 ? text.length : (offsets[num - 1] ?? 0), 1);
    const at = num * (columns + 1);
    rows[at] = 2; // PNG filter Up
    for (let i = 0; i < columns; i++) rows[at + 1 + i] = row[i]! - before[i]!;
    row.copy(before);
  }
  const body = deflateSync(rows);
  const head =
    `${entries - 1} 0 obj\n<< /Type /XRef /Size ${entries} /Root 1 0 R /W [1 4 2] /Filter /FlateDecode ` +
    `/DecodeParms << /Predictor 12 /Columns ${columns} >> /Length ${body.length} >>\nstream\n`;
  const tail = `\nendstream\nendobj\nstartxref\n${text.length}\n%%EOF\n`;
  return new Uint8Array(Buffer.concat([Buffer.from(text + head, 'latin1'), body, Buffer.from(tail, 'latin1')]));
}

// A PDF as qpdf reads it, so that the rules of PDF/A are judged over objects that a stranger parsed, not our own reader.
import { execFileSync } from 'node:child_process';

export type PdfValue = null | boolean | number | string | readonly PdfValue[] | PdfDict;
export type PdfDict = { readonly [key: string]: PdfValue };
export type PdfObject = { readonly ref: string; readonly value: PdfValue; readonly stream: Uint8Array | null };
export type PdfObjects = {
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly trailer: PdfDict;
  readonly catalog: PdfDict;
  readonly objects: readonly PdfObject[];
  /** Follows a reference; other values as they are. */
  resolve(value: PdfValue | undefined): PdfValue;
  dict(value: PdfValue | undefined): PdfDict;
  /** The stored bytes of a stream, its filters not undone. */
  stream(value: PdfValue | undefined): Uint8Array | null;
  /** All dictionaries, those inside others too. */
  readonly dicts: readonly { readonly where: string; readonly dict: PdfDict }[];
};

/** A rule in its words. */
export type PdfARule = {
  readonly rule: string;
  /** One line an offence. */
  readonly find: (pdf: PdfObjects) => readonly string[];
};

type Entry = { readonly value?: PdfValue; readonly stream?: { readonly data: string; readonly dict: PdfDict } };
type Json = { readonly qpdf: readonly [unknown, Readonly<Record<string, Entry>>] };

const OPTIONS = [
  '--json=2',
  '--json-key=qpdf',
  '--json-stream-data=inline',
  '--decode-level=none',
  '--warning-exit-0',
  '--no-warn',
];

/** Reads the file at `path`. Throws where qpdf finds it damaged. */
export function readPdfObjects(path: string, bytes: Uint8Array): PdfObjects {
  const json = execFileSync('qpdf', [...OPTIONS, path], { encoding: 'utf8', maxBuffer: 1 << 26 });
  const [, entries] = (JSON.parse(json) as Json).qpdf;
  const objects = Object.entries(entries)
    .filter(([name]) => name.startsWith('obj:'))
    .map(([name, { value, stream }]) => ({
      ref: name.slice('obj:'.length),
      value: stream ? stream.dict : (value ?? null),
      stream: stream ? Buffer.from(stream.data, 'base64') : null,
    }));
  const byRef = new Map(objects.map((object) => [object.ref, object]));
  const find = (value: PdfValue | undefined): PdfObject | undefined =>
    typeof value === 'string' ? byRef.get(value) : undefined;
  const resolve = (value: PdfValue | undefined): PdfValue => find(value)?.value ?? value ?? null;
  const dict = (value: PdfValue | undefined): PdfDict => asDict(resolve(value)) ?? {};
  const trailer = asDict(entries['trailer']?.value ?? null) ?? {};
  return {
    bytes,
    text: Buffer.from(bytes).toString('latin1'),
    trailer,
    catalog: dict(trailer['/Root']),
    objects,
    resolve,
    dict,
    stream: (value) => find(value)?.stream ?? null,
    dicts: [...objects.flatMap(({ ref, value }) => dictsIn(ref, value)), ...dictsIn('trailer', trailer)],
  };
}

export function asDict(value: PdfValue): PdfDict | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as PdfDict) : null;
}

export function asList(value: PdfValue | undefined): readonly PdfValue[] {
  return Array.isArray(value) ? value : [];
}

function dictsIn(where: string, value: PdfValue): { where: string; dict: PdfDict }[] {
  if (Array.isArray(value)) return value.flatMap((one) => dictsIn(where, one));
  const dict = asDict(value);
  if (!dict) return [];
  return [{ where, dict }, ...Object.entries(dict).flatMap(([key, one]) => dictsIn(`${where}${key}`, one))];
}

/** The pages; a file of ours has one. */
export function pages(pdf: PdfObjects): PdfDict[] {
  return pdf.objects.map(({ ref }) => pdf.dict(ref)).filter((dict) => dict['/Type'] === '/Page');
}

/** The text of the content of a page; our content streams have no filter. */
export function contentOf(pdf: PdfObjects, page: PdfDict): string {
  return [page['/Contents'] ?? null]
    .flat()
    .map((ref) => Buffer.from(pdf.stream(ref) ?? []).toString('latin1'))
    .join('\n');
}

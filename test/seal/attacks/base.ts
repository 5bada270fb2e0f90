// Sealed documents to attack, each made once, and the tools of an attacker: bytes changed in place, revisions appended,
// containers put together from parts.
import { concatBytes, toHex } from '../../../common/bytes.ts';
import { sm3 } from '../../../common/crypto/sm3.ts';
import { type ContainerMode, DEFAULT_CONTAINERS, namesOf } from '../../../seal/domain/container.ts';
import { makeContainer } from '../../../seal/flow/make-container.ts';
import { checkByteRange } from '../../../seal/pdf/byte-range.ts';
import { memorySource } from '../../../seal/pdf/byte-source.ts';
import { openDocument } from '../../../seal/pdf/document.ts';
import { listSignatureFields } from '../../../seal/pdf/form.ts';
import { makeSealingUpdate } from '../../../seal/pdf/sealing-update.ts';
import { serialize } from '../../../seal/pdf/serialize.ts';
import { fillContents } from '../../../seal/pdf/signature-dictionary.ts';
import { array, isArray, isRef, type PdfValue, ref, withEntries } from '../../../seal/pdf/value.ts';
import { AT, type Party } from '../../_harness/pki.ts';
import { appendUpdate, handMade, plainObjects } from '../pdf/hand-made.ts';
import { ascii, find, party, pki, type SealOptions, sealBytes, stamperOf } from '../world.ts';

const widget = (type: string, name: string): string =>
  `<< /FT /${type} /T (${name}) /Type /Annot /Subtype /Widget /Rect [0 0 300 300] /F 4 /P 3 0 R >>`;

/** A form of two text fields (5, 6), an empty signature field (7) and a note (8); 4 is what the page shows. */
export const FORM: Uint8Array = handMade({
  objects: plainObjects({
    1: '<< /Type /Catalog /Pages 2 0 R /AcroForm 9 0 R >>',
    3: '<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Annots [5 0 R 6 0 R 7 0 R 8 0 R] >>',
    5: widget('Tx', 'amount'),
    6: widget('Tx', 'remark'),
    7: widget('Sig', 'party'),
    8: '<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (a note) >>',
    9: '<< /Fields [5 0 R 6 0 R 7 0 R] >>',
  }),
});
/** White over the whole page. */
export const OVERLAY =
  '<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Length 24 >>\nstream\n1 g 0 0 595 842 re f 0 g\nendstream';

const made = new Map<string, Promise<Uint8Array>>();
/** FORM sealed in this way, made once. */
export function sealed(
  mode: ContainerMode = 'dual',
  level: 'B' | 'T' = 'B',
  options: SealOptions = {},
): Promise<Uint8Array> {
  const key = JSON.stringify([mode, level, options]);
  const stamper = level === 'T' ? { stamper: stamperOf() } : {};
  const make = () => sealBytes(FORM, { at: { xMm: 120, yMm: 200 }, mode, ...stamper, ...options });
  if (!made.has(key)) made.set(key, make());
  return made.get(key)!;
}

/** A further seal behind it. */
export const sealedAgain = (pdf: Uint8Array, options: SealOptions = {}): Promise<Uint8Array> =>
  sealBytes(pdf, { at: { xMm: 5, yMm: 5 }, ...options });

/** Bytes from `text` on replaced by as many others. */
export function patch(pdf: Uint8Array, from: number, length: number, text: string, pad = ' '): Uint8Array {
  if (text.length > length) throw new Error(`${text} is longer than ${length}`);
  const copy = Uint8Array.from(pdf);
  copy.set(ascii(text.padEnd(length, pad)), from);
  return copy;
}

/** `old` once, exactly as long as `now` or longer. */
export const replace = (pdf: Uint8Array, old: string, now: string, from = 0): Uint8Array =>
  patch(pdf, find(pdf, old, from), old.length, now);

/** The array of /ByteRange written anew in its place. */
export function withByteRange(pdf: Uint8Array, text: string): Uint8Array {
  const from = find(pdf, '/ByteRange [') + '/ByteRange '.length;
  return patch(pdf, from, find(pdf, ']', from) + 1 - from, text);
}

export function byteRangeOf(pdf: Uint8Array): readonly [number, number, number, number] {
  const document = openDocument(memorySource(pdf));
  const finding = checkByteRange(document, listSignatureFields(document)[0]!.dict);
  if (!('signed' in finding)) throw new Error(finding.fault);
  return finding.signed.byteRange;
}

/** DER in /Contents of the first signature. */
export function contentsOf(pdf: Uint8Array): Uint8Array {
  const document = openDocument(memorySource(pdf));
  const finding = checkByteRange(document, listSignatureFields(document)[0]!.dict);
  if (!('signed' in finding)) throw new Error(finding.fault);
  return finding.signed.contents;
}

/** Digits that fill the gap of this document. */
export function digitsFor(pdf: Uint8Array, digits: string): string {
  const at = find(pdf, '/Contents <') + '/Contents <'.length;
  return `<${digits.slice(0, find(pdf, '>', at) - at).padEnd(find(pdf, '>', at) - at, '0')}>`;
}

/** Another text in the gap, or another DER. */
export function withContents(pdf: Uint8Array, value: string | Uint8Array): Uint8Array {
  const at = find(pdf, '/Contents <') + '/Contents '.length;
  const length = find(pdf, '>', at) + 1 - at;
  if (typeof value === 'string') return patch(pdf, at, length, value);
  return patch(pdf, at, length, `<${toHex(value).padEnd(length - 2, '0')}>`);
}

/** A whole new cross-reference behind `pdf`: every object of `original` at the place that `moved` gives. */
export function withNewTable(pdf: Uint8Array, original: Uint8Array, moved: (offset: number) => number): Uint8Array {
  const { document, kept } = look(original);
  const rows = Array.from({ length: document.nextNumber() - 1 }, (_, i) => {
    const entry = document.entry(i + 1);
    if (entry?.type !== 'offset') return '0000000000 65535 f \n';
    return `${String(moved(entry.offset)).padStart(10, '0')} 00000 n \n`;
  });
  const size = rows.length + 1;
  const table = `xref\n0 ${size}\n0000000000 65535 f \n${rows.join('')}trailer\n<< /Size ${size} ${kept} >>\n`;
  return concatBytes(pdf, ascii(`${table}startxref\n${pdf.length}\n%%EOF\n`));
}

/** What an attacker reads in a sealed document before he appends to it. */
export function look(pdf: Uint8Array) {
  const document = openDocument(memorySource(pdf));
  const form = document.catalogue.map.get('AcroForm');
  if (!isRef(form)) throw new Error('the form has an object of its own');
  const fields = document.dictAt(form, 'form').map.get('Fields');
  const [first] = listSignatureFields(document);
  if (!isArray(fields) || !first?.ref || !first.field) throw new Error('the signature has objects of its own');
  const page = document.dictAt(first.field, 'field').map.get('P');
  if (!isRef(page)) throw new Error('the page has an object of its own');
  const pageDict = document.dictAt(page, 'page');
  const grown = (old: PdfValue | undefined, num: number) => array([...(isArray(old) ? old.items : []), ref(num)]);
  const info = document.trailer.map.get('Info');
  const kept = `/Root ${serialize(document.root)}${info ? ` /Info ${serialize(info)}` : ''}`;
  return {
    document,
    form,
    page,
    field: first.field,
    signature: first.ref,
    startxref: document.startxref,
    root: document.root,
    kept,
    append: (objects: Readonly<Record<number, string>>, trailer = `${kept} /Prev ${document.startxref}`) =>
      appendUpdate(pdf, objects, `/Size 200 ${trailer}`),
    dict: (num: number) => serialize(document.dictAt(ref(num), 'an object')),
    changed: (num: number, entries: Readonly<Record<string, PdfValue>>) =>
      serialize(withEntries(document.dictAt(ref(num), 'an object'), entries)),
    catalogueWith: (entries: Readonly<Record<string, PdfValue>>) => serialize(withEntries(document.catalogue, entries)),
    pageWith: (num: number) => serialize(withEntries(pageDict, { Annots: grown(pageDict.map.get('Annots'), num) })),
    formWith: (num: number) => serialize(withEntries(document.dictAt(form, 'form'), { Fields: grown(fields, num) })),
  };
}

/** A widget as large as the page with a field name of its own. */
export const fieldOver = (value: string): string =>
  `<< /Type /Annot /Subtype /Widget /FT /Sig /T (Extra) /F 132 /Rect [0 0 595 842] /AP << /N 120 0 R >> /V ${value} >>`;

export type Parts = { readonly digest: Uint8Array; readonly genuine: Uint8Array };

/** FORM sealed by hand with whatever container `edit` makes of the digest of its bytes. */
export async function sealedBy(
  edit: (parts: Parts) => Uint8Array | Promise<Uint8Array>,
  { mode = 'dual', time = AT, by = pki.signer }: { mode?: ContainerMode; time?: Date; by?: Party } = {},
): Promise<Uint8Array> {
  const names = namesOf(DEFAULT_CONTAINERS, mode);
  const place = { page: 1, placement: { xMm: 120, yMm: 200 } };
  const layout = { ...party, ...place, names, contentsBytes: 60_000, time, signerName: 'x' };
  const update = makeSealingUpdate(openDocument(memorySource(FORM)), layout);
  const digest = sm3(FORM, update.appended.subarray(0, update.gap.start), update.appended.subarray(update.gap.end));
  const genuine = await makeContainer(party, mode, { dataHash: digest, time, sign: by.sign });
  fillContents(update, await edit({ digest, genuine }));
  return concatBytes(FORM, update.appended);
}

// Cross-reference tricks: what one reader takes for the document, another does not.
import { deflateSync } from 'node:zlib';
import { concatBytes } from '../../../common/bytes.ts';
import { serialize } from '../../../seal/pdf/serialize.ts';
import { hybrid } from '../pdf/hand-made.ts';
import { ascii, find, makePdf, sealBytes } from '../world.ts';
import type { Attack, FailedStep } from './attack.ts';
import { look, sealed, withNewTable } from './base.ts';

const CHANGED: FailedStep = { step: 'changes-after-sealing', sub: 'SIG_CONSTRAINTS_FAILURE' };
const RANGE: FailedStep = { step: 'byte-range', sub: 'FORMAT_FAILURE' };
const BROKEN = { refused: 'pdf-broken' } as const;
const STREAM = '<< /Length 24 >>\nstream\n1 g 0 0 595 842 re f 0 g\nendstream';

const trick = (
  name: string,
  found: Attack['found'],
  make: (pdf: Uint8Array) => Uint8Array | Promise<Uint8Array>,
): Attack => ({
  name,
  family: 'structure',
  claim: 'Every reader shows what was sealed',
  found,
  make: async () => make(await sealed()),
});

/** An update of object 4 with a table of these rows. */
function tabled(pdf: Uint8Array, rows: (at: number) => string, trailer?: string, size = 200): Uint8Array {
  const { kept, startxref } = look(pdf);
  const body = `4 0 obj\n${STREAM}\nendobj\n`;
  const table = `xref\n${rows(pdf.length)}trailer\n<< /Size ${size} ${trailer ?? `${kept} /Prev ${startxref}`} >>\n`;
  return concatBytes(pdf, ascii(`${body}${table}startxref\n${pdf.length + body.length}\n%%EOF\n`));
}
const row = (at: number, gen = '00000', kind = 'n'): string => `${String(at).padStart(10, '0')} ${gen} ${kind} \n`;

/** An update by a cross-reference stream; object 4 stands by itself, or in an object stream. */
function streamed(pdf: Uint8Array, isInStream: boolean): Uint8Array {
  const { kept, startxref } = look(pdf);
  const inner = '4 0 << /Replaced true >>';
  const body = isInStream
    ? `150 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Length ${inner.length} >>\nstream\n${inner}\nendstream\nendobj\n`
    : `4 0 obj\n${STREAM}\nendobj\n`;
  const at = pdf.length + body.length;
  const entry = (type: number, value: number): readonly number[] => [
    type,
    (value >> 16) & 255,
    (value >> 8) & 255,
    value & 255,
    0,
  ];
  const rows = isInStream ? [entry(2, 150), entry(1, pdf.length), entry(1, at)] : [entry(1, pdf.length), entry(1, at)];
  const index = isInStream ? '4 1 150 2' : '4 1 151 1';
  const packed = deflateSync(Uint8Array.from(rows.flat()));
  const head = `151 0 obj\n<< /Type /XRef /Size 200 ${kept} /Prev ${startxref} /W [1 3 1] /Index [${index}] /Filter /FlateDecode /Length ${packed.length} >>\nstream\n`;
  return concatBytes(pdf, ascii(`${body}${head}`), packed, ascii(`\nendstream\nendobj\nstartxref\n${at}\n%%EOF\n`));
}

export const STRUCTURE: readonly Attack[] = [
  trick('a /Prev loop', BROKEN, (pdf) => {
    const { kept } = look(pdf);
    const size = pdf.length + `4 0 obj\n${STREAM}\nendobj\n`.length;
    return tabled(pdf, (at) => `4 1\n${row(at)}`, `${kept} /Prev ${size}`);
  }),
  trick('one object at two places of one table', BROKEN, (pdf) =>
    tabled(pdf, (at) => `4 1\n${row(20)}4 1\n${row(at)}`),
  ),
  trick('an object freed and written under another generation', CHANGED, (pdf) =>
    tabled(pdf, (at) => `4 1\n${row(at, '00001')}`),
  ),
  trick('an object marked free that lies there all the same', CHANGED, (pdf) =>
    tabled(pdf, () => `4 1\n${row(0, '00001', 'f')}`),
  ),
  trick('an object that the table finds under another number', CHANGED, (pdf) =>
    tabled(pdf, () => `4 1\n${row(find(pdf, '3 0 obj'))}`),
  ),
  trick('object 0 used', CHANGED, (pdf) => tabled(pdf, (at) => `0 1\n${row(at)}4 1\n${row(at)}`)),
  trick('numbers beyond /Size', CHANGED, (pdf) => {
    const { kept, startxref } = look(pdf);
    return tabled(pdf, (at) => `4 1\n${row(at)}`, `${kept} /Prev ${startxref}`, 2);
  }),
  trick('a cross-reference stream behind tables', CHANGED, (pdf) => streamed(pdf, false)),
  trick('an object stream that replaces an object', CHANGED, (pdf) => streamed(pdf, true)),
  trick('another catalogue named by the trailer', 'no-signature', (pdf) => {
    const { startxref, append } = look(pdf);
    return append({ 150: '<< /Type /Catalog /Pages 2 0 R >>' }, `/Root 150 0 R /Prev ${startxref}`);
  }),
  trick('another catalogue with the same form', CHANGED, (pdf) => {
    const { startxref, append, form } = look(pdf);
    const catalogue = `<< /Type /Catalog /Pages 2 0 R /AcroForm ${serialize(form)} >>`;
    return append({ 150: catalogue }, `/Root 150 0 R /Prev ${startxref}`);
  }),
  trick('a /Prev that leaves the sealed revision out', CHANGED, (pdf) => withNewTable(pdf, pdf, (offset) => offset)),
  trick('encryption named by a later trailer', { refused: 'pdf-broken' }, (pdf) => {
    const { startxref, append, kept } = look(pdf);
    const encrypt = '<< /Filter /Standard /V 1 /R 2 /P -4 /O <00> /U <00> >>';
    return append({ 150: encrypt }, `${kept} /Encrypt 150 0 R /Prev ${startxref}`);
  }),
  trick('bytes in front of the header', RANGE, (pdf) => concatBytes(ascii('4 0 obj << >> endobj\n'), pdf)),
  trick('a second header behind', CHANGED, (pdf) => concatBytes(pdf, ascii('%PDF-1.7\n'))),
  trick('the last cross-reference hidden from readers that search for it', CHANGED, (pdf) => {
    const { startxref } = look(pdf);
    return concatBytes(pdf, ascii(`startxref\n${startxref}\n%%EOF\n`));
  }),
  {
    name: 'a hybrid file whose stream contradicts its table',
    family: 'structure',
    claim: 'Every reader shows what was sealed',
    found: { refused: 'pdf-hybrid' },
    make: () => hybrid({ shape: 'beside', contradiction: true }),
  },
  {
    name: 'a hidden cross-reference stream in an update (hybrid)',
    family: 'structure',
    claim: 'Every reader shows what was sealed',
    found: CHANGED,
    make: async () => {
      const pdf = await sealed();
      const hidden = streamed(pdf, false);
      const { kept, startxref } = look(pdf);
      const at = find(hidden, '151 0 obj', pdf.length);
      const table = `xref\n0 0\ntrailer\n<< /Size 200 ${kept} /Prev ${startxref} /XRefStm ${at} >>\nstartxref\n${hidden.length}\n%%EOF\n`;
      return concatBytes(hidden, ascii(table));
    },
  },
  {
    name: 'a table behind cross-reference streams',
    family: 'structure',
    claim: 'Every reader shows what was sealed',
    found: CHANGED,
    make: async () => {
      const pdf = await sealBytes(await makePdf({ objectStreams: true }));
      const { append, page, changed } = look(pdf);
      return append({ [page.num]: changed(page.num, { Rotate: true }) });
    },
  },
];

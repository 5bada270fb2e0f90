// Incremental saving: pages, actions, annotations or remarks behind the signed bytes, with and without a cross-reference,
// and between two seals.
import { concatBytes } from '../../../common/bytes.ts';
import { serialize } from '../../../seal/pdf/serialize.ts';
import { array, ref } from '../../../seal/pdf/value.ts';
import { ascii } from '../world.ts';
import { type Attack, type FailedStep, onEach } from './attack.ts';
import { fieldOver, look, OVERLAY, patch, sealed, sealedAgain } from './base.ts';

const CHANGED: FailedStep = { step: 'changes-after-sealing', sub: 'SIG_CONSTRAINTS_FAILURE' };
const STREAM = '<< /Length 24 >>\nstream\n1 g 0 0 595 842 re f 0 g\nendstream';
type Look = ReturnType<typeof look>;

const update = (
  name: string,
  claim: string,
  objects: (seen: Look) => Readonly<Record<number, string>>,
): readonly Attack[] =>
  onEach(['dual B', 'dual T', 'ses B', 'cms B'] as const, {
    name,
    family: 'saving',
    claim,
    found: CHANGED,
    make: async (kind) => {
      const seen = look(await sealedKind(kind));
      return seen.append(objects(seen));
    },
  });

type Kind = 'dual B' | 'dual T' | 'ses B' | 'cms B';
function sealedKind(kind: Kind): Promise<Uint8Array> {
  const [mode, level] = kind.split(' ') as ['dual' | 'ses' | 'cms', 'B' | 'T'];
  return sealed(mode, level);
}

const once = (name: string, claim: string, make: (pdf: Uint8Array) => Uint8Array | Promise<Uint8Array>): Attack => ({
  name,
  family: 'saving',
  claim,
  found: CHANGED,
  make: async () => make(await sealed()),
});

export const SAVING: readonly Attack[] = [
  ...update('page contents replaced', 'The text shown now is the text that was sealed', () => ({ 4: STREAM })),
  ...update('page tree replaced', 'The pages shown now are those that were sealed', () => ({
    2: '<< /Type /Pages /Kids [150 0 R] /Count 1 /MediaBox [0 0 595 842] >>',
    150: '<< /Type /Page /Parent 2 0 R /Contents 151 0 R >>',
    151: STREAM,
  })),
  once('page turned around', 'The page looks as it was sealed', (pdf) => {
    const { append, changed } = look(pdf);
    return append({ 3: changed(3, { Rotate: ref(150) }), 150: '180' });
  }),
  once('free text over the page', 'The note belongs to the document', (pdf) => {
    const { append, pageWith } = look(pdf);
    return append({
      3: pageWith(110),
      110: '<< /Type /Annot /Subtype /FreeText /Rect [0 0 595 842] /F 4 /AP << /N 120 0 R >> >>',
      120: OVERLAY,
    });
  }),
  once('stamp annotation that looks like a seal', 'There are two seals', (pdf) => {
    const { append, pageWith } = look(pdf);
    const stamp = '<< /Type /Annot /Subtype /Stamp /Rect [0 0 120 120] /F 4 /AP << /N 120 0 R >> >>';
    return append({ 3: pageWith(110), 110: stamp, 120: OVERLAY });
  }),
  once('action on opening', 'Opening it does nothing', (pdf) => {
    const { append, root, catalogueWith } = look(pdf);
    return append({
      [root.num]: catalogueWith({ OpenAction: ref(150) }),
      150: '<< /S /JavaScript /JS (app.alert\\(1\\)) >>',
    });
  }),
  once('layers put over the contents', 'What is hidden was hidden when it was sealed', (pdf) => {
    const { append, root, catalogueWith } = look(pdf);
    return append({
      [root.num]: catalogueWith({ OCProperties: ref(150) }),
      150: '<< /OCGs [151 0 R] /D << /OFF [151 0 R] >> >>',
      151: '<< /Type /OCG /Name (text) >>',
    });
  }),
  once('XFA form in place of the fields', 'The form is the one that was sealed', (pdf) => {
    const { append, form, changed } = look(pdf);
    return append({
      [form.num]: changed(form.num, { XFA: ref(150) }),
      150: '<< /Length 5 >>\nstream\n<xdp>\nendstream',
    });
  }),
  once('NeedAppearances set', 'Fields look as they were sealed', (pdf) => {
    const { append, form, changed } = look(pdf);
    return append({ [form.num]: changed(form.num, { NeedAppearances: true }) });
  }),
  once('form field filled in', 'The amount was there when it was sealed', (pdf) => {
    const { append, changed } = look(pdf);
    return append({ 5: changed(5, { V: array([]) }) });
  }),
  once('note changed', 'The note was there when it was sealed', (pdf) =>
    look(pdf).append({ 8: '<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (another) >>' }),
  ),
  once('an object that nothing leads to', 'The file ends with the seal', (pdf) =>
    look(pdf).append({ 150: '<< /New true >>' }),
  ),
  once('page contents removed', 'The page was empty', (pdf) => {
    const text = Buffer.from(look(pdf).append({ 4: 'null' })).toString('latin1');
    const row = text.lastIndexOf('\n4 1\n') + 5;
    return patch(ascii(text), row, 20, '0000000000 00001 f \n');
  }),
  once('objects without a cross-reference', 'A reader that repairs shows what was sealed', (pdf) =>
    concatBytes(pdf, ascii(`4 0 obj\n${STREAM}\nendobj\n`)),
  ),
  once('the old end written once more', 'A reader that looks for the last %%EOF shows what was sealed', (pdf) =>
    concatBytes(pdf, ascii(`4 0 obj\n${STREAM}\nendobj\nstartxref\n${look(pdf).startxref}\n%%EOF\n`)),
  ),
  once('a remark', 'The file ends with the seal', (pdf) => concatBytes(pdf, ascii('% nothing but a remark\n'))),
  once('other document information', 'The title was there when it was sealed', (pdf) => {
    const { append, root, startxref } = look(pdf);
    return append({ 150: '<< /Title (another) >>' }, `/Root ${serialize(root)} /Info 150 0 R /Prev ${startxref}`);
  }),
  once('a change that a second seal covers', 'Both seals are on the text that is shown', (pdf) =>
    sealedAgain(look(pdf).append({ 4: STREAM })),
  ),
  once('other document information that a second seal covers', 'Both seals are on this document', (pdf) => {
    const { append, root, startxref } = look(pdf);
    const trailer = `/Root ${serialize(root)} /Info 150 0 R /Prev ${startxref}`;
    return sealedAgain(append({ 150: '<< /Title (another) >>' }, trailer));
  }),
  {
    name: 'a field signed with nothing',
    family: 'saving',
    claim: 'Somebody else signed what was added',
    found: { step: 'byte-range', sub: 'FORMAT_FAILURE', at: 1 },
    make: async () => {
      const { append, pageWith, formWith, form } = look(await sealed());
      const fake = fieldOver('<< /Type /Sig /ByteRange [0 10 20 30] /Contents <3000> >>');
      return append({ 110: fake, 120: OVERLAY, 3: pageWith(110), [form.num]: formWith(110) });
    },
  },
];

// Certification attacks: changes that look small, behind a seal that allows fewer. The columns are what DocMDP allows.
import { serialize } from '../../../seal/pdf/serialize.ts';
import { ref } from '../../../seal/pdf/value.ts';
import { find, sealBytes } from '../world.ts';
import type { Attack, FailedStep } from './attack.ts';
import { FORM, fieldOver, look, OVERLAY, patch, replace } from './base.ts';

const CHANGED: FailedStep = { step: 'changes-after-sealing', sub: 'SIG_CONSTRAINTS_FAILURE' };
const STREAM = '<< /Length 24 >>\nstream\n1 g 0 0 595 842 re f 0 g\nendstream';
type Level = 1 | 2 | 3;

const certified = new Map<string, Promise<Uint8Array>>();
function base(certify: Level, lock?: readonly string[] | 'all'): Promise<Uint8Array> {
  const key = `${certify} ${lock}`;
  const options = { at: { xMm: 120, yMm: 200 }, certify, ...(lock ? { lock } : {}) };
  if (!certified.has(key)) certified.set(key, sealBytes(FORM, options));
  return certified.get(key)!;
}

type Change = (pdf: Uint8Array) => Uint8Array | Promise<Uint8Array>;

const CHANGES: Readonly<Record<string, { readonly from: Level; readonly change: Change }>> = {
  'a form field filled in': { from: 2, change: (pdf) => look(pdf).append({ 5: look(pdf).changed(5, { V: true }) }) },
  'a note changed': {
    from: 3,
    change: (pdf) => look(pdf).append({ 8: '<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (another) >>' }),
  },
  'free text added': {
    from: 3,
    change: (pdf) => {
      const { append, pageWith } = look(pdf);
      return append({ 3: pageWith(98), 98: '<< /Type /Annot /Subtype /FreeText /Rect [0 0 9 9] /Contents (new) >>' });
    },
  },
};

const never = (what: string, change: Change, levels: readonly Level[] = [2, 3]): readonly Attack[] =>
  levels.map((level) => ({
    name: `${what} behind P ${level}`,
    family: 'certification',
    claim: 'The author of the document allowed it',
    found: CHANGED,
    make: async () => change(await base(level)),
  }));

export const CERTIFICATION: readonly Attack[] = [
  ...Object.entries(CHANGES).flatMap(([what, { from, change }]) =>
    never(
      what,
      change,
      ([1, 2, 3] as const).filter((level) => level < from),
    ),
  ),
  ...never('page contents changed', (pdf) => look(pdf).append({ 4: STREAM }), [1, 2, 3]),
  ...never('a field with JavaScript', (pdf) => {
    const { append, dict } = look(pdf);
    return append({ 5: dict(5).replace('/F 4', '/F 4 /AA << /K << /S /JavaScript /JS (1) >> >>') });
  }),
  ...never('a field moved over the text', (pdf) => {
    const { append, dict } = look(pdf);
    return append({ 5: dict(5).replace('/Rect [0 0 300 300]', '/Rect [0 0 595 842]') });
  }),
  ...never('an unsigned signature field over the page', (pdf) => {
    const { append, pageWith, form, formWith } = look(pdf);
    const empty = fieldOver('<< /Type /Sig /ByteRange [0 10 20 30] /Contents <3000> >>');
    return append({ 110: empty, 120: OVERLAY, 3: pageWith(110), [form.num]: formWith(110) });
  }),
  ...never(
    'the certification taken out of the catalogue',
    (pdf) => {
      const { append, root, catalogueWith } = look(pdf);
      return append({ [root.num]: catalogueWith({ Perms: ref(150) }), 150: '<< >>' });
    },
    [1, 2, 3],
  ),
  ...never('an annotation that starts a program', (pdf) => {
    const { append, pageWith } = look(pdf);
    const link = '<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /Launch /F (a) >> >>';
    return append({ 3: pageWith(98), 98: link });
  }),
  {
    name: 'the certification made milder in its place',
    family: 'certification',
    claim: 'The author allowed annotations',
    found: { step: 'cms-message-digest', sub: 'HASH_FAILURE' },
    make: async () => replace(await base(1), '/P 1 /V /1.2', '/P 3 /V /1.2'),
  },
  {
    name: 'a further seal behind a certification that was made stricter',
    family: 'certification',
    claim: 'The further seal was allowed',
    found: CHANGED,
    make: async () => {
      const both = await sealBytes(await base(2), { at: { xMm: 5, yMm: 5 } });
      return patch(both, find(both, '/P 2 /V /1.2') + 3, 1, '1');
    },
  },
  {
    name: 'a locked field filled in (FieldMDP)',
    family: 'certification',
    claim: 'The amount is the one that was sealed',
    found: CHANGED,
    make: async () => {
      const pdf = await base(2, ['amount', 'party']);
      return look(pdf).append({ 5: look(pdf).changed(5, { V: true }) });
    },
  },
  {
    name: 'a locked signature field signed (FieldMDP)',
    family: 'certification',
    claim: 'The other party signed in time',
    found: { ...CHANGED, at: 1 },
    make: async () => {
      const { append, dict } = look(await base(2, ['amount', 'party']));
      const fake = '<< /Type /Sig /ByteRange [0 1 2 3] /Contents <00> >>';
      return append({ 7: dict(7).replace('/F 4', '/F 4 /V 97 0 R'), 97: fake });
    },
  },
  {
    name: 'a field renamed out of its lock (FieldMDP)',
    family: 'certification',
    claim: 'The field was never locked',
    found: CHANGED,
    make: async () => {
      const seen = look(await base(2, ['amount']));
      return seen.append({ 5: seen.dict(5).replace('(amount)', '(other)').replace('/F 4', '/F 4 /V (9)') });
    },
  },
  {
    name: 'the lock taken out of the signature (FieldMDP)',
    family: 'certification',
    claim: 'Nothing was locked',
    found: { step: 'byte-range', sub: 'FORMAT_FAILURE' },
    make: async () => {
      const { append, signature, dict } = look(await base(2, ['amount']));
      return append({ [signature.num]: dict(signature.num).replace('/FieldMDP', '/Other') });
    },
  },
  {
    name: 'the page of a certified document exchanged for another object of its form',
    family: 'certification',
    claim: 'Filling in a form changes only the form',
    found: CHANGED,
    make: async () => {
      const seen = look(await base(2));
      return seen.append({ 5: serialize(seen.document.dictAt(ref(3), 'the page')) });
    },
  },
];

// Shadow attacks (hide, replace, hide-and-replace): what shows itself later was prepared in the document before it was
// sealed, so that the update looks as if it changed nothing.
import { serialize } from '../../../seal/pdf/serialize.ts';
import { handMade, plainObjects } from '../pdf/hand-made.ts';
import { ascii, find, sealBytes } from '../world.ts';
import type { Attack, FailedStep } from './attack.ts';
import { FORM, fieldOver, look, OVERLAY, sealed, sealedAgain } from './base.ts';

const CHANGED: FailedStep = { step: 'changes-after-sealing', sub: 'SIG_CONSTRAINTS_FAILURE' };
const STREAM = '<< /Length 24 >>\nstream\n1 g 0 0 595 842 re f 0 g\nendstream';

const shadow = (
  name: string,
  claim: string,
  says: RegExp,
  make: Attack['make'],
  found: Attack['found'] = CHANGED,
): Attack => ({
  name,
  family: 'shadow',
  claim,
  says,
  make,
  found,
});

/** A page whose second contents stream is missing. */
const dangling = handMade({ objects: plainObjects({ 3: '<< /Type /Page /Parent 2 0 R /Contents [4 0 R 77 0 R] >>' }) });

/** A reference to an entry that points behind the end, filled with an object at exactly that place. */
async function beyondTheEnd(): Promise<Uint8Array> {
  const text = Buffer.from(handMade({ objects: plainObjects() })).toString('latin1');
  const entry = /(\d{10}) 00000 n \ntrailer/.exec(text)!;
  const beyond = 100_000;
  const pdf = ascii(text.slice(0, entry.index) + String(beyond).padStart(10, '0') + text.slice(entry.index + 10));
  const open = await sealBytes(pdf);
  const { document, append } = look(open);
  const next = document.nextNumber();
  const late = `4 0 obj\n${STREAM}\nendobj\n`;
  const filler = `<< /Length ${beyond - open.length + late.length} >>\nstream\n`;
  const head = open.length + `${next} 0 obj\n${filler}`.length;
  const body = `${' '.repeat(beyond - head)}${late}`;
  return append({ [next]: `${filler}${body.padEnd(beyond - open.length + late.length)}\nendstream` });
}

/** Object 4 twice in the sealed bytes; an update of nothing but the cross-reference changes over to the second. */
async function redirected(): Promise<Uint8Array> {
  const hidden = `4 0 obj\n${STREAM}\nendobj`;
  const objects = plainObjects({ 5: `<< /Length ${hidden.length} >>\nstream\n${hidden}\nendstream` });
  const open = await sealBytes(handMade({ objects }));
  const { startxref, kept } = look(open);
  const at = find(open, hidden, find(open, '5 0 obj'));
  const row = `${String(at).padStart(10, '0')} 00000 n \n`;
  const update = `xref\n4 1\n${row}trailer\n<< /Size 200 ${kept} /Prev ${startxref} >>\nstartxref\n${open.length}\n%%EOF\n`;
  return new Uint8Array(Buffer.concat([open, ascii(update)]));
}

/** 12 0 obj read one byte later is 2 0 obj: a document without object 2 leaves that number free. */
async function halfNumber(): Promise<Uint8Array> {
  const objects = plainObjects({
    1: '<< /Type /Catalog /Pages 3 0 R >>',
    3: '<< /Type /Pages /Kids [4 0 R] /Count 1 >>',
  });
  const free = [...objects.slice(0, 3), '<< /Type /Page /Parent 3 0 R >>', 'null', 'null', 'null', 'null'];
  const document = await sealBytes(handMade({ objects: free }));
  const { append, form, formWith, signature } = look(document);
  const inner = signature.num % 10;
  const at = find(document, `\n${signature.num} 0 obj`) + 2;
  const update = Buffer.from(append({ 110: fieldOver(`${inner} 0 R`), 120: OVERLAY, [form.num]: formWith(110) }));
  const text = update.toString('latin1');
  const row = `${inner} 1\n${String(at).padStart(10, '0')} 00000 n \n`;
  const last = text.lastIndexOf('xref\n', text.lastIndexOf('trailer'));
  return ascii(`${text.slice(0, last + 5)}${row}${text.slice(last + 5)}`);
}

export const SHADOW: readonly Attack[] = [
  shadow(
    'hide: a widget over the page that is no field',
    'What it covers was never there',
    /Object 3 was replaced/,
    async () => {
      const { append, page, pageWith } = look(await sealed());
      const empty = '<< /Type /Sig /ByteRange [0 1 2 3] /Contents <00> >>';
      return append({ 110: fieldOver(empty), 120: OVERLAY, [page.num]: pageWith(110) });
    },
  ),
  shadow(
    'hide: such a widget that carries the genuine signature',
    'What it covers was never there',
    /Object 3 was replaced/,
    async () => {
      const { append, page, pageWith, signature } = look(await sealed());
      return append({ 110: fieldOver(serialize(signature)), 120: OVERLAY, [page.num]: pageWith(110) });
    },
  ),
  shadow(
    'hide: a widget over the page among those of a further seal',
    'What it covers was never there',
    /Object 3 was replaced/,
    async () => {
      const { append, page, pageWith } = look(await sealed());
      return sealedAgain(append({ 110: fieldOver('null'), 120: OVERLAY, [page.num]: pageWith(110) }));
    },
  ),
  shadow(
    'replace: a reference to nothing, filled later',
    'It showed what it shows now',
    /Object 77, which object 3 refers to, was missing/,
    async () => look(await sealBytes(dangling)).append({ 77: STREAM }),
  ),
  shadow(
    'replace: a reference to nothing, filled and sealed again',
    'Both seals are on it',
    /Object 77, which object 3 refers to, was missing/,
    async () => sealedAgain(look(await sealBytes(dangling)).append({ 77: STREAM })),
  ),
  shadow(
    'replace: a stream whose length reaches behind the seal',
    'It showed what it shows now',
    /reaches behind the end/,
    async () => {
      const pdf = handMade({ objects: plainObjects({ 4: '<< /Length 90000 >>\nstream\n0 0 m 9 9 l\nendstream' }) });
      return sealedAgain(await sealBytes(pdf));
    },
  ),
  shadow(
    'replace: what a text field looks like',
    'The amount is the one that was sealed',
    /Object 5 was replaced/,
    async () => {
      const text = Buffer.from(FORM).toString('latin1');
      const seen = look(await sealBytes(ascii(text)));
      return seen.append({ 5: seen.dict(5).replace('/F 4', '/F 4 /AP << /N 120 0 R >>'), 120: OVERLAY });
    },
  ),
  shadow(
    'hide-and-replace: a second object of one number, changed over to later',
    'It showed what it shows now',
    /Object 4 was replaced/,
    redirected,
  ),
  shadow(
    'hide-and-replace: an entry that points behind the end, filled later',
    'It showed what it shows now',
    /Object 4 reaches behind the end/,
    beyondTheEnd,
  ),
  shadow(
    'hide-and-replace: the same, sealed again',
    'Both seals are on it',
    /Object 4 reaches behind the end/,
    async () => sealedAgain(await beyondTheEnd()),
  ),
  shadow('a signature read from the middle of its object number', 'There are two genuine signatures', /./, halfNumber, {
    step: 'changes-after-sealing',
    sub: 'SIG_CONSTRAINTS_FAILURE',
  }),
];

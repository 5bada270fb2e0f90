// Shadow attacks: the signed bytes stay as they are, and what a reader shows becomes another. Each must not pass.
import test from 'ava';
import type { VerificationReport } from '../../common/contract/report.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { openDocument } from '../../seal/pdf/document.ts';
import { serialize } from '../../seal/pdf/serialize.ts';
import { array, isArray, isRef, type PdfValue, ref, withEntries } from '../../seal/pdf/value.ts';
import { appendUpdate, handMade, plainObjects } from './pdf/hand-made.ts';
import { ascii, find, makePdf, sealBytes, verifyBytes } from './world.ts';

const OVERLAY =
  '<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Length 24 >>\nstream\n1 g 0 0 595 842 re f 0 g\nendstream';

const sealed = await sealBytes(await makePdf());
const twice = await sealBytes(sealed, { at: { xMm: 5, yMm: 5 } });

/** What an attacker reads from the sealed document before he appends to it. */
function look(pdf: Uint8Array) {
  const document = openDocument(memorySource(pdf));
  const root = document.root;
  const form = document.catalogue.map.get('AcroForm');
  if (!isRef(form)) throw new Error('the form has an object of its own');
  const fields = document.dictAt(form, 'form').map.get('Fields');
  if (!isArray(fields)) throw new Error('the fields stand in the form');
  const signature = document.dictAt(fields.items[0], 'field').map.get('V');
  const page = document.dictAt(fields.items[0], 'field').map.get('P');
  if (!isRef(signature) || !isRef(page)) throw new Error('a signature and its page have objects of their own');
  const pageDict = document.dictAt(page, 'page');
  const annotations = pageDict.map.get('Annots');
  const grown = (old: PdfValue | undefined, num: number) => array([...(isArray(old) ? old.items : []), ref(num)]);
  const info = document.trailer.map.get('Info');
  const kept = `/Root ${serialize(root)}${info ? ` /Info ${serialize(info)}` : ''} /Prev ${document.startxref}`;
  return {
    append: (objects: Readonly<Record<number, string>>, trailer = kept) =>
      appendUpdate(pdf, objects, `/Size 200 ${trailer}`),
    root,
    startxref: document.startxref,
    signature,
    page,
    next: document.nextNumber(),
    pageWith: (num: number) => serialize(withEntries(pageDict, { Annots: grown(annotations, num) })),
    form,
    formWith: (num: number) => serialize(withEntries(document.dictAt(form, 'form'), { Fields: grown(fields, num) })),
  };
}

const widget = (value: string): string =>
  `<< /Type /Annot /Subtype /Widget /FT /Sig /T (Extra) /F 132 /Rect [0 0 595 842] /AP << /N 120 0 R >> /V ${value} >>`;

const passes = ({ indication }: VerificationReport): boolean => indication === 'TOTAL-PASSED';

test('Two genuine seals pass: what the attacks below imitate', (t) => {
  t.true(passes(verifyBytes(sealed)));
  t.true(passes(verifyBytes(twice)));
});

test('A second field over the page that shows the genuine signature again does not pass', (t) => {
  const { append, signature, page, pageWith, form, formWith } = look(sealed);
  const report = verifyBytes(
    append({
      110: widget(serialize(signature)),
      120: OVERLAY,
      [page.num]: pageWith(110),
      [form.num]: formWith(110),
    }),
  );
  t.is(report.indication, 'TOTAL-FAILED', report.summary);
  t.deepEqual(
    report.signatures.map(({ indication }) => indication),
    ['TOTAL-FAILED', 'TOTAL-FAILED'],
  );
});

test('Two fields of a sealed form that share one signature dictionary do not pass', async (t) => {
  const { append, signature, form, formWith } = look(twice);
  const report = verifyBytes(
    await sealBytes(append({ 110: widget(serialize(signature)), 120: OVERLAY, [form.num]: formWith(110) })),
  );
  t.is(report.indication, 'TOTAL-FAILED', report.summary);
  t.true(report.signatures.some(({ steps }) => steps.some(({ finding }) => /another field shows/.test(finding))));
});

test('A widget over the page that no field of the form is does not pass, whatever it carries', (t) => {
  const { append, page, pageWith } = look(sealed);
  for (const value of ['<< /Type /Sig /ByteRange [0 1 2 3] /Contents <00> >>', serialize(look(sealed).signature)]) {
    const report = verifyBytes(append({ 110: widget(value), 120: OVERLAY, [page.num]: pageWith(110) }));
    t.is(report.indication, 'TOTAL-FAILED', report.summary);
    t.regex(report.changes_after_sealing.join(), /was replaced \(page 1\)/);
  }
});

test('A signature dictionary read from the middle of its object number does not pass', async (t) => {
  // 12 0 obj read one byte later is 2 0 obj; a document without object 2 leaves that number free.
  const objects = plainObjects({
    1: '<< /Type /Catalog /Pages 3 0 R >>',
    3: '<< /Type /Pages /Kids [4 0 R] /Count 1 >>',
  });
  const pdf = handMade({
    objects: [...objects.slice(0, 3), '<< /Type /Page /Parent 3 0 R >>', 'null', 'null', 'null', 'null'],
  });
  const document = await sealBytes(pdf);
  const { append, form, formWith, signature } = look(document);
  const inner = signature.num % 10;
  const at = find(document, `\n${signature.num} 0 obj`) + 2;
  const update = Buffer.from(append({ 110: widget(`${inner} 0 R`), 120: OVERLAY, [form.num]: formWith(110) })).toString(
    'latin1',
  );
  const row = `${inner} 1\n${String(at).padStart(10, '0')} 00000 n \n`;
  const last = update.lastIndexOf('xref\n', update.lastIndexOf('trailer'));
  const report = verifyBytes(ascii(`${update.slice(0, last + 5)}${row}${update.slice(last + 5)}`));
  t.is(report.indication, 'TOTAL-FAILED', report.summary);
});

test('An update that nobody signed does not pass, even where it touches nothing', (t) => {
  const report = verifyBytes(look(sealed).append({ 110: '<< /New true >>' }));
  t.is(report.indication, 'TOTAL-FAILED', report.summary);
  t.regex(report.changes_after_sealing.join(), /were added behind every signature/);
});

const dangling = handMade({ objects: plainObjects({ 3: '<< /Type /Page /Parent 2 0 R /Contents [4 0 R 77 0 R] >>' }) });
const overlay = '<< /Length 24 >>\nstream\n1 g 0 0 595 842 re f 0 g\nendstream';

test('A reference to nothing, filled after sealing, does not pass; left empty it does', async (t) => {
  const open = await sealBytes(dangling);
  t.true(passes(verifyBytes(open)));
  t.true(passes(verifyBytes(await sealBytes(open, { at: { xMm: 5, yMm: 5 } }))));
  const filled = verifyBytes(look(open).append({ 77: overlay }));
  t.is(filled.indication, 'TOTAL-FAILED', filled.summary);
  t.regex(filled.changes_after_sealing.join(), /Object 77, which object 3 refers to, was missing/);
});

test('A reference to nothing that a later seal covers is held against the first seal alone', async (t) => {
  const report = verifyBytes(
    await sealBytes(look(await sealBytes(dangling)).append({ 77: overlay }), { at: { xMm: 5, yMm: 5 } }),
  );
  t.deepEqual(
    report.signatures.map(({ indication }) => indication),
    ['TOTAL-FAILED', 'TOTAL-PASSED'],
  );
});

test('A cross-reference entry that points behind the sealed revision is found', async (t) => {
  const text = Buffer.from(handMade({ objects: plainObjects() })).toString('latin1');
  const entry = /(\d{10}) 00000 n \ntrailer/.exec(text)!;
  const beyond = 100_000;
  const pdf = ascii(text.slice(0, entry.index) + String(beyond).padStart(10, '0') + text.slice(entry.index + 10));
  const open = await sealBytes(pdf);
  const room = beyond - open.length;
  const { next } = look(open);
  const late = `4 0 obj\n${overlay}\nendobj\n`;
  const filler = `<< /Length ${room + late.length} >>\nstream\n`;
  const head = open.length + `${next} 0 obj\n${filler}`.length;
  const body = `${' '.repeat(beyond - head)}${late}`;
  const grown = look(open).append({
    [next]: `${filler}${body.padEnd(room + late.length)}\nendstream`,
  });
  t.is(find(grown, '4 0 obj\n<< /Length 24', open.length), beyond);
  for (const document of [grown, await sealBytes(grown, { at: { xMm: 5, yMm: 5 } })]) {
    const report = verifyBytes(document);
    t.is(report.signatures[0]!.indication, 'TOTAL-FAILED', report.summary);
    t.regex(report.changes_after_sealing.join(), /Object 4 reaches behind the end/);
  }
});

test('A stream whose length reaches behind the sealed revision is found', async (t) => {
  const pdf = handMade({ objects: plainObjects({ 4: '<< /Length 90000 >>\nstream\n0 0 m 9 9 l\nendstream' }) });
  const report = verifyBytes(await sealBytes(await sealBytes(pdf), { at: { xMm: 5, yMm: 5 } }));
  t.is(report.signatures[0]!.indication, 'TOTAL-FAILED', report.summary);
  t.regex(report.changes_after_sealing.join(), /reaches behind the end/);
});

test('Other document information put in place by a trailer alone does not pass', async (t) => {
  const { append, root, startxref } = look(sealed);
  const update = append({ 110: '<< /Title (another) >>' }, `/Root ${serialize(root)} /Info 110 0 R /Prev ${startxref}`);
  for (const document of [update, await sealBytes(update, { at: { xMm: 5, yMm: 5 } })]) {
    const [first] = verifyBytes(document).signatures;
    t.is(first!.indication, 'TOTAL-FAILED');
    t.regex(JSON.stringify(first!.steps), /other document information/);
  }
});

test('A field added by somebody whose signature is none fails the whole document', (t) => {
  const { append, page, pageWith, form, formWith } = look(sealed);
  const fake = '<< /Type /Sig /ByteRange [0 10 20 30] /Contents <3000> >>';
  const report = verifyBytes(
    append({ 110: widget(fake), 120: OVERLAY, [page.num]: pageWith(110), [form.num]: formWith(110) }),
  );
  t.is(report.indication, 'TOTAL-FAILED');
  t.is(report.signatures.length, 2);
});

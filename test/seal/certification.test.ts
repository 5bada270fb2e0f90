import test from 'ava';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { openDocument } from '../../seal/pdf/document.ts';
import { parseFieldLock, readCertification, readLocks } from '../../seal/pdf/permissions.ts';
import { serialize } from '../../seal/pdf/serialize.ts';
import { ref, withEntries } from '../../seal/pdf/value.ts';
import { judge } from '../_harness/judges.ts';
import { appendUpdate, handMade, plainObjects } from './pdf/hand-made.ts';
import { ascii, makePdf, say, sealBytes, verifyBytes } from './world.ts';

/** A form with two text fields, an empty signature field and a note, each an object of its own: 5, 6, 7, 8. */
const form = (): Uint8Array => {
  const widget = (type: string, name: string) =>
    `<< /FT /${type} /T (${name}) /Type /Annot /Subtype /Widget /Rect [0 0 300 300] /F 4 /P 3 0 R >>`;
  return handMade({
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
};

/** An update that replaces objects, given as changed entries or whole. */
function update(pdf: Uint8Array, changes: Readonly<Record<number, string>>): Uint8Array {
  const { startxref } = openDocument(memorySource(pdf));
  return appendUpdate(pdf, changes, `/Size 100 /Root 1 0 R /Prev ${startxref}`);
}
const filled = (pdf: Uint8Array, num: number) => {
  const old = openDocument(memorySource(pdf)).dictAt(ref(num), 'a field');
  return update(pdf, { [num]: serialize(withEntries(old, { V: true })) });
};
const noted = (pdf: Uint8Array) =>
  update(pdf, { 8: '<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (another) >>' });
const paged = (pdf: Uint8Array) => {
  const page = serialize(openDocument(memorySource(pdf)).dictAt(ref(3), 'the page'));
  const note = '<< /Type /Annot /Subtype /FreeText /Rect [0 0 9 9] /Contents (new) >>';
  return update(pdf, { 3: page.replace('/Annots [', '/Annots [98 0 R '), 98: note });
};
const content = (pdf: Uint8Array) => update(pdf, { 4: '<< /Length 4 >>\nstream\nq Q \nendstream' });

type Change = (pdf: Uint8Array) => Uint8Array | Promise<Uint8Array>;
const CHANGES: Readonly<Record<string, [Change, readonly boolean[]]>> = {
  'a further seal': [(pdf) => sealBytes(pdf, { at: { xMm: 5, yMm: 5 } }), [true, false, true, true]],
  'the empty signature field signed': [(pdf) => sealBytes(pdf, { at: { field: 'party' } }), [true, false, true, true]],
  'a form field filled in': [(pdf) => filled(pdf, 5), [false, false, true, true]],
  'a note changed': [noted, [false, false, false, true]],
  'a note added': [paged, [false, false, false, true]],
  'other page contents': [content, [false, false, false, false]],
};
for (const [what, [change, allowed]] of Object.entries(CHANGES)) {
  test(`ISO 32000, DocMDP: ${what} is allowed after a plain seal and certifications 1 to 3: ${allowed}`, async (t) => {
    for (const [level, isAllowed] of allowed.entries()) {
      const certify = level === 0 ? {} : { certify: level as 1 | 2 | 3 };
      const sealed = await sealBytes(form(), { at: { xMm: 120, yMm: 200 }, ...certify });
      t.is(verifyBytes(sealed).indication, 'TOTAL-PASSED');
      if (level === 1 && (what.includes('sign') || what.includes('seal'))) {
        await t.throwsAsync(async () => change(sealed), { code: 'signature-forbidden' });
        continue;
      }
      const report = verifyBytes(await change(sealed));
      t.is(
        report.signatures[0]!.indication,
        isAllowed ? 'TOTAL-PASSED' : 'TOTAL-FAILED',
        `${level}: ${report.summary}`,
      );
    }
  });
}

judge(
  test,
  'qpdf',
  'pdfsig',
)('ISO 32000: the first seal certifies and is judged clean; a later one cannot', async (t) => {
  const sealed = await sealBytes(await makePdf({ withForm: true, objectStreams: true }), { certify: 2, lock: 'all' });
  t.is(readCertification(openDocument(memorySource(sealed))), 2);
  t.regex(await say('qpdf', sealed, '--check'), /No syntax or stream encoding errors/);
  t.regex(await say('pdfsig', sealed), /Total document signed/);
  t.is(verifyBytes(sealed).indication, 'TOTAL-PASSED');
  await t.throwsAsync(sealBytes(sealed, { certify: 2 }), { code: 'signature-forbidden' });
  await t.throwsAsync(sealBytes(await sealBytes(await makePdf()), { certify: 3 }), { code: 'signature-forbidden' });
  t.is(verifyBytes(await sealBytes(sealed)).indication, 'TOTAL-PASSED');
});

test('ISO 32000, DocMDP: a permitted change excuses no bytes that belong to no revision', async (t) => {
  const sealed = await sealBytes(form(), { at: { xMm: 120, yMm: 200 }, certify: 2 });
  const hidden = ascii('4 0 obj\n<< /Length 4 >>\nstream\nq Q \nendstream\nendobj\n');
  const join = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
  const verdict = (pdf: Uint8Array) => verifyBytes(pdf).signatures[0]!;
  t.is(verdict(filled(sealed, 5)).indication, 'TOTAL-PASSED');
  t.is(verdict(filled(filled(sealed, 5), 6)).indication, 'TOTAL-PASSED', 'two updates, one behind the other');
  t.is(verdict(join(filled(sealed, 5), ascii('\n% a comment\n\n'))).indication, 'TOTAL-PASSED');
  for (const [what, pdf] of [
    ['in front of the update', filled(join(sealed, hidden), 5)],
    ['behind the update', join(filled(sealed, 5), hidden)],
    ['between two updates', filled(join(filled(sealed, 5), hidden), 6)],
    ['that are no syntax', filled(join(sealed, ascii('anything')), 5)],
  ] as const) {
    const report = verdict(pdf);
    t.is(report.indication, 'TOTAL-FAILED', what);
    t.regex(JSON.stringify(report), /belongs to no revision/, what);
  }
});

test('ISO 32000, DocMDP: a further seal put behind a certification that allows no change fails it', async (t) => {
  const certified = await sealBytes(form(), { certify: 2 });
  const both = await sealBytes(certified, { at: { xMm: 5, yMm: 5 } });
  const at = Buffer.from(both).indexOf('/P 2 /V /1.2');
  const forged = Uint8Array.from(both);
  forged[at + 3] = 0x31;
  t.regex(verifyBytes(forged).changes_after_sealing.join(' '), /allows no change/);
});

test('ISO 32000, FieldMDP: locked fields stay, others may be filled in', async (t) => {
  const sealed = await sealBytes(form(), { certify: 2, lock: ['amount', 'party'] });
  const isLocked = readLocks(openDocument(memorySource(sealed)));
  t.deepEqual(['amount', 'amount.net', 'amounts', 'remark'].map(isLocked), [true, true, false, false]);
  t.is(verifyBytes(filled(sealed, 6)).indication, 'TOTAL-PASSED');
  t.is(verifyBytes(filled(sealed, 5)).indication, 'TOTAL-FAILED');
  await t.throwsAsync(sealBytes(sealed, { at: { field: 'party' } }), { code: 'signature-forbidden' });
  const forged = update(sealed, {
    7: '<< /FT /Sig /T (party) /Type /Annot /Subtype /Widget /Rect [0 0 300 300] /F 4 /P 3 0 R /V 97 0 R >>',
    97: '<< /Type /Sig /ByteRange [0 1 2 3] /Contents <00> >>',
  });
  t.regex(verifyBytes(forged).changes_after_sealing.join(' '), /locks, was signed/);
});

test('ISO 32000, FieldMDP: a field that was made to lock does so when it is signed', async (t) => {
  const made = update(form(), {
    7: '<< /FT /Sig /T (party) /Type /Annot /Subtype /Widget /Rect [0 0 300 300] /F 4 /P 3 0 R /Lock << /Type /SigFieldLock /Action /Exclude /Fields [(remark)] >> >>',
  });
  const isLocked = readLocks(openDocument(memorySource(await sealBytes(made, { at: { field: 'party' } }))));
  t.deepEqual(['amount', 'remark'].map(isLocked), [true, false]);
  await t.throwsAsync(sealBytes(made, { at: { field: 'party' }, lock: 'all' }), { code: 'invalid-request' });
});

test('What a seal locks is * or names', (t) => {
  t.is(parseFieldLock('*'), 'all');
  t.deepEqual(parseFieldLock('a, b.c'), ['a', 'b.c']);
  t.throws(() => parseFieldLock(' , '), { code: 'invalid-request' });
});

// Normalising on request: unsigned documents that need repair are written anew and sealed, signed ones never.
import test from 'ava';
import { toHex } from '../../common/bytes.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { isTrustError } from '../../common/errors.ts';
import { normaliseDocument } from '../../seal/flow/normalise-document.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { openPdfium } from '../../seal/pdfium/open-pdfium.ts';
import { judge } from '../_harness/judges.ts';
import { handMade, plainObjects } from './pdf/hand-made.ts';
import { ascii, makePdf, qpdf, say, sealBytes, verifyBytes } from './world.ts';

const pdfium = openPdfium({ threads: 1, deadlineSeconds: 60 });
test.after.always(() => pdfium.close());

const normalise = (pdf: Uint8Array, password?: string) =>
  normaliseDocument((question) => pdfium.saveCopy(question), { source: memorySource(pdf), password });
const latin1 = (pdf: Uint8Array): string => Buffer.from(pdf).toString('latin1');

/** Damages that readers repair in silence. */
const DAMAGES: Readonly<Record<string, (pdf: Uint8Array) => Uint8Array>> = {
  'startxref leads nowhere': (pdf) => ascii(latin1(pdf).replace(/startxref\s+\d+/, 'startxref\n5')),
  'the end is cut off': (pdf) => pdf.subarray(0, latin1(pdf).lastIndexOf('startxref')),
  'offsets are wrong': (pdf) => ascii(latin1(pdf).replace(/%PDF-1\.\d\n/, '$&%inserted later\n')),
  'a key stands twice': (pdf) => ascii(latin1(pdf).replace('/Type /Catalog', '/Type /Catalog /Type /Catalog')),
};

for (const [what, damage] of Object.entries(DAMAGES)) {
  judge(test, 'qpdf')(`${what}: refused as it is, written anew on request, sealed and judged clean`, async (t) => {
    const damaged = damage(await makePdf({ pages: 2, withForm: true }));
    const refusal = await t.throwsAsync(sealBytes(damaged));
    t.true(isTrustError(refusal, 'pdf-broken') || isTrustError(refusal, 'pdf-truncated'));
    const found = await normalise(damaged);
    t.is(found!.fromSm3, toHex(sm3(damaged)));
    t.is(found!.toSm3, toHex(sm3(found!.bytes)));
    const sealed = await sealBytes(found!.bytes);
    t.is(verifyBytes(sealed).indication, 'TOTAL-PASSED');
    t.regex(await say('qpdf', sealed, '--check'), /No syntax or stream encoding errors/);
    t.deepEqual((await normalise(damaged))!.bytes, found!.bytes, 'a repetition gives the same document');
  });
}

test('What needs no repair stays as it is', async (t) => {
  t.is(await normalise(await makePdf()), null);
});

test('A signed document is never written anew, however it is damaged', async (t) => {
  const sealed = await sealBytes(await makePdf());
  for (const [what, damage] of Object.entries(DAMAGES)) {
    if (what === 'offsets are wrong') continue; // the base of the offsets alone does not hide the signature
    await t.throwsAsync(
      normalise(damage(sealed)),
      { code: 'pdf-broken', message: /is signed, and never written anew/ },
      what,
    );
  }
  const escaped = ascii(latin1(DAMAGES['the end is cut off']!(sealed)).replaceAll('/ByteRange', '/ByteR#61nge'));
  await t.throwsAsync(normalise(escaped), { code: 'pdf-broken', message: /is signed/ }, 'a name in another spelling');
});

judge(test, 'qpdf')('What no repair helps is refused by its own code', async (t) => {
  await t.throwsAsync(normalise(ascii('anything')), { code: 'not-a-pdf' });
  await t.throwsAsync(normalise(ascii('%PDF-1.7\nnothing else')), { code: 'pdf-broken' });
  const closed = await qpdf(await makePdf(), '--encrypt', 'secret', 'owner', '256', '--');
  await t.throwsAsync(normalise(closed), { code: 'pdf-encrypted' });
  const huge = { size: 1024 ** 3, read: (_: number, length: number) => new Uint8Array(length) };
  const write = () => Promise.reject(new Error('too large to be asked'));
  await t.throwsAsync(normaliseDocument(write, { source: huge }), { code: 'not-a-pdf' });
  t.is(await normalise(handMade({ objects: plainObjects() })), null);
});

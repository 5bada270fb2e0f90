import test from 'ava';
import { equalBytes } from '../../common/bytes.ts';
import { Sm3 } from '../../common/crypto/sm3.ts';
import { sealDocument } from '../../seal/flow/seal-document.ts';
import { prepareParty } from '../../seal/flow/sealing-party.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { openDocument } from '../../seal/pdf/document.ts';
import { findForm, listSignatureFields } from '../../seal/pdf/form.ts';
import { findPage } from '../../seal/pdf/page.ts';
import { serialize } from '../../seal/pdf/serialize.ts';
import { asCount, isArray, isDict } from '../../seal/pdf/value.ts';
import { judge } from '../_harness/judges.ts';
import { AT, issue, sameTrust } from '../_harness/pki.ts';
import { handMade, hybrid, plainObjects } from './pdf/hand-made.ts';
import { makePdf, makeTestSeal, party, pki, qpdf, say, seal, sealBytes, signer, verifyBytes } from './world.ts';

const INPUTS: Readonly<Record<string, () => Promise<Uint8Array>>> = {
  'a classic table': () => makePdf({ pages: 2 }),
  'object streams': () => makePdf({ pages: 2, objectStreams: true }),
  'a form in a classic table': () => makePdf({ withForm: true }),
  'a form in object streams': () => makePdf({ withForm: true, objectStreams: true }),
  'a page turned by 90 degrees and cropped': () => makePdf({ rotate: 90, crop: [50, 60, 400, 600] }),
  'a page turned by 270 degrees': () => makePdf({ rotate: 270 }),
  'a hybrid file': async () => hybrid({ shape: 'beside' }),
  'a hybrid file by an office program': async () => hybrid({ shape: 'behind' }),
  'a header behind other bytes': async () => handMade({ objects: plainObjects(), before: '\n\n\n' }),
  'a Fields array of its own': async () =>
    handMade({
      objects: plainObjects({
        1: '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields 5 0 R /SigFlags 0 >> >>',
        5: '[6 0 R]',
        6: '<< /FT /Tx /T (Seal1) /V (taken) /Type /Annot /Subtype /Widget /Rect [0 0 9 9] /P 3 0 R >>',
        3: '<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Annots 7 0 R >>',
        7: '[6 0 R]',
      }),
    }),
};

for (const [what, make] of Object.entries(INPUTS)) {
  judge(
    test,
    'qpdf',
    'pdfsig',
  )(`ISO 32000: ${what} is sealed twice: bytes kept, same kind of cross-reference, judged clean`, async (t) => {
    const pdf = await make();
    const once = await sealBytes(pdf, { at: { xMm: 5, yMm: 5 } });
    const twice = await sealBytes(once, { at: {} });
    t.true(equalBytes(twice.subarray(0, once.length), once));
    t.true(equalBytes(once.subarray(0, pdf.length), pdf));
    const [before, after] = [pdf, twice].map((bytes) => openDocument(memorySource(bytes)));
    t.is(after!.sections[0]!.kind, before!.sections[0]!.kind);
    for (const key of ['Root', 'Info', 'ID']) {
      t.is(serialize(after!.trailer.map.get(key) ?? null), serialize(before!.trailer.map.get(key) ?? null), key);
    }
    t.regex(await say('qpdf', twice, '--check'), /No syntax or stream encoding errors/);
    const signatures = (await say('pdfsig', twice)).split('Signature #');
    t.is(signatures.length, 3);
    t.notRegex(signatures[1]!, /- Total document signed/);
    t.regex(signatures[2]!, /Total document signed/);
    const report = verifyBytes(twice);
    t.is(report.indication, 'TOTAL-PASSED', report.summary);
    t.is(report.signatures.length, 2);
  });
}

judge(test, 'qpdf')('ISO 32000: files by qpdf, with object streams and linearized, are sealed', async (t) => {
  for (const options of [['--object-streams=generate'], ['--linearize']]) {
    const sealed = await sealBytes(await qpdf(await makePdf({ pages: 3 }), ...options), { page: 3 });
    t.regex(await say('qpdf', sealed, '--check'), /No syntax or stream encoding errors/);
    t.is(verifyBytes(sealed).indication, 'TOTAL-PASSED');
  }
});

test('Five seals in sequence: each earlier one stays valid, one pass judges all', async (t) => {
  let pdf = await makePdf();
  for (let i = 0; i < 5; i++) pdf = await sealBytes(pdf, { at: { xMm: 10 + 30 * i, yMm: 100 } });
  const report = verifyBytes(pdf);
  t.is(report.indication, 'TOTAL-PASSED', report.summary);
  t.deepEqual(
    report.signatures.map(({ field, covers_whole_file: whole }) => `${field} ${whole}`),
    ['Seal1 false', 'Seal2 false', 'Seal3 false', 'Seal4 false', 'Seal5 true'],
  );
  t.deepEqual(
    report.changes_after_sealing,
    [2, 3, 4, 5].map((n) => `The signature field Seal${n} was added.`),
  );
});

test('ISO 32000: the form gets SigFlags 3, fields keep their place, names stay unique', async (t) => {
  const sealed = await sealBytes(await INPUTS['a Fields array of its own']!());
  const document = openDocument(memorySource(sealed));
  const form = findForm(document)!;
  t.is(asCount(form.map.get('SigFlags')), 3);
  const fields = document.resolve(form.map.get('Fields'));
  t.true(isArray(fields) && serialize(fields).startsWith('[6 0 R '));
  t.deepEqual(
    listSignatureFields(document).map(({ name }) => name),
    ['Seal2'],
  );
  t.true(isDict(findPage(document, 1).dict));
});

test('ISO 32000: the place may be on any page, and is refused off the page and on none', async (t) => {
  const pdf = await makePdf({ pages: 3 });
  t.is(verifyBytes(await sealBytes(pdf, { page: 3 })).indication, 'TOTAL-PASSED');
  await t.throwsAsync(sealBytes(pdf, { page: 4 }), { code: 'placement-invalid' });
  await t.throwsAsync(sealBytes(pdf, { at: { xMm: 190, yMm: 0 } }), { code: 'placement-invalid' });
});

test('ISO 32000: a certification that allows no change forbids another seal; one that allows signatures does not', async (t) => {
  const certified = (p: number) =>
    handMade({
      objects: plainObjects({
        1: '<< /Type /Catalog /Pages 2 0 R /Perms << /DocMDP 5 0 R >> >>',
        5: `<< /Type /Sig /Reference [<< /TransformMethod /DocMDP /TransformParams << /P ${p} >> >>] >>`,
      }),
    });
  await t.throwsAsync(sealBytes(certified(1)), { code: 'signature-forbidden' });
  await t.notThrowsAsync(sealBytes(certified(2)));
});

test('A hash that the caller kept while receiving gives the same digest', async (t) => {
  const pdf = await makePdf();
  const request = { source: memorySource(pdf), party, page: 1, placement: {}, time: AT };
  const plain = await sealDocument({ signer }, request);
  const inputHash = new Sm3().update(pdf);
  const kept = await sealDocument({ signer }, { ...request, inputHash });
  t.deepEqual(kept.dataHash, plain.dataHash);
  t.deepEqual(inputHash.digest(), new Sm3().update(pdf).digest(), 'the kept hash is not changed');
});

test('A sealing reads what it needs and never the whole document at once', async (t) => {
  const pdf = await makePdf({ attachmentBytes: 2_000_000 });
  const source = memorySource(pdf);
  let largest = 0;
  const watched = {
    size: source.size,
    read: (at: number, length: number) => {
      largest = Math.max(largest, length);
      return source.read(at, length);
    },
  };
  await sealDocument({ signer }, { source: watched, party, page: 1, placement: {}, time: AT });
  t.true(largest <= 256 * 1024, `${largest} bytes in one read`);
});

test('A signer that signs with another key is caught before anything leaves', async (t) => {
  const other = await issue('36010000000002', pki.authority);
  const wrong = { sign: (_: string, message: Uint8Array) => other.sign(message) };
  const request = { source: memorySource(await makePdf()), party, page: 1, placement: {}, time: AT };
  await t.throwsAsync(sealDocument({ signer: wrong }, request), { message: /did not pass its own verification/ });
});

test('GB/T 38540-2020: a certificate that the seal does not list, an expired seal and a changed one cannot seal', async (t) => {
  const other = await issue('36010000000002', pki.authority);
  const base = { seal: seal.raw, signerCertificate: pki.signer.certificate, chain: [], keyRef: 'k', now: AT };
  await t.throwsAsync(prepareParty({ ...base, signerCertificate: other.certificate }), {
    code: 'seal-not-usable',
    message: /does not list/,
  });
  await t.throwsAsync(prepareParty({ ...base, now: new Date('2031-01-01T00:00:00Z') }), { code: 'seal-not-usable' });
  const changed = Uint8Array.from(seal.raw);
  changed[changed.length - 1]! ^= 1;
  await t.throwsAsync(prepareParty({ ...base, seal: changed }), { code: 'seal-not-usable' });
  await t.throwsAsync(prepareParty({ ...base, seal: seal.raw.subarray(1) }), { code: 'seal-malformed' });
  const trust = sameTrust({ roots: [other.certificate], intermediates: [] });
  await t.throwsAsync(prepareParty({ ...base, trust }), { code: 'seal-not-usable', message: /does not pass/ });
});

test('Two seals of different signers on one document are judged each by its own chain', async (t) => {
  const second = await issue('36010000000002', pki.authority);
  const otherSeal = await makeTestSeal('36010000000002', [second]);
  const otherParty = await prepareParty({
    seal: otherSeal.raw,
    signerCertificate: second.certificate,
    chain: [pki.authority.certificate],
    keyRef: 'second',
    now: AT,
  });
  const once = await sealBytes(await makePdf());
  const request = { source: memorySource(once), party: otherParty, page: 1, placement: { xMm: 5, yMm: 5 }, time: AT };
  const { appended } = await sealDocument({ signer: { sign: (_, message) => second.sign(message) } }, request);
  const report = verifyBytes(new Uint8Array(Buffer.concat([once, appended])));
  t.is(report.indication, 'TOTAL-PASSED', report.summary);
  t.deepEqual(
    report.signatures.map((one) => one.seal?.esID),
    ['36010000000001', '36010000000002'],
  );
});

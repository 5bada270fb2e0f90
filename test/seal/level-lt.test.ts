// Levels LT and LTA: evidence in the document, time stamps over it, and what neither may bring along.
import test from 'ava';
import { concatBytes, toHex } from '../../common/bytes.ts';
import type { VerificationReport } from '../../common/contract/report.ts';
import { Sm3, sm3 } from '../../common/crypto/sm3.ts';
import { hashAround, preserveDocument } from '../../seal/flow/preserve-document.ts';
import { sealDocument } from '../../seal/flow/seal-document.ts';
import { verifyDocument } from '../../seal/flow/verify-document.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { openDocument } from '../../seal/pdf/document.ts';
import { IncrementalUpdate } from '../../seal/pdf/incremental-update.ts';
import { fillContents } from '../../seal/pdf/signature-dictionary.ts';
import { makeTimeStampUpdate } from '../../seal/pdf/time-stamp-update.ts';
import { readValidationData } from '../../seal/pdf/validation-data.ts';
import { array, dict, isDict, name, type PdfValue, withEntries } from '../../seal/pdf/value.ts';
import { judge } from '../_harness/judges.ts';
import { AT, issueTsa } from '../_harness/pki.ts';
import { evidenceOf, levels, listBy, lists, minutes, ocsp, sealAt, validation, verify } from './evidence-world.ts';
import { ascii, flip, makePdf, party, pki, say, sealBytes, signer, stamperOf, tsa } from './world.ts';

function preserve(pdf: Uint8Array, minute: number, isStamped = true, crls = lists): Promise<Uint8Array> {
  const stamper = isStamped ? stamperOf(tsa, { time: minutes(minute) }) : null;
  const prefix = new Sm3().update(pdf);
  const means = { evidence: evidenceOf(crls), trust: pki.trust, stamper, now: minutes(minute) };
  return preserveDocument({ source: memorySource(pdf), prefix, ...means });
}

const verdicts = (report: VerificationReport) => report.signatures.map(({ indication }) => indication);
const failed = (report: VerificationReport, i = 0) =>
  report.signatures[i]!.steps.filter(({ status }) => status === 'failed').map(
    (step) => `${step.name}: ${step.finding}`,
  );

const pdf = await makePdf();
const lt = await sealAt(pdf, 'LT');
const lta = await sealAt(pdf, 'LTA');

test('EN 319 142-1: level LT keeps certificates and evidence of signer, maker and time-stamp authority, by signature', (t) => {
  const document = openDocument(memorySource(lt));
  const store = readValidationData(document)!;
  t.is(store.fault, null);
  const kept = store.data.certificates.map(toHex);
  for (const { certificate } of [pki.signer, pki.maker, pki.authority, tsa])
    t.true(kept.includes(toHex(certificate.raw)));
  t.false(kept.includes(toHex(pki.root.certificate.raw)), 'a root is brought by the verifier');
  t.deepEqual([store.data.crls, store.data.ocspResponses], [lists, [ocsp]], 'each once');
  const dss = document.resolve(document.catalogue.map.get('DSS'));
  const vri = isDict(dss) ? document.resolve(dss.map.get('VRI')) : null;
  t.is(isDict(vri) && vri.map.size, 1);
  t.is(verify(lt).indication, 'TOTAL-PASSED');
  t.deepEqual(verify(lt).changes_after_sealing, ['Validation data (DSS) were added.']);
});

test('EN 319 142-1: level LTA adds a document time stamp, which is judged by its own kind and proves the time', (t) => {
  const report = verify(lta);
  t.is(report.indication, 'TOTAL-PASSED', report.summary);
  t.deepEqual(
    report.signatures.map(({ container }) => container),
    ['dual', 'time_stamp'],
  );
  const [seal, stamp] = report.signatures;
  t.true(stamp!.covers_whole_file);
  t.is(stamp!.signing_time, minutes(1).toISOString());
  t.is(stamp!.signer?.common_name, '测试时间戳服务');
  t.true(seal!.steps.some((step) => step.name === 'time-stamp-document' && step.status === 'passed'));
  t.regex(report.summary, /The seal passed/);
});

test('EN 319 142-1: the report names the level that each signature has reached, by what the document holds', async (t) => {
  t.deepEqual(levels(verify(await sealAt(pdf, 'B'))), ['B']);
  t.deepEqual(levels(verify(await sealAt(pdf, 'T'))), ['T']);
  t.deepEqual(levels(verify(lt)), ['LT']);
  t.deepEqual(levels(verify(lta)), ['LTA', null]);
  const second = await sealAt(lta, 'T', { minute: 2 });
  t.deepEqual(levels(verify(second)), ['LTA', null, 'LT'], 'the evidence of the first serves the second too');
  const sealed = await sealAt(pdf, 'T');
  const keptBy = async (crls: readonly Uint8Array[], isStamped = false) =>
    levels(verify(concatBytes(sealed, await preserve(sealed, 10, isStamped, [...crls]))))[0];
  t.is(await keptBy(lists), 'LT');
  t.is(await keptBy([]), 'T', 'no list');
  t.is(await keptBy(lists.slice(0, 1)), 'T', 'none for the authority itself');
  t.is(await keptBy([lists[1]!, await listBy({ ...pki.authority, sign: pki.signer.sign })]), 'T', 'a forged list');
  const revoked = [{ serial: pki.signer.certificate.serial, at: minutes(-30), reason: 'key-compromise' as const }];
  t.is(await keptBy([lists[1]!, await listBy(pki.authority, revoked)]), 'T', 'the signer was revoked before');
  t.is(await keptBy(lists, true), 'LTA');
  const unproved = verifyDocument(memorySource(lta), { trust: null, now: minutes(60) });
  t.deepEqual(levels(unproved), ['B', null], 'without roots no time is proved');
});

test('Every mode reaches LTA; a bare SES_Signature finds its authorities in the document', async (t) => {
  for (const mode of ['ses', 'cms'] as const) {
    const sealed = await sealAt(pdf, 'LTA', { mode });
    t.deepEqual(verdicts(verify(sealed)), ['TOTAL-PASSED', 'TOTAL-PASSED'], mode);
  }
  const ses = await sealAt(pdf, 'LTA', { mode: 'ses' });
  const rootsOnly = { roots: pki.trust.makers.roots, intermediates: [] };
  const trust = { makers: rootsOnly, signers: rootsOnly, timeStamping: rootsOnly };
  t.is(verifyDocument(memorySource(ses), { trust, now: minutes(60) }).indication, 'TOTAL-PASSED');
});

test('A document sealed at level B or T is preserved later, and renewed; evidence that is there is not repeated', async (t) => {
  for (const level of ['B', 'T'] as const) {
    const sealed = await sealAt(pdf, level);
    const once = concatBytes(sealed, await preserve(sealed, 10));
    t.deepEqual(verdicts(verify(once)), ['TOTAL-PASSED', 'TOTAL-PASSED']);
    t.is(verify(once).signatures[0]!.time_source, 'time_stamp');
    const added = await preserve(once, 20);
    const twice = concatBytes(once, added);
    const report = verify(twice);
    t.deepEqual(verdicts(report), ['TOTAL-PASSED', 'TOTAL-PASSED', 'TOTAL-PASSED'], report.summary);
    t.is(
      report.signatures[0]!.signing_time,
      minutes(level === 'T' ? 1 : 10).toISOString(),
      'the earliest stamp counts',
    );
    if (level === 'T') t.false(Buffer.from(added).includes('endstream'), 'no evidence is written a second time');
    t.true(added.length < 6_000, `${added.length} bytes`);
  }
  const complete = concatBytes(lt, await preserve(lt, 10, false));
  t.is(complete.length, lt.length, 'nothing to add');
});

test('ISO 32000-2: validation data and document time stamps are lawful under every certification', async (t) => {
  for (const certify of [1, 2, 3] as const) {
    const sealed = await sealAt(pdf, 'LTA', { certify });
    const report = verify(sealed);
    t.deepEqual(verdicts(report), ['TOTAL-PASSED', 'TOTAL-PASSED'], report.summary);
    const renewed = concatBytes(sealed, await preserve(sealed, 30));
    t.is(verify(renewed).indication, 'TOTAL-PASSED');
  }
});

/** The document with one more revision, in which `change` may put other objects in place. */
function update(pdf: Uint8Array, change: (update: IncrementalUpdate) => void): Uint8Array {
  const revision = new IncrementalUpdate(openDocument(memorySource(pdf)));
  change(revision);
  return concatBytes(pdf, revision.finish());
}

/** A DSS of these entries put into the catalogue. */
function withStore(pdf: Uint8Array, entries: (update: IncrementalUpdate) => readonly [string, PdfValue][]): Uint8Array {
  return update(pdf, (revision) => {
    const { document } = revision;
    revision.write(document.root, withEntries(document.catalogue, { DSS: dict(entries(revision)) }));
  });
}

const stream = (
  revision: IncrementalUpdate,
  bytes: Uint8Array,
  entries: readonly [string, PdfValue][] = [],
): PdfValue => {
  const reference = revision.reserve();
  revision.writeStream(reference, { header: dict(entries), stream: bytes });
  return reference;
};

test('A DSS that carries something else is found', async (t) => {
  const sealed = await sealAt(pdf, 'T');
  const certificate = pki.authority.certificate.raw;
  const lawful = withStore(sealed, (revision) => [['Certs', array([stream(revision, certificate)])]]);
  t.is(verify(lawful).indication, 'TOTAL-PASSED');
  const cases: readonly (readonly [string, (revision: IncrementalUpdate) => readonly [string, PdfValue][], RegExp])[] =
    [
      [
        'a picture',
        (r) => [
          ['Certs', array([stream(r, certificate)])],
          ['Images', array([])],
        ],
        /an entry Images/,
      ],
      ['no evidence', (r) => [['CRLs', array([stream(r, ascii('<html>'))])]], /none of its crls/],
      ['a list as OCSP', (r) => [['OCSPs', array([stream(r, lists[0]!)])]], /none of its ocspResponses/],
      [
        'behind the evidence',
        (r) => [['Certs', array([stream(r, concatBytes(certificate, ascii('x')))])]],
        /none of its/,
      ],
      [
        'a drawing',
        (r) => [['Certs', array([stream(r, certificate, [['Subtype', name('Form')]])])]],
        /an entry Subtype/,
      ],
      ['a page', (r) => [['Certs', array([r.document.root])]], /lists object/],
      [
        'in the VRI',
        (r) => [['VRI', dict([['Seal1', dict([['Cert', array([stream(r, certificate)])]])]])]],
        /an entry Seal1/,
      ],
    ];
  for (const [what, entries, found] of cases) {
    const report = verify(withStore(sealed, entries));
    t.is(report.indication, 'TOTAL-FAILED', what);
    t.regex(failed(report).join(' '), /catalogue/, what);
    t.regex(readValidationData(openDocument(memorySource(withStore(sealed, entries))))!.fault!, found, what);
  }
  const hidden = update(lawful, (revision) => stream(revision, ascii('anything')));
  t.regex(failed(verify(hidden)).join(' '), /behind every signature/);
  const emptied = update(lt, (revision) =>
    revision.write(revision.document.root, withEntries(revision.document.catalogue, { DSS: undefined })),
  );
  t.regex(failed(verify(emptied)).join(' '), /behind every signature/);
  const afterStamp = update(lta, (revision) =>
    revision.write(revision.document.root, withEntries(revision.document.catalogue, { DSS: undefined })),
  );
  t.regex(failed(verify(afterStamp), 1).join(' '), /the catalogue/);
});

test('Something else beside a DSS in the same revision is found', async (t) => {
  const sealed = await sealAt(pdf, 'T');
  const both = update(sealed, (revision) => {
    const { document } = revision;
    const store = dict([['Certs', array([stream(revision, pki.authority.certificate.raw)])]]);
    revision.write(document.root, withEntries(document.catalogue, { DSS: store, OpenAction: dict([]) }));
  });
  t.is(verify(both).indication, 'TOTAL-FAILED');
  const extended = update(sealed, (revision) => {
    const { document } = revision;
    const store = dict([['Certs', array([stream(revision, pki.authority.certificate.raw)])]]);
    const extensions = dict([['ESIC', dict([['BaseVersion', name('1.7')]])]]);
    revision.write(document.root, withEntries(document.catalogue, { DSS: store, Extensions: extensions }));
  });
  t.is(verify(extended).indication, 'TOTAL-PASSED', 'the extension that announces a DSS');
});

test('RFC 3161: a document time stamp that is forged, by a wrong authority, or over other bytes fails by its own steps', async (t) => {
  const sealed = await sealAt(pdf, 'T');
  const stamped = async (change: Parameters<typeof stamperOf>[1], by = tsa) => {
    const revision = makeTimeStampUpdate(openDocument(memorySource(sealed)), 2_000);
    const digest = hashAround(new Sm3().update(sealed), revision);
    fillContents(revision, await stamperOf(by, { time: minutes(5), ...change }).stampDigest(digest));
    return concatBytes(sealed, revision.appended);
  };
  const good = verify(await stamped({}));
  t.deepEqual(verdicts(good), ['TOTAL-PASSED', 'TOTAL-PASSED']);
  const expired = await issueTsa(pki.authority, { notAfter: new Date('2026-05-01T00:00:00Z') });
  const wrong = await Promise.all([stamped({}, pki.signer), stamped({}, expired), stamped({ time: minutes(90) })]);
  const steps = ['certificate-usage', 'certificate-period', 'order'];
  for (const [i, document] of wrong.entries()) {
    const report = verify(document);
    t.deepEqual(verdicts(report), ['TOTAL-PASSED', 'TOTAL-FAILED']);
    t.true(failed(report, 1).join().startsWith(`document-time-stamp-${steps[i]}`), failed(report, 1).join());
    t.false(report.signatures[0]!.steps.some((step) => step.name === 'time-stamp-document'));
  }
  const elsewhere = verify(await stamped({ digest: sm3(ascii('another document')) }));
  t.regex(failed(elsewhere, 1).join(), /document-time-stamp-imprint/);
  const lying = { ...stamperOf(), stampDigest: () => stamperOf().stamp(ascii('another document')) };
  const request = { source: memorySource(sealed), prefix: new Sm3().update(sealed), ...validation, now: AT };
  await t.throwsAsync(preserveDocument({ ...request, stamper: lying }), { message: /did not pass its own/ });
  const changed = verify(flip(await stamped({}), 30));
  t.deepEqual(verdicts(changed), ['TOTAL-FAILED', 'TOTAL-FAILED']);
  t.regex(failed(changed, 1).join(), /document-time-stamp-imprint: The document was changed/);
  t.is(changed.signatures[1]!.integrity.status, 'failed');
});

test('A stamp over a document cannot be earlier than the seal under it says', async (t) => {
  const sealed = await sealAt(pdf, 'B', { minute: 30 });
  const early = concatBytes(sealed, await preserve(sealed, 10));
  t.regex(failed(verify(early)).join(), /time-stamp-document: It says .* earlier/);
});

test('Twenty seals and a document time stamp over all of them', async (t) => {
  let document = pdf;
  for (let i = 0; i < 20; i++) document = await sealAt(document, i % 2 === 0 ? 'LT' : 'T', { minute: i });
  document = concatBytes(document, await preserve(document, 40));
  const report = verify(document);
  t.is(report.signatures.length, 21);
  t.is(report.indication, 'TOTAL-PASSED', report.summary);
  t.regex(report.summary, /All 20 seals passed/);
});

judge(
  test,
  'qpdf',
  'pdfsig',
)('qpdf finds every level clean, and pdfsig the whole document signed, seal and time stamp', async (t) => {
  const xrefStream = await sealAt(await makePdf({ objectStreams: true }), 'LTA');
  for (const document of [lt, lta, concatBytes(lta, await preserve(lta, 20)), xrefStream]) {
    t.regex(await say('qpdf', document, '--check'), /No syntax or stream encoding errors/);
  }
  for (const { byte_range: range } of verify(lta).signatures) {
    const revision = lta.subarray(0, range![2] + range![3]);
    t.regex((await say('pdfsig', revision)).split('Signature #').at(-1)!, /- Total document signed/);
  }
});

test('Levels LT and LTA ask for an authority and a source of evidence before the key is used', async (t) => {
  const request = { source: memorySource(pdf), party, placement: {}, time: AT, level: 'LT' as const };
  let uses = 0;
  const counting = {
    sign: (key: string, message: Uint8Array) => {
      uses += 1;
      return signer.sign(key, message);
    },
  };
  await t.throwsAsync(sealDocument({ signer: counting }, request), { code: 'time-stamp-unavailable' });
  await t.throwsAsync(sealDocument({ signer: counting, stamper: stamperOf() }, request), {
    code: 'validation-data-unavailable',
  });
  t.is(uses, 0);
  t.is((await sealBytes(pdf)).length > pdf.length, true);
});

test('RFC 5280: evidence in the document counts at the proved time: revoked before fails the seal, revoked later does not', async (t) => {
  const sealed = await sealAt(pdf, 'T');
  const judgeWith = async (minute: number) => {
    const revoked = [{ serial: pki.signer.certificate.serial, at: minutes(minute), reason: 'key-compromise' as const }];
    const crls = [lists[1]!, await listBy(pki.authority, revoked, 30)];
    return verify(concatBytes(sealed, await preserve(sealed, 31, false, crls)));
  };
  const before = await judgeWith(-30);
  t.deepEqual([before.indication, before.sub_indication], ['TOTAL-FAILED', 'REVOKED']);
  const later = await judgeWith(20);
  t.is(later.indication, 'TOTAL-PASSED', later.summary);
});

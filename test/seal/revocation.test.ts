// Revocation in the verdict on a sealed document (GB/T 38540-2020, GM/T 0031-2025, RFC 3161): signer, maker and
// time-stamp authority, each at its right time, with and without a time that is proved.
import test from 'ava';
import type { SignatureReport } from '../../common/contract/report.ts';
import type { CrlReason } from '../../common/pki/certificate-list.ts';
import { NO_EVIDENCE, type RevocationEvidence } from '../../common/pki/revocation.ts';
import { withEvidence, withRevocation } from '../../common/pki/trust-stores.ts';
import { prepareSeal } from '../../seal/flow/party-cache.ts';
import { verifyDocument } from '../../seal/flow/verify-document.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { makeSeal } from '../../seal/ses/make-seal.ts';
import { verifySeal } from '../../seal/ses/verify-seal.ts';
import { AT, listOf, responseOf } from '../_harness/pki.ts';
import { makePdf, pki, seal, sealBytes, stamperOf, tsa } from './world.ts';

const hours = (count: number) => new Date(AT.getTime() + count * 3_600_000);
/** An hour after sealing. */
const NOW = hours(1);
const pdf = await makePdf();
const claimed = await sealBytes(pdf);
const stamped = await sealBytes(pdf, { stamper: stamperOf() });

type Who = 'signer' | 'maker' | 'tsa';
const CERTIFICATES = { signer: pki.signer.certificate, maker: pki.maker.certificate, tsa: tsa.certificate };

/** Lists of both authorities; of the lower one with these revoked. */
async function evidence(
  revoked: readonly { readonly who: Who; readonly at: Date; readonly reason?: CrlReason }[] = [],
  thisUpdate = hours(0.5),
): Promise<RevocationEvidence> {
  const entries = revoked.map(({ who, at, reason = 'superseded' }) => ({
    serial: CERTIFICATES[who].serial,
    at,
    reason,
  }));
  const week = new Date(thisUpdate.getTime() + 7 * 86_400_000);
  const times = { thisUpdate, nextUpdate: week };
  return { crls: [await listOf(pki.authority, entries, times), await listOf(pki.root, [], times)], ocspResponses: [] };
}

function judge(document: Uint8Array, given: RevocationEvidence, isRequired = true, now = NOW): SignatureReport {
  const trust = withRevocation(pki.trust, { evidence: given, isRequired, now });
  return verifyDocument(memorySource(document), { trust, now }).signatures[0]!;
}

const verdict = ({ indication, sub_indication: sub }: SignatureReport) => (sub ? `${indication} ${sub}` : indication);
const stateOf = ({ steps }: SignatureReport, who: string) =>
  steps.find(({ name }) => name === `${who}-certificate-revocation`)!.status;
const failed = ({ steps }: SignatureReport) =>
  steps.filter(({ status }) => status === 'failed').map(({ name }) => name);

test('with lists of every authority: TOTAL-PASSED, the step passed for signer, maker and time-stamp authority', async (t) => {
  const report = judge(stamped, await evidence());
  t.is(verdict(report), 'TOTAL-PASSED');
  for (const who of ['signer', 'maker', 'time-stamp']) t.is(stateOf(report, who), 'passed', who);
  t.is(verdict(judge(claimed, await evidence())), 'TOTAL-PASSED');
});

test('what is missing is INDETERMINATE where it is required, and said where it is not', async (t) => {
  t.is(verdict(judge(stamped, NO_EVIDENCE)), 'INDETERMINATE TRY_LATER');
  const { crls } = await evidence();
  t.is(
    verdict(judge(stamped, { crls: crls.slice(0, 1), ocspResponses: [] })),
    'INDETERMINATE TRY_LATER',
    'no list of the root',
  );
  const said = judge(stamped, NO_EVIDENCE, false);
  t.is(verdict(said), 'TOTAL-PASSED');
  t.is(stateOf(said, 'signer'), 'not_checked');
  t.is(verdict(judge(stamped, await evidence(), true, hours(1000))), 'INDETERMINATE TRY_LATER', 'stale');
});

test('an OCSP response stands in for a list; what a document brings counts beside what is at hand', async (t) => {
  const responses = await Promise.all(
    Object.values(CERTIFICATES).map((certificate) => responseOf(certificate, pki.authority)),
  );
  const { crls } = await evidence();
  const given = { crls: crls.slice(1), ocspResponses: responses };
  t.is(verdict(judge(stamped, given)), 'TOTAL-PASSED');
  const trust = withRevocation(pki.trust, { evidence: NO_EVIDENCE, isRequired: true, now: NOW });
  const source = memorySource(stamped);
  const judged = (stores: typeof trust) => verifyDocument(source, { trust: stores, now: NOW }).indication;
  t.is(judged(trust), 'INDETERMINATE');
  t.is(judged(withEvidence(trust, given)), 'TOTAL-PASSED');
});

test('GB/T 38540-2020: a signer revoked before signing is invalid, by a claimed and by a proved time', async (t) => {
  const before = await evidence([{ who: 'signer', at: hours(-1) }]);
  t.is(verdict(judge(claimed, before)), 'TOTAL-FAILED REVOKED');
  t.is(verdict(judge(stamped, before)), 'TOTAL-FAILED REVOKED');
  t.deepEqual(failed(judge(stamped, before)), ['signer-certificate-revocation']);
  t.is(verdict(judge(stamped, before, false)), 'TOTAL-FAILED REVOKED', 'required or not');
});

test('GB/T 38540-2020: a signer revoked after signing: passed where a time stamp proves it, else open', async (t) => {
  const after = await evidence([{ who: 'signer', at: hours(0.2), reason: 'key-compromise' }]);
  t.is(verdict(judge(stamped, after)), 'TOTAL-PASSED');
  t.is(verdict(judge(claimed, after)), 'INDETERMINATE REVOKED_NO_POE');
});

test('GB/T 38540-2020: a maker revoked before the seal is used makes it invalid, revoked later not', async (t) => {
  const report = judge(stamped, await evidence([{ who: 'maker', at: hours(-1) }]));
  t.is(verdict(report), 'TOTAL-FAILED REVOKED');
  t.is(report.seal_status.status, 'failed');
  t.is(verdict(judge(stamped, await evidence([{ who: 'maker', at: hours(0.2) }]))), 'TOTAL-PASSED');
});

test('GM/T 0031-2025: a maker revoked after createDate is a notice in V5, revoked before it is fatal', async (t) => {
  const created = new Date('2026-01-02T00:00:00Z');
  const { picture, property, esID } = seal.content;
  const v5 = await makeSeal({
    version: 5,
    esID,
    name: property.name,
    type: 1,
    vendor: 'Xinji',
    picture,
    signers: [pki.signer.certificate],
    validStart: created,
    validEnd: property.validEnd,
    makerCertificate: pki.maker.certificate,
    sign: pki.maker.sign,
    now: created,
  });
  const of = async (at: Date) => {
    const given = await evidence([{ who: 'maker', at }]);
    const trust = withRevocation(pki.trust, { evidence: given, isRequired: true, now: NOW });
    const { status, subIndication } = verifySeal(v5, { trust, at: AT, now: NOW });
    return `${status} ${subIndication ?? ''}`.trim();
  };
  t.is(await of(new Date('2026-02-01T00:00:00Z')), 'passed');
  t.is(await of(new Date('2026-01-01T12:00:00Z')), 'failed REVOKED');
});

test('RFC 3161: of a time-stamp authority revoked since, earlier tokens hold unless its key may have been misused', async (t) => {
  const of = async (reason: CrlReason, at = hours(0.2)) => judge(stamped, await evidence([{ who: 'tsa', at, reason }]));
  t.is(verdict(await of('superseded')), 'TOTAL-PASSED');
  t.is(verdict(await of('cessation-of-operation')), 'TOTAL-PASSED');
  t.is(verdict(await of('key-compromise')), 'INDETERMINATE REVOKED_NO_POE');
  t.is(verdict(await of('privilege-withdrawn')), 'INDETERMINATE REVOKED_NO_POE');
  t.is(verdict(await of('superseded', hours(-1))), 'TOTAL-FAILED REVOKED');
  // A token that does not hold proves no time: then the signer's later revocation is not excused by it.
  const both = await evidence([
    { who: 'tsa', at: hours(0.2), reason: 'key-compromise' },
    { who: 'signer', at: hours(0.3) },
  ]);
  t.is(verdict(judge(stamped, both)), 'INDETERMINATE REVOKED_NO_POE');
});

test('an authority between that was revoked takes everything below it along', async (t) => {
  const { crls } = await evidence();
  const entry = { serial: pki.authority.certificate.serial, at: hours(-1), reason: 'ca-compromise' as const };
  const given = { crls: [crls[0]!, await listOf(pki.root, [entry])], ocspResponses: [] };
  t.is(verdict(judge(stamped, given)), 'TOTAL-FAILED REVOKED');
});

test('GB/T 38540-2020: with a revoked signer or maker nothing is sealed; what is not known blocks nothing', async (t) => {
  const prepare = (given: RevocationEvidence) =>
    prepareSeal(
      {
        certificateOf: async () => pki.signer.certificate,
        chain: [pki.authority.certificate],
        trust: pki.trust,
        revocation: async () => ({ evidence: given, isRequired: true }),
      },
      { esID: seal.content.esID, eseal: seal.raw, keyRef: 'signer-1' },
      NOW,
    );
  t.is((await prepare(await evidence())).keyRef, 'signer-1');
  t.is((await prepare(NO_EVIDENCE)).keyRef, 'signer-1');
  for (const who of ['signer', 'maker'] as const) {
    const given = await evidence([{ who, at: hours(0.2) }]);
    await t.throwsAsync(prepare(given), { code: 'seal-not-usable', message: /Revoked on/ });
  }
});

// Trust by purpose: one root, three authorities below it, and each is trusted for one thing only.
import test from 'ava';
import type { SignatureReport } from '../../common/contract/report.ts';
import type { TrustStores } from '../../common/pki/trust-stores.ts';
import { verifyTrusted } from '../../common/pki/verify-trusted.ts';
import { prepareParty } from '../../seal/flow/sealing-party.ts';
import { verifyDocument } from '../../seal/flow/verify-document.ts';
import { memorySource } from '../../seal/pdf/byte-source.ts';
import { AT, issue, issueAuthority, issueTsa, type Party } from '../_harness/pki.ts';
import { makePdf, makeTestSeal, sealBytes, stamperOf } from './world.ts';

const root = await issueAuthority('根', null, 1);
const [forMakers, forSigners, forTime] = await Promise.all(
  ['制章者机构', '签章者机构', '时间戳机构'].map((name) => issueAuthority(name, root)),
);
const [maker, signer, tsa] = [
  await issue('制章者', forMakers!),
  await issue('36010000000001', forSigners!),
  await issueTsa(forTime!),
];
const authorities = [forMakers!, forSigners!, forTime!].map(({ certificate }) => certificate);
const store = (...trusted: readonly Party[]) => ({
  roots: trusted.map(({ certificate }) => certificate),
  intermediates: [],
});
const TRUST: TrustStores = { makers: store(forMakers!), signers: store(forSigners!), timeStamping: store(forTime!) };

type Cast = { readonly maker?: Party; readonly signer?: Party; readonly tsa?: Party };

/** A document sealed by this cast and judged against the three stores. */
async function judge(cast: Cast, trust: TrustStores = TRUST): Promise<SignatureReport> {
  const by = { maker, signer, tsa, ...cast };
  const party = await prepareParty({
    seal: (await makeTestSeal('36010000000001', [by.signer], by.maker)).raw,
    signerCertificate: by.signer.certificate,
    chain: authorities,
    keyRef: 'any',
    now: AT,
  });
  const sealed = await sealBytes(await makePdf(), { party, signer: by.signer, stamper: stamperOf(by.tsa) });
  return verifyDocument(memorySource(sealed), { trust, now: AT }).signatures[0]!;
}

const failed = ({ steps }: SignatureReport) =>
  steps.filter(({ status }) => status === 'failed').map(({ name, sub_indication: sub }) => `${name} ${sub}`);

test('each under its own store: passed, though the root itself is trusted by none', async (t) => {
  const report = await judge({});
  t.deepEqual(failed(report), []);
  t.is(report.indication, 'TOTAL-PASSED');
});

test("a signer's certificate cannot make a seal: trusted for documents is not trusted for seals", async (t) => {
  const report = await judge({ maker: await issue('自己制章', forSigners!) });
  t.is(`${report.indication} ${report.sub_indication}`, 'TOTAL-FAILED CHAIN_CONSTRAINTS_FAILURE');
  t.deepEqual(failed(report), ['maker-certificate-chain CHAIN_CONSTRAINTS_FAILURE']);
  t.regex(report.seal_status.finding, /trusted for document-signing, not for seal-making/);
});

test("a maker's certificate signs no document, and neither stamps times", async (t) => {
  const signed = await judge({ signer: await issue('36010000000001', forMakers!) });
  t.deepEqual(failed(signed), ['signer-certificate-chain CHAIN_CONSTRAINTS_FAILURE']);
  t.is(signed.indication, 'TOTAL-FAILED');
  const stamped = await judge({ tsa: await issueTsa(forSigners!) });
  t.deepEqual(failed(stamped), ['time-stamp-certificate-chain CHAIN_CONSTRAINTS_FAILURE']);
  t.is(stamped.indication, 'TOTAL-FAILED');
});

test('one under no store leaves the question open', async (t) => {
  const stranger = await issue('陌生制章者', await issueAuthority('陌生机构', null));
  const report = await judge({ maker: stranger });
  t.is(`${report.indication} ${report.sub_indication}`, 'INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND');
  t.is((await judge({}, { ...TRUST, makers: store() })).indication, 'INDETERMINATE');
});

test('RFC 5280: an authority that is trusted is judged at the time of use like every certificate below it', (t) => {
  const at = (time: string) => verifyTrusted(TRUST, 'signers', signer.certificate, new Date(time)).subIndication;
  t.is(at('2026-06-01T00:00:00Z'), undefined);
  t.is(at('2025-12-31T23:59:59Z'), 'NOT_YET_VALID');
  t.is(at('2036-01-01T00:00:01Z'), 'EXPIRED');
});

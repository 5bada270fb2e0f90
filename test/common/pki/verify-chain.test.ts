import test from 'ava';
import { parseDer } from '../../../common/asn1/der.ts';
import { derSequence } from '../../../common/asn1/der-write.ts';
import { type Certificate, parseCertificate } from '../../../common/pki/certificate.ts';
import { OID } from '../../../common/pki/oids.ts';
import { type ChainQuestion, verifyChain } from '../../../common/pki/verify-chain.ts';
import { AT, issue, issueAuthority, makeTestPki } from '../../_harness/pki.ts';

const pki = await makeTestPki();

const ask = (leaf: Certificate, overrides: Partial<ChainQuestion> = {}) =>
  verifyChain({ leaf, ...pki.chainTrust, at: AT, usage: 'document-signing', ...overrides });

test('RFC 5280: a good chain passes every step, revocation is said to be unchecked', (t) => {
  const report = ask(pki.signer.certificate);
  t.is(report.status, 'passed');
  t.is(report.subIndication, undefined);
  t.deepEqual(
    report.chain.map(({ commonName }) => commonName),
    ['36010000000001', '测试签发机构', '测试根'],
  );
  t.deepEqual(
    report.steps.map(({ name, status }) => `${name} ${status}`),
    [
      'certificate-signatures passed',
      'certificate-chain passed',
      'certificate-period passed',
      'certificate-constraints passed',
      'certificate-usage passed',
      'certificate-revocation not_checked',
    ],
  );
});

test('the order and number of intermediates do not matter, nor that the root is among them', (t) => {
  const intermediates = [pki.signer.certificate, pki.root.certificate, pki.authority.certificate];
  t.is(ask(pki.signer.certificate, { intermediates }).status, 'passed');
});

test('an expired certificate fails, at the time T and not now', (t) => {
  const report = ask(pki.signer.certificate, { at: new Date('2036-01-01T00:00:01Z') });
  t.is(report.status, 'failed');
  t.is(report.subIndication, 'EXPIRED');
  t.is(ask(pki.signer.certificate, { at: new Date('2036-01-01T00:00:00Z') }).status, 'passed');
});

test('a certificate that is not yet valid fails', (t) => {
  const report = ask(pki.signer.certificate, { at: new Date('2025-12-31T23:59:59Z') });
  t.is(report.subIndication, 'NOT_YET_VALID');
});

test('an expired authority fails the chain', async (t) => {
  const old = await issue('旧机构', pki.root, {
    ca: { pathLength: 0 },
    keyUsage: ['keyCertSign'],
    notAfter: new Date('2026-02-01T00:00:00Z'),
  });
  const leaf = await issue('x', old);
  t.is(ask(leaf.certificate, { intermediates: [old.certificate] }).subIndication, 'EXPIRED');
});

test('a leaf without signature usage, or with none given, fails', async (t) => {
  for (const keyUsage of [['keyEncipherment'], []] as const) {
    const leaf = await issue('x', pki.authority, { keyUsage });
    const report = ask(leaf.certificate);
    t.is(report.status, 'failed');
    t.is(report.subIndication, 'CHAIN_CONSTRAINTS_FAILURE');
  }
});

test('an authority certificate cannot sign documents or make seals', (t) => {
  for (const usage of ['document-signing', 'seal-making'] as const) {
    const report = ask(pki.authority.certificate, { usage });
    t.is(report.subIndication, 'CHAIN_CONSTRAINTS_FAILURE');
  }
});

test('RFC 3161: only a certificate for time stamps alone, critically, makes time stamps, and it signs nothing else', async (t) => {
  const tsa = await issue('tsa', pki.authority, { extendedKeyUsage: [OID.timeStamping] });
  const wide = await issue('wide', pki.authority, { extendedKeyUsage: [OID.timeStamping, '1.3.6.1.5.5.7.3.1'] });
  t.is(ask(tsa.certificate, { usage: 'time-stamping' }).status, 'passed');
  t.is(ask(tsa.certificate).subIndication, 'CHAIN_CONSTRAINTS_FAILURE');
  t.is(ask(wide.certificate, { usage: 'time-stamping' }).status, 'failed');
  t.is(ask(pki.signer.certificate, { usage: 'time-stamping' }).status, 'failed');
});

test('an issuer without the CA flag fails, although its signature is right', async (t) => {
  const forged = await issue('forged', pki.signer);
  const report = ask(forged.certificate, { intermediates: [pki.authority.certificate, pki.signer.certificate] });
  t.is(report.status, 'failed');
  t.is(report.subIndication, 'CHAIN_CONSTRAINTS_FAILURE');
  t.regex(report.steps.find(({ name }) => name === 'certificate-constraints')?.finding ?? '', /no authority/);
});

test('an authority without keyCertSign fails', async (t) => {
  const odd = await issue('odd', pki.root, { ca: { pathLength: 0 }, keyUsage: ['digitalSignature'] });
  const leaf = await issue('x', odd);
  t.is(ask(leaf.certificate, { intermediates: [odd.certificate] }).subIndication, 'CHAIN_CONSTRAINTS_FAILURE');
});

test('a chain longer than a path length allows fails', async (t) => {
  const below = await issueAuthority('下级', pki.authority, 0);
  const leaf = await issue('x', below);
  const report = ask(leaf.certificate, { intermediates: [pki.authority.certificate, below.certificate] });
  t.is(report.subIndication, 'CHAIN_CONSTRAINTS_FAILURE');
  t.regex(report.steps.find(({ name }) => name === 'certificate-constraints')?.finding ?? '', /allows 0 authorities/);
});

test('an unknown root, no root, or a missing intermediate leaves the question open', async (t) => {
  const stranger = await issueAuthority('他人的根', null, 1);
  for (const trust of [{ roots: [stranger.certificate] }, { roots: [] }, { intermediates: [] }]) {
    const report = ask(pki.signer.certificate, trust);
    t.is(report.status, 'indeterminate');
    t.is(report.subIndication, 'NO_CERTIFICATE_CHAIN_FOUND');
  }
});

test('an untrusted chain that is also expired has failed', (t) => {
  const report = ask(pki.signer.certificate, { roots: [], at: new Date('2040-01-01T00:00:00Z') });
  t.is(report.status, 'failed');
  t.is(report.subIndication, 'EXPIRED');
});

test('a changed TBS fails, and a root of the same name with another key does not sign for it', async (t) => {
  const { raw, tbsRaw } = pki.signer.certificate;
  const [, algorithm, signature] = parseDer(raw).children;
  const tbs = Uint8Array.from(tbsRaw);
  const digit = Buffer.from(tbs).indexOf('36010000000001');
  tbs[digit + 13] = 0x32;
  const changed = parseCertificate(derSequence(tbs, algorithm!.raw, signature!.raw));
  t.is(changed.commonName, '36010000000002');
  const report = ask(changed);
  t.is(report.status, 'failed');
  t.is(report.subIndication, 'SIG_CRYPTO_FAILURE');
  const twin = await issue('测试签发机构', null, {
    subject: pki.authority.name,
    ca: { pathLength: 0 },
    keyUsage: ['keyCertSign'],
  });
  const fooled = ask(pki.signer.certificate, { roots: [twin.certificate], intermediates: [] });
  t.not(fooled.status, 'passed');
});

test('a critical extension that is not understood fails', (t) => {
  const leaf = pki.signer.certificate;
  const odd = { oid: '1.2.3.4', critical: true, value: new Uint8Array() };
  const report = ask({ ...leaf, extensions: [...leaf.extensions, odd] });
  t.is(report.subIndication, 'CHAIN_CONSTRAINTS_FAILURE');
  t.is(ask({ ...leaf, extensions: [...leaf.extensions, { ...odd, critical: false }] }).status, 'passed');
});

test('authorities that sign each other in a ring end the search', async (t) => {
  const a = await issueAuthority('甲', null, 8);
  const b = await issueAuthority('乙', a, 8);
  const aByB = await issue('甲', b, {
    subject: a.name,
    publicKey: a.key.publicKey,
    ca: { pathLength: 8 },
    keyUsage: ['keyCertSign'],
  });
  const leaf = await issue('x', a);
  const report = ask(leaf.certificate, { intermediates: [b.certificate, aByB.certificate, a.certificate] });
  t.is(report.status, 'indeterminate');
});

test('many authorities of one name and key that sign each other cost a bounded search', async (t) => {
  const a = await issueAuthority('甲', null, 8);
  const twin = {
    subject: a.name,
    publicKey: a.key.publicKey,
    ca: { pathLength: 8 },
    keyUsage: ['keyCertSign'],
  } as const;
  const twins = await Promise.all(Array.from({ length: 30 }, () => issue('甲', a, twin)));
  const leaf = await issue('x', a);
  const report = ask(leaf.certificate, { intermediates: twins.map(({ certificate }) => certificate) });
  t.is(report.status, 'indeterminate');
  t.true(report.chain.length <= 8);
});

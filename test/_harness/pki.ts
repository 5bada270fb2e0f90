// A small PKI in memory for tests: root, one authority, a seal maker, a signer, and whatever siblings a test asks for.
// Valid from 2026-01-01 to 2036-01-01; tests judge at `AT`.
import { generateSm2KeyPair, importSm2PrivateKey, type Sm2PrivateKey, signSm2 } from '../../common/crypto/sm2.ts';
import { makeCertId } from '../../common/pki/cert-id.ts';
import type { Certificate } from '../../common/pki/certificate.ts';
import { type CertificateListOrder, makeCertificateList } from '../../common/pki/certificate-list.ts';
import { type CertificateRequest, makeCertificate } from '../../common/pki/make-certificate.ts';
import type { NamePart } from '../../common/pki/name.ts';
import { makeOcspResponse, type OcspResponseOrder } from '../../common/pki/ocsp-response.ts';
import { OID } from '../../common/pki/oids.ts';
import type { TrustStores } from '../../common/pki/trust-stores.ts';
import type { Trust } from '../../common/pki/verify-chain.ts';

export const AT = new Date('2026-06-01T08:00:00Z');

export type Party = {
  readonly key: Sm2PrivateKey;
  readonly certificate: Certificate;
  readonly name: readonly NamePart[];
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
};

export type TestPki = {
  readonly root: Party;
  readonly authority: Party;
  readonly maker: Party;
  readonly signer: Party;
  /** The root, for every purpose. */
  readonly trust: TrustStores;
  readonly chainTrust: Trust;
};

let lastSerial = 0x1000;

/** One party certified by `issuer` (by itself when null); `overrides` make the sibling. */
export async function issue(
  commonName: string,
  issuer: Party | null,
  overrides: Partial<CertificateRequest> = {},
): Promise<Party> {
  const key = importSm2PrivateKey(generateSm2KeyPair().privateKeyPem);
  const name: readonly NamePart[] = [
    { type: 'C', value: 'CN' },
    { type: 'O', value: '测试机构' },
    { type: 'CN', value: commonName },
  ];
  lastSerial += 1;
  const certificate = await makeCertificate({
    subject: name,
    issuer: issuer?.name ?? name,
    serial: lastSerial.toString(16),
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2036-01-01T00:00:00Z'),
    publicKey: key.publicKey,
    issuerKey: issuer?.key ?? key,
    ca: null,
    keyUsage: ['digitalSignature', 'nonRepudiation'],
    ...overrides,
  });
  return { key, certificate, name, sign: async (message) => signSm2(key, message) };
}

/** An authority below `issuer`, or a root. */
export function issueAuthority(commonName: string, issuer: Party | null, pathLength = 0): Promise<Party> {
  return issue(commonName, issuer, { ca: { pathLength }, keyUsage: ['keyCertSign', 'cRLSign'] });
}

/** A time-stamp authority below `issuer`: extended key usage for time stamps, critical, alone. */
export function issueTsa(issuer: Party, overrides: Partial<CertificateRequest> = {}): Promise<Party> {
  return issue('测试时间戳服务', issuer, { extendedKeyUsage: [OID.timeStamping], ...overrides });
}

/** A revocation list of `issuer`, as of `AT` and for a week unless told. */
export function listOf(
  issuer: Party,
  revoked: CertificateListOrder['revoked'] = [],
  overrides: Partial<CertificateListOrder> = {},
): Promise<Uint8Array> {
  const week = new Date(AT.getTime() + 7 * 86_400_000);
  const { certificate, sign } = issuer;
  return makeCertificateList({
    issuer: certificate,
    number: 1,
    thisUpdate: AT,
    nextUpdate: week,
    revoked,
    sign,
    ...overrides,
  });
}

/** An OCSP response by `responder` about `certificate` of `issuer`, as of `AT` and for a day unless told. */
export function responseOf(
  certificate: Certificate,
  issuer: Party,
  responder: Party = issuer,
  single: Partial<OcspResponseOrder['singles'][number]> = {},
  overrides: Partial<OcspResponseOrder> = {},
): Promise<Uint8Array> {
  const base = { thisUpdate: AT, nextUpdate: new Date(AT.getTime() + 86_400_000), status: 'good' as const };
  return makeOcspResponse({
    responder: responder.certificate,
    producedAt: AT,
    singles: [{ id: makeCertId(certificate, issuer.certificate), ...base, ...single }],
    nonce: null,
    sign: responder.sign,
    ...overrides,
  });
}

/** One delegated by `issuer` to answer OCSP requests. */
export function issueResponder(issuer: Party, overrides: Partial<CertificateRequest> = {}): Promise<Party> {
  return issue('测试OCSP服务', issuer, {
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: [OID.ocspSigning],
    isOcspNoCheck: true,
    ...overrides,
  });
}

/** One store for every purpose, where a test is about something else. */
export function sameTrust(trust: Trust): TrustStores {
  return { makers: trust, signers: trust, timeStamping: trust };
}

export async function makeTestPki(): Promise<TestPki> {
  const root = await issueAuthority('测试根', null, 1);
  const authority = await issueAuthority('测试签发机构', root);
  const [maker, signer] = [await issue('测试制章者', authority), await issue('36010000000001', authority)];
  const chainTrust = { roots: [root.certificate], intermediates: [authority.certificate] };
  return { root, authority, maker, signer, trust: sameTrust(chainTrust), chainTrust };
}

// X.509 certificates (RFC 5280, GB/T 20518) read strictly, the signed bytes kept as received.
// Not here: trust (verify-chain.ts), making (make-certificate.ts), keys other than SM2.
import { type DerNode, parseDer, TAG } from '../asn1/der.ts';
import {
  readBigInteger,
  readBitString,
  readBoolean,
  readExplicit,
  readInteger,
  readOctetString,
  readOid,
  readSequence,
  readTime,
} from '../asn1/der-read.ts';
import { equalBytes, toHex } from '../bytes.ts';
import { importSm2PublicKey, type Sm2PublicKey } from '../crypto/sm2.ts';
import { sm3 } from '../crypto/sm3.ts';
import { isTrustError, TrustError } from '../errors.ts';
import { type Extension, readExtensionList } from './extensions.ts';
import { type NamePart, namePart, nameText, readName } from './name.ts';
import { OID } from './oids.ts';

export const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;
export type KeyUsage = (typeof KEY_USAGES)[number];

export type Certificate = {
  /** The whole certificate as received. */
  readonly raw: Uint8Array;
  /** The bytes that the issuer signed. */
  readonly tbsRaw: Uint8Array;
  readonly signatureAlgorithm: string;
  /** Its whole AlgorithmIdentifier. */
  readonly signatureAlgorithmRaw: Uint8Array;
  /** DER SEQUENCE { r, s }. */
  readonly signature: Uint8Array;
  /** Lower-case hexadecimal without leading zero byte. */
  readonly serial: string;
  readonly serialRaw: Uint8Array;
  readonly issuer: string;
  readonly issuerRaw: Uint8Array;
  readonly subject: string;
  readonly subjectRaw: Uint8Array;
  readonly subjectParts: readonly NamePart[];
  readonly commonName: string;
  readonly organization: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SubjectPublicKeyInfo, whole. */
  readonly spki: Uint8Array;
  /** Imported at the first call and kept; `key-malformed` when it is no SM2 key. */
  readonly publicKey: () => Sm2PublicKey;
  /** Null when the extension is absent. */
  readonly keyUsage: readonly KeyUsage[] | null;
  /** Null when the extension is absent. */
  readonly extendedKeyUsage: { readonly critical: boolean; readonly purposes: readonly string[] } | null;
  readonly isCa: boolean;
  readonly pathLength: number | null;
  readonly subjectKeyId: Uint8Array | null;
  readonly authorityKeyId: Uint8Array | null;
  readonly extensions: readonly Extension[];
};

/** Subjects of the development PKI carry it as OU; production refuses it. */
export const DEVELOPMENT_UNIT = 'DEV ONLY';

/** Parses a v3 certificate in DER; `certificate-malformed` says what is wrong. At most 64 KiB. */
export function parseCertificate(der: Uint8Array): Certificate {
  if (der.length > 65_536) throw new TrustError('certificate-malformed', 'a certificate of more than 64 KiB');
  try {
    return readCertificate(parseDer(der));
  } catch (cause) {
    if (isTrustError(cause, 'der-malformed')) throw new TrustError('certificate-malformed', cause.message, { cause });
    throw cause;
  }
}

/** Every certificate of a PEM text in order, text between them ignored; `certificate-malformed` when there is none. */
export function readCertificatesPem(pem: string): readonly Certificate[] {
  const blocks = [...pem.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g)];
  if (blocks.length === 0) throw new TrustError('certificate-malformed', 'no CERTIFICATE block in the PEM text');
  return blocks.map((block) => parseCertificate(new Uint8Array(Buffer.from(block[1]!, 'base64'))));
}

/** PEM text of one certificate. */
export function certificatePem(certificate: Certificate): string {
  const lines =
    Buffer.from(certificate.raw)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** True when subject or issuer belongs to the development PKI. */
export function isDevelopmentCertificate(certificate: Certificate): boolean {
  return [certificate.subject, certificate.issuer].some((name) => name.split(', ').includes(`OU=${DEVELOPMENT_UNIT}`));
}

/** SM3 of the certificate, lower-case hexadecimal. */
export function certificateFingerprint(certificate: Certificate): string {
  return toHex(sm3(certificate.raw));
}

function readCertificate(root: DerNode): Certificate {
  const [tbs, algorithm, signature] = readSequence(root, 3, 3);
  const fields = readSequence(tbs!, 7, 10);
  if (readInteger(readExplicit(fields[0]!, 0)) !== 2) throw malformedCertificate('the version is not v3');
  const [, serial, innerAlgorithm, issuer, validity, subject, spki, ...rest] = fields;
  if (!equalBytes(innerAlgorithm!.raw, algorithm!.raw))
    throw malformedCertificate('the signature algorithm differs inside and outside of the signed part');
  const subjectParts = readName(subject!);
  const [notBefore, notAfter] = readSequence(validity!, 2, 2).map(readTime);
  const extensions = readExtensions(rest);
  if (readBigInteger(serial!) <= 0n) throw malformedCertificate('the serial number is not positive');
  let publicKey: Sm2PublicKey | undefined;
  return {
    raw: root.raw,
    tbsRaw: tbs!.raw,
    signatureAlgorithm: readOid(readSequence(algorithm!, 1, 2)[0]!),
    signatureAlgorithmRaw: algorithm!.raw,
    signature: readBitString(signature!),
    serial: toHex(serial!.content).replace(/^00(?=.)/, ''),
    serialRaw: serial!.raw,
    issuer: nameText(readName(issuer!)),
    issuerRaw: issuer!.raw,
    subject: nameText(subjectParts),
    subjectRaw: subject!.raw,
    subjectParts,
    commonName: namePart(subjectParts, 'CN'),
    organization: namePart(subjectParts, 'O'),
    notBefore: notBefore!,
    notAfter: notAfter!,
    spki: spki!.raw,
    publicKey: () => {
      publicKey ??= importSm2PublicKey(spki!.raw);
      return publicKey;
    },
    ...readKnownExtensions(extensions),
    extensions,
  };
}

function readExtensions(rest: readonly DerNode[]): readonly Extension[] {
  const wrapper = rest.find((node) => node.tag === 0xa3);
  if (rest.some((node) => ![0x81, 0x82, 0xa3].includes(node.tag)) || (wrapper && rest.at(-1) !== wrapper))
    throw malformedCertificate('an unknown field after the public key');
  if (!wrapper) return [];
  return readExtensionList(readExplicit(wrapper, 3));
}

function readKnownExtensions(extensions: readonly Extension[]) {
  const find = (oid: string) => extensions.find((extension) => extension.oid === oid);
  const node = (oid: string) => {
    const extension = find(oid);
    return extension ? parseDer(extension.value) : null;
  };
  const usage = node(OID.keyUsage);
  const purposes = node(OID.extendedKeyUsage);
  const constraints = readConstraints(node(OID.basicConstraints));
  const subjectKeyId = node(OID.subjectKeyIdentifier);
  const authorityKeyId = node(OID.authorityKeyIdentifier);
  return {
    keyUsage: usage ? readKeyUsage(usage) : null,
    extendedKeyUsage: purposes
      ? { critical: find(OID.extendedKeyUsage)!.critical, purposes: readSequence(purposes, 1).map(readOid) }
      : null,
    ...constraints,
    subjectKeyId: subjectKeyId ? readOctetString(subjectKeyId) : null,
    authorityKeyId: authorityKeyId
      ? (readSequence(authorityKeyId).find((child) => child.tag === 0x80)?.content ?? null)
      : null,
  };
}

function readConstraints(node: DerNode | null): { readonly isCa: boolean; readonly pathLength: number | null } {
  const [first, second] = node ? readSequence(node, 0, 2) : [];
  const isCa = first?.tag === TAG.boolean ? readBoolean(first) : false;
  if (second && !isCa) throw malformedCertificate('basicConstraints has a path length without cA TRUE');
  if (first && first.tag !== TAG.boolean) throw malformedCertificate('basicConstraints does not begin with cA');
  return { isCa, pathLength: second ? readInteger(second) : null };
}

function readKeyUsage(node: DerNode): readonly KeyUsage[] {
  if (node.tag !== TAG.bitString) throw malformedCertificate('keyUsage is not a BIT STRING');
  const bits = node.content.subarray(1);
  return KEY_USAGES.filter((_, bit) => ((bits[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
}

function malformedCertificate(found: string): TrustError {
  return new TrustError('certificate-malformed', found);
}

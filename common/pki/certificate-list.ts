// Certificate revocation lists (RFC 5280, GB/T 20518), version 2, full and direct: read strictly with the signed bytes kept,
// and made for the development authority. What a list is that cannot be used here is named, not guessed at.
// Not here: whether a list may be believed (revocation.ts); delta lists and indirect ones.
import { type DerNode, parseDer, TAG } from '../asn1/der.ts';
import { readBitString, readExplicit, readInteger, readOid, readSequence, readTime } from '../asn1/der-read.ts';
import {
  derBitString,
  derExplicit,
  derGeneralizedTime,
  derImplicit,
  derInteger,
  derOctetString,
  derOid,
  derSequence,
  derTlv,
  derUtcTime,
} from '../asn1/der-write.ts';
import { equalBytes, fromHex, toHex } from '../bytes.ts';
import { isTrustError, TrustError } from '../errors.ts';
import type { Certificate } from './certificate.ts';
import { type Extension, encodeExtension, readExtensionList } from './extensions.ts';
import { nameText, readName } from './name.ts';
import { OID } from './oids.ts';
import type { Signed } from './verify-signed-by.ts';

/** RFC 5280 CRLReason by number; 7 is not used. */
export const CRL_REASONS = {
  unspecified: 0,
  'key-compromise': 1,
  'ca-compromise': 2,
  'affiliation-changed': 3,
  superseded: 4,
  'cessation-of-operation': 5,
  'certificate-hold': 6,
  'remove-from-crl': 8,
  'privilege-withdrawn': 9,
  'aa-compromise': 10,
} as const;
export type CrlReason = keyof typeof CRL_REASONS;

export type Revoked = {
  /** From when on: the earlier one of revocation and invalidity date. */
  readonly at: Date;
  /** Null when none is given. */
  readonly reason: CrlReason | null;
};

export type CertificateList = Signed & {
  readonly raw: Uint8Array;
  readonly issuer: string;
  readonly issuerRaw: Uint8Array;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | null;
  /** cRLNumber, hexadecimal; null when absent. */
  readonly number: string | null;
  /** Serial number, as in `Certificate.serial` -> what is said of it. */
  readonly revoked: ReadonlyMap<string, Revoked>;
  /** From the issuingDistributionPoint; `all` without one. */
  readonly covers: 'all' | 'users' | 'authorities';
  /** DER of the GeneralNames that the list is one part of; empty: it is no part. */
  readonly parts: readonly Uint8Array[];
  /** Certificates that ended before this time are not on it any more; null: those that ended before thisUpdate. */
  readonly keepsSince: Date | null;
  /** Why it cannot be used here, in words: indirect, delta, or with a critical extension that is not known. */
  readonly unusable: string | null;
};

const MAX_BYTES = 8 * 1024 * 1024;
const MAX_NODES = 500_000;

/** Reads a list in DER of at most 8 MiB; `revocation-malformed` says what is wrong. */
export function parseCertificateList(der: Uint8Array): CertificateList {
  if (der.length > MAX_BYTES) throw malformed('a revocation list of more than 8 MiB');
  try {
    return readList(parseDer(der, { maxNodes: MAX_NODES }));
  } catch (cause) {
    if (isTrustError(cause, 'der-malformed')) throw malformed(cause.message, cause);
    throw cause;
  }
}

/** DER of a list in a file: as it is, or of its one PEM block. */
export function readCrlFile(content: Uint8Array): Uint8Array {
  const text = Buffer.from(content).toString('latin1');
  const pem = /-----BEGIN X509 CRL-----([A-Za-z0-9+/=\s]+)-----END X509 CRL-----/.exec(text);
  return pem ? new Uint8Array(Buffer.from(pem[1]!, 'base64')) : content;
}

export type CertificateListOrder = {
  readonly issuer: Certificate;
  readonly number: number;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly revoked: readonly { readonly serial: string; readonly at: Date; readonly reason: CrlReason }[];
  /** Certificates that ended at or after this time stay on the list. */
  readonly keepsSince?: Date;
  /** SM2 over the message by the issuer's key, DER. */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
};

const SM2_WITH_SM3 = derSequence(derOid(OID.sm2WithSm3));

/** DER of a version 2 list with authority key identifier and number; times are cut to seconds. */
export async function makeCertificateList(order: CertificateListOrder): Promise<Uint8Array> {
  const { issuer, number, thisUpdate, nextUpdate, revoked, keepsSince, sign } = order;
  const keyId = issuer.subjectKeyId;
  const extensions = derSequence(
    ...(keyId ? [encodeExtension(OID.authorityKeyIdentifier, derSequence(derImplicit(0, derOctetString(keyId))))] : []),
    encodeExtension(OID.crlNumber, derInteger(number)),
    ...(keepsSince ? [encodeExtension(OID.expiredCertsOnCrl, derGeneralizedTime(keepsSince))] : []),
  );
  const tbs = derSequence(
    derInteger(1),
    SM2_WITH_SM3,
    issuer.subjectRaw,
    encodeTime(thisUpdate),
    encodeTime(nextUpdate),
    ...(revoked.length > 0 ? [derSequence(...revoked.map(encodeEntry))] : []),
    derExplicit(0, extensions),
  );
  return derSequence(tbs, SM2_WITH_SM3, derBitString(await sign(tbs)));
}

function encodeEntry({ serial, at, reason }: CertificateListOrder['revoked'][number]): Uint8Array {
  const number = derInteger(fromHex(serial.length % 2 === 0 ? serial : `0${serial}`));
  if (reason === 'unspecified') return derSequence(number, encodeTime(at));
  const code = encodeExtension(OID.crlReason, derTlv(0x0a, Uint8Array.of(CRL_REASONS[reason])));
  return derSequence(number, encodeTime(at), derSequence(code));
}

/** RFC 5280: UTCTime until 2049, without fractions. */
function encodeTime(time: Date): Uint8Array {
  const seconds = new Date(Math.floor(time.getTime() / 1000) * 1000);
  return seconds.getUTCFullYear() < 2050 ? derUtcTime(seconds) : derGeneralizedTime(seconds);
}

function readList(root: DerNode): CertificateList {
  const [tbs, algorithm, signature] = readSequence(root, 3, 3);
  const fields = [...readSequence(tbs!, 4, 7)];
  if (fields[0]!.tag !== TAG.integer || readInteger(fields.shift()!) !== 1)
    throw malformed('the list is not version 2');
  const [inner, issuer, thisUpdate, ...rest] = fields;
  if (!inner || !issuer || !thisUpdate) throw malformed('the list is cut off');
  if (!equalBytes(inner.raw, algorithm!.raw))
    throw malformed('the signature algorithm differs inside and outside of the signed part');
  const isTime = rest[0]?.tag === TAG.utcTime || rest[0]?.tag === TAG.generalizedTime;
  const nextUpdate = isTime ? readTime(rest.shift()!) : null;
  const entries = rest[0]?.tag === TAG.sequence ? readSequence(rest.shift()!, 1) : [];
  const wrapper = rest.shift();
  if (rest.length > 0) throw malformed('an unknown field at the end of the list');
  const extensions = wrapper ? readExtensionList(readExplicit(wrapper, 0)) : [];
  const read = readEntries(entries);
  return {
    raw: root.raw,
    tbsRaw: tbs!.raw,
    signatureAlgorithm: readOid(readSequence(algorithm!, 1, 2)[0]!),
    signatureAlgorithmRaw: algorithm!.raw,
    signature: readBitString(signature!),
    issuer: nameText(readName(issuer)),
    issuerRaw: issuer.raw,
    thisUpdate: readTime(thisUpdate),
    nextUpdate,
    revoked: read.revoked,
    ...readKnown(extensions, read.unknown),
  };
}

const ENTRY_EXTENSIONS: readonly string[] = [OID.crlReason, OID.invalidityDate];

/** The entries, and a critical extension of one of them that is not known: then the list is not used. */
function readEntries(nodes: readonly DerNode[]) {
  const revoked = new Map<string, Revoked>();
  let unknown: string | null = null;
  for (const node of nodes) {
    const [serial, date, list] = readSequence(node, 2, 3);
    if (serial!.tag !== TAG.integer) throw malformed('an entry does not begin with a serial number');
    const extensions = list ? readExtensionList(list) : [];
    unknown ??= extensions.find(({ oid, critical }) => critical && !ENTRY_EXTENSIONS.includes(oid))?.oid ?? null;
    const at = readTime(date!);
    const invalid = findValue(extensions, OID.invalidityDate);
    const since = invalid ? readTime(invalid) : at;
    const key = toHex(serial!.content).replace(/^00(?=.)/, '');
    revoked.set(key, { at: since < at ? since : at, reason: readReason(findValue(extensions, OID.crlReason)) });
  }
  return { revoked, unknown };
}

/** ENUMERATED CRLReason; an unknown number is as grave as none given. */
export function readReason(node: DerNode | null): CrlReason | null {
  if (!node) return null;
  if (node.tag !== 0x0a) throw malformed('a reason that is no ENUMERATED');
  const code = node.content.length === 1 ? node.content[0] : -1;
  return (Object.keys(CRL_REASONS) as CrlReason[]).find((name) => CRL_REASONS[name] === code) ?? null;
}

function findValue(extensions: readonly Extension[], oid: string): DerNode | null {
  const found = extensions.find((extension) => extension.oid === oid);
  return found ? parseDer(found.value) : null;
}

type Known = Pick<CertificateList, 'number' | 'covers' | 'parts' | 'keepsSince' | 'unusable'>;

const UNDERSTOOD: readonly string[] = [OID.crlNumber, OID.authorityKeyIdentifier, OID.issuingDistributionPoint];

function readKnown(extensions: readonly Extension[], entryUnknown: string | null): Known {
  const number = findValue(extensions, OID.crlNumber);
  const keepsSince = findValue(extensions, OID.expiredCertsOnCrl);
  const point = readPoint(findValue(extensions, OID.issuingDistributionPoint));
  const isDelta = extensions.some(({ oid }) => oid === OID.deltaCrlIndicator);
  const unknown = extensions.find(({ oid, critical }) => critical && !UNDERSTOOD.includes(oid))?.oid ?? entryUnknown;
  return {
    number: number && toHex(number.content),
    keepsSince: keepsSince && readTime(keepsSince),
    covers: point.covers,
    parts: point.parts,
    unusable: isDelta
      ? 'it is a delta list'
      : (point.unusable ?? (unknown && `its critical extension ${unknown} is not understood`)),
  };
}

/** IssuingDistributionPoint: [0] point, [1] users, [2] authorities, [3] some reasons, [4] indirect, [5] attributes. */
function readPoint(node: DerNode | null): Pick<Known, 'covers' | 'parts' | 'unusable'> {
  const fields = node ? readSequence(node) : [];
  const isTrue = (number: number) => fields.some(({ tag, content }) => tag === (0x80 | number) && content[0] === 0xff);
  const point = fields.find(({ tag }) => tag === 0xa0);
  const [users, authorities] = [isTrue(1), isTrue(2)];
  const said = [
    isTrue(4) && 'it is an indirect list',
    fields.some(({ tag }) => tag === 0x83) && 'it is a list for some reasons only',
    isTrue(5) && 'it is a list of attribute certificates',
    users && authorities && 'it is a list for nobody',
    point && point.children[0]?.tag !== 0xa0 && 'its distribution point has no full name',
  ].find((found) => typeof found === 'string');
  return {
    covers: users ? 'users' : authorities ? 'authorities' : 'all',
    parts: point?.children[0]?.children.map(({ raw }) => raw) ?? [],
    unusable: said ?? null,
  };
}

function malformed(found: string, cause?: unknown): TrustError {
  return new TrustError('revocation-malformed', found, { cause });
}

// SESeal of GB/T 38540-2020 (V4) and GM/T 0031-2025 (V5) as DER: strict, raw slices kept, since signatures cover the
// bytes received. Encoding what was decoded gives the same bytes. Not here: any judgement (verify-seal.ts).
import { type DerNode, parseDer, TAG } from '../../common/asn1/der.ts';
import {
  readBitString,
  readBoolean,
  readExplicit,
  readIa5,
  readInteger,
  readOctetString,
  readOid,
  readPrintable,
  readSequence,
  readTime,
  readUtf8,
} from '../../common/asn1/der-read.ts';
import {
  derBitString,
  derBoolean,
  derExplicit,
  derGeneralizedTime,
  derIa5,
  derInteger,
  derOctetString,
  derOid,
  derPrintable,
  derSequence,
  derUtf8,
} from '../../common/asn1/der-write.ts';
import { isTrustError, TrustError } from '../../common/errors.ts';
import { type Certificate, parseCertificate } from '../../common/pki/certificate.ts';
import {
  SES_VERSIONS,
  type Seal,
  type SealContent,
  type SealExtension,
  type SealHeader,
  type SealPicture,
  type SealProperty,
  type SesVersion,
  type SignerList,
} from './seal.ts';

/** 16 MiB; government seals have tens of kilobytes. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Reads a SESeal; `seal-malformed` says what is wrong and where. */
export function decodeSeal(der: Uint8Array): Seal {
  return asSealMalformed(() => readSeal(parseSes(der)));
}

/** The bytes of a SESeal from its parts; equal to `raw` for a seal that was decoded. */
export function encodeSeal(seal: Omit<Seal, 'raw' | 'contentRaw' | 'deviations'>): Uint8Array {
  return derSequence(
    encodeSealContent(seal.content),
    derOctetString(seal.makerCertificate.raw),
    derOid(seal.signatureAlgorithm),
    derBitString(seal.signature),
    ...(seal.timeStamp ? [derExplicit(0, derBitString(seal.timeStamp))] : []),
  );
}

/** eSealInfo: what the seal maker signs. */
export function encodeSealContent(content: SealContent): Uint8Array {
  const { header, esID, property, picture, extensions } = content;
  return derSequence(
    derSequence(derIa5('ES'), derInteger(header.version), derIa5(header.vendor)),
    derIa5(esID),
    encodeProperty(property),
    derSequence(
      derIa5(picture.type),
      derOctetString(picture.bytes),
      derInteger(picture.widthMm),
      derInteger(picture.heightMm),
    ),
    ...(extensions ? [encodeExtensions(extensions)] : []),
  );
}

/** ExtensionDatas. */
export function encodeExtensions(extensions: readonly SealExtension[]): Uint8Array {
  return derSequence(
    ...extensions.map(({ oid, critical, isCriticalWritten, value }) =>
      derSequence(derOid(oid), ...(isCriticalWritten ? [derBoolean(critical)] : []), derOctetString(value)),
    ),
  );
}

/** Parses the outermost value within the size limit of this format. */
export function parseSes(der: Uint8Array): DerNode {
  if (der.length > MAX_BYTES) throw new TrustError('seal-malformed', `more than ${MAX_BYTES} bytes`);
  return parseDer(der);
}

/** Runs a reader; DER and certificate faults become `seal-malformed`. */
export function asSealMalformed<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (isTrustError(cause, 'der-malformed') || isTrustError(cause, 'certificate-malformed'))
      throw new TrustError('seal-malformed', cause.message, { cause });
    throw cause;
  }
}

/** A SESeal that stands somewhere in a larger structure. */
export function readSeal(node: DerNode): Seal {
  const [contentNode, certificate, algorithm, signature, stamp] = readSequence(node, 4, 5);
  const content = readContent(contentNode!);
  if (stamp && content.header.version !== 5)
    throw new TrustError('seal-malformed', 'a time stamp in a seal of version 4');
  return {
    raw: node.raw,
    content,
    contentRaw: contentNode!.raw,
    makerCertificate: readCertificateOctets(certificate!),
    signatureAlgorithm: readOid(algorithm!),
    signature: readBitString(signature!),
    timeStamp: stamp ? readBitString(readExplicit(stamp, 0)) : null,
    deviations: [
      ...signatureDeviations('seal', readBitString(signature!)),
      ...extensionDeviations('seal', content.extensions),
    ],
  };
}

export function readCertificateOctets(node: DerNode): Certificate {
  return parseCertificate(readOctetString(node));
}

export function readExtensionList(node: DerNode): readonly SealExtension[] {
  return readSequence(node, 0, 64).map((extension) => {
    const [oid, ...rest] = readSequence(extension, 2, 3);
    const isCriticalWritten = rest.length === 2;
    return {
      oid: readOid(oid!),
      critical: isCriticalWritten ? readBoolean(rest[0]!) : false,
      isCriticalWritten,
      value: readOctetString(rest.at(-1)!),
    };
  });
}

/** Versions this program reads; `seal-malformed` for others. */
export function readVersion(node: DerNode): SesVersion {
  const version = readInteger(node);
  const known = SES_VERSIONS.find((candidate) => candidate === version);
  if (known === undefined)
    throw new TrustError(
      'seal-malformed',
      `version ${version}; this program reads 4 and 5 (GB/T 38540, GM/T 0031-2025)`,
    );
  return known;
}

export function signatureDeviations(what: string, signature: Uint8Array): readonly string[] {
  if (signature.length !== 64) return [];
  return [`The signature value of the ${what} is raw r‖s instead of DER.`];
}

export function extensionDeviations(what: string, extensions: readonly SealExtension[] | null): readonly string[] {
  const written = (extensions ?? []).filter(({ critical, isCriticalWritten }) => isCriticalWritten && !critical);
  return written.map(({ oid }) => `The extension ${oid} of the ${what} writes critical FALSE, which DER omits.`);
}

function readContent(node: DerNode): SealContent {
  const [header, esID, property, picture, extensions] = readSequence(node, 4, 5);
  return {
    header: readHeader(header!),
    esID: readIa5(esID!),
    property: readProperty(property!),
    picture: readPicture(picture!),
    extensions: extensions ? readExtensionList(extensions) : null,
  };
}

function readHeader(node: DerNode): SealHeader {
  const [id, version, vendor] = readSequence(node, 3, 3);
  const text = readIa5(id!);
  if (text !== 'ES') throw new TrustError('seal-malformed', `the header says "${text}" instead of "ES"`);
  return { version: readVersion(version!), vendor: readIa5(vendor!) };
}

function readProperty(node: DerNode): SealProperty {
  const [type, name, listType, list, ...times] = readSequence(node, 7, 7);
  const [createDate, validStart, validEnd] = times.map(readGeneralizedTime);
  return {
    type: readInteger(type!),
    name: readUtf8(name!),
    signers: readSigners(readInteger(listType!), list!),
    createDate: createDate!,
    validStart: validStart!,
    validEnd: validEnd!,
  };
}

function readSigners(listType: number, node: DerNode): SignerList {
  if (listType === 1) return { type: 1, certificates: readSequence(node, 1, 256).map(readOctetString) };
  if (listType !== 2) throw new TrustError('seal-malformed', `certListType ${listType} is neither 1 nor 2`);
  const digests = readSequence(node, 1, 256).map((digest) => {
    const [type, value] = readSequence(digest, 2, 2);
    return { type: readPrintable(type!), value: readOctetString(value!) };
  });
  return { type: 2, digests };
}

function readPicture(node: DerNode): SealPicture {
  const [type, bytes, width, height] = readSequence(node, 4, 4);
  const [widthMm, heightMm] = [readInteger(width!), readInteger(height!)];
  if (widthMm < 1 || heightMm < 1 || widthMm > 1000 || heightMm > 1000)
    throw new TrustError('seal-malformed', `a picture of ${widthMm} × ${heightMm} mm`);
  return { type: readIa5(type!), bytes: readOctetString(bytes!), widthMm, heightMm };
}

export function readGeneralizedTime(node: DerNode): Date {
  if (node.tag !== TAG.generalizedTime)
    throw new TrustError('seal-malformed', `offset ${node.offset}: a time that is not a GeneralizedTime`);
  return readTime(node);
}

function encodeProperty(property: SealProperty): Uint8Array {
  const { signers } = property;
  const list =
    signers.type === 1
      ? signers.certificates.map(derOctetString)
      : signers.digests.map(({ type, value }) => derSequence(derPrintable(type), derOctetString(value)));
  return derSequence(
    derInteger(property.type),
    derUtf8(property.name),
    derInteger(signers.type),
    derSequence(...list),
    derGeneralizedTime(property.createDate),
    derGeneralizedTime(property.validStart),
    derGeneralizedTime(property.validEnd),
  );
}

// SESeal of GM/T 0031-2014 (V1), GB/T 38540-2020 (V4) and GM/T 0031-2025 (V5) as DER: strict, raw slices kept, since
// signatures cover the bytes received. Encoding what was decoded gives the same bytes. Two elements are V1; of four or
// five the header says which. Not here: any judgement (verify-seal.ts); what only V1 has (seal-v1.ts).
import type { DerNode } from '../../common/asn1/der.ts';
import {
  readBitString,
  readExplicit,
  readIa5,
  readInteger,
  readOctetString,
  readOid,
  readPrintable,
  readSequence,
  readUtf8,
} from '../../common/asn1/der-read.ts';
import {
  derBitString,
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
import { TrustError } from '../../common/errors.ts';
import type { Seal, SealContent, SealHeader, SealProperty, SignerList } from './seal.ts';
import { encodePropertyV1, encodeSealV1, readPropertyV1, readSignInfoV1, sealV1Deviations } from './seal-v1.ts';
import {
  asSealMalformed,
  encodeExtensions,
  encodeHeader,
  encodePicture,
  extensionDeviations,
  parseSes,
  readCertificateOctets,
  readExtensionList,
  readGeneralizedTime,
  readHeader,
  readPicture,
  signatureDeviations,
} from './ses-parts.ts';

/** Reads a SESeal; `seal-malformed` says what is wrong and where. */
export function decodeSeal(der: Uint8Array): Seal {
  return asSealMalformed(() => readSeal(parseSes(der)));
}

/** The bytes of a SESeal from its parts; equal to `raw` for a seal that was decoded. */
export function encodeSeal(seal: Omit<Seal, 'raw' | 'contentRaw' | 'signedRaw' | 'deviations'>): Uint8Array {
  const content = encodeSealContent(seal.content);
  if (seal.content.header.version === 1) return encodeSealV1(content, seal);
  return derSequence(
    content,
    derOctetString(seal.makerCertificate.raw),
    derOid(seal.signatureAlgorithm),
    derBitString(seal.signature),
    ...(seal.timeStamp ? [derExplicit(0, derBitString(seal.timeStamp))] : []),
  );
}

/** eSealInfo: what the seal maker signs in V4 and V5. */
export function encodeSealContent(content: SealContent): Uint8Array {
  const { header, esID, property, picture, extensions } = content;
  return derSequence(
    encodeHeader(header),
    derIa5(esID),
    header.version === 1 ? encodePropertyV1(property) : encodeProperty(property),
    encodePicture(picture),
    ...(extensions ? [encodeExtensions(extensions)] : []),
  );
}

/** A SESeal that stands somewhere in a larger structure. */
export function readSeal(node: DerNode): Seal {
  return readSequence(node, 2, 5).length === 2 ? readV1(node) : readV4(node);
}

function readV1(node: DerNode): Seal {
  const [contentNode, signInfo] = readSequence(node, 2, 2);
  const content = readContent(contentNode!, true);
  const signed = readSignInfoV1(contentNode!, signInfo!);
  return {
    raw: node.raw,
    content,
    contentRaw: contentNode!.raw,
    ...signed,
    timeStamp: null,
    deviations: [
      ...signatureDeviations('seal', signed.signature),
      ...extensionDeviations('seal', content.extensions),
      ...sealV1Deviations(content, signed.isSignInfoWrapped),
    ],
  };
}

function readV4(node: DerNode): Seal {
  const [contentNode, certificate, algorithm, signature, stamp] = readSequence(node, 4, 5);
  const content = readContent(contentNode!, false);
  if (stamp && content.header.version !== 5)
    throw new TrustError('seal-malformed', 'a time stamp in a seal of version 4');
  return {
    raw: node.raw,
    content,
    contentRaw: contentNode!.raw,
    signedRaw: contentNode!.raw,
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

function readContent(node: DerNode, isV1: boolean): SealContent {
  const [header, esID, property, picture, extensions] = readSequence(node, 4, 5);
  return {
    header: readVersionedHeader(header!, isV1),
    esID: readIa5(esID!),
    property: isV1 ? readPropertyV1(property!) : readProperty(property!),
    picture: readPicture(picture!),
    extensions: extensions ? readExtensionList(extensions) : null,
  };
}

function readVersionedHeader(node: DerNode, isV1: boolean): SealHeader {
  const { number, vendor } = readHeader(node);
  if (isV1) return { version: 1, ...(number === 1 ? {} : { writtenVersion: number }), vendor };
  if (number === 4 || number === 5) return { version: number, vendor };
  throw new TrustError(
    'seal-malformed',
    `version ${number} in the structure of GB/T 38540; this program reads 4 and 5 there`,
  );
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

// What only the seal of GM/T 0031-2014 (V1) has: a property without certListType, UTCTime, and signInfo, whose
// certificate and algorithm are signed together with esealInfo. What some files write otherwise is read and reported.
import { type DerNode, TAG } from '../../common/asn1/der.ts';
import {
  readBitString,
  readInteger,
  readOctetString,
  readOid,
  readSequence,
  readTime,
  readUtf8,
} from '../../common/asn1/der-read.ts';
import {
  derBitString,
  derGeneralizedTime,
  derInteger,
  derOctetString,
  derOid,
  derSequence,
  derUtcTime,
  derUtf8,
} from '../../common/asn1/der-write.ts';
import { TrustError } from '../../common/errors.ts';
import type { Seal, SealContent, SealProperty } from './seal.ts';
import { parseSes, readCertificateOctets } from './ses-parts.ts';

/** SES_ESPropertyInfo of V1. */
export function readPropertyV1(node: DerNode): SealProperty {
  const [type, name, list, ...times] = readSequence(node, 6, 6);
  const [createDate, validStart, validEnd] = times.map(readTime);
  return {
    type: readInteger(type!),
    name: readUtf8(name!),
    signers: { type: 1, certificates: readSequence(list!, 1, 256).map(readOctetString) },
    createDate: createDate!,
    validStart: validStart!,
    validEnd: validEnd!,
    timeTags: times.map(({ tag }) => tag),
  };
}

export function encodePropertyV1(property: SealProperty): Uint8Array {
  const { type, name, signers, createDate, validStart, validEnd, timeTags = [] } = property;
  if (signers.type !== 1) throw new TrustError('seal-malformed', 'a seal of version 1 lists certificates, not digests');
  const times = [createDate, validStart, validEnd].map((time, i) =>
    timeTags[i] === TAG.generalizedTime ? derGeneralizedTime(time) : derUtcTime(time),
  );
  const list = derSequence(...signers.certificates.map(derOctetString));
  return derSequence(derInteger(type), derUtf8(name), list, ...times);
}

/** signInfo, and the bytes that its signature covers. */
export function readSignInfoV1(content: DerNode, node: DerNode) {
  const isSignInfoWrapped = node.tag === TAG.bitString;
  const signInfo = isSignInfoWrapped ? parseSes(readBitString(node)) : node;
  const [certificate, algorithm, signature] = readSequence(signInfo, 3, 3);
  return {
    isSignInfoWrapped,
    signedRaw: derSequence(content.raw, certificate!.raw, algorithm!.raw),
    makerCertificate: readCertificateOctets(certificate!),
    signatureAlgorithm: readOid(algorithm!),
    signature: readBitString(signature!),
  };
}

/** SESeal of V1 around its esealInfo. */
export function encodeSealV1(
  content: Uint8Array,
  seal: Pick<Seal, 'makerCertificate' | 'signatureAlgorithm' | 'signature' | 'isSignInfoWrapped'>,
): Uint8Array {
  const signInfo = derSequence(
    derOctetString(seal.makerCertificate.raw),
    derOid(seal.signatureAlgorithm),
    derBitString(seal.signature),
  );
  return derSequence(content, seal.isSignInfoWrapped ? derBitString(signInfo) : signInfo);
}

/** The tolerances that a V1 seal made use of. */
export function sealV1Deviations({ header, property }: SealContent, isSignInfoWrapped: boolean): readonly string[] {
  const written = header.writtenVersion;
  return [
    ...(written === 4 || written === 5
      ? [`The header of the seal says version ${written} in the structure of GM/T 0031-2014.`]
      : []),
    ...(property.timeTags?.includes(TAG.generalizedTime)
      ? ['The seal of version 1 writes GeneralizedTime instead of UTCTime.']
      : []),
    ...(isSignInfoWrapped ? ['signInfo of the seal stands in a BIT STRING.'] : []),
  ];
}

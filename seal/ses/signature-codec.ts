// SES_Signature of GM/T 0031-2014 (V1), GB/T 38540-2020 (V4) and GM/T 0031-2025 (V5) as DER: strict, raw slices kept.
// Encoding what was decoded gives the same bytes. Two elements are V1; of four or five the inner seal says which.
// Not here: any judgement (verify-signature.ts).
import { type DerNode, TAG } from '../../common/asn1/der.ts';
import {
  readBitString,
  readExplicit,
  readIa5,
  readInteger,
  readOid,
  readSequence,
} from '../../common/asn1/der-read.ts';
import {
  type DerTree,
  derBitString,
  derExplicit,
  derGeneralizedTime,
  derIa5,
  derInteger,
  derOctetString,
  derOid,
  derSequence,
  encodeDerTree,
} from '../../common/asn1/der-write.ts';
import { TrustError } from '../../common/errors.ts';
import type { SealSignature } from './seal.ts';
import { readSeal } from './seal-codec.ts';
import {
  asSealMalformed,
  dataHashDeviations,
  encodeExtensions,
  extensionDeviations,
  parseSes,
  readCertificateOctets,
  readDataHash,
  readExtensionList,
  readGeneralizedTime,
  signatureDeviations,
} from './ses-parts.ts';
import { readFormV1 } from './signature-v1.ts';
import { signerListDeviations } from './signer-list.ts';

export type TbsSign = Pick<SealSignature, 'version' | 'time' | 'dataHash' | 'propertyInfo' | 'extensions'> & {
  /** DER of the SESeal, taken over byte by byte. */
  readonly sealRaw: Uint8Array;
  readonly isDataHashOctets?: boolean;
};

/** Reads a SES_Signature; `seal-malformed` says what is wrong and where. */
export function decodeSignature(der: Uint8Array): SealSignature {
  return asSealMalformed(() => {
    const node = parseSes(der);
    return readSequence(node, 2, 5).length === 2 ? readV1(node) : readV4(node);
  });
}

/** TBS_Sign of V4 and V5: what the signer signs. */
export function encodeTbsSign(tbs: TbsSign): Uint8Array {
  return encodeDerTree(tbsSignTree(tbs));
}

/** The same in parts, the seal as it is. */
export function tbsSignTree(tbs: TbsSign): DerTree {
  return sequence(
    derInteger(tbs.version),
    tbs.sealRaw,
    derGeneralizedTime(tbs.time),
    encodeDataHash(tbs),
    derIa5(tbs.propertyInfo),
    ...(tbs.extensions ? [derExplicit(0, encodeExtensions(tbs.extensions))] : []),
  );
}

/** TBS_Sign of V1 as it was read. */
export function encodeTbsSignV1(signature: SealSignature): Uint8Array {
  const { v1, seal, propertyInfo, signerCertificate, signatureAlgorithm } = signature;
  if (!v1) throw new TrustError('seal-malformed', 'a seal signature of another version than 1');
  return derSequence(
    derInteger(v1.version),
    seal.raw,
    v1.timeInfoRaw,
    encodeDataHash(signature),
    derIa5(propertyInfo),
    derOctetString(signerCertificate.raw),
    derOid(signatureAlgorithm),
  );
}

/** The bytes of a SES_Signature around its TBS_Sign; V4 and V5 unless `version` says 1. */
export function encodeSignature(
  signature: Pick<SealSignature, 'tbsRaw' | 'signerCertificate' | 'signatureAlgorithm' | 'signature' | 'timeStamp'> & {
    readonly version?: SealSignature['version'];
  },
): Uint8Array {
  if (signature.version === 1) return derSequence(signature.tbsRaw, derBitString(signature.signature));
  return encodeDerTree(signatureTree(signature, signature.tbsRaw));
}

/** A SES_Signature of V4 or V5 in parts, around its TBS_Sign. */
export function signatureTree(
  signature: Pick<SealSignature, 'signerCertificate' | 'signatureAlgorithm' | 'signature' | 'timeStamp'>,
  tbs: DerTree,
): DerTree {
  return sequence(
    tbs,
    derOctetString(signature.signerCertificate.raw),
    derOid(signature.signatureAlgorithm),
    derBitString(signature.signature),
    ...(signature.timeStamp ? [derExplicit(0, derBitString(signature.timeStamp))] : []),
  );
}

const sequence = (...content: readonly DerTree[]): DerTree => ({ tag: TAG.sequence, content });

function encodeDataHash({ dataHash, isDataHashOctets }: Pick<TbsSign, 'dataHash' | 'isDataHashOctets'>): Uint8Array {
  return isDataHashOctets ? derOctetString(dataHash) : derBitString(dataHash);
}

function readV4(node: DerNode): SealSignature {
  const [tbs, certificate, algorithm, value, stamp] = readSequence(node, 4, 5);
  const signed = readTbs(tbs!);
  const signature = readBitString(value!);
  const signerCertificate = readCertificateOctets(certificate!);
  return {
    raw: node.raw,
    ...signed,
    tbsRaw: tbs!.raw,
    signerCertificate,
    signatureAlgorithm: readOid(algorithm!),
    signature,
    timeStamp: stamp ? readBitString(readExplicit(stamp, 0)) : null,
    v1: null,
    deviations: [
      ...signed.seal.deviations,
      ...signatureDeviations('seal signature', signature),
      ...extensionDeviations('seal signature', signed.extensions),
      ...dataHashDeviations(signed.isDataHashOctets),
      ...signerListDeviations(signed.seal.content.property.signers, signerCertificate),
    ],
  };
}

function readTbs(node: DerNode) {
  const [version, sealNode, time, dataHash, propertyInfo, extensions] = readSequence(node, 5, 6);
  const seal = readSeal(sealNode!);
  const number = readInteger(version!);
  const inner = seal.content.header.version;
  if (number !== inner) throw new TrustError('seal-malformed', `version ${number} around a seal of version ${inner}`);
  if (inner === 1) throw new TrustError('seal-malformed', 'a seal of version 1 in a signature of a later structure');
  return {
    version: inner,
    seal,
    time: readGeneralizedTime(time!),
    ...readDataHash(dataHash!),
    propertyInfo: readIa5(propertyInfo!),
    extensions: extensions ? readExtensionList(readExplicit(extensions, 0)) : null,
  };
}

/** GM/T 0031-2014: SES_Signature { TBS_Sign with certificate and algorithm, signature }. */
function readV1(node: DerNode): SealSignature {
  const [tbs, value] = readSequence(node, 2, 2);
  const fields = readSequence(tbs!, 7, 7);
  const [version, sealNode, timeInfo, dataHash, propertyInfo, certificate, algorithm] = fields;
  const seal = readSeal(sealNode!);
  if (seal.content.header.version !== 1)
    throw new TrustError('seal-malformed', 'a seal of a later version in a signature of version 1');
  const form = readFormV1(version!, timeInfo!);
  const hash = readDataHash(dataHash!);
  const signature = readBitString(value!);
  return {
    raw: node.raw,
    version: 1,
    seal,
    time: form.time,
    ...hash,
    propertyInfo: readIa5(propertyInfo!),
    extensions: null,
    tbsRaw: tbs!.raw,
    signerCertificate: readCertificateOctets(certificate!),
    signatureAlgorithm: readOid(algorithm!),
    signature,
    timeStamp: null,
    v1: form.v1,
    deviations: [
      ...seal.deviations,
      ...signatureDeviations('seal signature', signature),
      ...form.deviations,
      ...dataHashDeviations(hash.isDataHashOctets),
    ],
  };
}

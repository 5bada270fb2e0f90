// SES_Signature of GB/T 38540-2020 (V4) and GM/T 0031-2025 (V5) as DER: strict, raw slices kept.
// Encoding what was decoded gives the same bytes. Not here: any judgement (verify-signature.ts).
import type { DerNode } from '../../common/asn1/der.ts';
import { readBitString, readExplicit, readIa5, readOid, readSequence } from '../../common/asn1/der-read.ts';
import {
  derBitString,
  derExplicit,
  derGeneralizedTime,
  derIa5,
  derInteger,
  derOctetString,
  derOid,
  derSequence,
} from '../../common/asn1/der-write.ts';
import { TrustError } from '../../common/errors.ts';
import type { SealSignature } from './seal.ts';
import {
  asSealMalformed,
  encodeExtensions,
  extensionDeviations,
  parseSes,
  readCertificateOctets,
  readExtensionList,
  readGeneralizedTime,
  readSeal,
  readVersion,
  signatureDeviations,
} from './seal-codec.ts';

export type TbsSign = Pick<SealSignature, 'version' | 'time' | 'dataHash' | 'propertyInfo' | 'extensions'> & {
  /** DER of the SESeal, taken over byte by byte. */
  readonly sealRaw: Uint8Array;
};

/** Reads a SES_Signature; `seal-malformed` says what is wrong and where. */
export function decodeSignature(der: Uint8Array): SealSignature {
  return asSealMalformed(() => readSignature(parseSes(der)));
}

/** TBS_Sign: what the signer signs. */
export function encodeTbsSign(tbs: TbsSign): Uint8Array {
  return derSequence(
    derInteger(tbs.version),
    tbs.sealRaw,
    derGeneralizedTime(tbs.time),
    derBitString(tbs.dataHash),
    derIa5(tbs.propertyInfo),
    ...(tbs.extensions ? [derExplicit(0, encodeExtensions(tbs.extensions))] : []),
  );
}

/** The bytes of a SES_Signature around its TBS_Sign. */
export function encodeSignature(
  signature: Pick<SealSignature, 'tbsRaw' | 'signerCertificate' | 'signatureAlgorithm' | 'signature' | 'timeStamp'>,
): Uint8Array {
  return derSequence(
    signature.tbsRaw,
    derOctetString(signature.signerCertificate.raw),
    derOid(signature.signatureAlgorithm),
    derBitString(signature.signature),
    ...(signature.timeStamp ? [derExplicit(0, derBitString(signature.timeStamp))] : []),
  );
}

function readSignature(node: DerNode): SealSignature {
  const [tbs, certificate, algorithm, value, stamp] = readSequence(node, 4, 5);
  const signed = readTbs(tbs!);
  const signature = readBitString(value!);
  return {
    raw: node.raw,
    ...signed,
    tbsRaw: tbs!.raw,
    signerCertificate: readCertificateOctets(certificate!),
    signatureAlgorithm: readOid(algorithm!),
    signature,
    timeStamp: stamp ? readBitString(readExplicit(stamp, 0)) : null,
    deviations: [
      ...signed.seal.deviations,
      ...signatureDeviations('seal signature', signature),
      ...extensionDeviations('seal signature', signed.extensions),
    ],
  };
}

function readTbs(node: DerNode) {
  const [version, sealNode, time, dataHash, propertyInfo, extensions] = readSequence(node, 5, 6);
  const seal = readSeal(sealNode!);
  const number = readVersion(version!);
  if (number !== seal.content.header.version)
    throw new TrustError('seal-malformed', `version ${number} around a seal of version ${seal.content.header.version}`);
  return {
    version: number,
    seal,
    time: readGeneralizedTime(time!),
    dataHash: readBitString(dataHash!),
    propertyInfo: readIa5(propertyInfo!),
    extensions: extensions ? readExtensionList(readExplicit(extensions, 0)) : null,
  };
}

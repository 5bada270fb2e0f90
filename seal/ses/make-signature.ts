// Making an e-seal signature (电子签章, GB/T 38540-2020): TBS_Sign over the digest of the protected bytes, signed by a
// certificate that the seal lists. Not here: verifying the seal and the chain first, which the flow does, and hashing.
import { type DerTree, encodeDerTree } from '../../common/asn1/der-write.ts';
import { TrustError } from '../../common/errors.ts';
import type { Certificate } from '../../common/pki/certificate.ts';
import { OID } from '../../common/pki/oids.ts';
import { wholeSeconds } from './make-seal.ts';
import type { Seal } from './seal.ts';
import { signatureTree, tbsSignTree } from './signature-codec.ts';
import { isSignerListed } from './signer-list.ts';

export type SignatureOrder = {
  readonly seal: Seal;
  readonly signerCertificate: Certificate;
  /** SM3 of the protected bytes, 32 bytes, without Z. */
  readonly dataHash: Uint8Array;
  /** States the protection scope, ASCII. */
  readonly propertyInfo: string;
  readonly time: Date;
  /** SM2 over the message by the signer's key, DER; a dummy of 72 bytes gives the largest size there is. */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
  /** Given: DER of a time-stamp token over the value of the signature, for `timeStamp [0]`. */
  readonly stamp?: ((signature: Uint8Array) => Promise<Uint8Array>) | undefined;
};

/**
 * DER of a SES_Signature of the seal's version; time cut to seconds. `seal-not-usable` when the certificate is not in the
 * seal's list (a renewed certificate needs a new seal), the time is outside the seal's period, or the seal is V1.
 */
export async function makeSignature(order: SignatureOrder): Promise<Uint8Array> {
  return encodeDerTree(await makeSignatureTree(order));
}

/** The same in parts, the seal as it is: it is most of a signature, and the same in all of a party. */
export async function makeSignatureTree(order: SignatureOrder): Promise<DerTree> {
  const { seal, signerCertificate } = order;
  const time = wholeSeconds(order.time);
  if (order.dataHash.length !== 32) throw new RangeError(`an SM3 digest has 32 bytes, not ${order.dataHash.length}`);
  if (!isSignerListed(seal.content.property.signers, signerCertificate.raw))
    throw new TrustError('seal-not-usable', `the seal ${seal.content.esID} does not list this signer certificate`);
  if (seal.content.header.version === 1)
    throw new TrustError(
      'seal-not-usable',
      `the seal ${seal.content.esID} is of GM/T 0031-2014: it is verified, not used`,
    );
  const { validStart, validEnd } = seal.content.property;
  if (time < validStart || time > validEnd)
    throw new TrustError(
      'seal-not-usable',
      `the seal ${seal.content.esID} is valid from ${validStart.toISOString()} to ${validEnd.toISOString()}`,
    );
  const tbs = tbsSignTree({
    version: seal.content.header.version,
    sealRaw: seal.raw,
    time,
    dataHash: order.dataHash,
    propertyInfo: order.propertyInfo,
    extensions: null,
  });
  const signature = await order.sign(encodeDerTree(tbs));
  const timeStamp = order.stamp ? await order.stamp(signature) : null;
  return signatureTree({ signerCertificate, signatureAlgorithm: OID.sm2WithSm3, signature, timeStamp }, tbs);
}

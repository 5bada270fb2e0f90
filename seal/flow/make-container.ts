// What goes into /Contents, in each of the three modes, and how large it can get. The signer is asked for every signature
// at once; at level T a time-stamp token over the one that counts comes behind it.
import { type DerTree, derOctetString, derParts } from '../../common/asn1/der-write.ts';
import { concatBytes } from '../../common/bytes.ts';
import type { Certificate } from '../../common/pki/certificate.ts';
import { OID } from '../../common/pki/oids.ts';
import { type AttributeTree, makeSignedAttributes, signedDataTree } from '../../common/pki/signed-data.ts';
import type { ContainerMode, ContainerSettings } from '../domain/container.ts';
import { PROTECTION_SCOPE } from '../domain/seal-attributes.ts';
import { makeSignatureTree } from '../ses/make-signature.ts';
import type { Seal } from '../ses/seal.ts';

/** Who signs, and with which seal. */
export type ContainerParty = {
  readonly seal: Seal;
  /** SM3 of the SESeal. */
  readonly sealDigest: Uint8Array;
  readonly signerCertificate: Certificate;
  /** Authorities of signer and maker, carried in the CMS so that a verifier needs only the root. */
  readonly authorities: readonly Certificate[];
  readonly containers: ContainerSettings;
};

/** Signs a message with a named key; the narrow part of the signer port that a sealing uses. */
export type SignMessage = (message: Uint8Array) => Promise<Uint8Array>;

export type ContainerOrder = {
  /** SM3 of the ByteRange bytes. */
  readonly dataHash: Uint8Array;
  readonly time: Date;
  readonly sign: SignMessage;
  /** Given: a token over a signature value, level T. */
  readonly stamp?: SignMessage | undefined;
};

/** DER of the container. Code: `seal-not-usable`, and what signing and stamping throw. */
export async function makeContainer(
  party: ContainerParty,
  mode: ContainerMode,
  order: ContainerOrder,
): Promise<Uint8Array> {
  return concatBytes(...(await makeContainerParts(party, mode, order)));
}

/** The same in parts, among them the seal as the party has it. */
export async function makeContainerParts(
  party: ContainerParty,
  mode: ContainerMode,
  order: ContainerOrder,
): Promise<readonly Uint8Array[]> {
  return derParts(await (mode === 'ses' ? makeSes(party, order, order.stamp) : makeCms(party, mode, order)));
}

/** What a token of that size adds to a container: the attribute or tag around it, and lengths that grow by a byte. */
export function stampRoom(tokenBytes: number): number {
  return tokenBytes + 64;
}

/** Bytes of the largest container of a mode without time stamp. An SM2 signature is at most 72 bytes of DER. */
export async function measureContainer(party: ContainerParty, mode: ContainerMode): Promise<number> {
  const time = party.seal.content.property.validStart;
  const largest = async (): Promise<Uint8Array> => new Uint8Array(72);
  return (await makeContainer(party, mode, { dataHash: new Uint8Array(32), time, sign: largest })).length;
}

function makeSes(party: ContainerParty, order: ContainerOrder, stamp?: SignMessage): Promise<DerTree> {
  const { seal, signerCertificate } = party;
  const { dataHash, time, sign } = order;
  return makeSignatureTree({ seal, signerCertificate, dataHash, propertyInfo: PROTECTION_SCOPE, time, sign, stamp });
}

/** In `dual` the two signatures are made side by side; the token is over the CMS signature, which covers more. */
async function makeCms(
  party: ContainerParty,
  mode: Exclude<ContainerMode, 'ses'>,
  order: ContainerOrder,
): Promise<DerTree> {
  const { sealDigest, sesSignature } = party.containers.attributes;
  const isDual = mode === 'dual';
  const parts = {
    digest: order.dataHash,
    signerCert: party.signerCertificate,
    certs: party.authorities,
    signedAttributes: isDual ? [{ oid: sealDigest, values: [derOctetString(party.sealDigest)] }] : [],
  };
  const attributes = makeSignedAttributes(parts);
  const [ses, signature] = await Promise.all([isDual ? makeSes(party, order) : null, order.sign(attributes)]);
  const unsignedAttributes: readonly AttributeTree[] = [
    ...(ses ? [{ oid: sesSignature, values: [ses] }] : []),
    ...(order.stamp ? [{ oid: OID.signatureTimeStamp, values: [await order.stamp(signature)] }] : []),
  ];
  return signedDataTree({ ...parts, unsignedAttributes }, attributes, signature);
}

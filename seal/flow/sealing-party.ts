// What a sealing needs and no document changes: the seal, its signer's certificate and chain, the pixel streams of the
// picture, and the size of /Contents. Made once, kept for as long as the seal and the certificate are good.
import { derOctetString } from '../../common/asn1/der-write.ts';
import { equalBytes } from '../../common/bytes.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { TrustError } from '../../common/errors.ts';
import type { Certificate } from '../../common/pki/certificate.ts';
import { OID } from '../../common/pki/oids.ts';
import { assembleSignedData, makeSignedAttributes } from '../../common/pki/signed-data.ts';
import { type Trust, verifyChain } from '../../common/pki/verify-chain.ts';
import { decodePicture } from '../domain/picture-pixels.ts';
import { PROTECTION_SCOPE, SEAL_DIGEST_ATTRIBUTE, SES_SIGNATURE_ATTRIBUTE } from '../domain/seal-attributes.ts';
import { makeAppearance, type SealAppearance } from '../pdf/appearance.ts';
import { makeSignature } from '../ses/make-signature.ts';
import type { Seal } from '../ses/seal.ts';
import { decodeSeal } from '../ses/seal-codec.ts';
import { isSignerListed } from '../ses/signer-list.ts';
import { isSesSignature, verifySeal } from '../ses/verify-seal.ts';

export type SealingParty = {
  readonly seal: Seal;
  /** SM3 of the SESeal. */
  readonly sealDigest: Uint8Array;
  readonly signerCertificate: Certificate;
  /** Authorities of signer and maker, carried in the CMS so that a verifier needs only the root. */
  readonly authorities: readonly Certificate[];
  /** Name of the signer's key for the signer port. */
  readonly keyRef: string;
  readonly appearance: SealAppearance;
  /** Bytes that the largest signature of this party takes. */
  readonly contentsBytes: number;
};

export type PartyRequest = {
  /** DER of the SESeal. */
  readonly seal: Uint8Array;
  readonly signerCertificate: Certificate;
  /** Intermediate authorities known here; those on the paths of signer and maker are carried. */
  readonly chain: readonly Certificate[];
  readonly keyRef: string;
  /** Given: seal and certificates must pass against these roots. Left out: only the seal's own signature is checked. */
  readonly trust?: Trust;
  readonly now: Date;
};

/** Signs a message with a named key; the narrow part of the signer port that a sealing uses. */
export type SignMessage = (message: Uint8Array) => Promise<Uint8Array>;

/** Checks and prepares a party. Codes: `seal-malformed`, `seal-not-usable`, `certificate-malformed`. */
export async function prepareParty(request: PartyRequest): Promise<SealingParty> {
  const seal = decodeSeal(request.seal);
  checkParty(seal, request);
  const { picture } = seal.content;
  const pixels = await decodePicture({ type: picture.type, data: picture.bytes });
  const party = {
    seal,
    sealDigest: sm3(seal.raw),
    signerCertificate: request.signerCertificate,
    authorities: authoritiesOf([request.signerCertificate, seal.makerCertificate], request.chain),
    keyRef: request.keyRef,
    appearance: makeAppearance(pixels, picture.widthMm, picture.heightMm),
  };
  return { ...party, contentsBytes: await measureContents(party, seal.content.property.validStart) };
}

/**
 * DER of the dual container: CMS SignedData that carries the SES_Signature. The two signatures are made side by side; with
 * `stamp`, a time-stamp token over the value of the CMS signature comes behind them (level T).
 */
export async function makeDualSignature(
  party: Omit<SealingParty, 'appearance' | 'contentsBytes'>,
  dataHash: Uint8Array,
  time: Date,
  sign: SignMessage,
  stamp?: SignMessage,
): Promise<Uint8Array> {
  const order = {
    digest: dataHash,
    signerCert: party.signerCertificate,
    certs: party.authorities,
    signedAttributes: [{ oid: SEAL_DIGEST_ATTRIBUTE, values: [derOctetString(party.sealDigest)] }],
  };
  const attributes = makeSignedAttributes(order);
  const [ses, signature] = await Promise.all([
    makeSignature({
      seal: party.seal,
      signerCertificate: party.signerCertificate,
      dataHash,
      propertyInfo: PROTECTION_SCOPE,
      time,
      sign,
    }),
    sign(attributes),
  ]);
  const unsignedAttributes = [
    { oid: SES_SIGNATURE_ATTRIBUTE, values: [ses] },
    ...(stamp ? [{ oid: OID.signatureTimeStamp, values: [await stamp(signature)] }] : []),
  ];
  return assembleSignedData({ ...order, unsignedAttributes }, attributes, signature);
}

/** What a token of that size adds to a container: the attribute around it, and lengths that grow by a byte. */
export function stampRoom(tokenBytes: number): number {
  return tokenBytes + 64;
}

/** An SM2 signature is at most 72 bytes of DER; the key is not used to find that out. */
async function measureContents(party: Omit<SealingParty, 'appearance' | 'contentsBytes'>, time: Date): Promise<number> {
  const largest = async (): Promise<Uint8Array> => new Uint8Array(72);
  return (await makeDualSignature(party, new Uint8Array(32), time, largest)).length;
}

function checkParty(seal: Seal, { signerCertificate, trust, now }: PartyRequest): void {
  const refuse = (detail: string): TrustError => new TrustError('seal-not-usable', detail);
  const { esID, property } = seal.content;
  if (!isSesSignature(seal.makerCertificate, seal.signedRaw, seal.signature)) {
    throw refuse(`The signature of the seal maker on seal ${esID} does not verify`);
  }
  if (!isSignerListed(property.signers, signerCertificate.raw)) {
    const detail = `Seal ${esID} does not list the certificate of ${signerCertificate.subject}`;
    const hint = 'Use the key and certificate that the seal was made for, or have the seal made again for these.';
    throw new TrustError('seal-not-usable', detail, { hint });
  }
  if (now < property.validStart || now > property.validEnd) {
    throw refuse(
      `Seal ${esID} is valid from ${property.validStart.toISOString()} to ${property.validEnd.toISOString()}`,
    );
  }
  if (now < signerCertificate.notBefore || now > signerCertificate.notAfter) {
    throw refuse(`The signer's certificate ends on ${signerCertificate.notAfter.toISOString()}`);
  }
  if (!trust) return;
  const sealReport = verifySeal(seal, { trust, at: now, now });
  const chain = verifyChain({ ...trust, leaf: signerCertificate, at: now, usage: 'document-signing' });
  const failed = [...sealReport.steps, ...chain.steps].find((step) => step.status === 'failed');
  if (failed) throw refuse(`Seal ${esID} or its signer does not pass: ${failed.finding}`);
}

/** The authorities on the paths of `leaves`, each once, without roots, which a verifier must bring itself. */
function authoritiesOf(leaves: readonly Certificate[], known: readonly Certificate[]): readonly Certificate[] {
  const intermediates = known.filter(({ subjectRaw, issuerRaw }) => !equalBytes(subjectRaw, issuerRaw));
  const found = leaves.flatMap((leaf) => {
    const { chain } = verifyChain({ leaf, intermediates, roots: [], at: leaf.notBefore, usage: 'document-signing' });
    return chain.slice(1);
  });
  return [...new Set(found)];
}

// What a sealing needs and no document changes: the seal, its signer's certificate and chain, the pixel streams of the
// picture, and the size of /Contents. Made once, kept for as long as the seal and the certificate are good.
import { equalBytes } from '../../common/bytes.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { TrustError } from '../../common/errors.ts';
import type { Certificate } from '../../common/pki/certificate.ts';
import type { TrustStores } from '../../common/pki/trust-stores.ts';
import { verifyChain } from '../../common/pki/verify-chain.ts';
import { verifyTrusted } from '../../common/pki/verify-trusted.ts';
import {
  CONTAINER_MODES,
  type ContainerMode,
  type ContainerSettings,
  DEFAULT_CONTAINERS,
} from '../domain/container.ts';
import { decodePicture } from '../domain/picture-pixels.ts';
import { makeAppearance, type ObjectBody, type SealAppearance } from '../pdf/appearance.ts';
import { drawVector } from '../pdf/vector-picture.ts';
import type { Seal } from '../ses/seal.ts';
import { decodeSeal } from '../ses/seal-codec.ts';
import { isSignerListed } from '../ses/signer-list.ts';
import { isSesSignature, verifySeal } from '../ses/verify-seal.ts';
import { type ContainerParty, measureContainer } from './make-container.ts';

export type SealingParty = ContainerParty & {
  /** Name of the signer's key for the signer port. */
  readonly keyRef: string;
  readonly appearance: SealAppearance;
  /** Bytes that the largest container of this party takes, without time stamp. */
  readonly contentsBytes: Readonly<Record<ContainerMode, number>>;
};

export type PartyRequest = {
  /** DER of the SESeal. */
  readonly seal: Uint8Array;
  readonly signerCertificate: Certificate;
  /** Intermediate authorities known here; those on the paths of signer and maker are carried. */
  readonly chain: readonly Certificate[];
  readonly keyRef: string;
  /** Given: seal and certificates must pass against these stores. Left out: only the seal's own signature is checked. */
  readonly trust?: TrustStores;
  readonly now: Date;
  /** Names and attributes of the containers; the defaults unless given. */
  readonly containers?: ContainerSettings;
};

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
    appearance: { ...makeAppearance(pixels, picture.widthMm, picture.heightMm), vector: vectorOf(picture) },
    containers: request.containers ?? DEFAULT_CONTAINERS,
  };
  const sizes = await Promise.all(CONTAINER_MODES.map(async (mode) => [mode, await measureContainer(party, mode)]));
  return { ...party, contentsBytes: Object.fromEntries(sizes) };
}

/** A drawing is shown as it is, and takes a few kilobytes. */
export function vectorOf({ type, bytes }: SealPictureBytes): ObjectBody | null {
  return /^svg$/i.test(type) ? drawVector(bytes) : null;
}

type SealPictureBytes = { readonly type: string; readonly bytes: Uint8Array };

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
  const chain = verifyTrusted(trust, 'signers', signerCertificate, now);
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

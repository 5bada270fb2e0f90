// Whose certificates the judgement of a signature hangs on: signer, seal maker, and the authorities of its time stamps; each
// with its chain as far as it can be built. That is what revocation evidence is asked for.

import type { Certificate } from '../../common/pki/certificate.ts';
import { OID } from '../../common/pki/oids.ts';
import { findAttribute } from '../../common/pki/read-signed-data.ts';
import { parseTimeStampToken } from '../../common/pki/time-stamp.ts';
import { type TrustStores, withIntermediates } from '../../common/pki/trust-stores.ts';
import { type Purpose, verifyTrusted } from '../../common/pki/verify-trusted.ts';
import { attempt, type Container } from './open-container.ts';

/** Leaf first, as far as it could be built. */
export type Chain = readonly Certificate[];

export type ChainQuestion = { readonly trust: TrustStores; readonly at: Date };

/** The chains of signer, maker and time-stamp authority of a seal or signature. */
export function chainsOfContainer(container: Container, { trust, at }: ChainQuestion): readonly Chain[] {
  const { cms, ses } = container;
  const stores = withIntermediates(trust, cms?.certificates ?? []);
  const token = (cms && attempt(() => findAttribute(cms.unsignedAttributes, OID.signatureTimeStamp))) ?? ses?.timeStamp;
  const signer = ses?.signerCertificate ?? cms?.signerCertificate;
  const question = { trust: stores, at };
  return [
    ...(signer ? [chainOf('signers', signer, question)] : []),
    ...(ses ? [chainOf('makers', ses.seal.makerCertificate, question)] : []),
    ...(token && typeof token !== 'string' ? chainsOfToken(token, question) : []),
  ];
}

/** The chain of the authority that gave a token; none where the token cannot be read. */
export function chainsOfToken(der: Uint8Array, { trust, at }: ChainQuestion): readonly Chain[] {
  const token = attempt(() => parseTimeStampToken(der));
  if (typeof token === 'string' || !token.cms.signerCertificate) return [];
  const stores = withIntermediates(trust, token.cms.certificates);
  return [chainOf('timeStamping', token.cms.signerCertificate, { trust: stores, at })];
}

/** The chain of a certificate for a purpose. */
export function chainOf(purpose: Purpose, leaf: Certificate, { trust, at }: ChainQuestion): Chain {
  return verifyTrusted(trust, purpose, leaf, at).chain;
}

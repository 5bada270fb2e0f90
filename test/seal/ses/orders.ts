// Seals and seal signatures for the tests of this folder, over one PKI in memory.

import { utf8 } from '../../../common/bytes.ts';
import { sm3 } from '../../../common/crypto/sm3.ts';
import { makeSeal, type SealOrder } from '../../../seal/ses/make-seal.ts';
import { makeSignature, type SignatureOrder } from '../../../seal/ses/make-signature.ts';
import { AT, makeTestPki } from '../../_harness/pki.ts';

export const pki = await makeTestPki();
export const dataHash = sm3(utf8('the protected bytes'));

export const sealOrder: SealOrder = {
  esID: '36010000000001',
  name: '示例市卫生健康委员会',
  type: 1,
  vendor: 'XINJI',
  picture: { type: 'png', bytes: utf8('a picture of a seal'), widthMm: 42, heightMm: 42 },
  signers: [pki.signer.certificate],
  validStart: new Date('2026-05-01T00:00:00Z'),
  validEnd: new Date('2027-05-01T00:00:00Z'),
  makerCertificate: pki.maker.certificate,
  sign: pki.maker.sign,
  now: new Date('2026-04-30T01:02:03.456Z'),
};

export const seal = await makeSeal(sealOrder);

export const signatureOrder: SignatureOrder = {
  seal,
  signerCertificate: pki.signer.certificate,
  dataHash,
  propertyInfo: 'ByteRange',
  time: AT,
  sign: pki.signer.sign,
};

export const signatureDer = await makeSignature(signatureOrder);

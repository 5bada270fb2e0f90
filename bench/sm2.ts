// SM2 signature and verification of 1 KB: the house's functions over bare createSign/createVerify, and sm-crypto beside them.
import { createPrivateKey, createPublicKey, createSign, createVerify, randomBytes } from 'node:crypto';
import smCrypto from 'sm-crypto';
import { toHex } from '../common/bytes.ts';
import {
  generateSm2KeyPair,
  importSm2PrivateKey,
  importSm2PublicKey,
  signSm2,
  verifySm2,
} from '../common/crypto/sm2.ts';
import { type Benchmark, measure } from './measure.ts';

export const sm2: Benchmark = {
  name: 'sm2',
  run: async () => {
    const pair = generateSm2KeyPair();
    const bare = { private: createPrivateKey(pair.privateKeyPem), public: createPublicKey(pair.publicKeyPem) };
    const house = { private: importSm2PrivateKey(pair.privateKeyPem), public: importSm2PublicKey(pair.publicKeyPem) };
    const naive = smCrypto.sm2.generateKeyPairHex();
    const message = randomBytes(1024);
    const signature = signSm2(house.private, message);
    const z = randomBytes(32); // stands for Z, which is constant for a key
    const bareSignature = createSign('sm3').update(z).update(message).sign(bare.private);
    const hex = smCrypto.sm2.doSignature(toHex(message), naive.privateKey, { hash: true, der: true });
    const options = { rounds: 15, times: 50, slow: ['sm-crypto'] };
    return [
      await measure(
        'SM2 signature',
        'one signature over 1 KB',
        {
          floor: () => void createSign('sm3').update(z).update(message).sign(bare.private),
          house: () => void signSm2(house.private, message),
          'sm-crypto': () => void smCrypto.sm2.doSignature(toHex(message), naive.privateKey, { hash: true, der: true }),
        },
        options,
      ),
      await measure(
        'SM2 verification',
        'one verification over 1 KB',
        {
          floor: () => void createVerify('sm3').update(z).update(message).verify(bare.public, bareSignature),
          house: () => void verifySm2(house.public, message, signature),
          'sm-crypto': () =>
            void smCrypto.sm2.doVerifySignature(toHex(message), hex, naive.publicKey, { hash: true, der: true }),
        },
        options,
      ),
    ];
  },
};

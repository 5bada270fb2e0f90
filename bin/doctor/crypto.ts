// Self-tests of the cryptography of this machine against published values: an OpenSSL without SM2 or SM3, or with others,
// must not go unnoticed.
import { equalBytes, fromHex, toHex, utf8 } from '../../common/bytes.ts';
import {
  generateSm2KeyPair,
  importSm2PrivateKey,
  importSm2PublicKey,
  signSm2,
  sm2SignatureFromRaw,
  verifySm2,
} from '../../common/crypto/sm2.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { type Finding, well, wrong } from './finding.ts';

const ADVICE = 'Use the Node of this project (node_modules/.bin/node), whose OpenSSL brings SM2 and SM3.';

/** GB/T 32905-2016, example 1. */
const SM3_OF_ABC = '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0';

/** GB/T 32918.5: the example of a signature on the recommended curve, with the default user id. */
const SM2_EXAMPLE = {
  publicKey:
    '09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020' +
    'ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13',
  message: 'message digest',
  signature:
    'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3' +
    'b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa',
};

/** SubjectPublicKeyInfo of an SM2 key up to the point: id-ecPublicKey, the SM2 curve, an uncompressed point follows. */
const SPKI_HEAD = '3059301306072a8648ce3d020106082a811ccf5501822d03420004';

export async function checkCrypto(): Promise<readonly Finding[]> {
  return [tryOut('SM3', checkSm3), tryOut('SM2', checkSm2)];
}

function tryOut(name: string, check: () => Finding): Finding {
  try {
    return check();
  } catch (error) {
    return wrong(`${name} does not work here: ${(error as Error).message}`, ADVICE);
  }
}

function checkSm3(): Finding {
  const found = toHex(sm3(utf8('abc')));
  if (found === SM3_OF_ABC) return well('SM3 gives the value of GB/T 32905');
  return wrong(`SM3 of "abc" is ${found} here`, ADVICE);
}

function checkSm2(): Finding {
  const publicKey = importSm2PublicKey(fromHex(SPKI_HEAD + SM2_EXAMPLE.publicKey));
  const signature = sm2SignatureFromRaw(fromHex(SM2_EXAMPLE.signature));
  const message = utf8(SM2_EXAMPLE.message);
  if (!verifySm2(publicKey, message, signature)) return wrong('SM2 refuses the example of GB/T 32918.5', ADVICE);
  if (verifySm2(publicKey, utf8('message digesT'), signature)) return wrong('SM2 accepts a changed message', ADVICE);
  const pair = generateSm2KeyPair();
  const own = signSm2(importSm2PrivateKey(pair.privateKeyPem), message);
  const again = signSm2(importSm2PrivateKey(pair.privateKeyPem), message);
  if (!verifySm2(importSm2PublicKey(pair.publicKeyPem), message, own))
    return wrong('SM2 refuses its own signature', ADVICE);
  if (equalBytes(own, again)) return wrong('SM2 signs without fresh randomness', ADVICE);
  return well('SM2 verifies the example of GB/T 32918.5 and its own signatures');
}

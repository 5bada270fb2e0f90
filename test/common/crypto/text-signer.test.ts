// Signatures of texts are HMACs, also when they are remembered, and of texts too long to be.
import { createHmac } from 'node:crypto';
import test from 'ava';
import { makeTextSigner } from '../../../common/crypto/text-signer.ts';

test('a text is signed as HMAC says, the first time and again, short or long', (t) => {
  for (const hash of ['sha1', 'sm3'] as const) {
    const sign = makeTextSigner(hash, 'a key');
    for (const length of [0, 1, 199, 200, 201, 4000, 200, 4000]) {
      const text = '证'.repeat(length);
      t.is(sign(text), createHmac(hash, 'a key').update(text).digest('base64url'), `${hash} ${length}`);
    }
    t.not(sign('text'), makeTextSigner(hash, 'another key')('text'));
    t.not(sign('text'), sign('texT'));
  }
});

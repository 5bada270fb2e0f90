// A client's secret: 256 random bits that we make, shown once, kept as their SM3 digest. Nobody chooses one, so a fast digest
// is enough; what a client sends is looked up by the digest.
import { utf8 } from '../../common/bytes.ts';
import { sm3 } from '../../common/crypto/sm3.ts';

const BYTES = 32;

/** From 32 random bytes: the text that the client keeps. */
export function makeSecretText(random: Uint8Array): string {
  if (random.length !== BYTES) throw new RangeError(`${BYTES} random bytes are needed`);
  return `xjs_${Buffer.from(random).toString('base64url')}`;
}

export function digestSecret(text: string): Uint8Array {
  return sm3(utf8(text));
}

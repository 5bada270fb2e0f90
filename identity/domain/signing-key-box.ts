// How the private half of a signing key rests: sealed under a key of its own, for one `kid`.
import { utf8 } from '../../common/bytes.ts';
import { closeBox, deriveKey, openBox } from '../../common/crypto/sealed-box.ts';

/** `rootSecret`: 32 bytes. */
export function deriveSigningBoxKey(rootSecret: Uint8Array): Uint8Array {
  return deriveKey(rootSecret, 'identity signing keys');
}

/** `d`: the private number of RFC 7518, base64url. */
export function closeSigningKey(boxKey: Uint8Array, kid: string, d: string): Uint8Array {
  return closeBox(boxKey, utf8(d), contextOf(kid));
}

/** Throws `sealed-box-corrupt`. */
export function openSigningKey(boxKey: Uint8Array, kid: string, box: Uint8Array): string {
  return new TextDecoder().decode(openBox(boxKey, box, contextOf(kid)));
}

function contextOf(kid: string): string {
  return `identity.signing_keys/${kid}`;
}

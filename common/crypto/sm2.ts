// SM2 signatures with SM3 (GB/T 32918, GB/T 35276) by node:crypto, and the keys they need.
// Two traps shape this file. A key object straight out of generateKeyPair silently does ECDSA on the SM2 curve; only one
// re-imported from PEM or DER does SM2, so every key enters through the functions below, which assert it. And one-shot
// crypto.sign puts the Z of an empty user id in front by itself; only streaming createSign over Z ‖ message is standard.
// Not here: SM2 encryption and key exchange.
import {
  createPrivateKey,
  createPublicKey,
  createSign,
  createVerify,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { type DerNode, parseDer, TAG } from '../asn1/der.ts';
import { checkTag, readSequence } from '../asn1/der-read.ts';
import { derInteger, derSequence } from '../asn1/der-write.ts';
import { compareBytes, concatBytes, equalBytes, fromHex, toHex, utf8 } from '../bytes.ts';
import { TrustError } from '../errors.ts';
import { sm3 } from './sm3.ts';

/** The user id that GB/T 35276 gives when nothing else is agreed. */
export const DEFAULT_USER_ID = '1234567812345678';

export type Sm2PublicKey = {
  readonly kind: 'sm2-public';
  readonly keyObject: KeyObject;
  /** Uncompressed point, 65 bytes: 04 ‖ x ‖ y. */
  readonly point: Uint8Array;
  /** DER SubjectPublicKeyInfo, 91 bytes. */
  readonly spki: Uint8Array;
};

export type Sm2PrivateKey = {
  readonly kind: 'sm2-private';
  readonly keyObject: KeyObject;
  readonly publicKey: Sm2PublicKey;
};

// SEQUENCE { SEQUENCE { id-ecPublicKey, SM2 curve 1.2.156.10197.1.301 }, BIT STRING of 65 bytes }
const SPKI_PREFIX = fromHex('3059301306072a8648ce3d020106082a811ccf5501822d034200');
// a ‖ b ‖ Gx ‖ Gy of the curve recommended by GB/T 32918.5, 32 bytes each.
const CURVE = fromHex(
  'fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc' +
    '28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93' +
    '32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7' +
    'bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0',
);
const ORDER = fromHex('fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123');

/** A new key pair as PKCS#8 and SubjectPublicKeyInfo PEM. Randomness comes from node:crypto. */
export function generateSm2KeyPair(): { readonly privateKeyPem: string; readonly publicKeyPem: string } {
  const pair = generateKeyPairSync('ec', { namedCurve: 'SM2' });
  return {
    privateKeyPem: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    publicKeyPem: pair.publicKey.export({ type: 'spki', format: 'pem' }) as string,
  };
}

/**
 * A PKCS#8 PEM or DER private key on the SM2 curve; anything else is `key-malformed`, also an encrypted one.
 */
export function importSm2PrivateKey(key: string | Uint8Array): Sm2PrivateKey {
  return adoptSm2PrivateKey(
    readKey(() =>
      typeof key === 'string'
        ? createPrivateKey(key)
        : createPrivateKey({ key: Buffer.from(key), format: 'der', type: 'pkcs8' }),
    ),
  );
}

/** A key object that `importSm2PrivateKey` made, for example one that was posted to a worker; others are `key-malformed`. */
export function adoptSm2PrivateKey(keyObject: KeyObject): Sm2PrivateKey {
  checkNotEc(keyObject);
  const publicKey = importSm2PublicKey(exportSpki(createPublicKey(keyObject)));
  return { kind: 'sm2-private', keyObject, publicKey };
}

/** Keys by their DER: a document carries the same certificates many times, and importing costs a tenth of a verification. */
const imported = new Map<string, Sm2PublicKey>();
const MAX_IMPORTED = 500;

/** A SubjectPublicKeyInfo, PEM or DER, with an uncompressed point on the SM2 curve; anything else is `key-malformed`. */
export function importSm2PublicKey(key: string | Uint8Array): Sm2PublicKey {
  if (typeof key === 'string') return readSm2PublicKey(key);
  const name = toHex(key);
  const known = imported.get(name) ?? readSm2PublicKey(key);
  if (!imported.has(name) && imported.size >= MAX_IMPORTED) imported.delete(imported.keys().next().value as string);
  imported.set(name, known);
  return known;
}

function readSm2PublicKey(key: string | Uint8Array): Sm2PublicKey {
  const keyObject = readKey(() =>
    typeof key === 'string'
      ? createPublicKey(key)
      : createPublicKey({ key: Buffer.from(key), format: 'der', type: 'spki' }),
  );
  checkNotEc(keyObject);
  const spki = exportSpki(keyObject);
  const prefix = spki.subarray(0, SPKI_PREFIX.length);
  if (spki.length !== SPKI_PREFIX.length + 65 || !equalBytes(prefix, SPKI_PREFIX) || spki[prefix.length] !== 4)
    throw new TrustError('key-malformed', 'the public key is not an uncompressed point on the SM2 curve');
  return { kind: 'sm2-public', keyObject, point: spki.subarray(prefix.length), spki };
}

/** Z of GB/T 32918.2: SM3(ENTL ‖ ID ‖ a ‖ b ‖ Gx ‖ Gy ‖ Px ‖ Py), 32 bytes; ENTL is the bit length of the ID in two bytes. */
export function sm2Z(publicKey: Sm2PublicKey, userId: string = DEFAULT_USER_ID): Uint8Array {
  if (userId !== DEFAULT_USER_ID) return computeZ(publicKey, userId);
  const known = defaultZ.get(publicKey) ?? computeZ(publicKey, userId);
  defaultZ.set(publicKey, known);
  return known;
}

/** Z of a key never changes; with the default user id it is asked for at every signature. */
const defaultZ = new WeakMap<Sm2PublicKey, Uint8Array>();

function computeZ(publicKey: Sm2PublicKey, userId: string): Uint8Array {
  const id = utf8(userId);
  const bits = id.length * 8;
  if (bits > 0xffff) throw new RangeError('a user id has at most 8191 bytes');
  return sm3(Uint8Array.of(bits >> 8, bits & 0xff), id, CURVE, publicKey.point.subarray(1));
}

/** SM2 signature over the message (or its parts one after the other): DER SEQUENCE { r, s }, 69 to 72 bytes as a rule. */
export function signSm2(
  key: Sm2PrivateKey,
  message: Uint8Array | readonly Uint8Array[],
  userId: string = DEFAULT_USER_ID,
): Uint8Array {
  const signer = createSign('sm3').update(sm2Z(key.publicKey, userId));
  for (const part of parts(message)) signer.update(part);
  return new Uint8Array(signer.sign(key.keyObject));
}

/** True only for a strict-DER signature by this key over this message under this user id; never throws for bad signatures. */
export function verifySm2(
  key: Sm2PublicKey,
  message: Uint8Array | readonly Uint8Array[],
  signature: Uint8Array,
  userId: string = DEFAULT_USER_ID,
): boolean {
  try {
    sm2SignatureToRaw(signature);
  } catch {
    return false;
  }
  const verifier = createVerify('sm3').update(sm2Z(key, userId));
  for (const part of parts(message)) verifier.update(part);
  return verifier.verify(key.keyObject, signature);
}

/** DER SEQUENCE { r, s } to 64 bytes r ‖ s. `der-malformed` unless strict DER with r and s from 1 to n − 1. */
export function sm2SignatureToRaw(signature: Uint8Array): Uint8Array {
  const [r, s] = readSequence(parseDer(signature, { maxNodes: 3 }), 2, 2);
  return concatBytes(scalar(readUnsigned(r!)), scalar(readUnsigned(s!)));
}

/** 64 bytes r ‖ s to DER SEQUENCE { r, s }. `der-malformed` for another length or r, s outside 1 to n − 1. */
export function sm2SignatureFromRaw(raw: Uint8Array): Uint8Array {
  if (raw.length !== 64) throw new TrustError('der-malformed', `a raw SM2 signature has 64 bytes, not ${raw.length}`);
  const halves = [raw.subarray(0, 32), raw.subarray(32)];
  for (const half of halves) scalar(half);
  return derSequence(...halves.map((half) => derInteger(half)));
}

/** True when the key objects are a pair. */
export function isSm2Pair(privateKey: Sm2PrivateKey, publicKey: Sm2PublicKey): boolean {
  return equalBytes(privateKey.publicKey.point, publicKey.point);
}

/** Content of a positive INTEGER without its sign; empty where it is negative. */
function readUnsigned(node: DerNode): Uint8Array {
  checkTag(node, TAG.integer);
  const [first] = node.content;
  if (first! >= 0x80) return new Uint8Array();
  return first === 0 ? node.content.subarray(1) : node.content;
}

/** The number in 32 bytes, compared as bytes: this is asked at every verification. */
function scalar(value: Uint8Array): Uint8Array {
  const padded = new Uint8Array(32);
  if (value.length <= 32) padded.set(value, 32 - value.length);
  if (value.length > 32 || padded.every((byte) => byte === 0) || compareBytes(padded, ORDER) >= 0)
    throw new TrustError('der-malformed', 'r or s is outside 1 to n − 1');
  return padded;
}

function parts(message: Uint8Array | readonly Uint8Array[]): readonly Uint8Array[] {
  return message instanceof Uint8Array ? [message] : message;
}

function exportSpki(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ type: 'spki', format: 'der' }));
}

function readKey(read: () => KeyObject): KeyObject {
  try {
    return read();
  } catch (cause) {
    throw new TrustError('key-malformed', 'the bytes are not a key that this program reads', { cause });
  }
}

/** A key object that calls itself "ec" does ECDSA even on the SM2 curve. */
function checkNotEc(key: KeyObject): void {
  if (key.asymmetricKeyType !== undefined)
    throw new TrustError('key-malformed', `expected an SM2 key, found ${key.asymmetricKeyType}`);
}

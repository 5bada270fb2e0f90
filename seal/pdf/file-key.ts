// The key of an encrypted PDF from its password (ISO 32000, standard security handler, revisions 2 to 6).
// The user's password or the owner's opens a file; the empty one is what readers try first.
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { concatBytes, equalBytes } from '../../common/bytes.ts';
import { rc4 } from './rc4.ts';
import { broken } from './value.ts';

export type StandardHandler = {
  readonly revision: number;
  /** Bytes of the key. */
  readonly length: number;
  readonly owner: Uint8Array;
  readonly user: Uint8Array;
  readonly ownerKey: Uint8Array;
  readonly userKey: Uint8Array;
  /** /Perms of revisions 5 and 6. */
  readonly sealedPermissions: Uint8Array;
  readonly permissions: number;
  readonly encryptsMetadata: boolean;
  /** First element of /ID. */
  readonly id: Uint8Array;
};

const PAD = Buffer.from('28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A', 'hex');

/** The key, or null where the password opens nothing. `pdf-broken` where /Perms contradicts what it protects. */
export function findFileKey(handler: StandardHandler, password: string): Uint8Array | null {
  for (const bytes of encodings(password, handler.revision)) {
    const key = handler.revision >= 5 ? findLongKey(handler, bytes) : findShortKey(handler, bytes);
    if (!key) continue;
    if (handler.revision >= 5) checkPermissions(handler, key);
    return key;
  }
  return null;
}

/**
 * The bytes that a password may stand for: UTF-8 in the later revisions, as typed and as SASLprep composes it. In the
 * earlier ones an encoding of one byte a character, for which many writers took UTF-8 instead.
 */
function encodings(password: string, revision: number): readonly Uint8Array[] {
  const utf8 = Buffer.from(password, 'utf8');
  if (revision >= 5) {
    const composed = Buffer.from(password.normalize('NFKC'), 'utf8');
    return distinct([utf8.subarray(0, 127), composed.subarray(0, 127)]);
  }
  const fits = /^[\0-\xff]*$/.test(password);
  return distinct(fits ? [Buffer.from(password, 'latin1'), utf8] : [utf8]);
}

const distinct = ([first, second]: readonly Uint8Array[]): readonly Uint8Array[] =>
  second && !equalBytes(first!, second) ? [first!, second] : [first!];

const md5 = (...parts: readonly Uint8Array[]): Uint8Array => {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const padded = (password: Uint8Array): Uint8Array => concatBytes(password, PAD).subarray(0, 32);
const mixed = (key: Uint8Array, round: number): Uint8Array => key.map((byte) => byte ^ round);

const findShortKey = (handler: StandardHandler, password: Uint8Array): Uint8Array | null =>
  checkUser(handler, password) ?? checkUser(handler, userPasswordOf(handler, password));

function checkUser(handler: StandardHandler, password: Uint8Array): Uint8Array | null {
  const { revision, length, owner, user, permissions, encryptsMetadata, id } = handler;
  const p = Buffer.alloc(4);
  p.writeInt32LE(permissions | 0);
  const open = revision >= 4 && !encryptsMetadata ? [Buffer.alloc(4, 255)] : [];
  let key = md5(padded(password), owner.subarray(0, 32), p, id, ...open);
  if (revision >= 3) for (let i = 0; i < 50; i++) key = md5(key.subarray(0, length));
  key = key.subarray(0, length);
  if (revision === 2) return equalBytes(rc4(key, PAD), user.subarray(0, 32)) ? key : null;
  let check = md5(PAD, id);
  for (let i = 0; i < 20; i++) check = rc4(mixed(key, i), check);
  return equalBytes(check, user.subarray(0, 16)) ? key : null;
}

/** What /O hides under the owner's password. */
function userPasswordOf({ revision, length, owner }: StandardHandler, password: Uint8Array): Uint8Array {
  let key = md5(padded(password));
  if (revision >= 3) for (let i = 0; i < 50; i++) key = md5(key);
  key = key.subarray(0, length);
  let found = owner.subarray(0, 32);
  if (revision === 2) return rc4(key, found);
  for (let i = 19; i >= 0; i--) found = rc4(mixed(key, i), found);
  return found;
}

function findLongKey(handler: StandardHandler, password: Uint8Array): Uint8Array | null {
  const { revision, owner, user, ownerKey, userKey } = handler;
  const hash = revision === 5 ? shortHash : longHash;
  const none = new Uint8Array();
  for (const [stored, wrapped, bound] of [
    [user, userKey, none],
    [owner, ownerKey, user.subarray(0, 48)],
  ] as const) {
    if (stored.length < 48 || wrapped.length < 32) continue;
    if (!equalBytes(hash(password, stored.subarray(32, 40), bound), stored.subarray(0, 32))) continue;
    const cipher = createDecipheriv('aes-256-cbc', hash(password, stored.subarray(40, 48), bound), Buffer.alloc(16));
    cipher.setAutoPadding(false);
    return concatBytes(cipher.update(wrapped.subarray(0, 32)), cipher.final());
  }
  return null;
}

/** /Perms holds /P and /EncryptMetadata under the key of the file, so that neither can be changed without it. */
function checkPermissions(handler: StandardHandler, key: Uint8Array): void {
  const { sealedPermissions, permissions, encryptsMetadata } = handler;
  const fault = broken('/Perms of /Encrypt contradicts /P or /EncryptMetadata');
  if (sealedPermissions.length < 16) throw fault;
  const cipher = createDecipheriv('aes-256-ecb', key, null).setAutoPadding(false);
  const opened = Buffer.from(cipher.update(sealedPermissions.subarray(0, 16)));
  const isSame = opened.readInt32LE(0) === (permissions | 0) && opened[8] === (encryptsMetadata ? 0x54 : 0x46);
  if (!isSame || opened.toString('latin1', 9, 12) !== 'adb') throw fault;
}

function shortHash(password: Uint8Array, salt: Uint8Array, bound: Uint8Array): Uint8Array {
  return createHash('sha256').update(password).update(salt).update(bound).digest();
}

/** ISO 32000-2: SHA-2 and AES in turn, at least 64 rounds; at most 287, since a byte ends it that is below round - 31. */
function longHash(password: Uint8Array, salt: Uint8Array, bound: Uint8Array): Uint8Array {
  let key = shortHash(password, salt, bound);
  for (let round = 0, last = 0; round < 64 || last > round - 32; round++) {
    const block = concatBytes(password, key, bound);
    const cipher = createCipheriv('aes-128-cbc', key.subarray(0, 16), key.subarray(16, 32)).setAutoPadding(false);
    const encrypted = cipher.update(concatBytes(...Array.from({ length: 64 }, () => block)));
    const rest = encrypted.subarray(0, 16).reduce((sum, byte) => sum + byte, 0) % 3;
    key = createHash(['sha256', 'sha384', 'sha512'][rest]!).update(encrypted).digest();
    last = encrypted.at(-1)!;
  }
  return key.subarray(0, 32);
}

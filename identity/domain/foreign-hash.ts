// Password hashes that other houses kept, in the forms they are exported in. They are taken over as they are and replaced at
// the first right password. Costs are bounded: a hash that would take minutes is no hash of a working house, and refused.
//   bcrypt      $2a$ $2b$ $2y$ CC $ 22 characters of salt, 31 of hash
//   PBKDF2      $pbkdf2-sha256$ITERATIONS$SALT$HASH (passlib) or pbkdf2_sha256$ITERATIONS$SALT$HASH (Django; salt is text);
//               sha1, sha256, sha512
//   SM3, salted $sm3$ORDER$SALT$HASH: ORDER `salt-password` or `password-salt`; salt in base64, hash as 64 hexadecimal digits

export type ForeignHash =
  | { readonly scheme: 'bcrypt'; readonly encoded: string }
  | {
      readonly scheme: 'pbkdf2';
      readonly digest: 'sha1' | 'sha256' | 'sha512';
      readonly iterations: number;
      readonly salt: Uint8Array;
      readonly hash: Uint8Array;
    }
  | {
      readonly scheme: 'sm3';
      readonly saltFirst: boolean;
      readonly salt: Uint8Array;
      readonly hash: Uint8Array;
    };

const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const PASSLIB = /^\$pbkdf2(?:-(sha256|sha512))?\$(\d{1,8})\$([./A-Za-z0-9]{1,200})\$([./A-Za-z0-9]{16,200})$/;
const DJANGO = /^pbkdf2_(sha1|sha256|sha512)\$(\d{1,8})\$([!-#%-~]{1,200})\$([+/A-Za-z0-9]{16,200}={0,2})$/;
const SM3 = /^\$sm3\$(salt-password|password-salt)\$([+/A-Za-z0-9]{2,200}={0,2})\$([0-9a-fA-F]{64})$/;

const MAX_BCRYPT_COST = 14;
const MAX_ITERATIONS = 2_000_000;

/** Null for a text that is none of these, or costs more than is bearable. */
export function parseForeignHash(text: string): ForeignHash | null {
  const bcrypt = BCRYPT.exec(text);
  if (bcrypt) return within(Number(bcrypt[1]), 4, MAX_BCRYPT_COST) ? { scheme: 'bcrypt', encoded: text } : null;
  const sm3 = SM3.exec(text);
  if (sm3) {
    const [, order, salt = '', hash = ''] = sm3;
    return { scheme: 'sm3', saltFirst: order === 'salt-password', salt: base64(salt), hash: hex(hash) };
  }
  const passlib = PASSLIB.exec(text);
  if (passlib) {
    const [, digest = 'sha1', iterations, salt = '', hash = ''] = passlib;
    return pbkdf2(digest, Number(iterations), adapted(salt), adapted(hash));
  }
  const django = DJANGO.exec(text);
  if (!django) return null;
  const [, digest = 'sha256', iterations, salt = '', hash = ''] = django;
  return pbkdf2(digest, Number(iterations), new Uint8Array(Buffer.from(salt, 'utf8')), base64(hash));
}

/** True for our own form, argon2id as a PHC string. */
export function isOwnHash(text: string): boolean {
  return text.startsWith('$argon2id$');
}

function pbkdf2(digest: string, iterations: number, salt: Uint8Array, hash: Uint8Array): ForeignHash | null {
  if (!within(iterations, 1, MAX_ITERATIONS)) return null;
  return { scheme: 'pbkdf2', digest: digest as 'sha1' | 'sha256' | 'sha512', iterations, salt, hash };
}

function within(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}

function base64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}

/** passlib writes `.` for `+` and no padding. */
function adapted(text: string): Uint8Array {
  return base64(text.replaceAll('.', '+'));
}

function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'));
}

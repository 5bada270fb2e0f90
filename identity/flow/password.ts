// Passwords at rest and their check. Our own are argon2id; hashes of other houses (domain/foreign-hash.ts) are checked as they
// came and wait to be replaced. For an unknown account a hash that fits nobody is verified, so that both take the same time.
import { pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { hash, verify } from '@node-rs/argon2';
import { verify as verifyBcrypt } from '@node-rs/bcrypt';
import { concatBytes, utf8 } from '../../common/bytes.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { type ForeignHash, isOwnHash, parseForeignHash } from '../domain/foreign-hash.ts';

/** What one argon2id costs (RFC 9106). */
export type PasswordWork = { readonly memoryKib: number; readonly passes: number; readonly lanes: number };

export const DEFAULT_WORK: PasswordWork = { memoryKib: 19_456, passes: 2, lanes: 1 };

const deriveKey = promisify(pbkdf2);
const nobody = new Map<string, Promise<string>>();

/** The encoded hash (PHC string, argon2id). */
export async function hashPassword(password: string, work: PasswordWork = DEFAULT_WORK): Promise<string> {
  const { memoryKib, passes, lanes } = work;
  const parameters = { memoryCost: memoryKib, timeCost: passes, parallelism: lanes };
  return hash(password.normalize('NFKC'), parameters);
}

/** `encoded` null: no such account; takes as long and is false. A foreign hash costs its own work on top of one of ours. */
export async function isPassword(
  encoded: string | null,
  password: string,
  work: PasswordWork = DEFAULT_WORK,
): Promise<boolean> {
  const text = password.normalize('NFKC');
  if (encoded !== null && isOwnHash(encoded)) return verify(encoded, text);
  await verify(await hashOfNobody(work), text);
  const foreign = encoded === null ? null : parseForeignHash(encoded);
  // Other houses did not normalise: their hash is of what was typed.
  return foreign !== null && isForeignPassword(foreign, password);
}

/** True for a hash that is not argon2id with these parameters. */
export function needsNewHash(encoded: string, { memoryKib, passes, lanes }: PasswordWork): boolean {
  return !encoded.startsWith(`$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$`);
}

async function isForeignPassword(foreign: ForeignHash, password: string): Promise<boolean> {
  if (foreign.scheme === 'bcrypt') return verifyBcrypt(password, foreign.encoded);
  if (foreign.scheme === 'sm3') {
    const { saltFirst, salt } = foreign;
    const found = sm3(saltFirst ? concatBytes(salt, utf8(password)) : concatBytes(utf8(password), salt));
    return timingSafeEqual(found, foreign.hash);
  }
  const { salt, iterations, digest } = foreign;
  const found = await deriveKey(password, salt, iterations, foreign.hash.length, digest);
  return timingSafeEqual(found, foreign.hash);
}

function hashOfNobody(work: PasswordWork): Promise<string> {
  const key = JSON.stringify(work);
  const known = nobody.get(key) ?? hashPassword(randomBytes(32).toString('hex'), work);
  nobody.set(key, known);
  return known;
}

// Passwords: argon2id with 19 MiB, two passes, one lane. For an unknown account a hash that fits nobody is verified, so
// that both take the same time.
import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

let nobody: Promise<string> | undefined;

/** The encoded hash (PHC string, argon2id). */
export async function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'), PARAMETERS);
}

/** `encoded` null: no such account; takes as long and is false. */
export async function isPassword(encoded: string | null, password: string): Promise<boolean> {
  nobody ??= hashPassword(randomBytes(32).toString('hex'));
  const fits = await verify(encoded ?? (await nobody), password.normalize('NFKC'));
  return fits && encoded !== null;
}

// SM3 (GB/T 32905) by node:crypto, in one call and as a running hash that can be copied at any prefix.
import { createHash, type Hash, hash as hashAtOnce } from 'node:crypto';

/** SM3 of the parts one after the other: 32 bytes. */
export function sm3(...parts: readonly Uint8Array[]): Uint8Array {
  const [only, ...more] = parts;
  if (only !== undefined && more.length === 0) return new Uint8Array(hashAtOnce('sm3', only, 'buffer'));
  const hash = createHash('sm3');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/** SM3 of a text in UTF-8, without a copy of it: 32 bytes. */
export function sm3OfText(text: string): Buffer {
  return hashAtOnce('sm3', text, 'buffer');
}

/**
 * A running SM3. `copy` keeps the state of a common prefix, so that several digests over one file cost one pass;
 * `digest` leaves the state as it is.
 */
export class Sm3 {
  readonly #hash: Hash;

  constructor(hash: Hash = createHash('sm3')) {
    this.#hash = hash;
  }

  update(bytes: Uint8Array): this {
    this.#hash.update(bytes);
    return this;
  }

  copy(): Sm3 {
    return new Sm3(this.#hash.copy());
  }

  digest(): Uint8Array {
    return new Uint8Array(this.#hash.copy().digest());
  }

  /** The digest of a state that nobody asks again: spares the copy. */
  end(): Uint8Array {
    return new Uint8Array(this.#hash.digest());
  }
}

// Numbers that look random and are the same for the same seed, so that a generated case can be made again.

/** From 0 up to 1, by a 32-bit state (xorshift and a multiplication); for cases only, never for secrets. */
export function makeRandom(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (Math.imul(state, 0x2c1b3c6d) >>> 0) / 2 ** 32;
  };
}

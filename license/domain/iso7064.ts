// ISO 7064 MOD 37,36 (hybrid system, also GB/T 17710): the check character of a license identifier.
// Not here: what the characters before it mean.

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const MODULUS = 36;

/** The check character of `body`, which must be digits and upper-case letters only; null for any other character. */
export function mod37x36CheckCharacter(body: string): string | null {
  const product = runningProduct(body);
  return product === null ? null : ALPHABET.charAt((MODULUS + 1 - product) % MODULUS);
}

/** P=36; for each value v: P=(P+v) mod 36, 0 becomes 36, P=2P mod 37. */
function runningProduct(body: string): number | null {
  let product = MODULUS;
  for (const character of body) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) return null;
    const sum = (product + value) % MODULUS || MODULUS;
    product = (2 * sum) % (MODULUS + 1);
  }
  return product;
}

// A second, independent making of every check character: ISO 7064 as recursions, discrete logarithms and trial, where the
// house uses weights and sums; both agree on 100,000 random codes of each kind.
import test from 'ava';
import { citizenNumberCheckCharacter } from '../../../common/codes/citizen-number.ts';
import { creditCodeCheckCharacter } from '../../../common/codes/credit-code.ts';
import { organisationCodeCheckCharacter } from '../../../common/codes/organisation-code.ts';
import { mod37x36CheckCharacter } from '../../../license/domain/iso7064.ts';

const COUNT = 100_000;
const DIGITS = '0123456789';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** xorshift32: the same codes in every run. */
function makeRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function randomText(random: (below: number) => number, alphabet: string, length: number): string {
  let text = '';
  for (let at = 0; at < length; at++) text += alphabet.charAt(random(alphabet.length));
  return text;
}

/** Codes on which the two makings differ, at most three. */
function findDifferences(
  alphabet: string,
  lengthOf: (random: (below: number) => number) => number,
  ours: (text: string) => string | null,
  theirs: (text: string) => string,
): string[] {
  const random = makeRandom(20_261_122);
  const differing: string[] = [];
  for (let count = 0; count < COUNT && differing.length < 3; count++) {
    const text = randomText(random, alphabet, lengthOf(random));
    if (ours(text) !== theirs(text)) differing.push(text);
  }
  return differing;
}

// MOD 37,36: 2 generates the numbers modulo 37, so doubling adds one to the logarithm; addition turns the ring 1 to 36.
const POWERS = Array.from({ length: 36 }, (_, exponent) => Number(2n ** BigInt(exponent) % 37n));
const LOGARITHMS = new Map(POWERS.map((power, exponent) => [power, exponent]));
const turn = (place: number, by: number): number => ((place - 1 + by) % 36) + 1;

function hybrid37x36(text: string): string {
  let place = 36;
  for (const character of text) {
    const turned = turn(place, Number.parseInt(character, 36));
    place = POWERS[((LOGARITHMS.get(turned) ?? 0) + 1) % 36] ?? 0;
  }
  return [...(DIGITS + LETTERS)].find((_, value) => turn(place, value) === 1) ?? '?';
}

test('ISO 7064 MOD 37,36 (GB/T 36904): by logarithms and trial, the same check character', (t) => {
  const differing = findDifferences(DIGITS + LETTERS, (random) => 1 + random(74), mod37x36CheckCharacter, hybrid37x36);
  t.deepEqual(differing, []);
});

/** Horner from the last character, in whole numbers without any remainder until the end; the check by trial. */
function mod31(text: string): string {
  const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
  let sum = 0n;
  for (let at = text.length - 1; at >= 0; at--) sum = sum * 3n + BigInt(alphabet.indexOf(text.charAt(at)));
  return [...alphabet].find((_, value) => (sum + BigInt(value)) % 31n === 0n) ?? '?';
}

test('MOD 31-3 (GB 32100): by Horner in whole numbers, the same check character', (t) => {
  const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
  t.deepEqual(
    findDifferences(alphabet, () => 17, creditCodeCheckCharacter, mod31),
    [],
  );
});

/** The pure system with base 2: the sum so far is doubled modulo 11 after each character. */
function doubled11(text: string): number {
  let sum = 0;
  for (const character of text) sum = ((sum + Number.parseInt(character, 36)) * 2) % 11;
  return sum;
}

test('ISO 7064 MOD 11-2 (GB 11643): by doubling, the same check character', (t) => {
  const theirs = (text: string): string => {
    const sum = doubled11(text);
    return [...'0123456789X'].find((_, value) => (sum + value) % 11 === 1) ?? '?';
  };
  t.deepEqual(
    findDifferences(DIGITS, () => 17, citizenNumberCheckCharacter, theirs),
    [],
  );
});

test('GB 11714: by doubling, the same check character', (t) => {
  const theirs = (text: string): string => {
    const sum = doubled11(text);
    return [...'0123456789X'].find((_, value) => (sum + value) % 11 === 0) ?? '?';
  };
  t.deepEqual(
    findDifferences(DIGITS + LETTERS, () => 8, organisationCodeCheckCharacter, theirs),
    [],
  );
});

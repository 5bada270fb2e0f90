import test from 'ava';
import fc from 'fast-check';
import { concatBytes } from '../../../common/bytes.ts';
import { readDigits, readLooseDigits, writeDigits } from '../../../seal/pdf/hex-digits.ts';
import { ascii } from '../world.ts';

const seal = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7 + (i >> 8)) & 255);
const digitsOf = (...parts: readonly Uint8Array[]): Uint8Array => {
  const digits = new Uint8Array(2 * concatBytes(...parts).length);
  writeDigits(parts, digits, 0);
  return digits;
};

test('Property: digits are written part by part as for the whole, and read back with or without expectation', (t) => {
  const part = fc.oneof(fc.uint8Array({ maxLength: 80 }), fc.constant(seal));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), fc.nat(9), (parts, at) => {
      const whole = concatBytes(...parts);
      const target = new Uint8Array(at + 2 * whole.length + 3);
      writeDigits(parts, target, at);
      const digits = target.subarray(at, at + 2 * whole.length);
      t.is(Buffer.from(digits).toString('latin1'), Buffer.from(whole).toString('hex'));
      t.deepEqual([...target.subarray(0, at), ...target.subarray(at + digits.length)], Array(at + 3).fill(0));
      for (const expected of [undefined, seal]) t.deepEqual(readDigits(digits, expected), whole);
    }),
  );
});

test('What is expected says nothing about what is read: every changed digit is seen', (t) => {
  const [front, back] = [Uint8Array.of(1, 2, 3), Uint8Array.of(4)];
  const digits = digitsOf(front, seal, back);
  for (const at of [0, 5, 6, 7, 133, 134, 135, 5000, 10_005, 10_006, 10_007]) {
    const changed = digits.with(at, digits[at] === 0x30 ? 0x31 : 0x30);
    const read = readDigits(changed, seal);
    t.deepEqual(read, new Uint8Array(Buffer.from(Buffer.from(changed).toString('latin1'), 'hex')));
    t.notDeepEqual(read, readDigits(digits, seal));
  }
  t.deepEqual(readDigits(digitsOf(front, seal).subarray(0, 9000), seal), concatBytes(front, seal).subarray(0, 4500));
});

test('Digits of the seal that begin in the middle of a byte are not the seal', (t) => {
  const shifted = concatBytes(ascii('0'), digitsOf(seal), ascii('0'));
  t.deepEqual(readDigits(shifted, seal), readDigits(shifted));
  t.not(readDigits(shifted, seal), null);
});

test('ISO 32000: other characters are refused, white space and a missing last digit are read', (t) => {
  const digits = digitsOf(seal);
  for (const [at, byte] of [
    [0, 0x67],
    [500, 0x20],
    [9_999, 0x3e],
  ] as const)
    for (const expected of [undefined, seal]) t.is(readDigits(digits.with(at, byte), expected), null);
  t.is(readDigits(digits.subarray(1), seal), null);
  t.deepEqual(readLooseDigits(ascii('4a 4B\r\n5')), Uint8Array.of(0x4a, 0x4b, 0x50));
  t.is(readLooseDigits(ascii('4a 4x')), null);
  t.is(readLooseDigits(ascii('4x5')), null);
});

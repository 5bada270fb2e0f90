// Identifiers come from random bytes that are generated in advance: each byte is given to one caller, and kept from nobody else.
import test from 'ava';
import { makeId, makeToken, makeUuid7, takeRandomBytes } from '../../common/ids.ts';

test('random bytes are given once: pieces of every length differ, and a change of one leaves the others', (t) => {
  const pieces = Array.from({ length: 3000 }, (_, n) => takeRandomBytes(8 + (n % 40)));
  t.is(new Set(pieces.map((piece) => piece.toString('hex'))).size, pieces.length);
  const [first, second] = [takeRandomBytes(32), takeRandomBytes(32)];
  const before = second.toString('hex');
  first.fill(0);
  t.is(second.toString('hex'), before);
  t.false(
    pieces.some((piece) => piece.every((byte) => byte === 0)),
    'nobody gets what was wiped',
  );
});

test('lengths from nothing to more than is kept in advance', (t) => {
  for (const length of [0, 1, 8191, 8192, 8193, 100_000]) t.is(takeRandomBytes(length).length, length);
  t.not(takeRandomBytes(8192).toString('hex'), takeRandomBytes(8192).toString('hex'));
});

test('tokens have the length asked for, use the whole alphabet and nothing else, and never repeat', (t) => {
  const tokens = Array.from({ length: 2000 }, () => makeToken(26));
  for (const token of tokens) t.regex(token, /^[0-9a-hjkmnp-tv-z]{26}$/);
  t.is(new Set(tokens).size, tokens.length);
  t.is(new Set(tokens.join('')).size, 32);
  t.regex(makeId('lic'), /^lic_[0-9a-hjkmnp-tv-z]{26}$/);
});

test('RFC 9562: a UUID of version 7 begins with its milliseconds, and later ones sort behind', (t) => {
  const [early, late] = [makeUuid7(new Date(1_700_000_000_000)), makeUuid7(new Date(1_700_000_000_001))];
  t.regex(early, /^018bcfe5-6800-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  t.true(early < late);
  t.not(makeUuid7(new Date(1_700_000_000_000)), early);
});

import test from 'ava';
import fc from 'fast-check';
import { type DerNode, derSize, parseDer, TAG } from '../../../common/asn1/der.ts';
import {
  readBigInteger,
  readBitString,
  readInteger,
  readOctetString,
  readOid,
  readText,
  readTime,
  readUtf8,
} from '../../../common/asn1/der-read.ts';
import {
  derBitString,
  derBoolean,
  derExplicit,
  derGeneralizedTime,
  derIa5,
  derImplicit,
  derInteger,
  derNull,
  derOctetString,
  derOid,
  derParts,
  derPrintable,
  derSequence,
  derSet,
  derTlv,
  derUtcTime,
  derUtf8,
  sortedTrees,
} from '../../../common/asn1/der-write.ts';
import { concatBytes, fromHex, toHex } from '../../../common/bytes.ts';

const REFUSED: readonly (readonly [name: string, hex: string, found: RegExp])[] = [
  ['no bytes', '', /cut off/],
  ['an identifier alone', '30', /cut off/],
  ['content shorter than its length', '04020a', /cut off/],
  ['trailing bytes', '020101ff', /follow/],
  ['trailing zero bytes', '02010100', /follow/],
  ['an indefinite length', '30800201010000', /indefinite/],
  ['a long form for a short length', '02810101', /not minimal/],
  ['a length with a leading zero', `0482008000${'00'.repeat(127)}`, /not minimal/],
  ['a length of five bytes', '04850000000001ff', /four bytes/],
  ['a length that runs past its parent', '3003040201', /cut off/],
  ['a multi-byte tag', '1f810100', /more than one byte/],
  ['end-of-contents as a value', '0000', /end-of-contents/],
  ['an INTEGER without content', '0200', /INTEGER/],
  ['an INTEGER with a leading 00', '02020001', /not minimal/],
  ['an INTEGER with a leading FF', '0202ff80', /not minimal/],
  ['a BOOLEAN of 01', '010101', /BOOLEAN/],
  ['a BOOLEAN of two bytes', '0102ffff', /BOOLEAN/],
  ['a NULL with content', '050100', /NULL/],
  ['an OBJECT IDENTIFIER without content', '0600', /OBJECT IDENTIFIER/],
  ['an OBJECT IDENTIFIER that is cut off', '06022a81', /OBJECT IDENTIFIER/],
  ['an OBJECT IDENTIFIER with a leading 80', '06032a8001', /not minimal/],
  ['a BIT STRING without content', '0300', /unused bits/],
  ['a BIT STRING with eight unused bits', '030208ff', /unused bits/],
  ['a BIT STRING with unused bits that are set', '030203ff', /not zero/],
  ['an empty BIT STRING with unused bits', '030103', /unused bits/],
  ['an unsorted SET', '3106020102020101', /not sorted/],
  ['a constructed OCTET STRING', '2403040100', /wrong form/],
  ['a primitive SEQUENCE', '1000', /wrong form/],
];

for (const [name, hex, found] of REFUSED) {
  test(`ITU-T X.690 DER refuses ${name}`, (t) => {
    const error = t.throws(() => parseDer(fromHex(hex)), { code: 'der-malformed' });
    t.regex(error?.message ?? '', found);
    t.regex(error?.message ?? '', /^offset \d+: /);
    // Also where elements are read when they are asked for, with the same sentence.
    const lazily = () => rewrite(parseDer(fromHex(hex), { isLazy: true }));
    t.is(t.throws(lazily, { code: 'der-malformed' })?.message, error?.message);
  });
}

test('a depth bomb is refused before it is walked', (t) => {
  let bomb = derNull();
  for (let depth = 0; depth < 200; depth++) bomb = derSequence(bomb);
  t.throws(() => parseDer(bomb), { code: 'der-malformed', message: /levels of nesting/ });
  t.notThrows(() => parseDer(bomb, { maxDepth: 201 }));
});

test('more values than the limit are refused', (t) => {
  const many = derSequence(...Array.from({ length: 50 }, () => derNull()));
  t.throws(() => parseDer(many, { maxNodes: 50 }), { code: 'der-malformed', message: /too many/ });
  t.notThrows(() => parseDer(many, { maxNodes: 51 }));
});

test('every node keeps the slice it was read from', (t) => {
  const inner = derOctetString(fromHex('0a0b'));
  const whole = derSequence(derInteger(5), derExplicit(0, inner));
  const root = parseDer(whole);
  t.deepEqual(root.children[1]?.children[0]?.raw, inner);
  t.is(root.children[1]?.children[0]?.offset, 7);
  t.is(toHex(whole.subarray(7)), toHex(inner));
});

test('derSize measures the first value and ignores padding behind it', (t) => {
  const value = derOctetString(new Uint8Array(300));
  t.is(derSize(concatBytes(value, new Uint8Array(50))), value.length);
  t.throws(() => derSize(value.subarray(0, 100)), { code: 'der-malformed' });
});

const tree: fc.Arbitrary<Uint8Array> = fc.letrec<{ node: Uint8Array }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.bigInt({ min: -(2n ** 300n), max: 2n ** 300n }).map(derInteger),
    fc.uint8Array({ maxLength: 400 }).map(derOctetString),
    fc.uint8Array({ maxLength: 40 }).map(derBitString),
    fc.string({ unit: 'grapheme' }).map(derUtf8),
    fc.boolean().map(derBoolean),
    fc.array(tie('node'), { maxLength: 5 }).map((parts) => derSequence(...parts)),
    fc.array(tie('node'), { maxLength: 5 }).map((parts) => derSet(...parts)),
    fc.tuple(fc.integer({ min: 0, max: 30 }), tie('node')).map(([n, inner]) => derExplicit(n, inner)),
  ),
})).node;

const rewrite = (node: DerNode): Uint8Array =>
  node.tag & 0x20 ? derTlv(node.tag, ...node.children.map(rewrite)) : derTlv(node.tag, node.content);

test('what is written reads back, and reading then writing gives the same bytes', (t) => {
  fc.assert(
    fc.property(tree, (bytes) => {
      t.deepEqual(rewrite(parseDer(bytes)), bytes);
    }),
    { numRuns: 300 },
  );
});

test('a value whose elements are read when they are asked for has the same nodes', (t) => {
  const plain = ({ tag, raw, content, children, offset }: DerNode): unknown => [
    ...[tag, raw, content, offset],
    children.map(plain),
  ];
  fc.assert(
    fc.property(tree, (bytes) => {
      const lazy = parseDer(bytes, { isLazy: true });
      t.deepEqual(plain(lazy), plain(parseDer(bytes)));
      t.is(lazy.children, lazy.children);
    }),
    { numRuns: 200 },
  );
  const whole = derSequence(derInteger(1), derSequence(derSequence(derNull())));
  t.throws(() => rewrite(parseDer(whole, { isLazy: true, maxDepth: 3 })), { code: 'der-malformed' });
  t.throws(() => rewrite(parseDer(whole, { isLazy: true, maxNodes: 4 })), { code: 'der-malformed' });
});

test('a tree of parts is written as the nested writers write it, its leaves as they are', (t) => {
  fc.assert(
    fc.property(fc.array(tree, { maxLength: 6 }), (leaves) => {
      const inner = { tag: TAG.set, content: sortedTrees(leaves) };
      const parts = derParts({ tag: TAG.sequence, content: [derInteger(1), inner] });
      t.deepEqual(concatBytes(...parts), derSequence(derInteger(1), derSet(...leaves)));
      t.true(leaves.every((leaf) => parts.includes(leaf)));
    }),
  );
});

test('arbitrary bytes either parse to themselves or are refused with der-malformed', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        t.deepEqual(rewrite(parseDer(bytes)), bytes);
      } catch (error) {
        t.is((error as { code?: string }).code, 'der-malformed');
      }
    }),
    { numRuns: 1000 },
  );
});

test('INTEGER and OBJECT IDENTIFIER keep values of any size', (t) => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 520n), max: 2n ** 520n }), (value) => {
      t.is(readBigInteger(parseDer(derInteger(value))), value);
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: 0n, max: 2n ** 128n }), { maxLength: 6 }), (arcs) => {
      const dotted = ['2.25', ...arcs].join('.');
      t.is(readOid(parseDer(derOid(dotted))), dotted);
    }),
  );
  t.is(toHex(derOid('1.2.156.10197.1.501')), '06082a811ccf55018375');
  t.is(toHex(derInteger(fromHex('0000ff'))), '020200ff');
  t.throws(() => readInteger(parseDer(derInteger(2n ** 60n))), { code: 'der-malformed' });
  t.throws(() => derOid('3.1'), { instanceOf: RangeError });
});

test('very long numbers and identifiers do not cost more than their length', (t) => {
  const long = new Uint8Array(4_000_000).fill(0x81);
  t.throws(() => readInteger(parseDer(derTlv(0x02, long))), { code: 'der-malformed', message: /too large/ });
  t.throws(() => readOid(parseDer(derTlv(0x06, long.with(long.length - 1, 1)))), {
    code: 'der-malformed',
    message: /too long/,
  });
  t.true(readBigInteger(parseDer(derTlv(0x02, long))) < 0n);
});

test('times read back to the millisecond and have no trailing zeros', (t) => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
      (time) => {
        t.is(readTime(parseDer(derGeneralizedTime(time))).getTime(), time.getTime());
      },
    ),
  );
  t.is(
    Buffer.from(derGeneralizedTime(new Date('2026-01-02T03:04:05.120Z')).subarray(2)).toString(),
    '20260102030405.12Z',
  );
  t.is(readTime(parseDer(derUtcTime(new Date('1999-12-31T23:59:59Z')))).toISOString(), '1999-12-31T23:59:59.000Z');
  t.throws(() => derUtcTime(new Date('2050-01-01T00:00:00Z')), { instanceOf: RangeError });
});

for (const text of [
  '20260102030405',
  '20260102030405.10Z',
  '20260230000000Z',
  '20260102250000Z',
  '20260102030405+0800',
  '2601020304Z',
]) {
  test(`a GeneralizedTime of ${text} is refused`, (t) => {
    const bytes = derTlv(0x18, new TextEncoder().encode(text));
    t.throws(() => readTime(parseDer(bytes)), { code: 'der-malformed' });
  });
}

test('readers refuse another type and a text outside its alphabet', (t) => {
  t.throws(() => readOctetString(parseDer(derNull())), { message: /expected octetString, found null/ });
  t.throws(() => readUtf8(parseDer(derTlv(0x0c, fromHex('c328')))), { code: 'der-malformed', message: /UTF-8/ });
  t.throws(() => readText(parseDer(derTlv(0x16, fromHex('e4'))), 0x16), { message: /ASCII/ });
  t.throws(() => readBitString(parseDer(fromHex('030204f0'))), { message: /does not end on a byte/ });
  t.throws(() => derPrintable('a@b'), { instanceOf: RangeError });
  t.throws(() => derIa5('印'), { instanceOf: RangeError });
});

test('an implicit tag keeps the constructed bit', (t) => {
  t.is(derImplicit(0, derSet(derNull()))[0], 0xa0);
  t.is(derImplicit(1, derOctetString(new Uint8Array()))[0], 0x81);
});

import test from 'ava';
import fc from 'fast-check';
import { encodeCheckpoint } from '../../../common/audit/checkpoint.ts';
import { encodeFields, type Field } from '../../../common/audit/encoding.ts';
import { type AuditEntry, type AuditRow, chainEntries, emptyChain, encodeRow } from '../../../common/audit/entry.ts';
import { equalBytes, toHex } from '../../../common/bytes.ts';

const text = fc.string({ unit: 'grapheme' });
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHex);
const row: fc.Arbitrary<Omit<AuditRow, 'hash'>> = fc.record({
  chain: fc.integer({ min: 1, max: 3 }),
  number: fc.integer({ min: 1, max: 20 }),
  at: fc.date({ noInvalidDate: true }),
  kind: text,
  subject: text,
  actor: text,
  requestId: fc.option(text),
  detail: fc.json(),
  previous: hash,
});
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

test('no two different rows encode alike, also when text wanders from one field to the next', (t) => {
  const close = fc.tuple(row, row, fc.nat()).map(([a, b, cut]): [typeof a, typeof a] => {
    const joined = a.subject + a.actor;
    const at = cut % (joined.length + 1);
    const moved = { ...a, subject: joined.slice(0, at), actor: joined.slice(at) };
    const isWhole = moved.subject.isWellFormed() && moved.actor.isWellFormed();
    return cut % 2 === 0 || !isWhole ? [a, b] : [a, moved];
  });
  t.notThrows(() =>
    fc.assert(
      fc.property(close, ([a, b]) => equalBytes(encodeRow(a), encodeRow(b)) === same(a, b)),
      { numRuns: 2000 },
    ),
  );
});

test('lists of fields encode alike only when tag and fields are the same', (t) => {
  const field: fc.Arbitrary<Field> = fc.oneof(text, fc.maxSafeInteger(), fc.constant(null));
  const list = fc.tuple(text, fc.array(field, { maxLength: 4 }));
  const asText = ([tag, fields]: [string, Field[]]) => [tag, fields.map((one) => (one === null ? null : String(one)))];
  fc.assert(
    fc.property(
      list,
      list,
      (a, b) => equalBytes(encodeFields(...a), encodeFields(...b)) === same(asText(a), asText(b)),
    ),
    { numRuns: 2000 },
  );
  t.notDeepEqual(encodeFields('a', ['']), encodeFields('a', [null]));
  t.notDeepEqual(encodeFields('a', ['bc']), encodeFields('ab', ['c']));
});

test('what UTF-8 or a number would write as something else is refused', (t) => {
  t.throws(() => encodeFields('a', ['\ud800']), { instanceOf: RangeError });
  t.throws(() => encodeFields('a', [2 ** 53]), { instanceOf: RangeError });
  t.throws(() => encodeFields('a', [Number.NaN]), { instanceOf: RangeError });
  t.throws(() => encodeFields('a', [1.5]), { instanceOf: RangeError });
});

test('a chain begins with its room and number, and each row carries the hash of the one before', (t) => {
  const entries: AuditEntry[] = [1, 2, 3].map((number) => ({
    at: new Date(number),
    kind: 'k',
    subject: 's',
    actor: 'a',
    detail: { number },
  }));
  const rows = chainEntries(emptyChain('seal', 1), entries);
  t.deepEqual(
    rows.map(({ number }) => number),
    [1, 2, 3],
  );
  t.is(rows[0]!.previous, emptyChain('seal', 1).hash);
  t.is(rows[2]!.previous, rows[1]!.hash);
  t.not(emptyChain('seal', 1).hash, emptyChain('seal', 2).hash);
  t.not(emptyChain('seal', 1).hash, emptyChain('license', 1).hash);
  t.not(chainEntries(emptyChain('seal', 2), entries)[0]!.hash, rows[0]!.hash);
});

test('no two different checkpoints encode alike', (t) => {
  const head = fc.record({ chain: fc.integer({ min: 1, max: 9 }), number: fc.integer({ min: 1, max: 9 }), hash });
  const checkpoint = fc.record({
    number: fc.integer({ min: 1, max: 3 }),
    at: fc.date({ noInvalidDate: true }),
    heads: fc.array(head, { maxLength: 3 }),
    previous: hash,
    certificateSm3: hash,
  });
  t.notThrows(() =>
    fc.assert(
      fc.property(
        checkpoint,
        checkpoint,
        (a, b) => equalBytes(encodeCheckpoint('seal', a), encodeCheckpoint('seal', b)) === same(a, b),
      ),
    ),
  );
});

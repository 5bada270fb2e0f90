import test from 'ava';
import { makeSlots } from '../../../common/files/shared-slots.ts';

test('A slot is large enough, comes again to the next taker, and to one taker at a time', (t) => {
  const slots = makeSlots({ keptBytes: 1 << 20 });
  const first = slots.take(100_000);
  t.is(first.bytes.length, 131_072, 'the next power of two');
  const other = slots.take(100_000);
  t.not(other.bytes.buffer, first.bytes.buffer);
  first.giveBack();
  first.giveBack();
  const again = slots.take(70_000);
  t.is(again.bytes.buffer, first.bytes.buffer);
  t.not(slots.take(70_000).bytes.buffer, first.bytes.buffer, 'given back twice, it is still one');
  t.is(slots.take(0).bytes.length, 65_536);
});

test('Of free slots no more is kept than was said', (t) => {
  const slots = makeSlots({ keptBytes: 70_000 });
  const [kept, gone] = [slots.take(1), slots.take(1)];
  kept.giveBack();
  gone.giveBack();
  t.is(slots.take(1).bytes.buffer, kept.bytes.buffer);
  t.false([kept, gone].some(({ bytes }) => bytes.buffer === slots.take(1).bytes.buffer));
});

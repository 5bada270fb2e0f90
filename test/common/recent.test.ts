// What was worked out is remembered for the keys asked for last, and for so many only.
import test from 'ava';
import { Recent } from '../../common/recent.ts';

test('a value is worked out once; of many keys those asked for last are remembered, and never more than twice the size', (t) => {
  const made: string[] = [];
  const recent = new Recent(10, (key) => {
    made.push(key);
    return key.toUpperCase();
  });
  for (let round = 0; round < 3; round += 1) t.is(recent.get('first'), 'FIRST');
  t.deepEqual(made, ['first']);
  // Asked for all the time, so it stays, however many others come.
  for (let n = 0; n < 100; n += 1) {
    t.is(recent.get(`key-${n}`), `KEY-${n}`);
    t.is(recent.get('first'), 'FIRST');
  }
  t.is(made.filter((key) => key === 'first').length, 1);
  made.length = 0;
  for (let n = 99; n >= 0; n -= 1) recent.get(`key-${n}`);
  t.true(made.length >= 100 - 2 * 10, 'the others were forgotten');
  t.false(made.includes('key-99'), 'the last one was not');
});

test('what cannot be worked out is refused each time', (t) => {
  const recent = new Recent<string>(10, () => {
    throw new RangeError('no');
  });
  for (let round = 0; round < 3; round += 1) t.throws(() => recent.get('key'), { instanceOf: RangeError });
});

// Patterns of license types: what is taken is sampled into values that a real regular expression accepts; what could be
// slow or endless is refused.
import test from 'ava';
import { makeRandom } from '../../../bin/type-packs/random.ts';
import { matchesPattern } from '../../../license/domain/field-rules.ts';
import { parsePattern, samplePattern } from '../../../license/domain/pattern.ts';

const TAKEN = [
  'JY[123]\\d{13}',
  '[一-鿿]（20\\d{2}）[一-鿿]{2,12}不动产权第\\d{7}号',
  '12315|0\\d{2,3}-\\d{7,8}',
  '(?:A|B(?:C|D)){2}',
  '[0-9A-HJ-NPQRTUWXY]{18}',
  'a?(b\\d)?[x\\-\\]y-]{0,3}\\.',
  '',
];
for (const pattern of TAKEN) {
  test(`200 samples of ${pattern || 'nothing'} are what it describes`, (t) => {
    const random = makeRandom(7);
    const node = parsePattern(pattern);
    for (let turn = 0; turn < 200; turn++) {
      const value = samplePattern(node, random);
      t.true(matchesPattern(pattern, value), JSON.stringify(value));
    }
  });
}

const REFUSED: readonly [string, RegExp][] = [
  ['a*', /no end/],
  ['a+', /no end/],
  ['a{2,}', /neither/],
  ['a{5,2}', /repetition/],
  ['a{999}', /repetition/],
  ['(a{1,9}){1,9}', /fixed length/],
  ['(?:a|b){1,9}', /fixed length/],
  ['.', /itself/],
  ['^a', /itself/],
  ['\\w', /not known/],
  ['\\1', /not known/],
  ['(?=a)', /only group/],
  ['[^a]', /not what is not/],
  ['[]', /empty class/],
  ['[z-a]', /upwards/],
  ['[a', /too early/],
  ['(a', /not closed/],
  ['a)', /too many/],
  ['\\', /too early/],
];
for (const [pattern, says] of REFUSED) {
  test(`the pattern ${pattern} is refused`, (t) => {
    t.throws(() => parsePattern(pattern), { instanceOf: SyntaxError, message: says });
  });
}

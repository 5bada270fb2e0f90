import test from 'ava';
import { maskCode } from '../../identity/domain/mask.ts';

test('a masked code shows three characters in front and four behind, a short one its last', (t) => {
  t.is(maskCode('360102199003077718'), '360***********7718');
  t.is(maskCode('E1234567'), '*******7');
  t.is(maskCode(''), '');
});

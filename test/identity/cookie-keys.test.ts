// The provider's cookies are signed as Keygrip signs them; its own signatures are the vectors.
import test from 'ava';
import { makeCookieKeys } from '../../identity/provider/cookie-keys.ts';

const TEXT = 'xinji-session=abc';
/** Keygrip 1.1.0, under 'first key'. */
const BY_FIRST = 'ZbIR36LpX9SxjGDT2Gy3uFhxMsc';

test('what Keygrip has signed is known, and what is signed here is what Keygrip would sign', (t) => {
  const keys = makeCookieKeys(['first key', 'second key']);
  t.is(keys.sign(TEXT), BY_FIRST);
  t.is(keys.index(TEXT, BY_FIRST), 0);
  t.true(keys.verify(TEXT, BY_FIRST));
});

test('the key of an earlier time is still known, and which it is', (t) => {
  const keys = makeCookieKeys(['newest key', 'first key']);
  t.is(keys.index(TEXT, BY_FIRST), 1);
  t.not(keys.sign(TEXT), BY_FIRST);
});

test('refused siblings: another text, one character changed, shorter, longer, empty, not ASCII, a key that is gone', (t) => {
  const keys = makeCookieKeys(['first key', 'second key']);
  t.is(keys.index('xinji-session=abd', BY_FIRST), -1);
  for (const signature of [`${BY_FIRST.slice(0, -1)}d`, BY_FIRST.slice(0, -1), `${BY_FIRST}A`, '', 'é'.repeat(27)])
    t.false(keys.verify(TEXT, signature), signature);
  t.is(makeCookieKeys(['second key']).index(TEXT, BY_FIRST), -1);
  t.throws(() => makeCookieKeys([]), { message: /at least one key/ });
});

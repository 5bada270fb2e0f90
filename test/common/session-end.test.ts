import test from 'ava';
import { canProlong, warningSeconds } from '../../common/session-end.ts';

const AT = Date.UTC(2026, 10, 20, 2);
const at = (seconds: number): Date => new Date(AT + seconds * 1000);

test('a session is prolonged while that gains something: a minute or more', (t) => {
  t.true(canProlong({ endsAt: at(0), lastsUntil: at(60) }));
  t.false(canProlong({ endsAt: at(0), lastsUntil: at(59) }));
  t.false(canProlong({ endsAt: at(0), lastsUntil: at(0) }));
});

test('WCAG 2.2, 2.2.1 and the page rules: the warning comes two to five minutes before the end', (t) => {
  t.is(warningSeconds(30 * 60), 300);
  t.is(warningSeconds(12 * 60), 240);
  t.is(warningSeconds(60), 120);
});

import test from 'ava';
import fc from 'fast-check';
import { sessionSeconds } from '../../identity/domain/session-life.ts';

const LIFE = { idleSeconds: 30 * 60, maxSeconds: 12 * 3600 };
const BEGAN = 1_790_000_000;

test('a session that is used lives 30 minutes more, and never past 12 hours after its begin', (t) => {
  t.is(sessionSeconds(LIFE, undefined, BEGAN), 1800);
  t.is(sessionSeconds(LIFE, BEGAN, BEGAN + 3600), 1800);
  t.is(sessionSeconds(LIFE, BEGAN, BEGAN + 12 * 3600 - 60), 60);
  t.is(sessionSeconds(LIFE, BEGAN, BEGAN + 13 * 3600), 1);
});

test('however it is used, it ends within a second of its longest life', (t) => {
  const used = fc.check(
    fc.property(fc.array(fc.integer({ min: 1, max: 1800 }), { maxLength: 200 }), (pauses) => {
      let now = BEGAN;
      let end = BEGAN + sessionSeconds(LIFE, BEGAN, BEGAN);
      for (const pause of pauses) {
        if (now + pause > end) break;
        now += pause;
        end = now + sessionSeconds(LIFE, BEGAN, now);
      }
      return end <= BEGAN + LIFE.maxSeconds + 1;
    }),
  );
  t.false(used.failed);
});

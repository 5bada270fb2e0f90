import test from 'ava';
import fc from 'fast-check';
import { isEndMoved, sessionEnd, sessionSeconds } from '../../identity/domain/session-life.ts';

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

test('the end that a person is told is the one that was written, and the latest one counts from the begin', (t) => {
  const end = sessionEnd(LIFE, { iat: BEGAN, exp: BEGAN + 1800 });
  t.is(end.endsAt.getTime(), (BEGAN + 1800) * 1000);
  t.is(end.lastsUntil.getTime(), (BEGAN + LIFE.maxSeconds) * 1000);
  t.is(
    sessionEnd(LIFE, { exp: BEGAN }).lastsUntil.getTime(),
    BEGAN * 1000,
    'of a session without begin nothing is promised',
  );
});

test('the end is written anew when it moves by a tenth of the life, or by five minutes', (t) => {
  t.true(isEndMoved(181, 1800));
  t.false(isEndMoved(180, 1800));
  t.true(isEndMoved(301, 43_200));
  t.true(isEndMoved(7, 60), 'a short life is prolonged in time too');
});

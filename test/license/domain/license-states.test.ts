import test from 'ava';
import { LICENSE_STATES } from '../../../common/contract/license.ts';
import { isTrustError } from '../../../common/errors.ts';
import { checkPresentable, nextState, stateAt, TRANSITIONS } from '../../../license/domain/license-states.ts';
import {
  hashPresentationCode,
  makePresentationCode,
  parsePresentationCode,
} from '../../../license/domain/presentation-code.ts';

test('states: what the table lists leads on, everything else is refused', (t) => {
  for (const from of LICENSE_STATES) {
    for (const act of ['withdrawn', 'revoked', 'cancelled'] as const) {
      const row = TRANSITIONS.find((transition) => transition.from === from && transition.act === act);
      if (row) t.is(nextState(from, act), row.to);
      else
        t.true(
          isTrustError(
            t.throws(() => nextState(from, act)),
            'license-state-forbids',
          ),
          `${from} ${act}`,
        );
    }
  }
  t.false(
    TRANSITIONS.some(({ from }) => from === 'revoked' || from === 'cancelled'),
    'these two are final',
  );
});

test('a license is valid through its last day in China and expired from the next', (t) => {
  t.is(stateAt('valid', '2027-11-19', new Date('2027-11-19T15:59:59Z')), 'valid');
  t.is(stateAt('valid', '2027-11-19', new Date('2027-11-19T16:00:00Z')), 'expired');
  t.is(stateAt('valid', '9999-12-31', new Date('2200-01-01T00:00:00Z')), 'valid');
  t.is(stateAt('revoked', '2020-01-01', new Date('2027-11-19T16:00:00Z')), 'revoked');
});

test('a revoked or cancelled license cannot be shown', (t) => {
  for (const state of ['valid', 'suspended', 'expired'] as const) t.notThrows(() => checkPresentable(state));
  for (const state of ['revoked', 'cancelled'] as const) {
    t.true(
      isTrustError(
        t.throws(() => checkPresentable(state)),
        'license-state-forbids',
      ),
    );
  }
});

test('a presentation code has at least 128 random bits and only its hash is comparable', (t) => {
  const code = makePresentationCode('0123456789abcdefghjkmnpqrs');
  t.is(code.length - 'lz_'.length, 26); // 5 bits each: 130
  t.is(parsePresentationCode(` ${code}\n`), code);
  t.is(hashPresentationCode(code).length, 32);
  for (const text of ['', 'hello', code.slice(0, -1), `${code}0`, code.toUpperCase(), code.replace('0', 'i')]) {
    const error = t.throws(() => parsePresentationCode(text));
    t.true(isTrustError(error, 'code-malformed'), text);
  }
});

import test from 'ava';
import fc from 'fast-check';
import { LICENSE_STATES, VERSION_OPERATIONS } from '../../../common/contract/license.ts';
import { isTrustError } from '../../../common/errors.ts';
import { LICENSE_ACT_NAMES, type LicenseActName } from '../../../license/domain/license-acts.ts';
import {
  checkPresentable,
  type LicenseAct,
  type LicenseState,
  nextState,
  STORED_STATES,
  type StoredState,
  stateAt,
  TRANSITIONS,
} from '../../../license/domain/license-states.ts';
import {
  hashPresentationCode,
  makePresentationCode,
  parsePresentationCode,
} from '../../../license/domain/presentation-code.ts';

const ACTS = LICENSE_ACT_NAMES.filter((act): act is LicenseAct => act !== 'issue');
const anyState = fc.constantFrom(...LICENSE_STATES);
const anyAct = fc.constantFrom(...ACTS);

test('states: what the table lists leads on, everything else is refused, whatever the type knows', (t) => {
  fc.assert(
    fc.property(anyState, anyAct, fc.subarray(LICENSE_ACT_NAMES as LicenseActName[]), (from, act, lawful) => {
      const to = TRANSITIONS[from][act];
      if (to !== undefined && lawful.includes(act)) return nextState(from, act, lawful) === to;
      return isTrustError(
        t.throws(() => nextState(from, act, lawful)),
        'license-state-forbids',
      );
    }),
  );
});

test('states: no way leads out of 撤销, 吊销 and 注销, and every state can be reached from 有效', (t) => {
  for (const end of ['withdrawn', 'revoked', 'cancelled'] as const) t.deepEqual(TRANSITIONS[end], {});
  const reached = new Set<StoredState>(['valid']);
  for (const state of reached) for (const to of Object.values(TRANSITIONS[state])) reached.add(to);
  t.deepEqual([...reached].sort(), [...STORED_STATES].sort());
});

test('states: any sequence of acts keeps to the table: versions only of a valid license, and an end is an end', (t) => {
  fc.assert(
    fc.property(fc.array(anyAct, { maxLength: 30 }), (acts) => {
      let state: LicenseState = 'valid';
      let ended = false;
      for (const act of acts) {
        const isLawful = TRANSITIONS[state][act] !== undefined;
        if (ended && isLawful) return false;
        if (!isLawful) continue;
        if (VERSION_OPERATIONS.some((one) => one === act) && state !== 'valid') return false;
        state = nextState(state, act, LICENSE_ACT_NAMES);
        ended = ['withdrawn', 'revoked', 'cancelled'].includes(state);
      }
      return true;
    }),
  );
  t.deepEqual(Object.keys(TRANSITIONS).sort(), [...LICENSE_STATES].sort());
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

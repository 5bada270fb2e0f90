// Was a seal in force when it was used? By its history at the proved time; a claimed time is the signer's own word.
import test from 'ava';
import { stepFault } from '../../common/web/report-words.ts';
import { judgeStanding, type Standing } from '../../seal/domain/seal-standing.ts';
import { AT } from '../_harness/pki.ts';

const at = (seconds: number): Date => new Date(AT.getTime() + seconds * 1000);
const history = [
  { from: 'none', to: 'applied', at: at(0) },
  { from: 'filed', to: 'active', at: at(10.5) },
  { from: 'active', to: 'suspended', at: at(20) },
  { from: 'suspended', to: 'active', at: at(30) },
  { from: 'active', to: 'superseded', at: at(40) },
] as const;
const standing = (count: number): Standing => ({
  kind: 'registered',
  version: { state: history[count - 1]!.to, stateChangedAt: history[count - 1]!.at, kind: 'new', number: 1 },
  history: history.slice(0, count),
});
const verdict = (known: Standing, time: Date | null, source: 'time_stamp' | 'claimed' = 'time_stamp'): string => {
  const step = judgeStanding(known, { signing_time: time?.toISOString() ?? null, time_source: time && source });
  return step.sub_indication ?? step.status;
};

test('A proved time is judged by the state at that time, whatever came later', (t) => {
  for (const count of [2, 3, 4, 5]) t.is(verdict(standing(count), at(15)), 'passed', `after ${count} steps`);
  for (const count of [3, 4, 5]) t.is(verdict(standing(count), at(25)), 'REVOKED', 'while suspended');
  t.is(verdict(standing(5), at(35)), 'passed');
  t.is(verdict(standing(5), at(45)), 'REVOKED', 'after it was superseded');
  t.is(verdict(standing(2), at(5)), 'REVOKED', 'before it was in force');
  t.is(verdict(standing(2), at(10)), 'passed', 'in the second in which it came into force');
});

test('Without a time stamp only a seal in force passes; superseded is open, suspended is not', (t) => {
  t.is(verdict(standing(4), at(15), 'claimed'), 'passed');
  t.is(verdict(standing(3), at(15), 'claimed'), 'REVOKED');
  t.is(verdict(standing(5), at(15), 'claimed'), 'OUT_OF_BOUNDS_NO_POE');
  t.is(verdict(standing(4), null), 'passed');
});

test('A seal of another room is not judged; bytes that bear our code and are not ours fail', (t) => {
  t.is(verdict({ kind: 'unknown' }, at(15)), 'not_checked');
  t.is(verdict({ kind: 'other-bytes', esID: '36010000000001' }, at(15)), 'SIG_CONSTRAINTS_FAILURE');
});

test('A seal from before lives were kept counts as it stood until its first step here', (t) => {
  const version = { state: 'suspended', stateChangedAt: at(20), kind: 'imported', number: 1 } as const;
  const imported: Standing = { kind: 'registered', version, history: [history[2]] };
  t.is(verdict(imported, at(5)), 'passed');
  t.is(verdict(imported, at(25)), 'REVOKED');
  t.is(verdict({ ...imported, version: { ...version, state: 'cancelled' }, history: [] }, at(5)), 'REVOKED');
});

test('Each reason has its own sentence: a seal that may be forged is not called one that was put out of use', (t) => {
  const sentence = (known: Standing, time: Date | null = null): string => {
    const signature = {
      signing_time: time?.toISOString() ?? null,
      time_source: time ? 'time_stamp' : 'claimed',
    } as const;
    return stepFault(judgeStanding(known, signature))?.zh ?? '';
  };
  t.regex(sentence({ kind: 'other-bytes', esID: '36010000000001' }), /不是登记的那一枚/);
  const version = { state: 'suspended', stateChangedAt: at(20), kind: 'new', number: 1 } as const;
  const suspended: Standing = { kind: 'registered', version, history: [] };
  t.regex(sentence(suspended), /不在使用中/);
  t.regex(sentence({ ...suspended, version: { ...version, state: 'superseded' } }), /已经换发/);
  t.is(sentence({ kind: 'unknown' }), '缺少所需的资料，未能检查。');
});

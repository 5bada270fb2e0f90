// Was a seal in force in this registry when it was used? Judged by the history of exactly this seal object at the proved
// time; without a time stamp only a seal that is in force now passes, because a claimed time is the signer's own word.
import type { ReportStep, SignatureReport } from '../../common/contract/report.ts';
import { failedStep, passedStep } from '../../common/pki/conclude.ts';
import { type LifeState, stateAt, type TakenStep } from './seal-life.ts';
import type { SealVersion } from './seal-version.ts';

export type Standing =
  | {
      readonly kind: 'registered';
      readonly version: Pick<SealVersion, 'state' | 'stateChangedAt' | 'kind' | 'number'>;
      readonly history: readonly Pick<TakenStep, 'from' | 'to' | 'at'>[];
    }
  /** Its code is one of ours, its bytes are not. */
  | { readonly kind: 'other-bytes'; readonly esID: string }
  | { readonly kind: 'unknown' };

const NAME = 'seal-state-online';
const CLAUSE = 'Xinji seal room';

/** The step of the report; INDETERMINATE is meant by OUT_OF_BOUNDS_NO_POE. */
export function judgeStanding(
  standing: Standing,
  { signing_time: time, time_source: source }: Pick<SignatureReport, 'signing_time' | 'time_source'>,
): ReportStep {
  if (standing.kind === 'unknown')
    return { name: NAME, clause: CLAUSE, status: 'not_checked', finding: 'The seal is not registered in this room.' };
  if (standing.kind === 'other-bytes')
    return failed(
      `The seal bears the code ${standing.esID} of this room, and is not the one registered under it.`,
      'SIG_CONSTRAINTS_FAILURE',
    );
  const { state, stateChangedAt, number } = standing.version;
  const since = `has been ${state} since ${stateChangedAt.toISOString()}`;
  const version = number === 1 ? 'The seal' : `Version ${number} of the seal`;
  if (source === 'time_stamp' && time !== null) return judgeProved(standing, new Date(time), `${version} ${since}`);
  if (state === 'active') return passedStep(NAME, CLAUSE, 'The seal is in force in this room.');
  if (state === 'superseded')
    return failed(`${version} ${since}, and no time stamp shows that it was used before.`, 'OUT_OF_BOUNDS_NO_POE');
  return failed(`${version} ${since}, and no time stamp shows that it was used before.`, 'REVOKED');
}

function judgeProved(standing: Extract<Standing, { kind: 'registered' }>, at: Date, since: string): ReportStep {
  const { version, history } = standing;
  // Signatures carry whole seconds: what was in force at any moment of that second counts.
  const moments = [at, ...history.map((step) => step.at)].filter(
    (moment) => moment >= at && moment.getTime() - at.getTime() < 1000,
  );
  const states = moments.map((moment) => stateOf(version, history, moment));
  const isNow = version.state === 'active';
  if (states.includes('active'))
    return passedStep(
      NAME,
      CLAUSE,
      isNow ? 'The seal is in force in this room.' : `${since}; a time stamp shows that it was used before.`,
    );
  const then = states[0]!;
  if (isNow || then === 'suspended')
    return failed(
      `A time stamp shows that the seal was used at ${at.toISOString()}, when it was ${SAID[then] ?? then}.`,
      'REVOKED',
    );
  return failed(`${since}, and a time stamp shows that it was used after that.`, 'REVOKED');
}

/** A seal from before lives were kept has no history of its beginning. */
function stateOf(
  { kind, state }: Pick<SealVersion, 'kind' | 'state'>,
  history: readonly Pick<TakenStep, 'from' | 'to' | 'at'>[],
  moment: Date,
): LifeState {
  const known = stateAt(history, moment);
  return known === 'none' && kind === 'imported' ? (history[0]?.from ?? state) : known;
}

const SAID: Readonly<Partial<Record<LifeState, string>>> = { none: 'not applied for', made: 'made, but not in force' };

function failed(finding: string, sub: 'REVOKED' | 'OUT_OF_BOUNDS_NO_POE' | 'SIG_CONSTRAINTS_FAILURE'): ReportStep {
  return failedStep(NAME, CLAUSE, finding, sub);
}

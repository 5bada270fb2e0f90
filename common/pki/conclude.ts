// From a list of steps to one verdict: the vocabulary of EN 319 102-1, the most telling failure first.
import type { ReportStep, SubIndication } from '../contract/report.ts';

export type Conclusion = {
  readonly status: 'passed' | 'failed' | 'indeterminate';
  readonly subIndication?: SubIndication;
};

// A file that changed says more than a certificate that cannot be judged, wherever the step stands in the list.
const TELLING: readonly SubIndication[] = ['FORMAT_FAILURE', 'HASH_FAILURE', 'SIG_CRYPTO_FAILURE'];
// Not proved wrong, only not proved right.
const UNDECIDED: readonly SubIndication[] = [
  'NO_CERTIFICATE_CHAIN_FOUND',
  'OUT_OF_BOUNDS_NO_POE',
  'REVOKED_NO_POE',
  'TRY_LATER',
  'CRYPTO_CONSTRAINTS_FAILURE',
  'GENERIC',
];

/** `passed` when no step failed, `indeterminate` when every failed one only lacks evidence, else `failed`. */
export function concludeSteps(steps: readonly ReportStep[]): Conclusion {
  const found = steps.filter((step) => step.status === 'failed').map((step) => step.sub_indication ?? 'FORMAT_FAILURE');
  const proved = found.filter((sub) => !UNDECIDED.includes(sub));
  const subIndication = TELLING.find((sub) => proved.includes(sub)) ?? proved[0] ?? found[0];
  if (subIndication === undefined) return { status: 'passed' };
  return { status: proved.length > 0 ? 'failed' : 'indeterminate', subIndication };
}

/** A step that passed. */
export function passedStep(name: string, clause: string, finding: string): ReportStep {
  return { name, clause, status: 'passed', finding };
}

/** A step that failed, and what that means. */
export function failedStep(name: string, clause: string, finding: string, subIndication: SubIndication): ReportStep {
  return { name, clause, status: 'failed', finding, sub_indication: subIndication };
}

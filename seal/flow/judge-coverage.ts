// What a signature covers, and what came behind it, as steps of the report; the same for seals, signatures and time stamps.
import type { ReportStep } from '../../common/contract/report.ts';
import { failedStep, passedStep } from '../../common/pki/conclude.ts';
import type { SignedBytes } from '../pdf/byte-range.ts';
import type { LaterChanges } from '../pdf/changes-after-sealing.ts';
import type { DocumentEvidence } from './read-evidence.ts';

export const NO_CHANGES: LaterChanges = { allowed: [], other: [] };
const ISO = 'ISO 32000';

/** `size` is that of the whole file. */
export function coverageSteps(size: number, signed: SignedBytes, changes: LaterChanges): readonly ReportStep[] {
  return [
    passedStep('byte-range', ISO, 'Everything up to the end of the revision is covered, except /Contents.'),
    changesStep(size, signed, changes),
  ];
}

function changesStep(size: number, { end }: SignedBytes, { allowed, other }: LaterChanges): ReportStep {
  const name = 'changes-after-sealing';
  if (other.length > 0) return failedStep(name, ISO, other.join(' '), 'SIG_CONSTRAINTS_FAILURE');
  if (end === size) return passedStep(name, ISO, 'The signature covers the whole file.');
  return passedStep(name, ISO, `Only what is permitted was added. ${allowed.join(' ')}`.trim());
}

/** A document time stamp that passed. */
export type CoveringStamp = {
  readonly field: string;
  readonly time: Date;
  /** What the document held when it was stamped. */
  readonly evidence: () => DocumentEvidence;
};

/** Clocks differ; five minutes are forgiven. */
const CLOCK_TOLERANCE_MS = 300_000;

/** The earliest one says most. EN 319 142-1: a document time stamp over a later revision covers this signature too; it cannot be earlier. */
export function coveringSteps([covered]: readonly CoveringStamp[], claimed: Date | null): readonly ReportStep[] {
  if (!covered) return [];
  const [name, clause] = ['time-stamp-document', 'EN 319 142-1'];
  const said = `the document time stamp ${covered.field} of ${covered.time.toISOString()}`;
  if (!claimed || claimed.getTime() <= covered.time.getTime() + CLOCK_TOLERANCE_MS)
    return [passedStep(name, clause, `Covered by ${said}.`)];
  const found = `It says ${claimed.toISOString()} and is covered by ${said}, which is earlier.`;
  return [failedStep(name, clause, found, 'TIMESTAMP_ORDER_FAILURE')];
}

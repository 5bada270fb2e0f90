// A document time stamp judged (ISO 32000-2, EN 319 142-1): a signature of its own kind, which says of a whole revision that
// it existed at a time. It carries no seal and wants none.
import { failedStep } from '../../common/pki/conclude.ts';
import { OID } from '../../common/pki/oids.ts';
import { parseTimeStampToken } from '../../common/pki/time-stamp.ts';
import { verifyTimeStamp } from '../../common/pki/verify-time-stamp.ts';
import type { SignedBytes } from '../pdf/byte-range.ts';
import { findChangesAfter } from '../pdf/changes-after-sealing.ts';
import { digestForeign } from './foreign-digest.ts';
import { coverageSteps, coveringSteps, NO_CHANGES } from './judge-coverage.ts';
import { attempt, NO_CONTAINER } from './open-container.ts';
import { makeReport } from './signature-report.ts';
import type { FieldQuestion, FieldVerdict } from './verify-field.ts';

export type TimeStampVerdict = FieldVerdict & {
  /** The time that is proved; null unless every step passed, those about later changes too. */
  readonly time: Date | null;
};

const KIND = { ...NO_CONTAINER, kind: 'time_stamp' } as const;

/** Judges one document time stamp; never throws for what the document says. */
export function verifyTimeStampField(question: FieldQuestion): TimeStampVerdict {
  const { finding, document, field } = question;
  if (!('signed' in finding) || !document) {
    const fault = 'fault' in finding ? finding.fault : 'a document time stamp stands in a document';
    const steps = [failedStep('byte-range', 'ISO 32000', `${fault}.`, 'FORMAT_FAILURE')];
    const byteRange = 'byteRange' in finding ? finding.byteRange : null;
    const report = makeReport({
      field,
      container: KIND,
      steps,
      provedTime: null,
      byteRange,
      level: null,
      coversWholeFile: false,
    });
    return { report, changes: NO_CHANGES, time: null };
  }
  const { signed } = finding;
  const changes = findChangesAfter(document, signed.end, question.signedFields);
  const stamp = judgeToken(question, signed);
  const steps = [
    ...coverageSteps(document.source.size, signed, changes),
    ...stamp.steps,
    ...coveringSteps(question.covering ?? [], stamp.time),
  ];
  const token = attempt(() => parseTimeStampToken(signed.contents));
  const report = makeReport({
    field,
    container: { ...KIND, cms: typeof token === 'string' ? null : token.cms },
    steps,
    provedTime: stamp.time,
    level: null,
    byteRange: signed.byteRange,
    coversWholeFile: signed.end === document.source.size,
  });
  return { report, changes, time: report.indication === 'TOTAL-PASSED' ? stamp.time : null };
}

function judgeToken(
  { document, digest, trust, now, covering = [] }: FieldQuestion,
  { byteRange, contents }: SignedBytes,
) {
  const message = (algorithm: string): Uint8Array | null =>
    algorithm === OID.sm3 ? digest : document && digestForeign(document, byteRange, algorithm);
  return verifyTimeStamp(
    contents,
    { message, trust, now, provedBy: covering[0]?.time, claimed: null },
    'document-time-stamp',
  );
}

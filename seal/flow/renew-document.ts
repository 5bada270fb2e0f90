// A sealed document preserved or renewed over HTTP: evidence for all its signatures, and a document time stamp over everything.
// No seal is used. What does not verify is not preserved: a stamp over it would only keep its fault.
import type { TimeStamper } from '../../common/client/time-stamper.ts';
import type { Clock } from '../../common/clock.ts';
import { Sm3 } from '../../common/crypto/sm3.ts';
import { TrustError } from '../../common/errors.ts';
import type { ContainerSettings } from '../domain/container.ts';
import { memorySource } from '../pdf/byte-source.ts';
import { preserveDocument } from './preserve-document.ts';
import type { ValidationMeans } from './seal-document.ts';
import type { Judge } from './verify-upload.ts';

export type RenewalDeps = {
  readonly judge: Judge;
  readonly clock: Clock;
  readonly stamper: TimeStamper | null;
  readonly validation: ValidationMeans | null;
  readonly containers: ContainerSettings;
};

export type Renewal = {
  readonly pdf: Uint8Array;
  readonly password?: string | undefined;
  /** LT: evidence alone. */
  readonly level: 'LT' | 'LTA';
};

/**
 * The bytes to be put behind the document; empty when level LT finds nothing to add. Codes: `document-not-genuine`,
 * `validation-data-unavailable`, `time-stamp-unavailable`, those of `openDocument` and of the judge.
 */
export async function renewDocument(deps: RenewalDeps, { pdf, password, level }: Renewal): Promise<Uint8Array> {
  const { judge, clock, stamper, validation, containers } = deps;
  if (!validation) throw new TrustError('validation-data-unavailable', 'This room has no source of evidence');
  if (level === 'LTA' && !stamper)
    throw new TrustError('time-stamp-unavailable', 'This room has no time-stamp authority', { pointer: '/level' });
  const now = clock();
  const report = await judge({ kind: 'document', bytes: pdf, password, now });
  if (report.signatures.length === 0 || report.indication === 'TOTAL-FAILED')
    throw new TrustError('document-not-genuine', report.summary);
  return preserveDocument({
    ...validation,
    source: memorySource(pdf),
    password,
    prefix: new Sm3().update(pdf),
    containers,
    stamper: level === 'LTA' ? stamper : null,
    now,
  });
}

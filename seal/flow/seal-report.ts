// A report of ours sealed with the seal of the platform: a use of that seal like any other, with its grant, its intent and its
// row in the usage log. The first signature certifies that nothing may be changed after it.
import { concatBytes } from '../../common/bytes.ts';
import { Sm3 } from '../../common/crypto/sm3.ts';
import { memorySource } from '../pdf/byte-source.ts';
import type { Caller } from './perform-call.ts';
import { sealForClient } from './seal-for-client.ts';

/** Who uses the seal: this room itself. A grant names it. */
export const REPORT_CLIENT = 'verification-report';
export const REPORT_CLASS = 'verification-report';

export type ReportSealing = {
  readonly pdf: Uint8Array;
  readonly place: { readonly page: number; readonly xMm: number; readonly yMm: number };
  /** Of the report: the same number with the same bytes is sealed once. */
  readonly number: string;
  readonly requestId?: string | undefined;
};

/** The sealed report. Codes: those of `sealForClient`. */
export async function sealReport(
  { caller, reportSeal }: { readonly caller: Caller; readonly reportSeal: string },
  { pdf, place, number, requestId }: ReportSealing,
): Promise<Uint8Array> {
  const findText = () => Promise.reject(new Error('a report is sealed at a place, not at a text'));
  const { page, xMm: x_mm, yMm: y_mm } = place;
  const released = await sealForClient(
    { caller, findText },
    {
      clientId: REPORT_CLIENT,
      requestId,
      idempotencyKey: `report-${number}`,
      source: memorySource(pdf),
      inputHash: new Sm3().update(pdf),
      queries: [{ seal: reportSeal, class: REPORT_CLASS, page, x_mm, y_mm, certify: 1 }],
    },
  );
  return concatBytes(pdf, ...released.map(({ bytes }) => bytes));
}

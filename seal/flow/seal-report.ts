// A report of ours sealed with the seal of the platform: a use of that seal like any other, with its grant, its intent and its
// row in the usage log. The first signature certifies that nothing may be changed after it.
import { concatBytes } from '../../common/bytes.ts';
import { once } from '../../common/files/once.ts';
import type { Spool } from '../../common/files/spool.ts';
import type { LodgedDocument } from './lodged-document.ts';
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

export type ReportSealer = {
  readonly caller: Caller;
  readonly spool: Spool<LodgedDocument>;
  readonly reportSeal: string;
};

/** The sealed report. Codes: those of `sealForClient`. */
export async function sealReport(
  { caller, spool, reportSeal }: ReportSealer,
  { pdf, place, number, requestId }: ReportSealing,
): Promise<Uint8Array> {
  const findText = () => Promise.reject(new Error('a report is sealed at a place, not at a text'));
  const { page, xMm: x_mm, yMm: y_mm } = place;
  const upload = await spool.receive(REPORT_CLIENT, once(pdf));
  try {
    const call = { clientId: REPORT_CLIENT, requestId, idempotencyKey: `report-${number}`, upload };
    const query = { seal: reportSeal, class: REPORT_CLASS, page, x_mm, y_mm, certify: 1 } as const;
    const released = await sealForClient({ caller, findText }, { ...call, queries: [query] });
    return concatBytes(pdf, ...released.map(({ bytes }) => bytes));
  } finally {
    await upload.close();
  }
}

// One act of sealing as this room records it: the intent, and what was released.
import { fromHex, toHex, utf8 } from '../../common/bytes.ts';
import type { SealingQuery } from '../../common/contract/seal.ts';
import { sm3 } from '../../common/crypto/sm3.ts';

/** `document`: a PDF came and its appended bytes go. `digest`: a digest came and the signature over it goes. */
export type SealingForm = 'document' | 'digest';

export type SealingIntent = {
  readonly sealingId: string;
  readonly form: SealingForm;
  readonly clientId: string;
  readonly idempotencyKey: string;
  /** SM3 over everything that was asked for; tells a repetition from another request. */
  readonly requestSm3: string;
  readonly query: SealingQuery;
  readonly documentClass: string;
  readonly esealSm3: string;
  readonly inputSm3: string;
  readonly inputSize: number;
  readonly createdAt: Date;
  readonly leaseUntil: Date;
};

export type Release = {
  readonly sealingId: string;
  readonly signedAt: Date;
  readonly field: string;
  /** SM3 of the ByteRange bytes. */
  readonly dataSm3: string;
  /** SM3 and length of what the caller got: the appended bytes, or the signature. */
  readonly updateSm3: string;
  readonly updateSize: number;
  /** Who sealed: seal and certificates as they were. */
  readonly partySm3: string;
  /** What the sealing drew from outside, JSON. */
  readonly record: unknown;
};

/** The first row of a call as a repetition meets it. */
export type RecordedCall = {
  readonly headId: string;
  readonly requestSm3: string;
  readonly attempt: number;
  readonly leaseUntil: Date;
  /** Null while the call is only intended. */
  readonly releasedAt: Date | null;
};

/** A released sealing; party and record are null where it was made before they were kept. */
export type RecordedSealing = {
  readonly sealingId: string;
  readonly signedAt: Date;
  readonly updateSm3: string;
  readonly partySm3: string | null;
  readonly record: unknown;
};

/** So long the same request is given the same bytes. */
export const REPEATED_FOR_DAYS = 30;

export function isRepeatable(releasedAt: Date, now: Date): boolean {
  return now.getTime() - releasedAt.getTime() <= REPEATED_FOR_DAYS * 86_400_000;
}

/** The fingerprint of a call: of one sealing that of its request, of several that of all in their order. */
export function fingerprintCall(form: SealingForm, queries: readonly SealingQuery[], inputSm3: string): string {
  const each = queries.map((query) => fingerprintRequest(query, fromHex(inputSm3)));
  if (form === 'document' && each.length === 1) return each[0]!;
  return toHex(sm3(utf8(JSON.stringify([form, ...each]))));
}

/** SM3 over everything that was asked for, and the input. */
export function fingerprintRequest(query: SealingQuery, inputSm3: Uint8Array): string {
  const { seal, page = 1, x_mm: x = null, y_mm: y = null, reason = null, ...rest } = query;
  const further = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const asked = [seal, page, x, y, reason, ...(further.length > 0 ? [further] : [])];
  return toHex(sm3(utf8(JSON.stringify(asked)), inputSm3));
}

/** The first page with a seal on it; 0 where a field of the document decides. */
export function firstPage({ page, pages, straddle, field }: SealingQuery): number {
  if (field !== undefined) return 0;
  return page ?? Number(/\d+/.exec(pages ?? straddle ?? '1')?.[0] ?? 1);
}

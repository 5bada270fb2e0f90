// One act of sealing as this room records it: the intent, and what was released.
import { toHex, utf8 } from '../../common/bytes.ts';
import type { SealingQuery } from '../../common/contract/seal.ts';
import { sm3 } from '../../common/crypto/sm3.ts';

export type SealingIntent = {
  readonly sealingId: string;
  readonly clientId: string;
  readonly idempotencyKey: string;
  /** SM3 over everything that was asked for; tells a repetition from another request. */
  readonly requestSm3: string;
  readonly query: SealingQuery;
  readonly esealSm3: string;
  readonly inputSm3: string;
  readonly inputSize: number;
  readonly createdAt: Date;
  readonly leaseUntil: Date;
};

export type Release = {
  readonly signedAt: Date;
  readonly field: string;
  /** SM3 of the ByteRange bytes. */
  readonly dataSm3: string;
  /** Address of the appended bytes in the file store. */
  readonly updateSm3: string;
  readonly updateSize: number;
};

/** A row as a repetition meets it. */
export type RecordedSealing = {
  readonly sealingId: string;
  readonly requestSm3: string;
  readonly attempt: number;
  readonly leaseUntil: Date;
  /** Null while the act is only intended. */
  readonly updateSm3: string | null;
};

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

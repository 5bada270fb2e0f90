// The newest time stamp over a checkpoint, judged like any other (RFC 3161): it says when at the latest the checkpoint, and
// with it every row before it, existed. How many checkpoints came after it is counted: they have the room's times alone.
import type { Knex } from 'knex';
import { fromHex } from '../bytes.ts';
import { OID } from '../pki/oids.ts';
import { NO_TRUST, type TrustStores } from '../pki/trust-stores.ts';
import { verifyTimeStamp } from '../pki/verify-time-stamp.ts';
import type { AuditFault } from './audit-fault.ts';
import { findLastStamped } from './store/checkpoints.ts';

export type StampFinding = {
  readonly checkpoint: number;
  /** The time that is proved; null when the token leads to nobody who is trusted. */
  readonly provedAt: Date | null;
  /** Checkpoints behind it. */
  readonly since: number;
};

/** Null when no checkpoint carries a token. One that is not over its checkpoint, or not by an authority, is a fault. */
export async function verifyNewestStamp(
  { db, schema, trust }: { readonly db: Knex; readonly schema: string; readonly trust?: TrustStores | undefined },
  add: (fault: AuditFault) => void,
): Promise<StampFinding | null> {
  const last = await findLastStamped(db, schema);
  if (!last) return null;
  const message = (algorithm: string) => (algorithm === OID.sm3 ? fromHex(last.hash) : null);
  const question = { message, trust: trust ?? NO_TRUST, now: new Date(), claimed: last.at };
  const { status, steps, time } = verifyTimeStamp(new Uint8Array(last.token), question);
  if (status === 'failed') {
    const detail = steps.find((step) => step.status === 'failed')!.finding;
    add({ kind: 'time-stamp-wrong', checkpoint: last.number, detail });
  }
  return { checkpoint: last.number, provedAt: time, since: last.since };
}

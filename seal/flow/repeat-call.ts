// The answer to a repetition: made again from what the rows keep and the input that was sent again, without key and
// authority, by the code that made it first, verified like the first, and compared with the SM3 of the first.
import { TrustError } from '../../common/errors.ts';
import { isRepeatable, REPEATED_FOR_DAYS, type RecordedCall, type RecordedSealing } from '../domain/sealing.ts';
import { listReleased } from '../store/sealings.ts';
import { noSignatures } from './kept-signatures.ts';
import type { ClientCall, PlannedSealing, ReleasedSealing, SealingDeps } from './plan-call.ts';
import type { SealingRecord } from './sealing-record.ts';

/** Codes: `idempotency-conflict`; `answer-gone` after 30 days, or when this version lays out other bytes. */
export async function repeatCall(
  deps: SealingDeps,
  call: ClientCall,
  earlier: RecordedCall,
  requestSm3: string,
): Promise<readonly ReleasedSealing[]> {
  checkSameRequest(earlier, requestSm3);
  if (!isRepeatable(earlier.releasedAt!, deps.clock())) throw gone(earlier, `${REPEATED_FOR_DAYS} days are over`);
  const rows = await listReleased(deps.db, call);
  const sealings = await Promise.all(rows.map((row, i) => recallSealing(deps, call, earlier, row, i)));
  const made = await call.making.make(sealings, { outside: deps, drawn: noSignatures() }).catch((cause: unknown) => {
    deps.log.error({ err: cause, sealing_id: earlier.headId }, 'a sealing cannot be made again from its row');
    throw gone(earlier, 'it cannot be made again by this version');
  });
  return made.map(({ bytes, updateSm3 }, i) => {
    const { sealingId, updateSm3: first } = rows[i]!;
    if (updateSm3 !== first) throw gone(earlier, 'this version lays out other bytes');
    return { sealingId, bytes };
  });
}

export function checkSameRequest({ requestSm3 }: RecordedCall, asked: string): void {
  if (requestSm3 === asked) return;
  throw new TrustError('idempotency-conflict', 'This Idempotency-Key was used with another document, seal or place');
}

async function recallSealing(
  { parties }: SealingDeps,
  { queries }: ClientCall,
  earlier: RecordedCall,
  { partySm3, record, signedAt }: RecordedSealing,
  i: number,
): Promise<PlannedSealing> {
  const values = record as SealingRecord | null;
  const party = partySm3 === null || !values ? null : await parties.recall(partySm3, values.containers, signedAt);
  if (!party || !values || partySm3 === null) throw gone(earlier, 'it was made by a version that kept no values');
  return { query: queries[i]!, party, partySm3, means: { kind: 'replay', values }, time: signedAt };
}

function gone({ headId, releasedAt }: RecordedCall, why: string): TrustError {
  const when = releasedAt!.toISOString();
  return new TrustError(
    'answer-gone',
    `This was sealed on ${when} as ${headId}; the answer is not to be had again: ${why}`,
  );
}

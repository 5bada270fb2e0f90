// 刷脸核验 as a proof in a session: the picture goes to the source and nowhere else, is not kept, and a source that does not
// answer costs no try. Raising the level of an account by the face is another act (flow/prove-identity.ts).
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { beginOfChinaDate, chinaDate } from '../../common/codes/calendar-date.ts';
import type { Account } from '../domain/account.ts';
import type { DocumentKeys } from '../domain/document-box.ts';
import type { FaceCheck } from '../domain/proofing.ts';
import { findDocument } from '../store/accounts.ts';
import { giveLimitBack, takeLimit } from './limit.ts';

export type FaceDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly keys: DocumentKeys;
  readonly source: FaceCheck;
  /** Tries of one account on one day of China's calendar. */
  readonly triesPerDay: number;
};

export type FaceResult =
  | { readonly outcome: 'matched' }
  | { readonly outcome: 'mismatched'; readonly left: number }
  | { readonly outcome: 'unavailable' }
  /** No try is left today. */
  | { readonly outcome: 'paused' };

/** `picture`: JPEG or PNG. The account has a document, or the outcome is `unavailable`. */
export async function checkFace(deps: FaceDeps, account: Account, picture: Uint8Array): Promise<FaceResult> {
  const { db, clock, keys, source } = deps;
  const document = await findDocument(db, keys, account.sub);
  if (!document?.holder) return { outcome: 'unavailable' };
  // 1. The try counts before the source is asked.
  const now = clock();
  const limit = { kind: 'face', key: account.sub };
  const rule = { max: deps.triesPerDay, windowSeconds: secondsLeft(now), now };
  const taken = await takeLimit(db, { ...limit, ...rule });
  if (taken.outcome === 'paused') return { outcome: 'paused' };
  // 2. No transaction is open over the call.
  const outcome = await source.compare({ name: document.name, holder: document.holder }, picture);
  if (outcome === 'mismatched') return { outcome, left: taken.left };
  // 3. A silent source is nobody's try, and a face that fits was no guess.
  await giveLimitBack(db, limit);
  return { outcome };
}

/** Until midnight in China. */
function secondsLeft(now: Date): number {
  const midnight = beginOfChinaDate(chinaDate(now)).getTime() + 86_400_000;
  return Math.max(1, Math.ceil((midnight - now.getTime()) / 1000));
}

// A person ends sessions of his on other devices, one or all, and learns how many systems took note of it. Who has not
// answered by then is told again by the queue.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import type { EndReason } from '../domain/session-end.ts';
import { endSession, endSessionsOf } from './end-sessions.ts';
import { awaitFirstTries } from './logout-queue.ts';

export type KickDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  /** How long the first answers are waited for. */
  readonly waitMs: number;
};

export type Kicked = {
  readonly sessions: number;
  /** Systems that were told and said so. */
  readonly told: number;
  /** Systems that have not answered yet. */
  readonly unanswered: number;
};

/** Ends these sessions of one account. */
export async function kickSessions(
  deps: KickDeps,
  { sub, sessionUids }: { readonly sub: string; readonly sessionUids: readonly string[] },
): Promise<Kicked> {
  const since = deps.clock();
  let sessions = 0;
  for (const sessionUid of sessionUids)
    sessions += (await endSession(deps, { sessionUid, sub, reason: 'kick' })).sessions;
  return { sessions, ...(await countAnswers(deps, sessionUids, since)) };
}

/** Ends all sessions of the account but one, and what was granted beyond sessions. */
export async function kickOtherSessions(
  deps: KickDeps,
  about: {
    readonly sub: string;
    readonly exceptSessionUid: string;
    readonly sessionUids: readonly string[];
    readonly reason: EndReason;
  },
): Promise<Kicked> {
  const since = deps.clock();
  const { sessions } = await endSessionsOf(deps, about);
  return { sessions, ...(await countAnswers(deps, about.sessionUids, since)) };
}

async function countAnswers(
  { db, waitMs }: KickDeps,
  sessionUids: readonly string[],
  since: Date,
): Promise<Pick<Kicked, 'told' | 'unanswered'>> {
  const receipts = await Promise.all(
    sessionUids.map((sessionUid) => awaitFirstTries(db, { sessionUid, since, waitMs })),
  );
  const all = receipts.flat();
  const told = all.filter(({ state }) => state === 'delivered').length;
  return { told, unanswered: all.length - told };
}

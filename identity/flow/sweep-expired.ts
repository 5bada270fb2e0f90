// Deletes what is over, in bounded batches, so that no statement holds many locks or floods the log of the database.
// Several instances may sweep at once: they skip each other's rows.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import type { Log } from '../../common/log.ts';
import { deleteDoneJobs } from '../../common/queue/store/jobs.ts';
import { deleteStaleActingFor } from '../store/acting-for.ts';
import { deleteExpiredArtifacts } from '../store/artifacts.ts';
import { deleteOldAuthentications } from '../store/authentications.ts';
import { deleteOldConsents } from '../store/consents.ts';
import { deleteOldVisits } from '../store/counter-visits.ts';
import { deleteOldDisclosures } from '../store/disclosures.ts';
import { deleteOldDrafts } from '../store/drafts.ts';
import { deleteEndedSessions } from '../store/ended-sessions.ts';
import { deleteOldImportedRows } from '../store/imported-rows.ts';
import { deleteOldImports } from '../store/imports.ts';
import { deleteExpiredKeptForms } from '../store/kept-forms.ts';
import { deleteUnusedDevices } from '../store/known-devices.ts';
import { deleteOldTries } from '../store/login-tries.ts';
import { deleteOldNotices } from '../store/logout-notices.ts';
import { deleteExpiredCodes } from '../store/one-time-codes.ts';
import { deleteOldOutbox } from '../store/outbox.ts';
import { deleteOldProofWaits } from '../store/proof-waits.ts';
import { deleteOldScans } from '../store/scans.ts';
import { deleteStaleParticipations } from '../store/session-clients.ts';
import { listExpiredSessions } from '../store/sessions.ts';
import { deleteUsedChallenges } from '../store/used-challenges.ts';
import { type EndDeps, endSession } from './end-sessions.ts';

export type SweepDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly retention: Retention;
};

/** How long tables keep what is over, in days; settings of the house. What counts as evidence is in none of them. */
export type Retention = {
  /** Receipts of logouts. */
  readonly receiptDays: number;
  /** Jobs that are done. */
  readonly jobDays: number;
  /** Logins, and what systems were told and allowed. */
  readonly historyDays: number;
  /** Messages to people. */
  readonly outboxDays: number;
  /** Browsers that nobody uses any more. */
  readonly deviceDays: number;
  /** Which row of another house became which account. */
  readonly importDays: number;
};
export type Janitor = { start(): void; stop(): Promise<void> };

const BATCH = 500;
const DAY_SECONDS = 24 * 60 * 60;
const INTERVAL_SECONDS = 60;

const EXPIRY_GRACE_SECONDS = 60;
/** Expired artifacts stay this long, so that a code shown again late is still recognised and its tokens revoked. */
const ARTIFACT_GRACE_SECONDS = 60 * 60;
/** A phone that opens an old code is told what became of it. */
const SCAN_GRACE_SECONDS = 60 * 60;
/** Longer than the clocks of two instances differ: what was used must not become unused on one of them. */
const CHALLENGE_GRACE_SECONDS = 60 * 60;

/** Longer than any session lives. */
const SESSION_GRACE_SECONDS = 48 * 60 * 60;

/** Ends the sessions that nobody used any more, then one pass over all tables; returns how many rows went. */
export async function sweepExpired(deps: SweepDeps, batch = BATCH): Promise<number> {
  const { db, clock, retention } = deps;
  const before = (seconds: number): Date => new Date(clock().getTime() - seconds * 1000);
  const daysAgo = (days: number): Date => before(days * DAY_SECONDS);
  await endExpiredSessions(deps, batch);
  const sweeps = [
    () => deleteExpiredArtifacts(db, before(ARTIFACT_GRACE_SECONDS), batch),
    () => deleteStaleParticipations(db, before(SESSION_GRACE_SECONDS), batch),
    () => deleteEndedSessions(db, before(SESSION_GRACE_SECONDS), batch),
    () => deleteOldTries(db, before(0), batch),
    () => deleteOldAuthentications(db, daysAgo(retention.historyDays), batch),
    () => deleteOldDisclosures(db, daysAgo(retention.historyDays), batch),
    () => deleteOldConsents(db, daysAgo(retention.historyDays), batch),
    () => deleteExpiredCodes(db, before(0), batch),
    () => deleteOldScans(db, before(SCAN_GRACE_SECONDS), batch),
    () => deleteUsedChallenges(db, before(CHALLENGE_GRACE_SECONDS), batch),
    () => deleteOldOutbox(db, daysAgo(retention.outboxDays), batch),
    () => deleteUnusedDevices(db, daysAgo(retention.deviceDays), batch),
    () => deleteOldNotices(db, daysAgo(retention.receiptDays), batch),
    () => deleteDoneJobs(db, 'identity', daysAgo(retention.jobDays), batch),
    () => deleteOldImports(db, daysAgo(retention.jobDays), batch),
    () => deleteOldImportedRows(db, daysAgo(retention.importDays), batch),
    () => deleteExpiredKeptForms(db, before(0), batch),
    () => deleteStaleActingFor(db, before(SESSION_GRACE_SECONDS), batch),
    () => deleteOldProofWaits(db, before(0), batch),
    () => deleteOldDrafts(db, before(0), batch),
    () => deleteOldVisits(db, before(0), batch),
  ];
  let total = 0;
  for (const sweep of sweeps) {
    for (let gone = batch; gone === batch; total += gone) gone = await sweep();
  }
  return total;
}

/**
 * Sessions that expired by themselves end like all others: their clients are told, what was granted in them is revoked.
 * A request that read its session in the last second may still prolong it, hence the grace.
 */
export async function endExpiredSessions({ db, clock }: EndDeps, batch = BATCH): Promise<number> {
  const before = new Date(clock().getTime() - EXPIRY_GRACE_SECONDS * 1000);
  let total = 0;
  for (;;) {
    const expired = await listExpiredSessions(db, before, batch);
    for (const sessionUid of expired)
      total += (await endSession({ db, clock }, { sessionUid, reason: 'expiry' })).sessions;
    if (expired.length < batch) return total;
  }
}

/** Sweeps every minute until stopped; a failed pass is logged and tried again. */
export function makeJanitor(
  deps: SweepDeps & { readonly log: Log; readonly chores?: readonly (() => Promise<number>)[] },
): Janitor {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const pass = async (): Promise<void> => {
    try {
      const rows = await sweepExpired(deps);
      if (rows > 0) deps.log.debug({ rows }, 'swept expired rows');
      for (const chore of deps.chores ?? []) await chore();
    } catch (error) {
      deps.log.warn({ err: error }, 'sweeping failed');
    }
  };
  return {
    start: () => {
      timer ??= setInterval(() => {
        running = running.then(pass);
      }, INTERVAL_SECONDS * 1000).unref();
    },
    stop: async () => {
      clearInterval(timer);
      timer = undefined;
      await running;
    },
  };
}

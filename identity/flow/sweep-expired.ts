// Deletes what is over, in bounded batches, so that no statement holds many locks or floods the log of the database.
// Several instances may sweep at once: they skip each other's rows.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import type { Log } from '../../common/log.ts';
import { deleteExpiredArtifacts } from '../store/artifacts.ts';
import { deleteEndedSessions } from '../store/ended-sessions.ts';
import { deleteExpiredKeptForms } from '../store/kept-forms.ts';
import { deleteUnusedDevices } from '../store/known-devices.ts';
import { deleteOldTries } from '../store/login-tries.ts';
import { deleteOldOutbox } from '../store/outbox.ts';
import { deleteStaleParticipations } from '../store/session-clients.ts';

export type SweepDeps = { readonly db: Knex; readonly clock: Clock };
export type Janitor = { start(): void; stop(): Promise<void> };

const BATCH = 500;
const INTERVAL_SECONDS = 60;

/** Expired artifacts stay this long, so that a code shown again late is still recognised and its tokens revoked. */
const ARTIFACT_GRACE_SECONDS = 60 * 60;
/** Longer than any session lives. */
const SESSION_GRACE_SECONDS = 48 * 60 * 60;
/** Messages hold codes and addresses of people: they stay no longer than it takes to answer a complaint. */
const OUTBOX_SECONDS = 7 * 24 * 60 * 60;
/** A browser that was not used for so long is a stranger again. */
const DEVICE_SECONDS = 180 * 24 * 60 * 60;

/** One pass over all tables; returns how many rows went. */
export async function sweepExpired({ db, clock }: SweepDeps, batch = BATCH): Promise<number> {
  const before = (seconds: number): Date => new Date(clock().getTime() - seconds * 1000);
  const sweeps = [
    () => deleteExpiredArtifacts(db, before(ARTIFACT_GRACE_SECONDS), batch),
    () => deleteStaleParticipations(db, before(SESSION_GRACE_SECONDS), batch),
    () => deleteEndedSessions(db, before(SESSION_GRACE_SECONDS), batch),
    () => deleteOldTries(db, before(0), batch),
    () => deleteOldOutbox(db, before(OUTBOX_SECONDS), batch),
    () => deleteUnusedDevices(db, before(DEVICE_SECONDS), batch),
    () => deleteExpiredKeptForms(db, before(0), batch),
  ];
  let total = 0;
  for (const sweep of sweeps) {
    for (let gone = batch; gone === batch; total += gone) gone = await sweep();
  }
  return total;
}

/** Sweeps every minute until stopped; a failed pass is logged and tried again. */
export function makeJanitor(deps: SweepDeps & { readonly log: Log }): Janitor {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const pass = async (): Promise<void> => {
    try {
      const rows = await sweepExpired(deps);
      if (rows > 0) deps.log.debug({ rows }, 'swept expired rows');
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

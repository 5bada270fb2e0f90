// The durable queue of a room as the doctor sees it: what was given up, and whether anybody takes what is due.
import type { Knex } from 'knex';
import { countJobs } from '../../common/queue/store/jobs.ts';
import { type Finding, note, well, wrong } from './finding.ts';

const LATE_MS = 5 * 60_000;

/** Nothing for a room that keeps no queue. */
export async function checkQueue(db: Knex, schema: string, now: Date): Promise<readonly Finding[]> {
  const { rows } = await db.raw<{ rows: { jobs: string | null }[] }>('select to_regclass(?)::text as jobs', [
    `${schema}.jobs`,
  ]);
  if (!rows[0]?.jobs) return [];
  const counts = await countJobs(db, schema);
  const found: Finding[] = [];
  for (const { queue, state, jobs, oldest } of counts) {
    const what = `${jobs} ${jobs === 1 ? 'job' : 'jobs'} of the queue ${queue} of ${schema}`;
    if (state === 'dead')
      found.push(
        note(
          `${what} ${jobs === 1 ? 'was' : 'were'} given up`,
          'See: npx xinji queue dead, then: npx xinji queue requeue',
        ),
      );
    if (state === 'waiting' && now.getTime() - oldest.getTime() > LATE_MS)
      found.push(
        wrong(`${what} wait, the first since ${oldest.toISOString()}`, `Is the ${schema} room running? See its log.`),
      );
  }
  return found.length > 0 ? found : [well(`Nothing in the queue of ${schema} is late or was given up`)];
}

// seal.seal_steps and seal.seal_duties: the history of each version, append-only, and who has which duty for a seal.
// A row is refused unless the table of lawful steps has it and it goes on from where the version stands; the state of the
// version then follows it.
import type { Knex } from 'knex';
import { databaseErrorCode } from '../../common/db/errors.ts';
import { TrustError } from '../../common/errors.ts';
import type { Duty, TakenStep } from '../domain/seal-life.ts';
import { throwRefusal } from './refusals.ts';

const COLUMNS = {
  applicationId: 'application_id',
  esID: 'es_id',
  number: 'number',
  step: 'step',
  from: 'from_state',
  to: 'to_state',
  duty: 'duty',
  actor: 'actor',
  organisation: 'organisation',
  clientId: 'client_id',
  reason: 'reason',
  at: 'at',
  requestId: 'request_id',
} as const satisfies Record<keyof TakenStep, string>;

/** A row of history with its place in it. */
export type KeptStep = TakenStep & { readonly seq: number };

/** Takes the step. `seal-state-forbids` when somebody else was faster, `duty-conflict` for a second duty. */
export async function insertStep(trx: Knex, step: TakenStep): Promise<void> {
  const keys = Object.keys(COLUMNS) as (keyof TakenStep)[];
  await trx('seal.seal_steps')
    .insert(Object.fromEntries(keys.map((key) => [COLUMNS[key], step[key]])))
    .catch((error: unknown) => {
      const { constraint } = error as { constraint?: unknown };
      if (databaseErrorCode(error) === '23503' && constraint === 'seal_steps_duty')
        throw new TrustError('duty-conflict', `Who had another duty for seal ${step.esID} cannot be its ${step.duty}`);
      throw error;
    })
    .catch(
      throwRefusal('seal-state-forbids', `Seal ${step.esID} is no longer ${step.from}; ${step.step} is not possible`),
    );
}

/** The duty that a person has had for a seal. */
export async function findDuty(db: Knex, esID: string, sub: string): Promise<Duty | null> {
  const row = await db('seal.seal_duties').where({ es_id: esID, sub }).first('duty');
  return row?.duty ?? null;
}

/** Takes a duty without a step, as for a grant; `duty-conflict` when the person has another one. */
export async function insertDuty(
  trx: Knex,
  duty: { readonly esID: string; readonly sub: string; readonly duty: Duty; readonly since: Date },
): Promise<void> {
  await trx('seal.seal_duties')
    .insert({ es_id: duty.esID, sub: duty.sub, duty: duty.duty, since: duty.since })
    .onConflict(['es_id', 'sub'])
    .ignore();
  if ((await findDuty(trx, duty.esID, duty.sub)) !== duty.duty)
    throw new TrustError('duty-conflict', `Who had another duty for seal ${duty.esID} cannot be its ${duty.duty}`);
}

/** The history of a version, oldest first. */
export async function listStepsOf(db: Knex, applicationId: string): Promise<readonly TakenStep[]> {
  return db('seal.seal_steps').select(COLUMNS).where({ application_id: applicationId }).orderBy('number');
}

/** The history of a seal over all its versions, oldest first, after `after`. */
export async function listSteps(
  db: Knex,
  esID: string,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<readonly KeptStep[]> {
  return db('seal.seal_steps')
    .select({ ...COLUMNS, seq: 'seq' })
    .where({ es_id: esID })
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(limit);
}

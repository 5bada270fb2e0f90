// Entries that a silent source was asked about are asked about again by the queue of the room; what waits already gets its job.
import type { Knex } from 'knex';
import type { Migration } from '../../common/db/migration.ts';

const STATEMENTS = [
  'alter table identity.proof_waits add column since timestamptz',
  `update identity.proof_waits set since = date_trunc('milliseconds', now())`,
  'alter table identity.proof_waits alter column since set not null',
  `insert into identity.jobs (queue, key, payload, run_after, enqueued_at)
   select 'proofs', account_id::text,
     jsonb_build_object('account_id', account_id, 'since', to_char(since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
     next_at, since
   from identity.proof_waits`,
  'alter table identity.proof_waits drop column next_at, drop column tries',
];

export const proofQueue: Migration = {
  name: '0015-proof-queue',
  up: async (knex: Knex) => {
    for (const statement of STATEMENTS) await knex.raw(statement);
  },
};

// The room's durable queue, and the receipts of back-channel logout: which client was told of the end of which session.
import type { Knex } from 'knex';
import type { Migration } from '../../common/db/migration.ts';
import { createJobsTable } from '../../common/queue/store/jobs.ts';

const STATEMENTS: readonly string[] = [
  `create table identity.logout_notices (
     session_uid  text not null,
     client_id    text not null,
     sid          text not null,
     sub          text not null,
     reason       text not null
       check (reason in ('logout', 'kick', 'password', 'freeze', 'expiry', 'closed', 'admin')),
     state        text not null default 'waiting' check (state in ('waiting', 'delivered', 'dead')),
     tries        integer not null default 0,
     last_error   text,
     asked_at     timestamptz not null,
     delivered_at timestamptz check ((delivered_at is null) = (state <> 'delivered')),
     primary key (session_uid, client_id, sid)
   )`,
  `create index logout_notices_asked_at on identity.logout_notices (asked_at)`,
  `create index logout_notices_sub on identity.logout_notices (sub, asked_at)`,
];

export const queueSchema: Migration = {
  name: '0003-queue',
  up: async (knex: Knex) => {
    await createJobsTable(knex, 'identity');
    for (const statement of STATEMENTS) await knex.raw(statement);
  },
};

// Users of another house on their way in: the rows of a file in parts, each done by one job of the queue. What a part holds of
// persons lies in a box, and goes when the part is done; of refused rows it stays for whoever corrects them.
import type { Knex } from 'knex';
import type { Migration } from '../../common/db/migration.ts';

const STATEMENTS = [
  `create table identity.imports (
     import_id   text primary key,
     source      text not null,
     max_level   smallint not null,
     file_name   text not null,
     begun_by    text not null,
     state       text not null check (state in ('loading', 'running', 'stopped', 'done')),
     begun_at    timestamptz not null,
     finished_at timestamptz check ((finished_at is null) = (state in ('loading', 'running')))
   )`,
  'create index imports_begun_at on identity.imports (begun_at)',
  `create table identity.import_parts (
     import_id   text not null references identity.imports (import_id) on delete cascade,
     part        integer not null,
     rows        integer not null,
     state       text not null check (state in ('waiting', 'stopped', 'done')),
     box         bytea check ((box is null) = (state = 'done')),
     imported    integer not null default 0,
     known       integer not null default 0,
     refused     integer not null default 0,
     refused_box bytea check ((refused_box is null) = (refused = 0)),
     primary key (import_id, part)
   )`,
];

export const importsSchema: Migration = {
  name: '0016-imports',
  up: async (knex: Knex) => {
    for (const statement of STATEMENTS) await knex.raw(statement);
  },
};

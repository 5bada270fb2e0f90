// What the user centre keeps: a form that met a lapsed session, until its person has logged in again.
import type { Knex } from 'knex';
import type { Migration } from '../../common/db/migration.ts';

const STATEMENTS: readonly string[] = [
  `create table identity.kept_forms (
     token_digest bytea primary key,
     path         text not null,
     box          bytea not null,
     expires_at   timestamptz not null
   )`,
  `create index kept_forms_expires_at on identity.kept_forms (expires_at)`,
];

export const centreSchema: Migration = {
  name: '0009-centre',
  up: async (knex: Knex) => {
    for (const statement of STATEMENTS) await knex.raw(statement);
  },
};

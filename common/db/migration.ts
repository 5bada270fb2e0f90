// One step of a room's schema. A room lists its steps in order in `<room>/migrations/list.ts`; a released step is frozen.
// The name is recorded without file extension, so that a compiled and a stripped file are the same step.
import type { Knex } from 'knex';

export type Migration = {
  /** Recorded in `<schema>.schema_versions`, for example `0001-accounts`. */
  readonly name: string;
  /** Runs in a transaction of its own as the owner; tables are schema-qualified (`identity.accounts`). */
  readonly up: (knex: Knex) => Promise<void>;
};

/** What the runner must know about a room. */
export type RoomSchema = {
  readonly room: string;
  readonly schema: string;
  readonly migrations: readonly Migration[];
};

/**
 * Makes a table append-only for everybody, its owner included: a trigger refuses UPDATE, DELETE and TRUNCATE.
 * To be called by the migration that creates the table.
 */
export async function forbidChanges(knex: Knex, schema: string, table: string): Promise<void> {
  await knex.raw(
    `create or replace function ??.refuse_change() returns trigger language plpgsql as $$
     begin raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege'; end $$`,
    [schema],
  );
  await knex.raw(
    `create or replace trigger append_only before update or delete or truncate on ??.??
     for each statement execute function ??.refuse_change()`,
    [schema, table, schema],
  );
}

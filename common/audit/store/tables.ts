// The tables of an audit log, made by a migration of the room that keeps it. Nobody changes or removes a row, the owner
// included, unless he removes the triggers first: that is what the chain and its checkpoints are for.
import type { Knex } from 'knex';
import { forbidChanges } from '../../db/migration.ts';

/** Makes `<schema>.audit_entries` and `<schema>.audit_checkpoints`. */
export async function createAuditTables(knex: Knex, schema: string): Promise<void> {
  // timestamptz(3): what is hashed is milliseconds. json, not jsonb: it keeps the text as it was hashed.
  await knex.raw(
    `create table ??.audit_entries (
       chain      integer not null,
       number     bigint not null,
       at         timestamptz(3) not null,
       kind       text not null,
       subject    text not null,
       actor      text not null,
       request_id text,
       detail     json not null,
       previous   bytea not null,
       hash       bytea not null,
       primary key (chain, number)
     )`,
    [schema],
  );
  await knex.raw(`create index audit_entries_subject on ??.audit_entries (subject, at)`, [schema]);
  await knex.raw(
    `create table ??.audit_checkpoints (
       number          bigint primary key,
       at              timestamptz(3) not null,
       heads           json not null,
       previous        bytea not null,
       certificate_sm3 bytea not null,
       hash            bytea not null,
       signature       bytea not null,
       time_stamp      bytea
     )`,
    [schema],
  );
  await forbidChanges(knex, schema, 'audit_entries');
  await forbidAllButTimeStamp(knex, schema);
}

/** A time stamp (RFC 3161) comes after its checkpoint: that column alone may be filled, once. */
async function forbidAllButTimeStamp(knex: Knex, schema: string): Promise<void> {
  await knex.raw(
    `create or replace function ??.refuse_checkpoint_change() returns trigger language plpgsql as $$
     begin
       if old.time_stamp is null
         and (new.number, new.at, new.heads::text, new.previous, new.certificate_sm3, new.hash, new.signature)
           is not distinct from
           (old.number, old.at, old.heads::text, old.previous, old.certificate_sm3, old.hash, old.signature)
       then return new; end if;
       raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
     end $$`,
    [schema],
  );
  await knex.raw(
    `create trigger append_only before delete or truncate on ??.audit_checkpoints
     for each statement execute function ??.refuse_change()`,
    [schema, schema],
  );
  await knex.raw(
    `create trigger time_stamp_once before update on ??.audit_checkpoints
     for each row execute function ??.refuse_checkpoint_change()`,
    [schema, schema],
  );
}

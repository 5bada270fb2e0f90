// The desk of an issuing authority: drafts of licenses, and lists that are issued in bulk. What tells of persons lies in boxes
// of the room until the license is made, and goes some days after the end.
import type { Migration } from '../../common/db/migration.ts';

export const desk: Migration = {
  name: '0009-desk',
  up: async (knex) => {
    await knex.raw(`
      create table license.drafts (
        draft_id     text primary key,
        organisation text not null,
        account      text not null,
        license_type text not null,
        operation    text not null check (operation in ('issue', 'renew', 'change', 'replace', 'correct')),
        identifier   text,
        box          bytea not null,
        created_at   timestamptz not null,
        changed_at   timestamptz not null
      )`);
    await knex.raw('create index drafts_account on license.drafts (organisation, account, changed_at)');
    await knex.raw('create index drafts_changed on license.drafts (changed_at)');
    // checked: nothing is issued before somebody has seen what the rows come to and confirmed it.
    await knex.raw(`
      create table license.batches (
        batch_id        text primary key,
        organisation    text not null,
        client_id       text not null,
        actor           text not null,
        license_type    text not null,
        authority_code  text not null,
        title           text not null,
        file_sm3        bytea not null,
        idempotency_key text not null,
        header          json not null,
        state           text not null check (state in ('checked', 'running', 'done', 'stopped')),
        created_at      timestamptz not null,
        confirmed_at    timestamptz,
        finished_at     timestamptz,
        unique (organisation, idempotency_key)
      )`);
    await knex.raw('create index batches_organisation on license.batches (organisation, created_at)');
    await knex.raw('create index batches_finished on license.batches (finished_at)');
    // problem: the code of the refusal; fault: its sentence, which repeats no value of the row.
    await knex.raw(`
      create table license.batch_rows (
        batch_id   text not null references license.batches on delete cascade,
        line       integer not null,
        case_id    text not null,
        state      text not null check (state in ('bad', 'good', 'waiting', 'issued', 'refused', 'stopped')),
        cells_box  bytea,
        identifier text,
        problem    text,
        fault      text,
        pointer    text,
        settled_at timestamptz,
        primary key (batch_id, line)
      )`);
    await knex.raw('create index batch_rows_state on license.batch_rows (batch_id, state, line)');
  },
};

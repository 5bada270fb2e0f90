// Who is told of what happens to licenses, and of what the holder is told that is no event.
// What is to be told waits in `jobs` (queue `notify`); it holds identifiers, states and case ids, nothing of a person.
import type { Knex } from 'knex';
import type { Migration } from '../../common/db/migration.ts';
import { createHashPartitions } from './0005-catalog.ts';

export const outbox: Migration = {
  name: '0011-outbox',
  up: async (knex: Knex) => {
    // Secrets lie in boxes of the room; during a rotation the earlier one signs too, until its time is over.
    await knex.raw(`
      create table license.webhook_subscriptions (
        subscription_id    text primary key,
        organisation       text not null,
        url                text not null,
        types              text[] not null check (cardinality(types) > 0),
        secret_box         bytea not null,
        earlier_secret_box bytea,
        earlier_until      timestamptz check ((earlier_until is null) = (earlier_secret_box is null)),
        created_by         text not null,
        created_at         timestamptz not null,
        gone_at            timestamptz,
        unique (organisation, url)
      )`);
    // The primary key is what makes a notice happen once, however many nodes look: `ref` is the days and the date that a
    // license ends on, or the organisation that read it.
    await knex.raw(`
      create table license.notices (
        license_id text not null,
        kind       text not null check (kind in ('expiring', 'new-reader')),
        ref        text not null,
        notice_id  uuid not null,
        identifier text not null,
        at         timestamptz(3) not null,
        primary key (license_id, kind, ref)
      ) partition by hash (license_id)`);
    await createHashPartitions(knex, 'notices');
    await knex.raw('create table license.chores (name text primary key, done_on date not null)');
  },
};

// Presentation codes (their hash only), sessions of the holder's pages (their hash only) and those
// that the identity room ended, and the append-only events.
import { forbidChanges, type Migration } from '../../common/db/migration.ts';

export const presentations: Migration = {
  name: '0003-presentations',
  up: async (knex) => {
    await knex.raw(`
      create table license.presentations (
        code_hash       bytea primary key,
        identifier      text not null references license.licenses,
        created_at      timestamptz not null,
        expires_at      timestamptz not null,
        used_at         timestamptz,
        used_by         text,
        idempotency_key text,
        redemption_id   text,
        verifier_name   text,
        shown_state     text,
        shown_reason    text,
        shown_since     timestamptz
      )`);
    await knex.raw(`
      create unique index presentations_redemption on license.presentations (used_by, idempotency_key)
        where used_at is not null`);
    await knex.raw('create index presentations_live on license.presentations (identifier) where used_at is null');
    await knex.raw('create index presentations_expiry on license.presentations (expires_at) where used_at is null');
    await knex.raw(`
      create table license.sessions (
        session_hash bytea primary key,
        sub          text not null,
        sid          text,
        holder_key   bytea not null,
        person_box   bytea not null,
        created_at   timestamptz not null,
        expires_at   timestamptz not null
      )`);
    await knex.raw('create index sessions_sub on license.sessions (sub)');
    await knex.raw('create index sessions_sid on license.sessions (sid)');
    await knex.raw('create index sessions_expiry on license.sessions (expires_at)');
    await knex.raw(`
      create table license.ended_sessions (
        sid      text primary key,
        ended_at timestamptz not null
      )`);
    await knex.raw(`
      create table license.events (
        event_id   bigint generated always as identity primary key,
        at         timestamptz not null,
        kind       text not null,
        identifier text not null,
        actor      text not null,
        detail     jsonb not null
      )`);
    await knex.raw('create index events_license on license.events (identifier, at)');
    await forbidChanges(knex, 'license', 'events');
  },
};

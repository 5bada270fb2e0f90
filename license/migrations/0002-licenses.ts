// Issues (intents and their outcome), licenses (one row a version), the way from a holder to his licenses, revocations.
// Holder codes lie in sealed boxes; the way to them is a keyed hash.
import type { Migration } from '../../common/db/migration.ts';

export const licenses: Migration = {
  name: '0002-licenses',
  up: async (knex) => {
    await knex.raw(`
      create table license.issues (
        issue_id        text primary key,
        client_id       text not null,
        case_id         text not null,
        license_type    text not null,
        fingerprint     bytea not null,
        content_box     bytea not null,
        seal_esid       text not null,
        state           text not null check (state in ('intended', 'done')),
        identifier      text not null unique,
        attempts        integer not null default 0,
        last_error      text,
        lease_token     text,
        lease_until     timestamptz,
        next_attempt_at timestamptz not null,
        created_at      timestamptz not null,
        finished_at     timestamptz,
        unique (client_id, case_id, license_type)
      )`);
    await knex.raw(`create index issues_unfinished on license.issues (next_attempt_at) where state = 'intended'`);
    await knex.raw(`
      create table license.licenses (
        identifier       text primary key,
        license_type     text not null,
        type_version     integer not null,
        version          integer not null,
        name             text not null,
        license_number   text not null,
        client_id        text not null,
        case_id          text not null,
        issue_id         text not null unique,
        authority_name   text not null,
        authority_code   text not null,
        holder_name      text not null,
        holder_code_type text not null,
        holder_key       bytea not null,
        holder_code_box  bytea not null,
        issued_on        date not null,
        valid_from       date not null,
        valid_to         date not null,
        fields           jsonb not null,
        file_sm3         text not null,
        file_size        integer not null,
        state            text not null check (state in ('valid', 'suspended', 'revoked', 'cancelled')),
        state_reason     text,
        state_changed_at timestamptz not null,
        created_at       timestamptz not null
      )`);
    await knex.raw('create unique index licenses_file on license.licenses (file_sm3)');
    await knex.raw(`
      create table license.holder_licenses (
        holder_key   bytea not null,
        license_type text not null,
        identifier   text not null references license.licenses,
        primary key (holder_key, license_type, identifier)
      )`);
    await knex.raw(`
      create table license.revocations (
        client_id       text not null,
        idempotency_key text not null,
        identifier      text not null references license.licenses,
        kind            text not null check (kind in ('withdrawn', 'revoked', 'cancelled')),
        reason          text not null,
        revoked_at      timestamptz not null,
        primary key (client_id, idempotency_key)
      )`);
  },
};

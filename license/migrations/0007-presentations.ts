// 亮证: what a holder shows, the codes that stand for it, what was read of it; and what he asks or complains about.
// What is used once is the presentation, however many codes it had. Of a code lies its SM3 here, of its digits a keyed hash.
import type { Knex } from 'knex';
import type { Migration } from '../../common/db/migration.ts';

export const presentationsAnew: Migration = {
  name: '0007-presentations',
  up: async (knex) => {
    await createPresentations(knex);
    await createCodes(knex);
    await createCorrections(knex);
  },
};

async function createPresentations(knex: Knex): Promise<void> {
  // items: license, identifier and fields of each; no values. An answer is kept for whoever redeemed, under the license's key.
  await knex.raw(`
    create table license.presentations (
      presentation_id   text primary key,
      holder_key        bytea not null check (length(holder_key) = 32),
      items             json not null,
      created_at        timestamptz(3) not null,
      ends_at           timestamptz(3) not null check (ends_at <= created_at + interval '10 minutes'),
      stopped_at        timestamptz(3),
      used_at           timestamptz(3),
      redemption_id     text,
      used_by           text,
      idempotency_key   text,
      organisation      text,
      organisation_name text,
      check ((used_at is null) = (redemption_id is null))
    )`);
  await knex.raw(`
    create unique index presentations_redemption_key on license.presentations (used_by, idempotency_key)
      where used_at is not null`);
  await knex.raw(`
    create unique index presentations_redemption on license.presentations (redemption_id) where used_at is not null`);
  await knex.raw('create index presentations_ends on license.presentations (ends_at)');
  await knex.raw(`
    create table license.presentation_answers (
      presentation_id text not null references license.presentations on delete cascade,
      license_id      text not null,
      place           integer not null,
      answer_box      bytea not null,
      primary key (presentation_id, license_id)
    )`);
}

async function createCodes(knex: Knex): Promise<void> {
  await knex.raw(`
    create table license.presentation_codes (
      code_hash       bytea primary key check (length(code_hash) = 32),
      presentation_id text not null references license.presentations on delete cascade,
      expires_at      timestamptz(3) not null
    )`);
  await knex.raw('create index presentation_codes_of on license.presentation_codes (presentation_id)');
  // Digits are few, so they are given again; the row tells whose they are now. Among live codes no two have the same.
  await knex.raw(`
    create table license.presentation_digits (
      digits_key bytea primary key check (length(digits_key) = 32),
      code_hash  bytea not null,
      expires_at timestamptz(3) not null
    )`);
  await knex.raw('create index presentation_digits_expiry on license.presentation_digits (expires_at)');
  // Digits could be tried one by one: what a verifier tried within his minute.
  await knex.raw(`
    create table license.digit_tries (
      verifier text primary key,
      since    timestamptz(3) not null,
      tries    integer not null
    )`);
}

async function createCorrections(knex: Knex): Promise<void> {
  // Words of both sides lie in boxes under the license's data key.
  await knex.raw(`
    create table license.corrections (
      correction_id   text primary key,
      kind            text not null check (kind in ('correction', 'complaint')),
      license_id      text not null,
      identifier      text not null,
      authority_code  text not null,
      holder_key      bytea not null check (length(holder_key) = 32),
      presentation_id text,
      request_box     bytea not null,
      state           text not null default 'open' check (state in ('open', 'granted', 'declined')),
      answer_box      bytea,
      asked_at        timestamptz(3) not null,
      answered_at     timestamptz(3),
      answered_by     text,
      check ((state = 'open') = (answered_at is null))
    )`);
  await knex.raw('create index corrections_of on license.corrections (license_id, asked_at)');
  await knex.raw(`
    create index corrections_open on license.corrections (authority_code, asked_at) where state = 'open'`);
}

// Sharing with other units (GB/T 36906): what a holder is asked for and what he allowed, the legal bases on which a unit may
// read without asking him, how often each was used, annotated copies (加注件) behind their short-lived addresses.
// Consents name the holder by his key only; the keys of licenses, and events, lie elsewhere.
import type { Knex } from 'knex';
import type { Migration } from '../../common/db/migration.ts';

export const sharing: Migration = {
  name: '0008-sharing',
  up: async (knex) => {
    // Where a citizen's browser may be sent back to after a decision: whole addresses, compared character by character.
    await knex.raw(`alter table license.clients add column return_addresses text[] not null default '{}'`);
    await createConsents(knex);
    await createLegalBases(knex);
    await createAnnotatedCopies(knex);
  },
};

async function createConsents(knex: Knex): Promise<void> {
  // holder_key null: whoever logs in and opens the address decides. wanted: type, fields, optional fields.
  await knex.raw(`
    create table license.consent_requests (
      request_id    text primary key,
      client_id     text not null references license.clients,
      organisation  text not null,
      holder_key    bytea check (length(holder_key) = 32),
      wanted        json not null,
      purpose       text not null,
      matter_code   text not null,
      matter_name   text not null,
      consent_until timestamptz not null,
      max_uses      integer check (max_uses > 0),
      return_to     text,
      asked_at      timestamptz not null,
      expires_at    timestamptz not null,
      state         text not null default 'pending' check (state in ('pending', 'given', 'declined')),
      decided_at    timestamptz check ((decided_at is null) = (state = 'pending'))
    )`);
  await knex.raw(`
    create index consent_requests_waiting on license.consent_requests (holder_key, expires_at)
      where state = 'pending' and holder_key is not null`);
  await knex.raw('create index consent_requests_expiry on license.consent_requests (expires_at)');
  // allowed: license, fields. A holder may take away from it, never add.
  await knex.raw(`
    create table license.consents (
      consent_id   text primary key,
      request_id   text not null unique references license.consent_requests,
      client_id    text not null,
      organisation text not null,
      holder_key   bytea not null check (length(holder_key) = 32),
      allowed      json not null,
      purpose      text not null,
      matter_code  text not null,
      matter_name  text not null,
      given_at     timestamptz not null,
      until        timestamptz not null,
      max_uses     integer check (max_uses > 0),
      uses         integer not null default 0 check (uses >= 0 and (max_uses is null or uses <= max_uses)),
      last_used_at timestamptz,
      revoked_at   timestamptz
    )`);
  await knex.raw('create index consents_holder on license.consents (holder_key, given_at)');
}

async function createLegalBases(knex: Knex): Promise<void> {
  // license_types: type, fields ('*' is all). regions: prefixes of GB/T 2260 codes; '' is everywhere.
  await knex.raw(`
    create table license.legal_bases (
      basis_id      text primary key,
      client_id     text not null references license.clients,
      law           text not null,
      matter_code   text not null,
      matter_name   text not null,
      license_types json not null,
      regions       text[] not null check (cardinality(regions) > 0),
      daily_quota   integer not null check (daily_quota > 0),
      valid_from    timestamptz not null,
      valid_to      timestamptz not null check (valid_to > valid_from),
      entered_at    timestamptz not null,
      entered_by    text not null,
      ended_at      timestamptz,
      ended_by      text
    )`);
  await knex.raw('create index legal_bases_client on license.legal_bases (client_id) where ended_at is null');
  // One row a basis and day of China; the count never passes the quota of the basis.
  await knex.raw(`
    create table license.basis_uses (
      basis_id text not null references license.legal_bases,
      day      date not null,
      uses     integer not null check (uses > 0),
      primary key (basis_id, day)
    )`);
}

async function createAnnotatedCopies(knex: Knex): Promise<void> {
  // Without an address: given away in the answer, and kept here only to know it again.
  await knex.raw(`
    create table license.annotated_copies (
      copy_id       text primary key,
      license_id    text not null,
      identifier    text not null,
      client_id     text not null,
      basis         text not null,
      file_sm3      bytea not null unique check (length(file_sm3) = 32),
      file_size     integer not null check (file_size > 0),
      made_at       timestamptz not null,
      valid_until   timestamptz not null,
      address_sm3   bytea unique check (length(address_sm3) = 32),
      stored_sm3    bytea check (length(stored_sm3) = 32),
      address_until timestamptz,
      check ((address_sm3 is null) = (stored_sm3 is null) and (address_sm3 is null) = (address_until is null))
    )`);
  await knex.raw('create index annotated_copies_end on license.annotated_copies (valid_until)');
}

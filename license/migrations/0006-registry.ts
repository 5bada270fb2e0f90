// The registry: who may issue what, intents, licenses and their versions, the way from a holder to them, events.
// A license is (type, authority, serial), its license_id; an identifier (GB/T 36904) names one version of it. State belongs
// to the license. What tells of a person lies in boxes under the license's data key (domain/data-keys.ts); in clear lie
// codes of types, authorities and organisations, dates and states.
// It takes the place of the tables of the first registry, which never held a real license: it refuses to drop one.
import type { Knex } from 'knex';
import { createAuditTables } from '../../common/audit/store/tables.ts';
import { forbidChanges, type Migration } from '../../common/db/migration.ts';
import { TrustError } from '../../common/errors.ts';
import { createJobsTable } from '../../common/queue/store/jobs.ts';
import { createHashPartitions } from './0005-catalog.ts';

export const registryAnew: Migration = {
  name: '0006-registry',
  up: async (knex) => {
    await dropFirstRegistry(knex);
    await createParticipants(knex);
    await createLicenses(knex);
    await createIssues(knex);
    await createEvents(knex);
    await createJobsTable(knex, 'license');
    await createAuditTables(knex, 'license');
  },
};

const FIRST_TABLES =
  'presentations, revocations, holder_licenses, licenses, issues, events, verifiers, issuing_clients, license_types';

async function dropFirstRegistry(knex: Knex): Promise<void> {
  const { rows } = await knex.raw<{ rows: { found: boolean }[] }>(
    'select exists (select from license.licenses) as found',
  );
  if (rows[0]!.found)
    throw new TrustError(
      'schema-outdated',
      'the first license registry holds licenses, and they cannot be carried over',
      {
        hint: 'That registry was never released. `make clean` removes a development house with its database; for a database of your own, make a new one.',
      },
    );
  const tables = FIRST_TABLES.split(', ').map((table) => `license.${table}`);
  await knex.raw(`drop table ${tables.join(', ')}`);
}

async function createParticipants(knex: Knex): Promise<void> {
  await knex.raw(`
    create table license.clients (
      client_id         text primary key,
      organisation      text not null,
      organisation_name text not null,
      may_redeem        boolean not null default false,
      sm2_public_key    bytea,
      registered_at     timestamptz not null
    )`);
  // An authority issues a type under one seal; its region by GB/T 2260.
  await knex.raw(`
    create table license.issuing_authorities (
      authority_code text not null,
      license_type   text not null,
      authority_name text not null,
      region         text not null check (region ~ '^[0-9]{6}$'),
      seal_esid      text not null,
      granted_at     timestamptz not null,
      ended_at       timestamptz,
      primary key (authority_code, license_type)
    )`);
  await knex.raw(`
    create table license.issuing_clients (
      client_id      text not null references license.clients,
      license_type   text not null,
      authority_code text not null,
      granted_at     timestamptz not null,
      primary key (client_id, license_type, authority_code),
      foreign key (authority_code, license_type) references license.issuing_authorities
    )`);
}

async function createLicenses(knex: Knex): Promise<void> {
  // number_key: HMAC-SM3 of type, authority and 证照编号, by which a clerk finds a license. pending_issue: the one intent
  // that makes its next version; a second is refused before anything is sealed.
  await knex.raw(`
    create table license.licenses (
      license_id       text primary key,
      license_type     text not null,
      authority_code   text not null,
      region           text not null,
      organisation     text not null,
      number_key       bytea not null,
      state            text not null check (state in
        ('valid', 'suspended', 'withdrawn', 'revoked', 'cancelled', 'lapsed', 'transferred')),
      state_reason_box bytea,
      state_changed_at timestamptz not null,
      version          integer not null check (version between 1 and 999),
      identifier       text not null,
      valid_from       date not null,
      valid_to         date not null,
      holder_keys      bytea[] not null,
      wrapped_keys     bytea[] not null check (cardinality(wrapped_keys) = cardinality(holder_keys)),
      pending_issue    text,
      created_at       timestamptz not null
    ) partition by hash (license_id)`);
  await createHashPartitions(knex, 'licenses');
  await knex.raw('create index licenses_number on license.licenses (number_key)');
  await knex.raw('create index licenses_authority on license.licenses (authority_code, created_at)');
  await knex.raw(`create index licenses_ending on license.licenses (valid_to) where state = 'valid'`);
  await knex.raw(`
    create table license.license_versions (
      license_id       text not null,
      version          integer not null,
      identifier       text not null,
      type_version     integer not null,
      template_version integer not null,
      operation        text not null check (operation in ('issue', 'renew', 'change', 'replace', 'correct')),
      replaces         text,
      issue_id         text not null,
      issued_on        date not null,
      valid_from       date not null,
      valid_to         date not null,
      payload_box      bytea not null,
      file_sm3         bytea not null check (length(file_sm3) = 32),
      stored_sm3       bytea not null check (length(stored_sm3) = 32),
      file_size        integer not null,
      sealing_id       text not null,
      created_at       timestamptz not null,
      primary key (license_id, version)
    ) partition by hash (license_id)`);
  await createHashPartitions(knex, 'license_versions');
  await knex.raw(`
    create table license.holder_licenses (
      holder_key   bytea not null,
      license_type text not null,
      license_id   text not null,
      since        timestamptz not null,
      until        timestamptz,
      primary key (holder_key, license_type, license_id)
    ) partition by hash (holder_key)`);
  await createHashPartitions(knex, 'holder_licenses');
  // A 证照编号 is given once, where its type says so: taken by the intent, given back when that is given up.
  await knex.raw(`
    create table license.license_numbers (
      unique_key bytea primary key check (length(unique_key) = 32),
      license_id text not null
    ) partition by hash (unique_key)`);
  await createHashPartitions(knex, 'license_numbers');
  await knex.raw(`
    create table license.acts (
      organisation    text not null,
      idempotency_key text not null,
      fingerprint     bytea not null,
      license_id      text not null,
      identifier      text not null,
      act             text not null,
      answer          json not null,
      acted_at        timestamptz not null,
      primary key (organisation, idempotency_key)
    )`);
}

/**
 * The intent to issue one version, recorded before anything leaves the room. Its key is that of the case. asked_box: what the
 * request asked, by which a repetition is compared; content_box: what is to be printed, gone when it is. promised_at: the
 * caller was told that the license comes, so nobody gives it up.
 */
async function createIssues(knex: Knex): Promise<void> {
  await knex.raw(`
    create table license.issues (
      organisation    text not null,
      case_id         text not null,
      license_type    text not null,
      operation       text not null check (operation in ('issue', 'renew', 'change', 'replace', 'correct')),
      item            integer not null check (item between 1 and 9999),
      issue_id        text not null,
      client_id       text not null,
      actor           text not null,
      license_id      text not null,
      version         integer not null,
      identifier      text not null,
      replaces        text,
      fingerprint     bytea not null,
      asked_box       bytea not null,
      content_box     bytea check ((content_box is null) = (state = 'done')),
      number_key      bytea not null,
      unique_key      bytea,
      region          text not null,
      holder_keys     bytea[] not null,
      wrapped_keys    bytea[] not null check (cardinality(wrapped_keys) = cardinality(holder_keys)),
      seal_esid       text not null,
      external_code   text,
      promised_at     timestamptz,
      state           text not null check (state in ('intended', 'done', 'given_up')),
      attempts        integer not null default 0,
      last_error      text,
      lease_token     text,
      lease_until     timestamptz,
      next_attempt_at timestamptz not null,
      created_at      timestamptz not null,
      finished_at     timestamptz,
      primary key (organisation, case_id, license_type, operation, item)
    ) partition by hash (organisation, case_id)`);
  await createHashPartitions(knex, 'issues');
  await knex.raw('create index issues_id on license.issues (issue_id)');
  await knex.raw(`create index issues_unfinished on license.issues (next_attempt_at) where state = 'intended'`);
}

/**
 * Events by month. Partitions are made by a function that runs with its owner's rights, so that the room needs none: it
 * takes no argument, makes those of this month and the next two, and nothing else. What fits none lands in the default
 * one, which `xinji doctor` reports.
 */
async function createEvents(knex: Knex): Promise<void> {
  await knex.raw(`
    create table license.events (
      event_id     uuid not null,
      at           timestamptz(3) not null,
      kind         text not null,
      license_id   text,
      identifier   text,
      actor        text not null,
      organisation text,
      basis        text,
      request_id   text,
      detail_box   bytea,
      leaf         bytea not null check (length(leaf) = 32),
      primary key (at, event_id)
    ) partition by range (at)`);
  await knex.raw('create index events_license on license.events (license_id, at)');
  await knex.raw('create index events_at on license.events using brin (at)');
  await forbidChanges(knex, 'license', 'events');
  await knex.raw('create table license.events_default partition of license.events default');
  await forbidChanges(knex, 'license', 'events_default');
  // A month of which rows lie in the default partition already stays there: its partition could not be made any more, and
  // trying would stop those after it. Who waits for a lock makes readers wait behind him, so he waits two seconds at most.
  await knex.raw(`
    create function license.make_event_partitions() returns integer
    language plpgsql security definer
    set search_path = pg_catalog, pg_temp set lock_timeout = '2s' set datestyle = 'ISO' as $$
    declare
      first timestamptz;
      beyond timestamptz;
      name text;
      made integer := 0;
    begin
      perform pg_advisory_xact_lock(hashtext('license.make_event_partitions'));
      for ahead in 0..2 loop
        first := (date_trunc('month', now() at time zone 'UTC') + make_interval(months => ahead)) at time zone 'UTC';
        beyond := (first at time zone 'UTC' + interval '1 month') at time zone 'UTC';
        name := 'events_' || to_char(first at time zone 'UTC', 'YYYY_MM');
        continue when to_regclass('license.' || name) is not null;
        continue when exists (select from license.events_default where at >= first and at < beyond);
        execute format('create table license.%I partition of license.events for values from (%L) to (%L)',
          name, first, beyond);
        execute format('create trigger append_only before update or delete or truncate on license.%I
          for each statement execute function license.refuse_change()', name);
        made := made + 1;
      end loop;
      return made;
    end $$`);
  await knex.raw('revoke all on function license.make_event_partitions() from public');
  await knex.raw('select license.make_event_partitions()');
  // Written in the statement that writes the event, deleted in the transaction that puts it into the chain.
  await knex.raw('create table license.unchained_events (event_id uuid primary key, at timestamptz(3) not null)');
}

// The life of a seal in the database: the table of lawful steps, the history that must follow it, versions whose state is
// always that of their last step, duties that no person can unite, codes, keys, certificates, notices, and the answers of
// acts. What the code decides, the database decides again: no role, owner included, gets past it with a statement of its own.
import { forbidChanges, type Migration } from '../../common/db/migration.ts';
import { GUARDS } from './seal-life-guards.ts';

/** step, from, to, duty; frozen with this step of the schema. */
const LIFE = [
  ['apply', 'none', 'applied', 'applicant'],
  ['renew', 'none', 'approved', 'keeper'],
  ['redraw', 'none', 'applied', 'keeper'],
  ['approve', 'applied', 'approved', 'approver'],
  ['reject', 'applied', 'rejected', 'approver'],
  ['reject', 'approved', 'rejected', 'approver'],
  ['make', 'approved', 'made', 'maker'],
  ['file', 'made', 'filed', 'maker'],
  ['activate', 'filed', 'active', 'keeper'],
  ['suspend', 'active', 'suspended', 'keeper'],
  ['resume', 'suspended', 'active', 'keeper'],
  ['supersede', 'active', 'superseded', 'keeper'],
  ['supersede', 'suspended', 'superseded', 'keeper'],
  ...['applied', 'approved', 'made', 'filed', 'active', 'suspended'].map((from) => [
    'cancel',
    from,
    'cancelled',
    'keeper',
  ]),
] as const;

const TABLES: readonly string[] = [
  `create table seal.seal_life (
     step       text not null,
     from_state text not null,
     to_state   text not null,
     duty       text not null,
     primary key (step, from_state, to_state, duty)
   )`,
  // A code is given once, to one owner.
  `create table seal.seal_codes (
     es_id      text primary key,
     owner_code text not null,
     given_at   timestamptz not null,
     unique (es_id, owner_code)
   )`,
  `create table seal.seal_code_counters (
     frame text primary key,
     last  bigint not null check (last > 0)
   )`,
  `create table seal.seal_versions (
     application_id   text primary key,
     seq              bigint generated always as identity unique,
     es_id            text not null,
     number           smallint not null check (number > 0),
     previous         smallint generated always as (nullif(number - 1, 0)) stored,
     kind             text not null check (kind in ('new', 'renewal', 'redrawing', 'imported')),
     owner_name       text not null,
     owner_code       text not null,
     name             text not null,
     seal_kind        text not null,
     valid_years      smallint not null check (valid_years between 1 and 10),
     picture          jsonb,
     shows_code       boolean not null default false,
     state            text not null default 'none',
     state_changed_at timestamptz not null,
     steps            integer not null default 0,
     header_version   smallint,
     valid_from       timestamptz,
     valid_to         timestamptz,
     width_mm         smallint,
     height_mm        smallint,
     eseal            bytea,
     eseal_sm3        text unique,
     key_ref          text,
     created_at       timestamptz not null,
     unique (es_id, number),
     unique (application_id, es_id),
     foreign key (es_id, owner_code) references seal.seal_codes (es_id, owner_code),
     foreign key (es_id, previous) references seal.seal_versions (es_id, number),
     check ((number = 1) = (kind in ('new', 'imported'))),
     check ((picture is null) = (kind = 'imported')),
     check (num_nonnulls(header_version, valid_from, valid_to, width_mm, height_mm, eseal, eseal_sm3, key_ref) in (0, 8)),
     check (eseal is not null or state in ('none', 'applied', 'approved', 'rejected', 'cancelled')),
     check (valid_from < valid_to)
   )`,
  `create unique index seal_versions_in_the_making on seal.seal_versions (es_id)
     where state in ('none', 'applied', 'approved', 'made', 'filed')`,
  `create unique index seal_versions_in_force on seal.seal_versions (es_id) where state in ('active', 'suspended')`,
  'create index seal_versions_owner on seal.seal_versions (owner_code, seq)',
  // One duty a person for all versions of a seal: that is the primary key.
  `create table seal.seal_duties (
     es_id text not null references seal.seal_codes (es_id),
     sub   text not null,
     duty  text not null check (duty in ('applicant', 'approver', 'maker', 'keeper')),
     since timestamptz not null,
     primary key (es_id, sub),
     unique (es_id, sub, duty)
   )`,
  `create table seal.seal_steps (
     application_id text not null,
     number         integer not null check (number > 0),
     seq            bigint generated always as identity unique,
     es_id          text not null,
     step           text not null,
     from_state     text not null,
     to_state       text not null,
     duty           text not null,
     actor          text not null,
     organisation   text not null,
     client_id      text not null,
     reason         text,
     at             timestamptz not null,
     request_id     text,
     primary key (application_id, number),
     foreign key (application_id, es_id) references seal.seal_versions (application_id, es_id),
     foreign key (step, from_state, to_state, duty) references seal.seal_life (step, from_state, to_state, duty),
     constraint seal_steps_duty foreign key (es_id, actor, duty) references seal.seal_duties (es_id, sub, duty)
   )`,
  'create index seal_steps_es_id on seal.seal_steps (es_id, seq)',
  // The private key of a version, in a sealed box; nothing else is kept here. Once destroyed it stays destroyed.
  `create table seal.seal_keys (
     key_ref        text primary key,
     application_id text not null unique references seal.seal_versions (application_id),
     box            bytea,
     created_at     timestamptz not null,
     destroyed_at   timestamptz,
     check ((box is null) = (destroyed_at is not null))
   )`,
  `create table seal.seal_certificates (
     key_ref              text primary key references seal.seal_keys (key_ref),
     pkcs10               bytea not null,
     not_before           timestamptz not null,
     not_after            timestamptz not null,
     certificate          bytea,
     received_at          timestamptz,
     revocation_reason    text check (revocation_reason in ('key-compromise', 'superseded', 'cessation-of-operation')),
     revocation_wanted_at timestamptz,
     revoked_at           timestamptz,
     check ((certificate is null) = (received_at is null)),
     check ((revocation_reason is null) = (revocation_wanted_at is null)),
     check (revoked_at is null or revocation_wanted_at is not null)
   )`,
  `create index seal_certificates_to_revoke on seal.seal_certificates (revocation_wanted_at)
     where revocation_wanted_at is not null and revoked_at is null`,
  // One row an occasion: whoever writes it a second time finds it there.
  `create table seal.seal_notices (
     notice_id      bigint generated always as identity primary key,
     es_id          text not null,
     application_id text not null references seal.seal_versions (application_id),
     kind           text not null check (kind in ('state', 'certificate-ends')),
     occasion       text not null,
     duty           text not null check (duty in ('applicant', 'keeper')),
     organisation   text not null,
     detail         jsonb not null,
     at             timestamptz not null,
     unique (application_id, kind, occasion, duty)
   )`,
  'create index seal_notices_reader on seal.seal_notices (organisation, duty, notice_id)',
  // The answer to an act, for its repetition; written in the transaction of the act.
  `create table seal.seal_acts (
     actor           text not null,
     idempotency_key text not null,
     request_sm3     text not null,
     answer          text,
     at              timestamptz not null,
     primary key (actor, idempotency_key)
   )`,
];

/** Seals registered before this step: their codes are theirs, and their history begins with the next step. */
const IMPORT: readonly string[] = [
  `insert into seal.seal_codes (es_id, owner_code, given_at) select es_id, owner_code, created_at from seal.seals`,
  `insert into seal.seal_versions (application_id, es_id, number, kind, owner_name, owner_code, name, seal_kind, valid_years,
       state, state_changed_at, header_version, valid_from, valid_to, width_mm, height_mm, eseal, eseal_sm3, key_ref, created_at)
     select 'sealapp_' || md5(es_id), es_id, 1, 'imported', owner_name, owner_code, name, '99', 5,
       state, state_changed_at, version, valid_from, valid_to, width_mm, height_mm, eseal, eseal_sm3, key_ref, created_at
     from seal.seals`,
  'alter table seal.seals add column application_id text',
  "update seal.seals set application_id = 'sealapp_' || md5(es_id)",
  `alter table seal.seals
     alter column application_id set not null,
     add foreign key (application_id, es_id) references seal.seal_versions (application_id, es_id)`,
];

export const sealLife: Migration = {
  name: '0006-seal-life',
  up: async (knex) => {
    for (const statement of TABLES) await knex.raw(statement);
    for (const row of LIFE) await knex.raw('insert into seal.seal_life values (?, ?, ?, ?)', [...row]);
    for (const statement of IMPORT) await knex.raw(statement);
    for (const table of ['seal_steps', 'seal_duties', 'seal_notices', 'seal_life'])
      await forbidChanges(knex, 'seal', table);
    for (const statement of GUARDS) await knex.raw(statement);
  },
};

// The first schema of the seal room: seals, who may use them, sealings with their intent, events.
import type { Knex } from 'knex';
import { forbidChanges, type Migration } from '../../common/db/migration.ts';

const STATEMENTS: readonly string[] = [
  `create table seal.seals (
     es_id            text primary key,
     name             text not null,
     version          smallint not null,
     state            text not null default 'active' check (state in ('active', 'suspended', 'cancelled')),
     state_changed_at timestamptz not null,
     owner_name       text not null,
     owner_code       text not null,
     valid_from       timestamptz not null,
     valid_to         timestamptz not null,
     width_mm         smallint not null,
     height_mm        smallint not null,
     eseal            bytea not null,
     eseal_sm3        text not null,
     key_ref          text not null,
     created_at       timestamptz not null
   )`,
  `create table seal.seal_grants (
     client_id  text not null,
     es_id      text not null references seal.seals (es_id),
     granted_at timestamptz not null,
     primary key (client_id, es_id)
   )`,
  // One row an act, written before the key is used. The lease says who is at work; an expired one may be taken over.
  `create table seal.sealings (
     sealing_id      text primary key,
     client_id       text not null,
     idempotency_key text not null,
     request_sm3     text not null,
     es_id           text not null references seal.seals (es_id),
     eseal_sm3       text not null,
     page            integer not null,
     x_mm            double precision,
     y_mm            double precision,
     reason          text,
     input_sm3       text not null,
     input_size      bigint not null,
     state           text not null check (state in ('intended', 'released')),
     attempt         integer not null,
     lease_until     timestamptz not null,
     signed_at       timestamptz,
     field           text,
     data_sm3        text,
     update_sm3      text,
     update_size     bigint,
     created_at      timestamptz not null,
     released_at     timestamptz,
     unique (client_id, idempotency_key),
     check (state = 'intended' or (signed_at is not null and field is not null and data_sm3 is not null
       and update_sm3 is not null and update_size is not null and released_at is not null))
   )`,
  `create index sealings_es_id on seal.sealings (es_id, created_at)`,
  `create table seal.events (
     event_id   bigint generated always as identity primary key,
     at         timestamptz not null,
     kind       text not null,
     es_id      text not null,
     actor      text not null,
     request_id text,
     detail     jsonb not null default '{}'
   )`,
  `create index events_es_id on seal.events (es_id, event_id)`,
];

export const firstSchema: Migration = {
  name: '0001-seal',
  up: async (knex: Knex) => {
    for (const statement of STATEMENTS) await knex.raw(statement);
    await forbidChanges(knex, 'seal', 'events');
  },
};

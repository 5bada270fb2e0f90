// What the user centre keeps: what a person agreed to and took back, what each system was told, and a form that met a lapsed
// session until its person has logged in again.
import type { Knex } from 'knex';
import type { Migration } from '../../common/db/migration.ts';

const STATEMENTS: readonly string[] = [
  `create table identity.kept_forms (
     token_digest bytea primary key,
     path         text not null,
     box          bytea not null,
     expires_at   timestamptz not null
   )`,
  `create index kept_forms_expires_at on identity.kept_forms (expires_at)`,
  // Of a person and a client the newest row counts. What was agreed to stays as it was; it is only withdrawn, once.
  `create table identity.consents (
     id           bigint generated always as identity primary key,
     account_id   bigint not null references identity.accounts (id),
     client_id    text not null,
     scopes       text[] not null,
     declined     text[] not null,
     given_at     timestamptz not null,
     until        timestamptz not null check (until >= given_at),
     withdrawn_at timestamptz check (withdrawn_at >= given_at)
   )`,
  `create index consents_account on identity.consents (account_id, client_id, id)`,
  `create function identity.refuse_consent_change() returns trigger language plpgsql as $$
   begin
     if tg_op = 'DELETE' and old.until < now() - interval '180 days' then return old; end if;
     if tg_op = 'UPDATE' and old.withdrawn_at is null and new.withdrawn_at is not null
        and to_jsonb(new) - 'withdrawn_at' = to_jsonb(old) - 'withdrawn_at' then
       return new;
     end if;
     raise exception 'a consent is only withdrawn' using errcode = 'insufficient_privilege';
   end $$`,
  `create trigger only_withdrawn before update or delete on identity.consents
     for each row execute function identity.refuse_consent_change()`,
  `create trigger not_emptied before truncate on identity.consents
     for each statement execute function identity.refuse_change()`,
  // One row a day for each set of claims: how often a system was told them of a person, and when first and last.
  `create table identity.disclosures (
     account_id bigint not null references identity.accounts (id),
     client_id  text not null,
     day        date not null,
     claims     text[] not null check (cardinality(claims) > 0),
     times      integer not null default 1,
     first_at   timestamptz not null,
     last_at    timestamptz not null,
     primary key (account_id, client_id, day, claims)
   )`,
  `create index disclosures_day on identity.disclosures (day)`,
];

export const centreSchema: Migration = {
  name: '0009-centre',
  up: async (knex: Knex) => {
    for (const statement of STATEMENTS) await knex.raw(statement);
  },
};

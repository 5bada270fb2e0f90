// Roles of staff, and clients that are programs on a person's own machine and can keep no key.
import type { Knex } from 'knex';
import type { Migration } from '../../common/db/migration.ts';

const STATEMENTS: readonly string[] = [
  `alter table identity.clients add column application_type text not null default 'web'
     check (application_type in ('web', 'native'))`,
  `create table identity.roles (
     id           bigint generated always as identity primary key,
     account_id   bigint not null references identity.accounts (id),
     organisation text not null check (organisation ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'),
     unit         text not null,
     role         text not null,
     begins_at    timestamptz not null,
     ends_at      timestamptz check (ends_at >= begins_at),
     added_at     timestamptz not null default now()
   )`,
  `create unique index roles_open on identity.roles (account_id, organisation, unit, role) where ends_at is null`,
  `create index roles_account on identity.roles (account_id)`,
  // A role is ended, or ended sooner than planned; what it was stays.
  `create function identity.refuse_role_change() returns trigger language plpgsql as $$
   begin
     if tg_op = 'UPDATE' and new.ends_at is not null and (old.ends_at is null or new.ends_at < old.ends_at)
        and to_jsonb(new) - 'ends_at' = to_jsonb(old) - 'ends_at' then
       return new;
     end if;
     raise exception 'a role is only ended' using errcode = 'insufficient_privilege';
   end $$`,
  `create trigger only_ended before update or delete on identity.roles
     for each row execute function identity.refuse_role_change()`,
  `create trigger not_emptied before truncate on identity.roles
     for each statement execute function identity.refuse_change()`,
];

export const rolesSchema: Migration = {
  name: '0002-roles',
  up: async (knex: Knex) => {
    for (const statement of STATEMENTS) await knex.raw(statement);
  },
};

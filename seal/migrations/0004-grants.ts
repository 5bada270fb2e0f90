// A grant is one client, one seal, one class of documents, a count and a period; a client may hold several. What was
// granted before this step holds as it did: every class, any number, until the seal ends.
import type { Migration } from '../../common/db/migration.ts';

const STATEMENTS: readonly string[] = [
  `alter table seal.seal_grants
     add column grant_id         text,
     add column document_class   text not null default '*',
     add column max_uses         integer check (max_uses > 0),
     add column used             integer not null default 0,
     add column valid_from       timestamptz,
     add column valid_to         timestamptz,
     add column granted_by       text not null default 'operator',
     add column withdrawn_at     timestamptz,
     add column withdrawn_by     text,
     add column withdrawn_reason text`,
  `update seal.seal_grants g
      set grant_id = 'grant_' || md5(g.client_id || ' ' || g.es_id), valid_from = g.granted_at, valid_to = s.valid_to
     from seal.seals s where s.es_id = g.es_id`,
  `alter table seal.seal_grants
     drop constraint seal_grants_pkey,
     add primary key (grant_id),
     add unique (grant_id, client_id, es_id),
     alter column document_class drop default,
     alter column granted_by drop default,
     alter column valid_from set not null,
     alter column valid_to set not null,
     add constraint seal_grants_count check (used >= 0 and used <= max_uses),
     add constraint seal_grants_class check (document_class ~ '^([*]|[a-z0-9][a-z0-9-]{0,39})$'),
     add constraint seal_grants_withdrawal check ((withdrawn_at is null) = (withdrawn_by is null))`,
  'create index seal_grants_use on seal.seal_grants (client_id, es_id, document_class)',
  // The grant that a sealing used is one of its own client for its own seal.
  `alter table seal.sealings
     add column grant_id text,
     add foreign key (grant_id, client_id, es_id) references seal.seal_grants (grant_id, client_id, es_id)`,
];

export const grants: Migration = {
  name: '0004-grants',
  up: async (knex) => {
    for (const statement of STATEMENTS) await knex.raw(statement);
  },
};

// What a repetition is answered from: a row keeps the values of its sealing and not its bytes, and the parties that the
// rows name are kept as they were when they sealed, whatever becomes of seal and certificates. Rows from before this step
// have no values; their bytes stay in the file store, and a repetition of them is refused.
// A call may ask for several sealings, each a row with its number; the first one carries lease and attempt for all.
import { forbidChanges, type Migration } from '../../common/db/migration.ts';

const STATEMENTS: readonly string[] = [
  `create table seal.sealing_parties (
     party_sm3    text primary key,
     eseal        bytea not null,
     certificates bytea[] not null,
     first_use_at timestamptz not null
   )`,
  `alter table seal.sealings
     add column number    smallint not null default 1 check (number between 1 and 100),
     add column form      text not null default 'document' check (form in ('document', 'digest')),
     add column party_sm3 text references seal.sealing_parties (party_sm3),
     add column made      json,
     drop constraint sealings_client_id_idempotency_key_key,
     add unique (client_id, idempotency_key, number)`,
];

export const repeats: Migration = {
  name: '0005-repeats',
  up: async (knex) => {
    for (const statement of STATEMENTS) await knex.raw(statement);
    await forbidChanges(knex, 'seal', 'sealing_parties');
  },
};

// Time stamps that this room has given: the serial number is on record before the key is used, and is never given twice.
import type { Knex } from 'knex';
import { forbidChanges, type Migration } from '../../common/db/migration.ts';

export const timeStamps: Migration = {
  name: '0002-time-stamps',
  up: async (knex: Knex) => {
    await knex.raw(`create table seal.time_stamps (
       serial      text primary key,
       gen_time    timestamptz not null,
       policy      text not null,
       imprint_sm3 text not null
     )`);
    await forbidChanges(knex, 'seal', 'time_stamps');
  },
};

// Who asks the authority for a certificate says so first, with a lease: of equal makings at one moment one asks.
import type { Migration } from '../../common/db/migration.ts';

export const askedCertificates: Migration = {
  name: '0009-asked-certificates',
  up: async (knex) => {
    await knex.raw('alter table seal.seal_certificates add column asked_until timestamptz');
  },
};

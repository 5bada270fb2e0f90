// DPoP proofs that were used (RFC 9449).
import type { Migration } from '../../common/db/migration.ts';
import { createSeenProofsTable } from '../../common/dpop/store/seen-proofs.ts';

export const seenProofs: Migration = {
  name: '0004-seen-proofs',
  up: (knex) => createSeenProofsTable(knex, 'license'),
};

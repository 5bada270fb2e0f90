// What revocation lists and OCSP responses said of signers, seal makers and time-stamp authorities while they were at work:
// kept beside the log, so that a document of level T can be brought to LT and LTA when its authorities answer no more.
import { forbidChanges, type Migration } from '../../common/db/migration.ts';

export const keptEvidence: Migration = {
  name: '0007-kept-evidence',
  up: async (knex) => {
    await knex.raw(
      `create table seal.revocation_evidence (
         certificate_sm3 text not null,
         evidence_sm3    text not null,
         kept_at         timestamptz not null,
         crls            bytea[] not null,
         ocsp_responses  bytea[] not null,
         primary key (certificate_sm3, evidence_sm3)
       )`,
    );
    await knex.raw('create index revocation_evidence_newest on seal.revocation_evidence (certificate_sm3, kept_at)');
    await forbidChanges(knex, 'seal', 'revocation_evidence');
  },
};

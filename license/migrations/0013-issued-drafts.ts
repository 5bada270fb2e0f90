// What became of a draft stays for as long as a draft does: a form that is sent twice is led to what it made. Of what was
// typed nothing stays.
import type { Migration } from '../../common/db/migration.ts';

export const issuedDrafts: Migration = {
  name: '0013-issued-drafts',
  up: async (knex) => {
    // begun: no issue of its case was there before it was sent, so what the case has is its own.
    await knex.raw(`
      alter table license.drafts
        alter column box drop not null,
        add column begun boolean not null default false,
        add column issue_id text,
        add constraint drafts_open_or_issued check ((box is null) = (issue_id is not null))`);
  },
};

// The usage log: every sealing and every refusal, chained, with checkpoints (common/audit).
import { createAuditTables } from '../../common/audit/store/tables.ts';
import type { Migration } from '../../common/db/migration.ts';

export const audit: Migration = {
  name: '0003-audit',
  up: (knex) => createAuditTables(knex, 'seal'),
};

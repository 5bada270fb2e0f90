// The steps of the schema `identity`, in order; a released step is frozen.
import type { Migration } from '../../common/db/migration.ts';
import { firstSchema } from './0001-identity.ts';
import { rolesSchema } from './0002-roles.ts';
import { queueSchema } from './0003-queue.ts';
import { signingKeysSchema } from './0004-signing-keys.ts';
import { clientRules } from './0005-client-rules.ts';
import { accountsSchema } from './0006-accounts.ts';
import { loggingInSchema } from './0007-logging-in.ts';
import { factorsSchema } from './0008-factors.ts';
import { centreSchema } from './0009-centre.ts';
import { auditSchema } from './0010-audit.ts';
import { adminReads } from './0011-admin-reads.ts';
import { importRetention } from './0012-import-retention.ts';
import { roomSecrets } from './0013-room-secrets.ts';
import { counterVisits } from './0014-counter-visits.ts';
import { proofQueue } from './0015-proof-queue.ts';
import { importsSchema } from './0016-imports.ts';
import { openNotices } from './0017-open-notices.ts';
import { sessionBySid } from './0018-session-by-sid.ts';

export const MIGRATIONS: readonly Migration[] = [
  firstSchema,
  rolesSchema,
  queueSchema,
  signingKeysSchema,
  clientRules,
  accountsSchema,
  loggingInSchema,
  factorsSchema,
  centreSchema,
  auditSchema,
  adminReads,
  importRetention,
  roomSecrets,
  counterVisits,
  proofQueue,
  importsSchema,
  openNotices,
  sessionBySid,
];

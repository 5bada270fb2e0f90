// The steps of the schema `seal`, in order; a released step is frozen.
import type { Migration } from '../../common/db/migration.ts';
import { firstSchema } from './0001-seal.ts';
import { timeStamps } from './0002-time-stamps.ts';
import { audit } from './0003-audit.ts';
import { grants } from './0004-grants.ts';
import { repeats } from './0005-repeats.ts';
import { sealLife } from './0006-seal-life.ts';
import { keptEvidence } from './0007-kept-evidence.ts';
import { seenProofs } from './0008-seen-proofs.ts';
import { askedCertificates } from './0009-asked-certificates.ts';
import { roomSecrets } from './0010-room-secrets.ts';

export const MIGRATIONS: readonly Migration[] = [
  firstSchema,
  timeStamps,
  audit,
  grants,
  repeats,
  sealLife,
  keptEvidence,
  seenProofs,
  askedCertificates,
  roomSecrets,
];

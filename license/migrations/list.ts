// The steps of the schema `license`, in order. A released step is frozen.
import type { Migration } from '../../common/db/migration.ts';
import { registry } from './0001-registry.ts';
import { licenses } from './0002-licenses.ts';
import { presentations } from './0003-presentations.ts';
import { seenProofs } from './0004-seen-proofs.ts';
import { catalog } from './0005-catalog.ts';
import { registryAnew } from './0006-registry.ts';
import { presentationsAnew } from './0007-presentations.ts';
import { sharing } from './0008-sharing.ts';
import { desk } from './0009-desk.ts';
import { outbox } from './0011-outbox.ts';
import { vault } from './0012-vault.ts';
import { issuedDrafts } from './0013-issued-drafts.ts';
import { registryActs } from './0014-registry-acts.ts';

export const MIGRATIONS: readonly Migration[] = [
  registry,
  licenses,
  presentations,
  seenProofs,
  catalog,
  registryAnew,
  presentationsAnew,
  sharing,
  desk,
  outbox,
  vault,
  issuedDrafts,
  registryActs,
];

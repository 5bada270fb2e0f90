// What fsck.ts and its parts work with.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import type { FileStore } from '../../common/files/file-store.ts';
import type { FsckReport } from '../domain/fsck-finding.ts';
import type { RoomKeys } from '../domain/room-keys.ts';

export type FsckDeps = {
  readonly db: Knex;
  readonly files: FileStore;
  readonly keys: Pick<RoomKeys, 'holderKeyBox' | 'opened'>;
  readonly clock: Clock;
};

/** One look: its snapshot, and what it found so far. */
export type FsckPass = FsckDeps & { readonly report: FsckReport };

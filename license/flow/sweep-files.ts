// Removes files that were stored and never registered, because somebody died in between: a day after they were stored, which
// is longer than anybody works on an issue. No two stores of a file share an address (sealed-files.ts), so what lay there
// for a day without a record never gets one. A few at a time, round and round; `xinji fsck` looks at all.
import type { FileStore, StoredFile } from '../../common/files/file-store.ts';
import { listUnregistered } from '../store/registered-files.ts';
import type { LicenseDeps } from './deps.ts';

const DAY_MS = 86_400_000;
const PAGE = 500;

export type FileSweep = {
  /** Looks at the next page of files, back at the beginning after the last; returns how many were removed. */
  readonly run: () => Promise<number>;
};

type SweepDeps = Pick<LicenseDeps, 'db' | 'clock' | 'log'> & { readonly files: FileStore };

/** `from`: where the first round begins, so that rooms that start often get through all files too. */
export function makeFileSweep({ db, clock, log, files }: SweepDeps, from: string | null, page = PAGE): FileSweep {
  let after = from;
  return {
    run: async () => {
      const found: readonly StoredFile[] = await files.list(after, page);
      after = found.length < page ? null : found.at(-1)!.sm3;
      const oldest = clock().getTime() - DAY_MS;
      const old = found.filter(({ storedAt }) => storedAt.getTime() < oldest).map(({ sm3 }) => sm3);
      const unregistered = await listUnregistered(db, old);
      for (const sm3 of unregistered) {
        await files.remove(sm3);
        log.info({ stored_sm3: sm3 }, 'a file that nobody registered was removed');
      }
      return unregistered.length;
    },
  };
}

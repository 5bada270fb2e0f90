// Files that people had checked on the page, kept for some minutes so that their pages can be drawn and a report made: in
// the memory of this process and nowhere else, under an id that nobody can guess, bounded in number and size. The oldest
// make room. With several instances a browser has to stay with one; elsewhere the result is gone and the file is sent again.
import type { Clock } from '../../common/clock.ts';
import type { VerificationReport } from '../../common/contract/report.ts';
import { makeToken } from '../../common/ids.ts';

export type CheckedFile = {
  readonly fileName: string;
  readonly kind: 'document' | 'seal' | 'signed-file';
  readonly bytes: Uint8Array;
  /** Beside its file. */
  readonly signature?: Uint8Array;
  readonly password?: string;
  /** Null: encrypted, and the password is still to come. */
  readonly report: VerificationReport | null;
};

export type CheckedFiles = {
  /** The id under which it is kept. */
  put(file: CheckedFile): string;
  get(id: string): CheckedFile | null;
  /** In place of what is kept under `id`, for as long as that. */
  replace(id: string, file: CheckedFile): void;
  forget(id: string): void;
  /** Something made of a kept file, kept as long as it; made once however many ask. */
  derive(id: string, name: string, make: (file: CheckedFile) => Promise<Uint8Array>): Promise<Uint8Array | null>;
  close(): void;
};

export type CheckedFilesOptions = { readonly clock: Clock; readonly maxBytes: number; readonly keptSeconds?: number };

type Kept = { file: CheckedFile; readonly until: number; readonly derived: Map<string, Promise<Uint8Array>> };

export const KEPT_SECONDS = 600;
const MAX_FILES = 200;
const MAX_DERIVED = 16;
const ID_LENGTH = 26;

export function makeCheckedFiles({ clock, maxBytes, keptSeconds = KEPT_SECONDS }: CheckedFilesOptions): CheckedFiles {
  const kept = new Map<string, Kept>();
  const sweep = (): void => {
    for (const [id, { until }] of kept) if (until <= clock().getTime()) kept.delete(id);
  };
  const makeRoom = (size: number): void => {
    sweep();
    let total = [...kept.values()].reduce((sum, { file }) => sum + sizeOf(file), size);
    for (const [id, { file }] of kept) {
      if (total <= maxBytes && kept.size < MAX_FILES) return;
      kept.delete(id);
      total -= sizeOf(file);
    }
  };
  const find = (id: string): Kept | undefined => {
    sweep();
    return kept.get(id);
  };
  const timer = setInterval(sweep, 30_000).unref();
  return {
    put: (file) => {
      makeRoom(sizeOf(file));
      const id = makeToken(ID_LENGTH);
      kept.set(id, { file, until: clock().getTime() + keptSeconds * 1000, derived: new Map() });
      return id;
    },
    get: (id) => find(id)?.file ?? null,
    replace: (id, file) => {
      const entry = find(id);
      if (entry) entry.file = file;
    },
    forget: (id) => void kept.delete(id),
    derive: async (id, name, make) => {
      const entry = find(id);
      if (!entry) return null;
      const known = entry.derived.get(name);
      if (known) return known;
      const made = make(entry.file);
      if (entry.derived.size < MAX_DERIVED) entry.derived.set(name, made);
      made.catch(() => entry.derived.delete(name));
      return made;
    },
    close: () => {
      clearInterval(timer);
      kept.clear();
    },
  };
}

/** With room for what is drawn of it. */
const sizeOf = ({ bytes, signature }: CheckedFile): number => bytes.length + (signature?.length ?? 0) + 1_000_000;

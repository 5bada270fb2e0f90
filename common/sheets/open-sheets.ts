// Reading uploaded lists, CSV or XLSX as their bytes say, in a thread under a deadline and a bounded heap: a list of fifty
// thousand rows takes seconds, in which the room goes on answering.
import { TrustError } from '../errors.ts';
import { makeBoundedPool } from '../threads/bounded-pool.ts';
import type { SheetQuestion } from './entry.ts';
import { SHEET_LIMITS, type Sheet } from './sheet.ts';

export type Sheets = {
  /** Codes: `sheet-unreadable`, `body-too-large`, `document-too-costly`, `busy`. */
  read(bytes: Uint8Array): Promise<Sheet>;
  close(): Promise<void>;
};

const DEADLINE_MS = 30_000;
const HEAP_MEGABYTES = 1024;
/** Each waits in memory with its file. */
const QUEUE = 4;

export function openSheets(): Sheets {
  const pool = makeBoundedPool<SheetQuestion, Sheet>({
    entry: new URL('./entry.ts', import.meta.url),
    threads: 1,
    queue: QUEUE,
    deadlineMs: DEADLINE_MS,
    heapMegabytes: HEAP_MEGABYTES,
  });
  return {
    read: async (bytes) => {
      if (bytes.length > SHEET_LIMITS.fileBytes)
        throw new TrustError('body-too-large', `a list has at most ${SHEET_LIMITS.fileBytes / 1024 / 1024} MB`);
      return pool.run({ bytes, limits: SHEET_LIMITS });
    },
    close: pool.close,
  };
}

// Entry of a thread that reads lists.
import { answerJobs } from '../threads/answer-jobs.ts';
import { readCsv } from './read-csv.ts';
import { readXlsx } from './read-xlsx.ts';
import type { Sheet, SheetLimits } from './sheet.ts';

export type SheetQuestion = { readonly bytes: Uint8Array; readonly limits: SheetLimits };

/** The first bytes of every ZIP. A CSV never begins so. */
const ZIP = [0x50, 0x4b, 0x03, 0x04];

answerJobs(
  async ({ bytes, limits }: SheetQuestion): Promise<Sheet> =>
    ZIP.every((byte, index) => bytes[index] === byte) ? readXlsx(bytes, limits) : readCsv(bytes, limits),
);

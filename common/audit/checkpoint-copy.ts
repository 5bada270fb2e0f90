// The copy of the checkpoints outside the database: one line each, appended and flushed, never rewritten. What is missing
// after a crash is appended at the next turn; a line that a crash has cut off is followed by the whole one.
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { TrustError } from '../errors.ts';
import { type Checkpoint, checkpointLine, parseCheckpointLine } from './checkpoint.ts';
import { listCheckpoints } from './store/checkpoints.ts';

export type CheckpointCopy = {
  /** Appends the checkpoints that the file lacks. */
  readonly bringUpToDate: (db: Knex, schema: string, room: string) => Promise<void>;
};

/** Copied, or a line that was cut off: its text is the beginning of the line after it. */
export type CopiedCheckpoint = { readonly line: number; readonly checkpoint: Checkpoint | null };

const PAGE = 1000;
const TAIL_BYTES = 1 << 20;

/** Name of a room's file in a folder of copies. */
export const copyFile = (folder: string, room: string): string => join(folder, `${room}.checkpoints.jsonl`);

/** The folder is made when it is not there. */
export function makeCheckpointCopy(folder: string): CheckpointCopy {
  let last: number | null = null;
  const append = async (room: string, checkpoints: readonly Checkpoint[]): Promise<void> => {
    const file = await open(copyFile(folder, room), 'a', 0o600);
    try {
      await file.appendFile(checkpoints.map((checkpoint) => `${checkpointLine(room, checkpoint)}\n`).join(''));
      await file.datasync();
    } finally {
      await file.close();
    }
  };
  return {
    bringUpToDate: async (db, schema, room) => {
      last ??= await readLastNumber(folder, room);
      for (;;) {
        const missing = await listCheckpoints(db, schema, last, PAGE);
        if (missing.length === 0) return;
        await append(room, missing);
        last = missing.at(-1)!.number;
      }
    },
  };
}

/**
 * Number of the last whole line; a line that was cut off is ended, so that the next one begins a line of its own. A copy is
 * begun before there is anything to copy: one that is not there was never made, or was taken away.
 */
async function readLastNumber(folder: string, room: string): Promise<number> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = await open(copyFile(folder, room), 'a+', 0o600);
  let text: string;
  try {
    text = await readTail(file);
  } finally {
    await file.close();
  }
  if (text !== '' && !text.endsWith('\n')) await endLine(copyFile(folder, room));
  const whole = text.split('\n').slice(0, -1);
  for (const line of whole.toReversed()) {
    const parsed = parseCheckpointLine(line);
    if (parsed) return parsed.number;
  }
  return 0;
}

async function readTail(file: FileHandle): Promise<string> {
  const { size } = await file.stat();
  const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
  await file.read(bytes, 0, bytes.length, size - bytes.length);
  return bytes.toString('utf8');
}

async function endLine(path: string): Promise<void> {
  const file = await open(path, 'a');
  try {
    await file.appendFile('\n');
  } finally {
    await file.close();
  }
}

/**
 * The lines of a copy as they were when reading began, in pages. `checkpoint` is null for a line that is none; the rest of
 * a write that a crash has cut off is left out. `file-corrupt` when the file cannot be opened.
 */
export async function* readCopy(folder: string, room: string): AsyncGenerator<readonly CopiedCheckpoint[]> {
  const path = copyFile(folder, room);
  const file = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    const hint = 'Give the folder that holds the copy of the checkpoints.';
    throw new TrustError('file-corrupt', `${path} cannot be read (${cause.code})`, { cause, hint });
  });
  try {
    const { size } = await file.stat();
    let page: CopiedCheckpoint[] = [];
    let cut: { readonly line: number; readonly text: string } | null = null;
    let number = 0;
    if (size === 0) return;
    for await (const text of file.readLines({ encoding: 'utf8', end: size - 1, autoClose: false })) {
      number += 1;
      if (cut && !text.startsWith(cut.text)) page.push({ line: cut.line, checkpoint: null });
      const parsed = parseCheckpointLine(text);
      cut = parsed ? null : { line: number, text };
      if (parsed) page.push({ line: number, checkpoint: parsed.room === room ? parsed : null });
      if (page.length >= PAGE) {
        yield page;
        page = [];
      }
    }
    // A cut line at the very end waits for its repetition: the room has not come back yet.
    if (page.length > 0) yield page;
  } finally {
    await file.close();
  }
}

// Passwords that were published somewhere: a file of SHA-1 digests in order, one a line, 40 hexadecimal digits and perhaps
// `:` and a count, as the collections of breached passwords are given out. It may be larger than memory: it is searched by
// halving, some tens of small reads a question, and never loaded.
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { TrustError } from '../../common/errors.ts';

/** Longer than any line. */
const WINDOW_BYTES = 256;
const DIGITS = 40;

export type BreachFile = { has(password: string): Promise<boolean>; close(): Promise<void> };

/** Throws `config-invalid` when there is no file, or its first line is none of such a file. */
export async function openBreachFile(path: string): Promise<BreachFile> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (cause) {
    throw new TrustError('config-invalid', `${path} cannot be read`, { cause });
  }
  const { size } = await file.stat();
  if (!/^[0-9A-Fa-f]{40}(:|\r?\n|$)/.test(await readText(file, 0))) {
    await file.close();
    throw new TrustError('config-invalid', `${path} does not begin with a SHA-1 digest of 40 hexadecimal digits`);
  }
  return {
    has: (password) => search(file, size, createHash('sha1').update(password, 'utf8').digest('hex').toUpperCase()),
    close: () => file.close(),
  };
}

/** Invariant: a line of the digest begins in [low, high) if it is there at all; `low` is always the begin of a line. */
async function search(file: FileHandle, size: number, digest: string): Promise<boolean> {
  let [low, high] = [0, size];
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    const line = await firstLineFrom(file, middle, low);
    if (line === null || line.start >= high) {
      high = middle;
      continue;
    }
    if (line.digest === digest) return true;
    if (line.digest < digest) low = line.next;
    else high = middle;
  }
  return false;
}

/** The first line that begins at or behind `position`; `lineStart` is known to begin one. Null at the end. */
async function firstLineFrom(
  file: FileHandle,
  position: number,
  lineStart: number,
): Promise<{ start: number; next: number; digest: string } | null> {
  let start = position;
  if (position > lineStart) {
    const before = await readText(file, position - 1);
    const end = before.indexOf('\n');
    if (end < 0) return null;
    start = position + end;
  }
  const text = await readText(file, start);
  if (text.length < DIGITS) return null;
  const end = text.indexOf('\n');
  const next = end < 0 ? start + text.length : start + end + 1;
  return { start, next, digest: text.slice(0, DIGITS).toUpperCase() };
}

async function readText(file: FileHandle, position: number): Promise<string> {
  const buffer = Buffer.alloc(WINDOW_BYTES);
  const { bytesRead } = await file.read(buffer, 0, WINDOW_BYTES, position);
  return buffer.toString('latin1', 0, bytesRead);
}

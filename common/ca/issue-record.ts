// What the development authorities have issued and revoked: one line each, only ever appended and flushed, so that any
// number of processes share it. A line that a crash has cut off says nothing; every line begins on a line of its own.
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { CRL_REASONS, type CrlReason } from '../pki/certificate-list.ts';

const serial = z.string().regex(/^[0-9a-f]{1,40}$/);
const reason = z.enum(Object.keys(CRL_REASONS) as [CrlReason, ...CrlReason[]]);
const recordLine = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('issued'),
    authority: z.string(),
    serial,
    subject: z.string(),
    at: z.iso.datetime(),
  }),
  z.strictObject({ kind: z.literal('revoked'), authority: z.string(), serial, reason, at: z.iso.datetime() }),
]);
export type RecordLine = z.infer<typeof recordLine>;

export type RevokedCertificate = { readonly serial: string; readonly at: Date; readonly reason: CrlReason };

/** Appends one line; it is on disk when the promise resolves. */
export async function appendRecord(path: string, line: RecordLine): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'a', 0o600);
  try {
    // One write to a file opened for appending: lines of several processes do not mix.
    await file.write(`\n${JSON.stringify(recordLine.parse(line))}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Every whole line in order; none when the file is not there. */
export async function readRecord(path: string): Promise<readonly RecordLine[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text.split('\n').flatMap((line) => {
    const parsed = parseLine(line);
    return parsed ? [parsed] : [];
  });
}

/** Of one authority, each certificate once: what was said first stands. */
export function revokedIn(lines: readonly RecordLine[], authority: string): readonly RevokedCertificate[] {
  const first = new Map<string, RevokedCertificate>();
  for (const line of lines) {
    if (line.kind !== 'revoked' || line.authority !== authority || first.has(line.serial)) continue;
    first.set(line.serial, { serial: line.serial, at: new Date(line.at), reason: line.reason });
  }
  return [...first.values()];
}

function parseLine(text: string): RecordLine | null {
  if (text === '') return null;
  try {
    return recordLine.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

// What a backup says about itself: which tables and files belong to it, with the SM3 of each, so that a restore can judge
// all of it before it changes anything.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { TrustError } from '../../common/errors.ts';

const sm3 = z.string().regex(/^[0-9a-f]{64}$/);
const name = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/);
/** A place inside of the backup; leads nowhere else. */
const place = z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/);

const manifest = z.strictObject({
  format: z.literal(1),
  made_at: z.iso.datetime(),
  version: z.string(),
  postgresql: z.string(),
  /** Partitions by ranges of their tables: those of months that are past are made again before rows come back. */
  partitions: z.array(z.strictObject({ schema: name, table: name, name })),
  /** Steps applied to each schema, in order. */
  schemas: z.record(name, z.array(z.string())),
  tables: z.array(
    z.strictObject({
      schema: name,
      name,
      columns: z.array(z.string()).min(1),
      rows: z.int().nonnegative(),
      file: place,
      sm3,
    }),
  ),
  sequences: z.array(z.strictObject({ schema: name, name, last: z.number() })),
  /** By setting that names the folder: files of the pool, by their SM3. */
  pools: z.record(z.string(), z.array(sm3)),
  /** By setting that names the folder: files copied as they were. */
  copies: z.record(z.string(), z.array(z.strictObject({ name: place, file: place, sm3 }))),
});

export type Manifest = z.infer<typeof manifest>;

const FILE = 'manifest.json';

/** Written last: a folder without it is a backup that did not come to its end. */
export async function writeManifest(folder: string, content: Manifest): Promise<string> {
  const text = `${JSON.stringify(content, null, 1)}\n`;
  await writeFile(join(folder, FILE), text, { mode: 0o600, flag: 'wx' });
  return createHash('sm3').update(text).digest('hex');
}

/** Throws `backup-invalid`. */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, FILE);
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const detail = `${path} cannot be read (${cause.code})`;
    const hint =
      'Name the folder of one backup. Without manifest.json it did not come to its end; take an earlier one.';
    throw new TrustError('backup-invalid', detail, { hint, cause });
  });
  try {
    return manifest.parse(JSON.parse(text));
  } catch (cause) {
    throw new TrustError('backup-invalid', `${path} is not what this version writes`, { cause });
  }
}

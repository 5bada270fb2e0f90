// An upload while it is worked on: hashed as it arrives, small ones in memory, larger ones in a temporary file that has no
// name any more. So nothing is read a second time to be hashed, no document lies whole in memory, and what a crash leaves
// is given back by the operating system. What one caller may have here at a time is bounded.
import { randomUUID } from 'node:crypto';
import { readSync } from 'node:fs';
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Sm3 } from '../crypto/sm3.ts';
import { TrustError } from '../errors.ts';

export type Upload = {
  /** Bytes in all; the shape of seal/pdf's ByteSource. */
  readonly size: number;
  read(offset: number, length: number): Uint8Array;
  readonly fill?: (offset: number, target: Uint8Array) => void;
  /** A running SM3 that has taken in all bytes. */
  readonly hash: Sm3;
  /** The bytes from the start. */
  readonly stream: () => AsyncIterable<Uint8Array>;
  /** Gives memory and disk back; afterwards nothing can be read. */
  readonly close: () => Promise<void>;
};

export type Spool = {
  /**
   * Takes in what arrives for `caller`; the chunks are its own from then on. `too-many-requests` when he has too much here at once; what `chunks` throws is
   * thrown, and nothing stays.
   */
  readonly receive: (caller: string, chunks: AsyncIterable<Uint8Array>) => Promise<Upload>;
};

export type SpoolOptions = {
  /** Made when missing. On a disk, not in memory. */
  readonly folder: string;
  /** Larger uploads go to the disk; 1 MiB unless given. */
  readonly memoryBytes?: number;
  /** Of one caller, in all uploads that are open. */
  readonly bytesPerCaller: number;
};

const MEMORY_BYTES = 1 << 20;

export function makeSpool({ folder, memoryBytes = MEMORY_BYTES, bytesPerCaller }: SpoolOptions): Spool {
  const held = new Map<string, number>();
  const take = (caller: string, bytes: number): void => {
    const sum = (held.get(caller) ?? 0) + bytes;
    if (sum > 0) held.set(caller, sum);
    else held.delete(caller);
    if (bytes > 0 && sum > bytesPerCaller)
      throw new TrustError(
        'too-many-requests',
        `Uploads of ${caller} that are being worked on have more than ${bytesPerCaller} bytes together.`,
        { hint: 'Wait for the answers to the others, then send this one again with the same Idempotency-Key.' },
      );
  };
  return {
    receive: async (caller, chunks) => {
      const hash = new Sm3();
      const kept: Uint8Array[] = [];
      let file: FileHandle | null = null;
      let size = 0;
      const close = async (): Promise<void> => {
        take(caller, -size);
        size = 0;
        await file?.close();
        file = null;
      };
      try {
        for await (const chunk of chunks) {
          size += chunk.length;
          take(caller, chunk.length);
          hash.update(chunk);
          if (!file && size <= memoryBytes) {
            kept.push(chunk);
            continue;
          }
          file ??= await openNameless(folder);
          for (const part of [...kept.splice(0), chunk]) {
            await writeAll(file, part);
            giveBack(part);
          }
        }
      } catch (error) {
        await close();
        throw error;
      }
      return { ...(file ? fileUpload(file, size) : memoryUpload(kept, size)), hash, close };
    },
  };
}

type Bytes = Pick<Upload, 'size' | 'read' | 'fill' | 'stream'>;

function memoryUpload(chunks: readonly Uint8Array[], size: number): Bytes {
  const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
  return {
    size,
    read: (offset, length) => {
      checkBounds(size, offset, length);
      return bytes.subarray(offset, offset + length);
    },
    stream: async function* () {
      yield bytes;
    },
  };
}

function fileUpload(file: FileHandle, size: number): Bytes {
  const fill = (offset: number, target: Uint8Array): void => {
    checkBounds(size, offset, target.length);
    for (let done = 0; done < target.length; ) {
      const count = readSync(file.fd, target, done, target.length - done, offset + done);
      if (count === 0) throw new Error('a spooled upload became shorter');
      done += count;
    }
  };
  return {
    size,
    fill,
    read: (offset, length) => {
      const bytes = new Uint8Array(length);
      fill(offset, bytes);
      return bytes;
    },
    stream: () => file.createReadStream({ autoClose: false, start: 0, highWaterMark: 64 * 1024 }),
  };
}

/** Its name is taken away at once: whatever ends this process ends the file. */
async function openNameless(folder: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${randomUUID()}.upload`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.length; ) done += (await file.write(chunk, done)).bytesWritten;
}

/**
 * Frees a chunk that has a buffer to itself, as those of a socket do, at once: the collector counts them late, and a
 * gigabyte would pass through a hundred megabytes of them.
 */
function giveBack({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength && byteLength > 4096) buffer.transfer(0);
}

function checkBounds(size: number, offset: number, length: number): void {
  if (offset < 0 || length < 0 || offset + length > size)
    throw new RangeError(`read of ${length} bytes at ${offset} leaves the upload of ${size} bytes`);
}

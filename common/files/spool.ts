// An upload while it is worked on: hashed as it arrives, small ones in shared memory, larger ones in a temporary file that has
// no name any more. So nothing is read a second time to be hashed, no document lies whole in memory, and what a crash leaves
// is given back by the operating system. Who hashes, a thread as a rule, is told where the bytes lie. What one caller may have
// here at a time is bounded.
import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { TrustError } from '../errors.ts';
import { placeSource } from './place-source.ts';
import { makeSlots, type Slot, type Slots } from './shared-slots.ts';

/** Where the bytes of an upload lie: at the beginning of shared memory, or in an open file. */
export type Place = { readonly slot: SharedArrayBuffer } | { readonly descriptor: number };

/** Who works on an upload; for one upload. */
export type Intake = {
  /** So many bytes are in the file by now. */
  readonly arrived: (place: Place, size: number) => void;
  /** All bytes are there: their SM3. */
  readonly finish: (place: Place, size: number) => Promise<Uint8Array>;
  /** Resolves when the place is not looked at any more. */
  readonly leave: () => Promise<void>;
};

export type Upload<I extends Intake = Intake> = {
  /** Bytes in all; the shape of seal/pdf's ByteSource. */
  readonly size: number;
  read(offset: number, length: number): Uint8Array;
  readonly fill?: (offset: number, target: Uint8Array) => void;
  readonly sm3: Uint8Array;
  readonly intake: I;
  /** All bytes, where they lie in memory: a view of a larger buffer. */
  readonly bytes: Uint8Array | null;
  /** The bytes from the start; a piece is valid until the next one is asked for. */
  readonly stream: () => AsyncIterable<Uint8Array>;
  /** Gives memory and disk back; afterwards nothing can be read. */
  readonly close: () => Promise<void>;
};

export type Spool<I extends Intake = Intake> = {
  /**
   * Takes in what arrives for `caller`; the chunks are its own from then on. `expected`: bytes, as far as it was said.
   * `too-many-requests` when he has too much here at once; what `chunks` throws is thrown, and nothing stays.
   */
  readonly receive: (caller: string, chunks: AsyncIterable<Uint8Array>, expected?: number) => Promise<Upload<I>>;
};

export type SpoolOptions<I extends Intake> = {
  /** Made when missing. On a disk, not in memory. */
  readonly folder: string;
  /** Larger uploads go to the disk; 1 MiB unless given. */
  readonly memoryBytes?: number;
  /** Of one caller, in all uploads that are open. */
  readonly bytesPerCaller: number;
  /** Somebody for one more upload. */
  readonly open: () => I;
};

const MEMORY_BYTES = 1 << 20;
/** In memory, so much stays free behind the upload, for what is made of it. */
export const ROOM_BEHIND = 144 * 1024;
const KEPT_SLOT_BYTES = 32 << 20;
const PIECE_BYTES = 256 * 1024;

export function makeSpool<I extends Intake>(options: SpoolOptions<I>): Spool<I> {
  const { memoryBytes = MEMORY_BYTES, open: openIntake } = options;
  const slots = makeSlots({ keptBytes: KEPT_SLOT_BYTES });
  const count = countBytes(options.bytesPerCaller);
  return {
    receive: async (caller, chunks, expected = 0) => {
      const hold = makeHold({ ...options, memoryBytes, slots, expected: Math.min(expected, memoryBytes) });
      const intake = openIntake();
      let size = 0;
      const close = async (): Promise<void> => {
        count(caller, -size);
        size = 0;
        await intake.leave();
        await hold.close();
      };
      try {
        for await (const chunk of chunks) {
          size += chunk.length;
          count(caller, chunk.length);
          const descriptor = await hold.keep(chunk);
          if (descriptor !== null) intake.arrived({ descriptor }, size);
        }
        const { place, ...bytes } = hold.whole();
        return { ...bytes, intake, sm3: await intake.finish(place, size), close };
      } catch (error) {
        await close();
        throw error;
      }
    },
  };
}

/** Bytes of each caller that are here, the given ones added. */
function countBytes(most: number): (caller: string, bytes: number) => void {
  const held = new Map<string, number>();
  return (caller, bytes) => {
    const sum = (held.get(caller) ?? 0) + bytes;
    if (sum > 0) held.set(caller, sum);
    else held.delete(caller);
    if (bytes > 0 && sum > most)
      throw new TrustError(
        'too-many-requests',
        `Uploads of ${caller} that are being worked on have more than ${most} bytes together.`,
        { hint: 'Wait for the answers to the others, then send this one again with the same Idempotency-Key.' },
      );
  };
}

type Hold = {
  /** The descriptor, once the bytes are in a file. */
  readonly keep: (chunk: Uint8Array) => Promise<number | null>;
  readonly whole: () => Pick<Upload, 'size' | 'read' | 'fill' | 'bytes' | 'stream'> & { readonly place: Place };
  readonly close: () => Promise<void>;
};

type HoldOptions = {
  readonly folder: string;
  readonly memoryBytes: number;
  readonly slots: Slots;
  readonly expected: number;
};

/** The bytes of one upload: in a slot that grows, and in a file from `memoryBytes` on. */
function makeHold({ folder, memoryBytes, slots, expected }: HoldOptions): Hold {
  let slot = slots.take(expected + ROOM_BEHIND);
  let file: FileHandle | null = null;
  let size = 0;
  const keepInSlot = (chunk: Uint8Array): void => {
    if (size + chunk.length + ROOM_BEHIND > slot.bytes.length) {
      const larger = slots.take(size + chunk.length + ROOM_BEHIND);
      larger.bytes.set(slot.bytes.subarray(0, size));
      slot.giveBack();
      slot = larger;
    }
    slot.bytes.set(chunk, size);
    size += chunk.length;
  };
  const openFile = async (): Promise<FileHandle> => {
    const opened = await openNameless(folder);
    file = opened;
    await writeAll(opened, slot.bytes.subarray(0, size));
    slot.giveBack();
    return opened;
  };
  return {
    keep: async (chunk) => {
      if (!file && size + chunk.length <= memoryBytes) {
        keepInSlot(chunk);
        return null;
      }
      const opened = file ?? (await openFile());
      await writeAll(opened, chunk);
      size += chunk.length;
      giveBack(chunk);
      return opened.fd;
    },
    whole: () => (file ? wholeFile(file, size) : wholeSlot(slot, size)),
    close: async () => {
      slot.giveBack();
      await file?.close();
      file = null;
    },
  };
}

function wholeSlot(slot: Slot, size: number): ReturnType<Hold['whole']> {
  const bytes = slot.bytes.subarray(0, size);
  const place = { slot: slot.bytes.buffer };
  const stream = async function* () {
    yield bytes;
  };
  return { ...placeSource(place, size), bytes, place, stream };
}

function wholeFile(file: FileHandle, size: number): ReturnType<Hold['whole']> {
  const stream = async function* (): AsyncGenerator<Uint8Array> {
    const piece = new Uint8Array(Math.min(PIECE_BYTES, size));
    for (let at = 0; at < size; ) {
      const { bytesRead } = await file.read(piece, 0, Math.min(piece.length, size - at), at);
      if (bytesRead === 0) throw new Error('an upload became shorter while it was sent back');
      at += bytesRead;
      yield piece.subarray(0, bytesRead);
    }
  };
  const place = { descriptor: file.fd };
  return { ...placeSource(place, size), bytes: null, place, stream };
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

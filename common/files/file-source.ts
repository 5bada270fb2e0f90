// A document on disk, read where needed and never held whole: the shape of seal/pdf's ByteSource. For the command line.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { TrustError } from '../errors.ts';

export type FileSource = {
  /** Bytes in all. */
  readonly size: number;
  /** Exactly `length` bytes, which the caller may keep. */
  read(offset: number, length: number): Uint8Array;
  /** Fills `target` from `offset` on. */
  readonly fill: (offset: number, target: Uint8Array) => void;
  close(): void;
};

/** Opens a regular file; `not-a-pdf` with the reason when it cannot be read. The caller closes it. */
export function openFileSource(path: string): FileSource {
  const handle = open(path);
  const { size } = fstatSync(handle);
  const fill = (offset: number, target: Uint8Array): void => {
    if (offset < 0 || offset + target.length > size) throw new RangeError(`a read leaves ${path}`);
    for (let done = 0; done < target.length; ) {
      const count = readSync(handle, target, done, target.length - done, offset + done);
      if (count === 0) throw new TrustError('pdf-truncated', `${path} became shorter while it was read`);
      done += count;
    }
  };
  return {
    size,
    fill,
    read(offset, length) {
      const bytes = Buffer.allocUnsafeSlow(length);
      fill(offset, bytes);
      return bytes;
    },
    close: () => closeSync(handle),
  };
}

function open(path: string): number {
  try {
    const handle = openSync(path, 'r');
    if (fstatSync(handle).isFile()) return handle;
    closeSync(handle);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const hint = code === 'ENOENT' ? 'There is no such file; check the path.' : 'Check the right to read it.';
    throw new TrustError('not-a-pdf', `${path} cannot be read (${code})`, { hint, cause });
  }
  throw new TrustError('not-a-pdf', `${path} is not a file`, { hint: 'Give the path of a PDF file.' });
}

// The bytes behind an open descriptor, read where needed: the shape of seal/pdf's ByteSource. Descriptors are the process's
// own, so a thread reads what its parent opened; who opened it closes it, when nobody reads any more.
import { readSync } from 'node:fs';

export type DescriptorSource = {
  readonly size: number;
  read(offset: number, length: number): Uint8Array;
  readonly fill: (offset: number, target: Uint8Array) => void;
};

export function descriptorSource(descriptor: number, size: number): DescriptorSource {
  const fill = (offset: number, target: Uint8Array): void => {
    if (offset < 0 || offset + target.length > size)
      throw new RangeError(`read of ${target.length} bytes at ${offset} leaves the file of ${size} bytes`);
    for (let done = 0; done < target.length; ) {
      const count = readSync(descriptor, target, done, target.length - done, offset + done);
      if (count === 0) throw new Error('a file became shorter while it was read');
      done += count;
    }
  };
  return {
    size,
    fill,
    read: (offset, length) => {
      if (length < 0) throw new RangeError('a length below zero');
      const bytes = new Uint8Array(length);
      fill(offset, bytes);
      return bytes;
    },
  };
}

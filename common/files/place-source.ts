// A place of an upload as bytes to read (common/files/spool.ts), in the thread that works on it.
import { descriptorSource } from './descriptor-source.ts';
import type { Place } from './spool.ts';

export type PlaceSource = {
  readonly size: number;
  read(offset: number, length: number): Uint8Array;
  readonly fill?: (offset: number, target: Uint8Array) => void;
};

export function placeSource(place: Place, size: number): PlaceSource {
  if ('descriptor' in place) return descriptorSource(place.descriptor, size);
  const bytes = new Uint8Array(place.slot, 0, size);
  return {
    size,
    read: (offset, length) => {
      if (offset < 0 || length < 0 || offset + length > size)
        throw new RangeError(`read of ${length} bytes at ${offset} leaves the upload of ${size} bytes`);
      return bytes.subarray(offset, offset + length);
    },
  };
}

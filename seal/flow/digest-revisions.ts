// The digests of several signatures over one file, in one pass: every /ByteRange begins at byte 0, so the running hash is
// forked at each gap and goes on through it for the next.
import { Sm3 } from '../../common/crypto/sm3.ts';
import type { ByteRange } from '../pdf/byte-range.ts';
import { type ByteSource, slices } from '../pdf/byte-source.ts';

export type RevisionDigests = {
  /** SM3 of the bytes of each range, in the order given. */
  readonly digests: readonly Uint8Array[];
  /** SM3 of the whole file. */
  readonly whole: Uint8Array;
};

/** `ranges` have passed `checkByteRange`: they begin at 0 and lie in the file. */
export function digestRevisions(source: ByteSource, ranges: readonly ByteRange[]): RevisionDigests {
  const digests: Uint8Array[] = ranges.map(() => new Uint8Array());
  const hash = new Sm3();
  let at = 0;
  const order = ranges.map((range, index) => ({ range, index })).sort((a, b) => a.range[1] - b.range[1]);
  for (const { range, index } of order) {
    take(hash, source, at, range[1]);
    at = range[1];
    const fork = hash.copy();
    take(fork, source, range[2], range[2] + range[3]);
    digests[index] = fork.digest();
  }
  take(hash, source, at, source.size);
  return { digests, whole: hash.digest() };
}

function take(hash: Sm3, source: ByteSource, start: number, end: number): void {
  for (const slice of slices(source, start, end)) hash.update(slice);
}

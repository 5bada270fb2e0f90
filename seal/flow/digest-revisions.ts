// The digests of several signatures over one file, in one pass: every /ByteRange begins at byte 0, so the running hash is
// forked at each gap and goes on through it for the next.
import { Sm3 } from '../../common/crypto/sm3.ts';
import { TrustError } from '../../common/errors.ts';
import type { ByteRange } from '../pdf/byte-range.ts';
import { type ByteSource, slices } from '../pdf/byte-source.ts';

export type RevisionDigests = {
  /** SM3 of the bytes of each range, in the order given. */
  readonly digests: readonly Uint8Array[];
  /** SM3 of the whole file. */
  readonly whole: Uint8Array;
};

/** What follows the gaps may be this many times the file in all; honest files stay below twice. */
const MAX_TAILS = 8;

/** `ranges` have passed `checkByteRange`: they begin at 0 and lie in the file. `pdf-too-large` bounds the work. */
export function digestRevisions(source: ByteSource, ranges: readonly ByteRange[]): RevisionDigests {
  const distinct = new Map(ranges.map((range) => [range.join(), range]));
  const order = [...distinct].sort(([, a], [, b]) => a[1] - b[1]);
  const tails = order.reduce((sum, [, range]) => sum + range[3], 0);
  if (tails > MAX_TAILS * source.size) {
    throw new TrustError(
      'pdf-too-large',
      `The signatures cover more than ${MAX_TAILS} times the file behind their gaps`,
    );
  }
  const digests = new Map<string, Uint8Array>();
  const hash = new Sm3();
  let at = 0;
  for (const [key, [, gapStart, gapEnd, tail]] of order) {
    take(hash, source, at, gapStart);
    at = gapStart;
    const fork = hash.copy();
    take(fork, source, gapEnd, gapEnd + tail);
    digests.set(key, fork.digest());
  }
  take(hash, source, at, source.size);
  return { digests: ranges.map((range) => digests.get(range.join())!), whole: hash.digest() };
}

function take(hash: Sm3, source: ByteSource, start: number, end: number): void {
  for (const slice of slices(source, start, end)) hash.update(slice);
}

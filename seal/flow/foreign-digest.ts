// Digests of signed bytes by algorithms other than SM3, taken when a signature of another signer asks for one. Their number
// is bounded a document, because each is a pass over the file.
import { makeForeignHash } from '../../common/crypto/foreign-signature.ts';
import type { ByteRange } from '../pdf/byte-range.ts';
import { slices } from '../pdf/byte-source.ts';
import type { PdfDocument } from '../pdf/document.ts';

const MAX_PASSES = 16;

const taken = new WeakMap<PdfDocument, Map<string, Uint8Array>>();

/** The digest of a range that has passed `checkByteRange`; null for an unknown algorithm, and beyond the bound. */
export function digestForeign(document: PdfDocument, range: ByteRange, oid: string): Uint8Array | null {
  const known = taken.get(document) ?? new Map<string, Uint8Array>();
  taken.set(document, known);
  const key = `${oid} ${range.join()}`;
  const earlier = known.get(key);
  if (earlier) return earlier;
  const hash = makeForeignHash(oid);
  if (!hash || known.size >= MAX_PASSES) return null;
  const [start, length, second, tail] = range;
  for (const slice of slices(document.source, start, start + length)) hash.update(slice);
  for (const slice of slices(document.source, second, second + tail)) hash.update(slice);
  const digest = new Uint8Array(hash.digest());
  known.set(key, digest);
  return digest;
}

// The photo of a license as a request brings it: base64 of a JPEG or PNG of at most 50 KB, recognised by its first bytes.
// How it is drawn, and whether it can be, is the face's affair (license/pdf).
import { TrustError } from '../../common/errors.ts';
import type { Photo } from './license-record.ts';

const MOST_BYTES = 50 * 1024;
const SIGNATURES: readonly (readonly [Photo['mediaType'], readonly number[]])[] = [
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
];

/** Throws `license-fields-invalid` for what is no such picture. */
export function parsePhoto(base64: string): Photo {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length > MOST_BYTES) fail(`the photo has ${bytes.length} bytes, at most ${MOST_BYTES} are taken`);
  const found = SIGNATURES.find(([, signature]) => signature.every((byte, index) => bytes[index] === byte));
  if (!found) fail('the photo is neither JPEG nor PNG');
  return { mediaType: found[0], base64: bytes.toString('base64') };
}

function fail(sentence: string): never {
  throw new TrustError('license-fields-invalid', sentence, { pointer: '/photo' });
}

// Files of a license in the store: closed under its data key, addressed by the SM3 of what is stored. The record keeps that
// address and the file's own SM3. A file that is stored again lies at another address, so what nobody registered within a day
// can be removed without looking whether somebody is about to register it.
import { randomBytes } from 'node:crypto';
import { NONCE_BYTES } from '../../common/crypto/sealed-box.ts';
import { TrustError } from '../../common/errors.ts';
import { type FileStore, sm3Hex } from '../../common/files/file-store.ts';
import { closePayload, type DataKey, openPayload, type Place } from '../domain/data-keys.ts';

export type SealedFile = {
  /** Of the file itself, 64 hexadecimal digits. */
  readonly sm3: string;
  /** Bytes of the file itself. */
  readonly size: number;
  /** Of the stored bytes: the address. */
  readonly storedSm3: string;
};

type FilePlace = Extract<Place, `${'file' | 'copy'} ${string}`>;

/**
 * Closes and stores a file, at most 32 MiB; `sm3` is its own, for who knows it already. `body-too-large`,
 * `file-store-unavailable`.
 */
export async function storeSealedFile(
  files: FileStore,
  dataKey: DataKey,
  place: FilePlace,
  bytes: Uint8Array,
  sm3: string = sm3Hex(bytes),
): Promise<SealedFile> {
  const box = closePayload(dataKey, place, bytes, randomBytes(NONCE_BYTES));
  return { sm3, size: bytes.length, storedSm3: await files.put(box) };
}

/**
 * The file itself. `file-corrupt` when it is not there or is another one, `sealed-box-corrupt` for another license, place or
 * key, `file-store-unavailable`.
 */
export async function readSealedFile(
  files: FileStore,
  dataKey: DataKey,
  place: FilePlace,
  file: Pick<SealedFile, 'sm3' | 'storedSm3'>,
): Promise<Uint8Array> {
  const box = await files.get(file.storedSm3);
  if (box === null) throw new TrustError('file-corrupt', `the stored file ${file.storedSm3} is missing`);
  const bytes = openPayload(dataKey, place, box);
  if (sm3Hex(bytes) !== file.sm3)
    throw new TrustError('file-corrupt', `the stored file ${file.storedSm3} holds another file than the record says`);
  return bytes;
}

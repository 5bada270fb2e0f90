// Content-addressed files in a bucket behind the S3 API: the name of an object is the SM3 of its bytes, as in a directory.
// Crash behaviour: an object is whole when it has a name; a put that was interrupted leaves nothing. Requests: s3-request.ts.
import { TrustError } from '../errors.ts';
import {
  checkFile,
  checkFileSize,
  type FileStore,
  isSm3,
  MAX_FILE_BYTES,
  type StoredFile,
  sm3Hex,
} from './file-store.ts';
import { makeS3Send, type S3Answer, type S3SendOptions } from './s3-request.ts';

export type S3StoreOptions = Omit<S3SendOptions, 'maxBytes'> & {
  readonly bucket: string;
  /** Empty, or ending in a slash. */
  readonly prefix: string;
};

const MOST_KEYS = 1000;

export function makeS3Store({ bucket, prefix, ...options }: S3StoreOptions): FileStore {
  const send = makeS3Send({ ...options, maxBytes: MAX_FILE_BYTES });
  const targetOf = (sm3: string): string => `/${bucket}/${prefix}${sm3}`;
  return {
    async put(bytes) {
      checkFileSize(bytes.length);
      const sm3 = sm3Hex(bytes);
      const headers = { 'content-type': 'application/octet-stream' };
      // A name that is taken holds these very bytes: 412 is done. Stores that know no condition (501) are told again without.
      const first = await send('PUT', targetOf(sm3), { headers: { ...headers, 'if-none-match': '*' }, body: bytes });
      const answer = first.status === 501 ? await send('PUT', targetOf(sm3), { headers, body: bytes }) : first;
      if (answer.status !== 412) checkStatus(answer, 'PUT', [200, 201, 204]);
      return sm3;
    },
    async get(sm3) {
      if (!isSm3(sm3)) return null;
      const answer = await send('GET', targetOf(sm3));
      if (isMissing(answer)) return null;
      checkStatus(answer, 'GET', [200]);
      return checkFile(sm3, answer.body);
    },
    async list(after, limit) {
      // ListObjects in its first form, which every store has; the names are ASCII, so nothing is encoded.
      const query = new URLSearchParams({ prefix, 'max-keys': String(Math.min(limit, MOST_KEYS)) });
      if (after !== null) query.set('marker', prefix + after);
      const answer = await send('GET', `/${bucket}?${query}`);
      checkStatus(answer, 'GET', [200]);
      return readListing(answer.body.toString('utf8'), prefix);
    },
    async remove(sm3) {
      if (!isSm3(sm3)) return false;
      const there = await send('HEAD', targetOf(sm3));
      if (there.status === 404) return false;
      checkStatus(await send('DELETE', targetOf(sm3)), 'DELETE', [200, 204]);
      return true;
    },
  };
}

/** A bucket that is missing is a fault of the setting, not a file that is not there. */
function isMissing({ status, body }: S3Answer): boolean {
  return status === 404 && !body.includes('NoSuchBucket');
}

/** The code of the store's own error document is told; a redirect is refused like every other answer. */
function checkStatus({ status, body }: S3Answer, method: string, expected: readonly number[]): void {
  if (expected.includes(status)) return;
  const code = /<Code>([A-Za-z0-9]{1,64})<\/Code>/.exec(body.subarray(0, 4096).toString('utf8'))?.[1];
  throw new TrustError('file-store-unavailable', `${method} was answered with ${status}${code ? ` ${code}` : ''}`);
}

/** Objects of a ListObjects answer. Names that are no SM3, such as those of folders below, are left out. */
function readListing(xml: string, prefix: string): readonly StoredFile[] {
  const found: StoredFile[] = [];
  for (const [, entry = ''] of xml.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
    const name = textOf(entry, 'Key').slice(prefix.length);
    const storedAt = new Date(textOf(entry, 'LastModified'));
    if (isSm3(name)) found.push({ sm3: name, size: Number(textOf(entry, 'Size')), storedAt });
  }
  return found;
}

const textOf = (xml: string, name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '';

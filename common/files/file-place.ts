// Where a room keeps its files, as a setting says it: a folder, or a bucket behind the S3 API. Opens the store of that place.
import { isIP } from 'node:net';
import type { Mode } from '../env.ts';
import { TrustError } from '../errors.ts';
import { type FileStore, makeDirectoryStore } from './file-store.ts';
import { isRefusedAddress } from './s3-request.ts';
import { makeS3Store } from './s3-store.ts';

export type S3Place = {
  readonly bucket: string;
  /** Before each name; empty, or ending in a slash. */
  readonly prefix: string;
  /** Origin of the server; the bucket is the first part of the path. */
  readonly endpoint: string;
  readonly region: string;
};
export type FilePlace = { readonly folder: string } | { readonly s3: S3Place };

export type S3Credentials = { readonly accessKeyId: string; readonly secretAccessKey: string };

const PARAMETERS: ReadonlySet<string> = new Set(['endpoint', 'region']);

/** `/path` or `s3://BUCKET[/PREFIX]?endpoint=https://HOST[&region=REGION]`; throws an Error that says what is expected. */
export function parseFilePlace(value: string, mode: Mode): FilePlace {
  if (value.trim() === '') throw new Error('expected a folder or s3://…');
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return { folder: value };
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url?.protocol !== 's3:' || url.username !== '' || url.port !== '' || url.hash !== '')
    throw new Error('expected s3://BUCKET[/PREFIX]?endpoint=https://HOST[&region=REGION]');
  const unknown = [...url.searchParams.keys()].find((key) => !PARAMETERS.has(key));
  if (unknown !== undefined) throw new Error(`has the parameter "${unknown}"; known are ${[...PARAMETERS].join(', ')}`);
  return {
    s3: {
      bucket: parseBucket(url.hostname),
      prefix: parsePrefix(url.pathname),
      endpoint: parseEndpoint(url.searchParams.get('endpoint') ?? '', mode),
      region: parseRegion(url.searchParams.get('region') ?? 'us-east-1'),
    },
  };
}

/** Two lines of a key file: the id of the access key and its secret. Throws an Error that says what is expected. */
export function parseS3Credentials(text: string): S3Credentials {
  const [accessKeyId = '', secretAccessKey = '', ...rest] = text.trim().split(/\r?\n/);
  if (!/^[\x21-\x7e]{3,128}$/.test(accessKeyId) || !/^[\x21-\x7e]{6,256}$/.test(secretAccessKey) || rest.length > 0)
    throw new Error('expected a file with two lines: access key id and secret');
  return { accessKeyId, secretAccessKey };
}

/** `config-invalid` when a bucket is named and no credentials are. */
export function openFileStore(place: FilePlace, credentials: S3Credentials | null): FileStore {
  if ('folder' in place) return makeDirectoryStore(place.folder);
  if (credentials) return makeS3Store({ ...place.s3, ...credentials });
  throw new TrustError('config-invalid', 'files lie in a bucket, and the file with its access key is not set', {
    hint: 'Set XINJI_LICENSE_FILES_KEY to a file (mode 0600) with two lines: access key id and secret.',
  });
}

function parseBucket(name: string): string {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) throw new Error('names no bucket (3 to 63 of a-z 0-9 . -)');
  return name;
}

function parsePrefix(path: string): string {
  const prefix = path.replace(/^\/|\/$/g, '');
  if (prefix !== '' && !/^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/.test(prefix))
    throw new Error('has a prefix with other characters than A-Z a-z 0-9 _ - /');
  return prefix === '' ? '' : `${prefix}/`;
}

function parseEndpoint(text: string, mode: Mode): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url !== null && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  if (!url || !isPlain || !['https:', 'http:'].includes(url.protocol))
    throw new Error('needs endpoint=https://HOST[:PORT], without path');
  if (url.protocol === 'http:' && mode === 'production') throw new Error('has an endpoint that is not https');
  const address = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0 && isRefusedAddress(address)) throw new Error('has an endpoint at an address of no server');
  return url.origin;
}

function parseRegion(name: string): string {
  if (!/^[a-z0-9-]{1,40}$/.test(name)) throw new Error('has a region with other characters than a-z 0-9 -');
  return name;
}

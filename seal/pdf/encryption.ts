// Encrypted documents (ISO 32000, standard security handler): strings and streams of an object read and written under the
// key of the file. What is encrypted stays as it is in the file; only what an update adds is encrypted here.
// The initialization vectors are drawn from key and content, so that the same update has the same bytes.
import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';
import { concatBytes } from '../../common/bytes.ts';
import { TrustError } from '../../common/errors.ts';
import { findFileKey, type StandardHandler } from './file-key.ts';
import { rc4 } from './rc4.ts';
import {
  asCount,
  broken,
  isArray,
  isDict,
  isName,
  isNumber,
  isString,
  type PdfDict,
  type PdfString,
  type PdfValue,
} from './value.ts';

type Method = 'identity' | 'rc4' | 'aes-128' | 'aes-256';
type Resolve = (value: PdfValue | undefined) => PdfValue;
type ObjectId = { readonly num: number; readonly gen: number };

export type Encryption = {
  /** The value as the object shows it, /Contents of signatures as they are. */
  openValue(value: PdfValue, object: ObjectId): PdfValue;
  /** A value of an object stream, where strings are in clear, with its strings written as `openValue` writes them. */
  plainValue(value: PdfValue): PdfValue;
  /** The value as it must be written into the object; strings of signatures in /Contents stay. */
  closeValue(value: PdfValue, object: ObjectId): PdfValue;
  openStream(header: PdfDict, bytes: Uint8Array, object: ObjectId): Uint8Array;
  closeStream(header: PdfDict, bytes: Uint8Array, object: ObjectId): Uint8Array;
};

/** Revisions of the security handler (/R) that go with a version of the algorithm (/V). */
const REVISIONS: Readonly<Record<number, readonly number[]>> = { 1: [2, 3], 2: [2, 3], 4: [4], 5: [5, 6] };

const refuse = (detail: string): TrustError => new TrustError('pdf-encrypted', detail);

/** `pdf-encrypted` where the password opens nothing or the handler is another one; `pdf-broken` for a damaged dictionary. */
export function openEncryption(
  encrypt: PdfDict,
  id: Uint8Array | null,
  password: string,
  resolve: Resolve,
): Encryption {
  const entry = (key: string): PdfValue => resolve(encrypt.map.get(key));
  checkHandler(entry('Filter'));
  const version = asCount(entry('V')) ?? 0;
  const handler = readHandler(entry, version, id);
  const key = findFileKey(handler, password);
  if (!key) throw refuse(password === '' ? 'The document needs a password' : 'The password does not open the document');
  const methods = readMethods(entry, version, resolve);
  const streamMethod = (header: PdfDict): Method =>
    chooseMethod(header, methods, { resolve, encryptsMetadata: handler.encryptsMetadata });
  return {
    openValue: (value, object) => mapStrings(value, (bytes) => decrypt(methods.strings, key, object, bytes)),
    plainValue: (value) => mapStrings(value, (bytes) => bytes),
    closeValue: (value, object) => mapStrings(value, (bytes) => encryptBytes(methods.strings, key, object, bytes)),
    openStream: (header, bytes, object) => decrypt(streamMethod(header), key, object, bytes),
    closeStream: (header, bytes, object) => encryptBytes(streamMethod(header), key, object, bytes),
  };
}

function checkHandler(filter: PdfValue): void {
  if (isName(filter, 'Standard')) return;
  const handler = isName(filter) ? filter.value : 'without a name';
  if (handler === 'Adobe.PubSec') throw refuse('The document is encrypted for the certificates of recipients (PubSec)');
  throw refuse(`The document is encrypted by the security handler ${handler.slice(0, 40)}, which is not known here`);
}

type Entry = (key: string) => PdfValue;

function readHandler(entry: Entry, version: number, id: Uint8Array | null): StandardHandler {
  const revision = asCount(entry('R')) ?? 0;
  if (!REVISIONS[version]?.includes(revision)) {
    throw refuse(`The security handler has version ${version}, revision ${revision}, which no standard names`);
  }
  // The key is made from it; readers that take an empty one instead would open another document.
  if (id === null) throw broken('an encrypted document has no /ID');
  const permissions = entry('P');
  return {
    revision,
    length: keyLength(entry, version, revision),
    owner: bytesOf(entry('O')),
    user: bytesOf(entry('U')),
    ownerKey: bytesOf(entry('OE')),
    userKey: bytesOf(entry('UE')),
    sealedPermissions: bytesOf(entry('Perms')),
    permissions: isNumber(permissions) && Number.isSafeInteger(permissions.value) ? permissions.value : 0,
    encryptsMetadata: version < 4 || entry('EncryptMetadata') !== false,
    id,
  };
}

function keyLength(entry: Entry, version: number, revision: number): number {
  if (version === 5) return 32;
  if (version === 4) return 16;
  const bits = asCount(entry('Length')) ?? 40;
  if (bits % 8 !== 0 || bits < 40 || bits > 128) throw broken('/Length of /Encrypt is not a length of a key');
  return version === 1 || revision === 2 ? 5 : bits / 8;
}

const bytesOf = (value: PdfValue): Uint8Array => (isString(value) ? value.bytes : new Uint8Array());

type Methods = {
  readonly strings: Method;
  readonly streams: Method;
  readonly files: Method;
  readonly named: (filter: PdfValue) => Method;
};

const METHODS: Readonly<Record<string, Method>> = { None: 'identity', V2: 'rc4', AESV2: 'aes-128', AESV3: 'aes-256' };

function readMethods(entry: Entry, version: number, resolve: Resolve): Methods {
  if (version < 4) return { strings: 'rc4', streams: 'rc4', files: 'rc4', named: () => 'rc4' };
  const filters = entry('CF');
  const named = (filter: PdfValue): Method => {
    if (filter === null || isName(filter, 'Identity')) return 'identity';
    const found = isDict(filters) && isName(filter) ? resolve(filters.map.get(filter.value)) : null;
    const method = isDict(found) ? resolve(found.map.get('CFM')) : null;
    const known = isName(method) ? METHODS[method.value] : undefined;
    const fits = known === 'identity' || (known === 'aes-256') === (version === 5);
    if (known === undefined || !fits) throw refuse('A crypt filter of the document is none that the standard names');
    return known;
  };
  const streams = named(entry('StmF'));
  const files = entry('EFF');
  return { strings: named(entry('StrF')), streams, files: files === null ? streams : named(files), named };
}

/** How the stream of that dictionary is encrypted: its own /Crypt filter, or the one for its kind. */
function chooseMethod(
  header: PdfDict,
  methods: Methods,
  { resolve, encryptsMetadata }: { readonly resolve: Resolve; readonly encryptsMetadata: boolean },
): Method {
  const type = resolve(header.map.get('Type'));
  if (isName(type, 'XRef')) return 'identity';
  const first = (value: PdfValue): PdfValue => (isArray(value) ? resolve(value.items[0]) : value);
  if (isName(first(resolve(header.map.get('Filter'))), 'Crypt')) {
    const parameters = first(resolve(header.map.get('DecodeParms')));
    return methods.named(isDict(parameters) ? resolve(parameters.map.get('Name')) : null);
  }
  if (isName(type, 'Metadata') && !encryptsMetadata) return 'identity';
  return isName(type, 'EmbeddedFile') ? methods.files : methods.streams;
}

function objectKey(method: Method, key: Uint8Array, { num, gen }: ObjectId): Uint8Array {
  if (method === 'aes-256') return key;
  const object = Uint8Array.of(num & 255, (num >> 8) & 255, (num >> 16) & 255, gen & 255, (gen >> 8) & 255);
  const salt = method === 'aes-128' ? Buffer.from('sAlT', 'latin1') : new Uint8Array();
  const digest = createHash('md5').update(key).update(object).update(salt).digest();
  return digest.subarray(0, Math.min(16, key.length + 5));
}

function decrypt(method: Method, key: Uint8Array, object: ObjectId, bytes: Uint8Array): Uint8Array {
  if (method === 'identity' || bytes.length === 0) return bytes;
  const own = objectKey(method, key, object);
  if (method === 'rc4') return rc4(own, bytes);
  if (bytes.length === 16) return new Uint8Array(); // some writers give nothing an initialization vector and no padding
  try {
    const cipher = createDecipheriv(`${method}-cbc`, own, bytes.subarray(0, 16));
    return concatBytes(cipher.update(bytes.subarray(16)), cipher.final());
  } catch {
    throw broken(`object ${object.num} has encrypted bytes that cannot be read`);
  }
}

function encryptBytes(method: Method, key: Uint8Array, object: ObjectId, bytes: Uint8Array): Uint8Array {
  if (method === 'identity') return bytes;
  const own = objectKey(method, key, object);
  if (method === 'rc4') return rc4(own, bytes);
  const iv = createHmac('sha256', own).update(`${object.num} ${object.gen} `).update(bytes).digest().subarray(0, 16);
  const cipher = createCipheriv(`${method}-cbc`, own, iv);
  return concatBytes(iv, cipher.update(bytes), cipher.final());
}

/** Every string but /Contents of a signature, which is never encrypted. */
function mapStrings(value: PdfValue, change: (bytes: Uint8Array) => Uint8Array): PdfValue {
  if (isString(value)) return hexString(change(value.bytes));
  if (isArray(value)) {
    if (value.references) return value;
    return { kind: 'array', items: value.items.map((item) => mapStrings(item, change)) };
  }
  if (!isDict(value)) return value;
  const isSignature = value.map.has('ByteRange');
  const map = new Map(
    [...value.map].map(([key, item]) => [key, isSignature && key === 'Contents' ? item : mapStrings(item, change)]),
  );
  return { kind: 'dict', map };
}

function hexString(bytes: Uint8Array): PdfString {
  return { kind: 'string', bytes, raw: Buffer.from(`<${Buffer.from(bytes).toString('hex')}>`, 'latin1'), offset: -1 };
}

// Private keys in files: PKCS#8 PEM with mode 0600, or the same PEM closed in a sealed box under the master key.
// In production a file that others can read is refused, and so is everything under keys-dev/; in development it is said.
import { readFile, stat, writeFile } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { utf8 } from '../bytes.ts';
import { deriveBoxKeys } from '../crypto/master-keys.ts';
import { closeBox, openBox } from '../crypto/sealed-box.ts';
import { importSm2PrivateKey, type Sm2PrivateKey } from '../crypto/sm2.ts';
import type { Mode } from '../env.ts';
import { TrustError } from '../errors.ts';

export type KeyFileOptions = {
  readonly mode: Mode;
  /** 32 bytes; needed for the sealed form only. */
  readonly masterKey?: Uint8Array | undefined;
  /** Former master keys that still open what they closed. */
  readonly previousMasterKeys?: readonly Uint8Array[] | undefined;
  /** Called in development with one sentence where production would refuse. */
  readonly warn?: ((sentence: string) => void) | undefined;
};

const LABEL = 'XINJI SEALED KEY';
const PURPOSE = 'key-file';
const SEALED = new RegExp(`^-----BEGIN ${LABEL}-----\\s([A-Za-z0-9+/=\\s]+)-----END ${LABEL}-----\\s*$`);

/** The SM2 key of a file, plain or sealed. `key-not-found`, `key-malformed`, `sealed-box-corrupt` or `config-invalid`. */
export async function readSm2KeyFile(path: string, options: KeyFileOptions): Promise<Sm2PrivateKey> {
  return importSm2PrivateKey(await readKeyPem(path, options));
}

/** Reference -> key, of a path each; the first that cannot be read is thrown. */
export async function readKeyFiles({
  keyFiles,
  ...options
}: KeyFileOptions & { readonly keyFiles: Readonly<Record<string, string>> }): Promise<
  ReadonlyMap<string, Sm2PrivateKey>
> {
  const keys = new Map<string, Sm2PrivateKey>();
  for (const [keyRef, path] of Object.entries(keyFiles)) keys.set(keyRef, await readSm2KeyFile(path, options));
  return keys;
}

/** The PKCS#8 PEM text of a file, plain or sealed, of any algorithm. */
export async function readKeyPem(path: string, options: KeyFileOptions): Promise<string> {
  const text = await readKeyText(path);
  await checkPlace(path, options);
  const sealed = SEALED.exec(text);
  if (!sealed) return text;
  if (!options.masterKey)
    throw new TrustError('config-invalid', `${path} is sealed; XINJI_MASTER_KEY is needed to open it`);
  const box = new Uint8Array(Buffer.from(sealed[1]!, 'base64'));
  const ring = deriveBoxKeys([options.masterKey, ...(options.previousMasterKeys ?? [])], PURPOSE);
  return Buffer.from(openBox(ring, box, PURPOSE)).toString('utf8');
}

/** Text of the sealed form of a PKCS#8 PEM. */
export function sealKeyPem(pem: string, masterKey: Uint8Array): string {
  const box = closeBox(deriveBoxKeys([masterKey], PURPOSE), utf8(pem), PURPOSE);
  const lines =
    Buffer.from(box)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${LABEL}-----\n${lines.join('\n')}\n-----END ${LABEL}-----\n`;
}

/** Writes a new file with mode 0600; an existing one is left alone (EEXIST). */
export async function writeKeyFile(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600, flag: 'wx' });
}

async function readKeyText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new TrustError('key-not-found', `${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`, {
      hint: 'Check the path and the right to read it.',
      cause,
    });
  }
}

async function checkPlace(path: string, { mode, warn }: KeyFileOptions): Promise<void> {
  const faults: string[] = [];
  const bits = (await stat(path)).mode & 0o777;
  if (bits & 0o077)
    faults.push(`${path} has mode 0${bits.toString(8)}; a private key is for its owner alone (chmod 600)`);
  if (mode === 'production' && resolve(path).split(sep).includes('keys-dev'))
    faults.push(`${path} is a development key; production needs keys of its own`);
  if (faults.length === 0) return;
  if (mode === 'production') throw new TrustError('config-invalid', faults.join('\n'));
  for (const fault of faults) warn?.(fault);
}

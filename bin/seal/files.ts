// The files of `xinji seal`: seal, key and certificates in, the sealed document out.
import { appendFile, copyFile, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { isSm2Pair, type Sm2PrivateKey } from '../../common/crypto/sm2.ts';
import { parseKey32, parseList } from '../../common/env.ts';
import { isTrustError, type ProblemCode, TrustError } from '../../common/errors.ts';
import { readSm2KeyFile } from '../../common/keys/key-file.ts';
import { type Certificate, readCertificatesPem } from '../../common/pki/certificate.ts';
import type { ContainerSettings } from '../../seal/domain/container.ts';
import { prepareParty, type SealingParty } from '../../seal/flow/sealing-party.ts';

const CHECK_PATH = 'Check the path and the right to read it.';

export type PartyFiles = {
  readonly seal: string;
  /** Also the name under which the signer is asked. */
  readonly key: string;
  readonly cert: string;
  readonly chain: string | undefined;
};

/** Copy, append, rename: OUT is never half written. */
export async function writeSealed(from: string, out: string, appended: Uint8Array): Promise<void> {
  await writeWhole(out, async (part) => {
    await copyFile(from, part);
    await appendFile(part, appended);
  });
}

/** The same, with what `make` appends: the copy is made beside it, so that a large document costs the longer of the two. */
export async function writeWhile<T extends { readonly appended: Uint8Array }>(
  from: string,
  out: string,
  make: () => Promise<T>,
): Promise<T> {
  const part = partOf(out);
  // Its failure is thrown below; until then nobody waits for it.
  const copied = copyFile(from, part).then(
    () => null,
    (cause: unknown) => ({ cause }),
  );
  try {
    const made = await make();
    await writeWhole(out, async () => {
      const failed = await copied;
      if (failed) throw failed.cause;
      await appendFile(part, made.appended);
    });
    return made;
  } catch (error) {
    await copied;
    await rm(part, { force: true });
    throw error;
  }
}

/** Another document than the input, and what is appended to it; appears whole or not at all. */
export async function writeAnew(out: string, document: Uint8Array, appended: Uint8Array): Promise<void> {
  await writeWhole(out, async (part) => {
    await writeFile(part, document);
    await appendFile(part, appended);
  });
}

/** Copy, patch, rename. */
export async function writePatched(from: string, out: string, at: number, bytes: Uint8Array): Promise<void> {
  await writeWhole(out, async (part) => {
    await copyFile(from, part);
    const file = await open(part, 'r+');
    try {
      await file.write(bytes, 0, bytes.length, at);
    } finally {
      await file.close();
    }
  });
}

const partOf = (out: string): string => `${out}.${process.pid}.part`;

async function writeWhole(out: string, write: (part: string) => Promise<void>): Promise<void> {
  const part = partOf(out);
  try {
    await write(part);
    await rename(part, out);
  } catch (cause) {
    await rm(part, { force: true });
    throw new TrustError('invalid-request', `${out} cannot be written (${(cause as NodeJS.ErrnoException).code})`, {
      hint: 'Give -o a name in a folder that exists and that you may write to.',
      cause,
    });
  }
}

/** Seal, key and certificate from files, checked to belong together. */
export async function readParty(
  files: PartyFiles,
  privateKey: Sm2PrivateKey,
  containers: ContainerSettings,
): Promise<SealingParty> {
  const signerCertificate = (await readCertificates(files.cert))[0]!;
  if (!isSm2Pair(privateKey, signerCertificate.publicKey())) {
    throw new TrustError('key-mismatch', `The key does not belong to the certificate of ${signerCertificate.subject}`);
  }
  const seal = new Uint8Array(await readBytes(files.seal, 'seal-malformed'));
  const chain = files.chain ? await readCertificates(files.chain) : [];
  const request = { seal, signerCertificate, chain, keyRef: files.key, now: new Date(), containers };
  return namingFile(files.seal, 'seal-malformed', () => prepareParty(request));
}

/** The readers know bytes; a person has to know which of the files they came from. */
async function namingFile<T>(path: string, code: ProblemCode, read: () => Promise<T> | T): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (!isTrustError(cause, code) || cause.message.includes(path)) throw cause;
    throw new TrustError(code, `${path}: ${cause.message}`, { hint: cause.hint, cause });
  }
}

export function readKey(path: string, env: NodeJS.ProcessEnv): Promise<Sm2PrivateKey> {
  const hex = env['XINJI_MASTER_KEY'];
  const mode = env['XINJI_MODE'] === 'production' ? 'production' : 'development';
  return readSm2KeyFile(path, {
    mode,
    masterKey: hex === undefined ? undefined : parseMasterKey(hex),
    previousMasterKeys: parseList(env['XINJI_MASTER_KEY_PREVIOUS'] ?? '').map(parseMasterKey),
    warn: console.error,
  });
}

function parseMasterKey(hex: string): Uint8Array {
  try {
    return parseKey32(hex);
  } catch (cause) {
    throw new TrustError('config-invalid', `XINJI_MASTER_KEY: ${(cause as Error).message}`, { cause });
  }
}

export async function readCertificates(path: string): Promise<readonly Certificate[]> {
  const text = (await readBytes(path, 'certificate-malformed')).toString('utf8');
  return namingFile(path, 'certificate-malformed', () => readCertificatesPem(text));
}

export async function readBytes(
  path: string,
  code: 'seal-malformed' | 'certificate-malformed' | 'cms-malformed',
): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new TrustError(code, `${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`, {
      hint: CHECK_PATH,
      cause,
    });
  }
}

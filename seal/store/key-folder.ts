// The folder with the signers' keys and certificates: NAME.key.pem beside NAME.crt.pem; NAME is the key reference.
// The keys themselves go to the signer port and are not held here.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mode } from '../../common/env.ts';
import { TrustError } from '../../common/errors.ts';
import { type Certificate, isDevelopmentCertificate, readCertificatesPem } from '../../common/pki/certificate.ts';

export type KeyFolder = {
  /** Key reference -> path of the key file, as the signer pool wants it. */
  readonly keyFiles: Readonly<Record<string, string>>;
  /** Key reference -> certificate of the signer. */
  readonly certificates: ReadonlyMap<string, Certificate>;
};

/** No key was brought. */
const EMPTY: KeyFolder = { keyFiles: {}, certificates: new Map() };

/** Null: there is none. `key` is the setting that named the folder. `config-invalid` for a key without certificate, an unreadable one, or in production one of the development PKI. */
export function readKeyFolder(folder: string | null, mode: Mode, key = 'XINJI_SEAL_KEYS'): KeyFolder {
  if (folder === null) return EMPTY;
  const names = readdirSync(folder).flatMap((file) => /^(.+)\.key\.pem$/.exec(file)?.[1] ?? []);
  if (names.length === 0) throw new TrustError('config-invalid', `${key}: ${folder} holds no NAME.key.pem`);
  const certificates = new Map(
    names.map((name) => [name, readCertificate(join(folder, `${name}.crt.pem`), mode, key)]),
  );
  const keyFiles = Object.fromEntries(names.map((name) => [name, join(folder, `${name}.key.pem`)]));
  return { keyFiles, certificates };
}

function readCertificate(path: string, mode: Mode, key: string): Certificate {
  let certificate: Certificate;
  try {
    certificate = readCertificatesPem(readFileSync(path, 'utf8'))[0]!;
  } catch (cause) {
    throw new TrustError('config-invalid', `${key}: ${path} cannot be read as a certificate`, { cause });
  }
  if (mode === 'production' && isDevelopmentCertificate(certificate)) {
    throw new TrustError('config-invalid', `${key}: ${path} belongs to the development PKI (OU=DEV ONLY)`);
  }
  return certificate;
}

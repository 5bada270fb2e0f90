// Trust stores on disk: a folder with one PEM file per purpose, or the one JSON document that a seal room publishes.
// What is trusted is an authority's certificate, a root or one below it. A purpose without a file trusts nobody.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type TrustRoots, trustRoots } from '../contract/seal.ts';
import { isTrustError, TrustError } from '../errors.ts';
import { type Certificate, certificateFingerprint, certificatePem, readCertificatesPem } from '../pki/certificate.ts';
import type { TrustStores } from '../pki/trust-stores.ts';

/** Purpose -> its file. */
const FILES = { makers: 'makers.pem', signers: 'signers.pem', timeStamping: 'tsa.pem' } as const;
const NAMES: readonly string[] = Object.values(FILES);
const HINT = `Name a folder with ${NAMES.join(', ')} (PEM), or the JSON that a seal room publishes at /v1/trust-roots.`;

/** Reads a folder or a published document; `trust-malformed` says what is wrong. */
export function readTrustStores(path: string): TrustStores {
  try {
    return statSync(path).isDirectory() ? readFolder(path) : readPublished(readFileSync(path, 'utf8'));
  } catch (cause) {
    if (isTrustError(cause)) throw malformed(path, cause.message, cause);
    throw malformed(path, `it cannot be read (${(cause as NodeJS.ErrnoException).code})`, cause);
  }
}

/** What GET /v1/trust-roots answers. */
export function publishTrustStores({ makers, signers, timeStamping }: TrustStores): TrustRoots {
  const shown = (certificate: Certificate) => ({
    subject: certificate.subject,
    sm3: certificateFingerprint(certificate),
    pem: certificatePem(certificate),
  });
  return {
    makers: makers.roots.map(shown),
    signers: signers.roots.map(shown),
    time_stamping: timeStamping.roots.map(shown),
  };
}

function readFolder(folder: string): TrustStores {
  const found = readdirSync(folder).filter((name) => name.endsWith('.pem'));
  // A store under a wrong name would be missed in silence.
  const stranger = found.find((name) => !NAMES.includes(name));
  if (stranger) throw new TrustError('trust-malformed', `${stranger} is none of ${NAMES.join(', ')}`);
  if (found.length === 0) throw new TrustError('trust-malformed', `there is none of ${NAMES.join(', ')}`);
  const read = (name: string) => ({
    roots: found.includes(name) ? readCertificatesPem(readFileSync(join(folder, name), 'utf8')) : [],
    intermediates: [],
  });
  return { makers: read(FILES.makers), signers: read(FILES.signers), timeStamping: read(FILES.timeStamping) };
}

function readPublished(text: string): TrustStores {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new TrustError('trust-malformed', 'it is neither a folder nor JSON');
  }
  const { success, data } = trustRoots.safeParse(json);
  if (!success) throw new TrustError('trust-malformed', 'it is not what /v1/trust-roots answers');
  const read = (shown: TrustRoots['makers']) => ({
    roots: shown.flatMap(({ pem }) => readCertificatesPem(pem)),
    intermediates: [],
  });
  return { makers: read(data.makers), signers: read(data.signers), timeStamping: read(data.time_stamping) };
}

function malformed(path: string, found: string, cause: unknown): TrustError {
  return new TrustError('trust-malformed', `${path}: ${found}`, { hint: HINT, cause });
}

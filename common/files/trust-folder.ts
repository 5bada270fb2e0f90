// Trust stores on disk: a folder with one PEM file per purpose, or the one JSON document that a seal room publishes.
// What is trusted is an authority's certificate, a root or one below it. A purpose without a file trusts nobody. Beside them
// lie, if any, revocation lists (`*.crl`) and sources.json, which names where to ask for more.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type RevocationSettings, revocationSettings } from '../contract/revocation-sources.ts';
import { type TrustRoots, trustRoots } from '../contract/seal.ts';
import { isTrustError, TrustError } from '../errors.ts';
import { type Certificate, certificateFingerprint, certificatePem, readCertificatesPem } from '../pki/certificate.ts';
import { readCrlFile } from '../pki/certificate-list.ts';
import { NO_EVIDENCE, type RevocationEvidence } from '../pki/revocation.ts';
import type { TrustStores } from '../pki/trust-stores.ts';

/** Purpose -> its file. */
const FILES = { makers: 'makers.pem', signers: 'signers.pem', timeStamping: 'tsa.pem' } as const;
const NAMES: readonly string[] = Object.values(FILES);
const HINT = `Name a folder with ${NAMES.join(', ')} (PEM), or the JSON that a seal room publishes at /v1/trust-roots.`;

/** Reads a folder or a published document; `trust-malformed` says what is wrong. */
export function readTrustStores(path: string): TrustStores {
  const { makers, signers, timeStamping } = readTrustFolder(path);
  return { makers, signers, timeStamping };
}

export type TrustFolder = TrustStores & {
  /** sources.json; required and no sources without it. */
  readonly revocation: RevocationSettings;
  /** Revocation lists that lie beside (`*.crl`, DER or PEM). */
  readonly evidence: RevocationEvidence;
};

/** The stores, and what tells revoked certificates. Code: `trust-malformed`. */
export function readTrustFolder(path: string): TrustFolder {
  try {
    return statSync(path).isDirectory() ? readFolder(path) : readPublished(readFileSync(path, 'utf8'));
  } catch (cause) {
    if (isTrustError(cause)) throw malformed(path, cause.message, cause);
    throw malformed(path, `it cannot be read (${(cause as NodeJS.ErrnoException).code})`, cause);
  }
}

/** One purpose whose authorities certify nothing else: NAME in a folder of its own, lists and sources.json beside it. */
export type PurposeFolder = Pick<TrustFolder, 'revocation' | 'evidence'> & { readonly roots: readonly Certificate[] };

/** Code: `trust-malformed`. */
export function readPurposeFolder(folder: string, name: string): PurposeFolder {
  try {
    const stranger = readdirSync(folder).find((one) => one.endsWith('.pem') && one !== name);
    if (stranger) throw new TrustError('trust-malformed', `${stranger} is not ${name}`);
    return {
      roots: readCertificatesPem(readFileSync(join(folder, name), 'utf8')),
      revocation: readSources(join(folder, 'sources.json')),
      evidence: readLists(folder),
    };
  } catch (cause) {
    const found = isTrustError(cause) ? cause.message : `it cannot be read (${(cause as NodeJS.ErrnoException).code})`;
    const hint = `Name a folder with ${name} (PEM), and revocation lists or sources.json beside it.`;
    throw new TrustError('trust-malformed', `${folder}: ${found}`, { hint, cause });
  }
}

/** What GET /v1/trust-roots answers. */
export function publishTrustStores({
  makers,
  signers,
  timeStamping,
  revocation,
}: Omit<TrustFolder, 'evidence'>): TrustRoots {
  const shown = (certificate: Certificate) => ({
    subject: certificate.subject,
    sm3: certificateFingerprint(certificate),
    pem: certificatePem(certificate),
  });
  return {
    makers: makers.roots.map(shown),
    signers: signers.roots.map(shown),
    time_stamping: timeStamping.roots.map(shown),
    revocation,
  };
}

function readFolder(folder: string): TrustFolder {
  const found = readdirSync(folder).filter((name) => name.endsWith('.pem'));
  // A store under a wrong name would be missed in silence.
  const stranger = found.find((name) => !NAMES.includes(name));
  if (stranger) throw new TrustError('trust-malformed', `${stranger} is none of ${NAMES.join(', ')}`);
  if (found.length === 0) throw new TrustError('trust-malformed', `there is none of ${NAMES.join(', ')}`);
  const read = (name: string) => ({
    roots: found.includes(name) ? readCertificatesPem(readFileSync(join(folder, name), 'utf8')) : [],
    intermediates: [],
  });
  return {
    makers: read(FILES.makers),
    signers: read(FILES.signers),
    timeStamping: read(FILES.timeStamping),
    revocation: readSources(join(folder, 'sources.json')),
    evidence: readLists(folder),
  };
}

function readSources(path: string): RevocationSettings {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '{}';
  const { success, data, error } = revocationSettings.safeParse(parseJson(text, 'sources.json is no JSON'));
  if (!success) throw new TrustError('trust-malformed', `sources.json: ${error.issues[0]?.message}`);
  return data;
}

function readLists(folder: string): RevocationEvidence {
  const lists = readdirSync(folder).filter((name) => name.endsWith('.crl'));
  return {
    crls: lists.map((name) => readCrlFile(new Uint8Array(readFileSync(join(folder, name))))),
    ocspResponses: [],
  };
}

function parseJson(text: string, found: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TrustError('trust-malformed', found);
  }
}

function readPublished(text: string): TrustFolder {
  const { success, data } = trustRoots.safeParse(parseJson(text, 'it is neither a folder nor JSON'));
  if (!success) throw new TrustError('trust-malformed', 'it is not what /v1/trust-roots answers');
  const read = (shown: TrustRoots['makers']) => ({
    roots: shown.flatMap(({ pem }) => readCertificatesPem(pem)),
    intermediates: [],
  });
  return {
    makers: read(data.makers),
    signers: read(data.signers),
    timeStamping: read(data.time_stamping),
    revocation: data.revocation,
    evidence: NO_EVIDENCE,
  };
}

function malformed(path: string, found: string, cause: unknown): TrustError {
  return new TrustError('trust-malformed', `${path}: ${found}`, { hint: HINT, cause });
}

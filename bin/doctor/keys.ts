// Key files and certificates that the rooms' keys name: are they there, private, and valid for a while.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readCertificatesPem } from '../../common/pki/certificate.ts';
import type { RoomEnvironment } from '../serve/environment.ts';
import { type Finding, note, well, wrong } from './finding.ts';

const SOON_DAYS = 30;
const DAY_MS = 86_400_000;
/** Keys whose value is a path to a private key, a folder of keys, or certificates. */
const PATH_KEYS = [
  'XINJI_LICENSE_CLIENT_KEY',
  'XINJI_SEAL_KEYS',
  'XINJI_SEAL_TRUST',
  'XINJI_SEAL_CHAIN',
  'XINJI_SEAL_TSA_KEYS',
];

export async function checkKeys(environments: readonly RoomEnvironment[], now: Date): Promise<readonly Finding[]> {
  const paths = environments.flatMap(({ env }) =>
    PATH_KEYS.filter((key) => env[key] !== undefined && env[key] !== 'none').map((key) => ({ key, path: env[key]! })),
  );
  const findings = await Promise.all(paths.map(({ key, path }) => checkPath(key, path, now)));
  const flat = findings.flat();
  return flat.length > 0 ? flat : [well(`Private keys are private, certificates valid (${paths.length} places)`)];
}

/** Only what is not well. */
async function checkPath(key: string, path: string, now: Date): Promise<Finding[]> {
  const found = await stat(path).catch(() => null);
  if (found === null)
    return [wrong(`${key} names ${path}, which is not there`, 'Correct the key, or run: make keys-dev')];
  if (found.isDirectory()) {
    const names = (await readdir(path)).filter((name) => name.endsWith('.pem'));
    if (names.length === 0) return [wrong(`${path} holds no key (${key})`, 'Put the signer files there.')];
    return (await Promise.all(names.map((name) => checkFile(join(path, name), now)))).flat();
  }
  return checkFile(path, now);
}

async function checkFile(path: string, now: Date): Promise<Finding[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => error);
  if (typeof text !== 'string')
    return [wrong(`${path} cannot be read: ${text.code}`, 'Give this user the right to read it.')];
  const { mode } = await stat(path);
  const isPrivate = /PRIVATE KEY|XINJI SEALED KEY/.test(text);
  const findings: Finding[] = [];
  if (isPrivate && (mode & 0o077) !== 0) {
    findings.push(wrong(`The private key ${path} can be read by others`, `Run: chmod 600 ${path}`));
  }
  if (!text.includes('BEGIN CERTIFICATE')) return findings;
  try {
    return [...findings, ...readCertificatesPem(text).flatMap((certificate) => checkPeriod(path, certificate, now))];
  } catch (error) {
    return [...findings, wrong(`${path} is not a certificate: ${(error as Error).message}`, 'Replace the file.')];
  }
}

function checkPeriod(
  path: string,
  { subject, notBefore, notAfter }: { readonly subject: string; readonly notBefore: Date; readonly notAfter: Date },
  now: Date,
): Finding[] {
  const day = notAfter.toISOString().slice(0, 10);
  if (notAfter < now) return [wrong(`The certificate of ${subject} (${path}) expired on ${day}`, 'Replace it.')];
  if (notBefore > now) return [wrong(`The certificate of ${subject} (${path}) is not valid yet`, 'Check the clock.')];
  const days = Math.floor((notAfter.getTime() - now.getTime()) / DAY_MS);
  if (days >= SOON_DAYS) return [];
  return [note(`The certificate of ${subject} (${path}) expires in ${days} days, on ${day}`, 'Have it renewed.')];
}

// The authorities of the development PKI at work: they certify requests, revoke, and answer for what they issued by list
// and by OCSP. Opened from the folder of keys-dev; production refuses them. Their certificates carry no addresses.
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes, toHex } from '../bytes.ts';
import { type Sm2PrivateKey, signSm2 } from '../crypto/sm2.ts';
import type { Mode } from '../env.ts';
import { TrustError } from '../errors.ts';
import { readSm2KeyFile } from '../keys/key-file.ts';
import { type Certificate, readCertificatesPem } from '../pki/certificate.ts';
import { type CrlReason, makeCertificateList } from '../pki/certificate-list.ts';
import { makeCertificate } from '../pki/make-certificate.ts';
import { OID } from '../pki/oids.ts';
import { parsePkcs10 } from '../pki/pkcs10.ts';
import type { CertificateRequest } from './certificate-authority.ts';
import { appendRecord, readRecord, revokedIn } from './issue-record.ts';

/** A `CertificateAuthority` that answers at once, and more. */
export type DevelopmentAuthority = {
  /** Name of its files: `sub-ca-signers`. */
  readonly name: string;
  readonly certificate: Certificate;
  /** Code: `certificate-request-invalid`. */
  issue(request: CertificateRequest): Promise<Certificate>;
  /** For any reason of RFC 5280; repeating it changes nothing. Code: `certificate-request-invalid`. */
  revoke(certificate: Certificate, reason: CrlReason, at: Date): Promise<void>;
  /** DER of its list as of `now`, good for a week; the number grows with time. */
  makeCrl(now: Date): Promise<Uint8Array>;
  /** Bytes of the record: grows with everything that is issued or revoked. */
  recordSize(): Promise<number>;
  /** What it knows of a serial number. */
  stateOf(serial: string): Promise<'good' | 'unknown' | { readonly at: Date; readonly reason: CrlReason }>;
  /** Who answers OCSP requests for it. */
  readonly responder: {
    readonly certificate: Certificate;
    readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
  };
};

const RECORD = 'pki-private/record.jsonl';
const WEEK_MS = 7 * 86_400_000;
/** Extended key usage of what an authority certifies; the others certify for signing. */
const PURPOSES: Readonly<Record<string, readonly string[]>> = { 'sub-ca-time': [OID.timeStamping] };

/** Where the authorities of a folder of keys-dev keep their record. */
export const recordPath = (folder: string): string => join(folder, RECORD);

/** Every authority of the folder by name. `config-invalid` in production, and when a file is missing. */
export async function openDevelopmentAuthorities(
  folder: string,
  mode: Mode,
): Promise<ReadonlyMap<string, DevelopmentAuthority>> {
  if (mode === 'production')
    throw new TrustError('config-invalid', `${folder} holds development authorities, which production refuses`);
  const names = listNames(join(folder, 'pki'));
  const opened = await Promise.all(names.map((name) => openOne(folder, name)));
  return new Map(opened.map((authority) => [authority.name, authority]));
}

/** The one that certifies keys of seals. */
export async function openDevelopmentAuthority(folder: string, mode: Mode): Promise<DevelopmentAuthority> {
  const authority = (await openDevelopmentAuthorities(folder, mode)).get('sub-ca-signers');
  if (!authority) throw new TrustError('config-invalid', `${folder} has no authority sub-ca-signers`);
  return authority;
}

async function openOne(folder: string, name: string): Promise<DevelopmentAuthority> {
  const pair = async (place: string, keyPlace: string, file: string) => ({
    certificate: readCertificate(join(folder, place, `${file}.crt.pem`)),
    key: await readSm2KeyFile(join(folder, keyPlace, `${file}.key.pem`), { mode: 'development' }),
  });
  const { certificate, key } = await pair('pki', 'pki-private', name);
  const responder = await pair('ocsp', 'ocsp', `ocsp-${name}`);
  const known = new Set(findCertificates(folder, certificate));
  return makeAuthority({ name, certificate, key, responder, known, record: recordPath(folder) });
}

type Authority = {
  readonly name: string;
  readonly certificate: Certificate;
  readonly key: Sm2PrivateKey;
  readonly responder: { readonly certificate: Certificate; readonly key: Sm2PrivateKey };
  /** Serial numbers of the certificates that lie in the folder. */
  readonly known: ReadonlySet<string>;
  readonly record: string;
};

function makeAuthority({ name, certificate, key, responder, known, record }: Authority): DevelopmentAuthority {
  return {
    name,
    certificate,
    responder: {
      certificate: responder.certificate,
      sign: async (message) => signSm2(responder.key, message),
    },
    issue: async (request) => {
      const issued = await certify(name, certificate, key, request);
      const { serial, subject } = issued;
      await appendRecord(record, { kind: 'issued', authority: name, serial, subject, at: now() });
      return issued;
    },
    revoke: async ({ serial, issuerRaw, subject }, reason, at) => {
      if (!equalBytes(issuerRaw, certificate.subjectRaw))
        throw new TrustError('certificate-request-invalid', `${subject} was not certified by ${certificate.subject}`);
      const revoked = revokedIn(await readRecord(record), name);
      if (revoked.some((one) => one.serial === serial)) return;
      await appendRecord(record, { kind: 'revoked', authority: name, serial, reason, at: at.toISOString() });
    },
    makeCrl: async (thisUpdate) => {
      const revoked = revokedIn(await readRecord(record), name);
      return makeCertificateList({
        issuer: certificate,
        number: Math.floor(thisUpdate.getTime() / 1000),
        thisUpdate,
        nextUpdate: new Date(thisUpdate.getTime() + WEEK_MS),
        revoked: revoked.filter(({ at }) => at <= thisUpdate),
        keepsSince: certificate.notBefore,
        sign: async (message) => signSm2(key, message),
      });
    },
    recordSize: () =>
      stat(record).then(
        ({ size }) => size,
        () => 0,
      ),
    stateOf: async (serial) => {
      const lines = await readRecord(record);
      const revoked = revokedIn(lines, name).find((one) => one.serial === serial);
      if (revoked) return revoked;
      return known.has(serial) || lines.some((line) => line.authority === name && line.serial === serial)
        ? 'good'
        : 'unknown';
    },
  };
}

const now = (): string => new Date().toISOString();

/** Code: `certificate-request-invalid`. */
function certify(
  name: string,
  issuer: Certificate,
  issuerKey: Sm2PrivateKey,
  { pkcs10, notBefore, notAfter }: CertificateRequest,
): Promise<Certificate> {
  const { subjectParts, publicKey } = parsePkcs10(pkcs10);
  const refuse = (detail: string): TrustError => new TrustError('certificate-request-invalid', detail);
  if (issuer.pathLength !== 0) throw refuse(`${issuer.subject} certifies authorities only`);
  if (notBefore >= notAfter || notBefore < issuer.notBefore || notAfter > issuer.notAfter)
    throw refuse(`the period ends before it begins, or leaves that of ${issuer.subject}`);
  const purposes = PURPOSES[name];
  return makeCertificate({
    subject: subjectParts,
    issuer: issuer.subjectParts,
    serial: `2b${toHex(randomBytes(15))}`,
    notBefore,
    notAfter,
    publicKey,
    issuerKey,
    ca: null,
    keyUsage: ['digitalSignature', 'nonRepudiation'],
    ...(purposes ? { extendedKeyUsage: purposes } : {}),
  });
}

function listNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder).flatMap((file) => /^(.+)\.crt\.pem$/.exec(file)?.[1] ?? []);
  } catch (cause) {
    throw new TrustError('config-invalid', `${folder} cannot be read`, { hint: 'Run: xinji keys dev', cause });
  }
}

function readCertificate(path: string): Certificate {
  try {
    return readCertificatesPem(readFileSync(path, 'utf8'))[0]!;
  } catch (cause) {
    throw new TrustError('config-invalid', `${path} cannot be read`, { hint: 'Run: xinji keys dev', cause });
  }
}

/** Serial numbers of the certificates below `folder` that this authority issued. */
function findCertificates(folder: string, issuer: Certificate): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.crt.pem'));
  return files
    .map((file) => readCertificate(join(folder, file)))
    .filter(({ issuerRaw }) => equalBytes(issuerRaw, issuer.subjectRaw))
    .map(({ serial }) => serial);
}

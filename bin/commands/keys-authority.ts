// `xinji keys issue|revoke|crl`: the authorities of the development PKI by hand. Development only.
import { readFile, writeFile } from 'node:fs/promises';
import { equalBytes } from '../../common/bytes.ts';
import { type DevelopmentAuthority, openDevelopmentAuthorities } from '../../common/ca/development-authority.ts';
import { readMode } from '../../common/env.ts';
import { TrustError } from '../../common/errors.ts';
import { certificatePem, readCertificatesPem } from '../../common/pki/certificate.ts';
import { CRL_REASONS, type CrlReason } from '../../common/pki/certificate-list.ts';
import { KEYS_DEV, makeMissingKeys } from '../serve/keys.ts';

/** What the command line calls an authority -> its files. */
const AUTHORITIES: Readonly<Record<string, string>> = {
  root: 'root',
  makers: 'sub-ca-makers',
  signers: 'sub-ca-signers',
  time: 'sub-ca-time',
};
const REASONS = Object.keys(CRL_REASONS).filter((name) => name !== 'remove-from-crl');

/** AUTHORITY REQUEST OUT: certifies a PKCS#10 request for two years. */
export async function issueCertificate(operands: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const [name = '', request = '', out = ''] = operands;
  const authority = await openAuthority(name, env);
  const notBefore = new Date();
  const notAfter = new Date(notBefore);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + 2);
  const issued = await authority.issue({ pkcs10: derOf(await read(request)), notBefore, notAfter });
  await writeNew(out, certificatePem(issued));
  console.log(
    `${out} certifies ${issued.subject} until ${notAfter.toISOString().slice(0, 10)}, serial ${issued.serial}.`,
  );
}

/** CERTIFICATE REASON: from now on. */
export async function revokeCertificate(operands: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const [path = '', reason = ''] = operands;
  if (!REASONS.includes(reason))
    throw new TrustError('invalid-request', `${reason} is no reason; there are: ${REASONS.join(', ')}`);
  const [certificate] = readCertificatesPem(Buffer.from(await read(path)).toString('utf8'));
  const opened = [...(await openAll(env)).values()];
  const authority = opened.find(({ certificate: { subjectRaw } }) => equalBytes(subjectRaw, certificate!.issuerRaw));
  if (!authority)
    throw new TrustError('certificate-request-invalid', `${certificate!.subject} is not of the development PKI`);
  await authority.revoke(certificate!, reason as CrlReason, new Date());
  const state = await authority.stateOf(certificate!.serial);
  if (typeof state === 'object') console.log(`Revoked since ${state.at.toISOString()} (${state.reason}).`);
}

/** AUTHORITY OUT: its list as of now, in DER. */
export async function writeCrl(operands: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const [name = '', out = ''] = operands;
  const authority = await openAuthority(name, env);
  await writeNew(out, await authority.makeCrl(new Date()));
  console.log(`${out} is the revocation list of ${authority.certificate.subject}.`);
}

async function openAuthority(name: string, env: NodeJS.ProcessEnv): Promise<DevelopmentAuthority> {
  const file = Object.hasOwn(AUTHORITIES, name) ? AUTHORITIES[name]! : '';
  const authority = (await openAll(env)).get(file);
  if (!authority)
    throw new TrustError(
      'invalid-request',
      `There is no authority ${name}; there are: ${Object.keys(AUTHORITIES).join(', ')}`,
    );
  return authority;
}

async function openAll(env: NodeJS.ProcessEnv) {
  const mode = readMode(env);
  if (mode === 'development') await makeMissingKeys();
  return openDevelopmentAuthorities(KEYS_DEV, mode);
}

/** DER as it is, or of the one PEM block. */
function derOf(content: Uint8Array): Uint8Array {
  const pem = /-----BEGIN [A-Z ]+-----([A-Za-z0-9+/=\s]+)-----END/.exec(Buffer.from(content).toString('latin1'));
  return pem ? new Uint8Array(Buffer.from(pem[1]!, 'base64')) : content;
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    throw new TrustError('key-not-found', `${path} cannot be read (${(cause as NodeJS.ErrnoException).code})`, {
      hint: 'Check the path and the right to read it.',
      cause,
    });
  }
}

async function writeNew(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(path, content, { flag: 'wx' });
  } catch (cause) {
    throw new TrustError('invalid-request', `${path} cannot be written (${(cause as NodeJS.ErrnoException).code})`, {
      hint: 'Name a file that does not exist yet, in a folder that does.',
      cause,
    });
  }
}

// Makes the development keys and certificates of pki.ts as PEM files, once.
// Everything is written to a temporary folder beside the target and renamed when complete, so that a killed run leaves
// nothing half done and of two runs at once one wins whole. Private keys are 0600, their folders 0700.
// A folder of an earlier version gets the certificates that were added since; what it has stays.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { access, appendFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { toHex } from '../common/bytes.ts';
import { recordPath } from '../common/ca/development-authority.ts';
import { appendRecord } from '../common/ca/issue-record.ts';
import { generateSm2KeyPair, importSm2PrivateKey, type Sm2PrivateKey } from '../common/crypto/sm2.ts';
import { withStartLock } from '../common/db/start-lock.ts';
import { TrustError } from '../common/errors.ts';
import { type Certificate, certificatePem } from '../common/pki/certificate.ts';
import { makeCertificate } from '../common/pki/make-certificate.ts';
import { LOGIN_TRUST, P256_KEYS, PKI, type PkiRow, subjectOf, TRUST } from './pki.ts';

export type DevelopmentKeys = {
  /** Absolute path of the folder. */
  readonly folder: string;
  /** False when the folder was complete already. */
  readonly created: boolean;
};

/** Trust store -> the one authority in it. */
const TRUST_FILES = [
  ...TRUST.map(({ file, authority }) => ({ path: join('trust', file), authority })),
  { path: join('login-trust', LOGIN_TRUST.file), authority: LOGIN_TRUST.authority },
];

type Issued = { readonly row: PkiRow; readonly key: Sm2PrivateKey; readonly certificate: Certificate };

/** Makes `outFolder` unless it is there; `config-invalid` when it is there but lacks a file of this version. */
export async function makeDevelopmentKeys(outFolder: string, now: Date = new Date()): Promise<DevelopmentKeys> {
  const folder = resolve(outFolder);
  if (await isThere(folder)) await withStartLock(`development keys ${folder}`, () => addNewRows(folder, now));
  if (await isComplete(folder)) return { folder, created: false };
  await mkdir(dirname(folder), { recursive: true });
  await removeAbandoned(folder);
  const temporary = await mkdtemp(`${temporaryPrefix(folder)}${process.pid}-`);
  try {
    await writeAll(temporary, now);
    await rename(temporary, folder);
    return { folder, created: true };
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (isTaken(error) && (await isComplete(folder))) return { folder, created: false };
    throw error;
  }
}

/** Every file of the folder, relative to it. */
export function developmentKeyFiles(): readonly string[] {
  return [
    ...PKI.flatMap((row) => [join(row.folder, `${row.name}.crt.pem`), join(row.keyFolder, `${row.name}.key.pem`)]),
    ...P256_KEYS.map((name) => `${name}.key.pem`),
    join('pki', 'trust-roots.pem'),
    join('pki', 'chain.pem'),
    ...TRUST_FILES.map(({ path }) => path),
  ];
}

async function writeAll(folder: string, now: Date): Promise<void> {
  const issued = new Map<string, Issued>();
  for (const row of PKI) {
    const { privateKeyPem } = generateSm2KeyPair();
    const key = importSm2PrivateKey(privateKeyPem);
    const issuer = row.issuer === row.name ? { row, key } : issued.get(row.issuer)!;
    const certificate = await certify(row, key, issuer, now);
    issued.set(row.name, { row, key, certificate });
    await writePrivate(join(folder, row.keyFolder, `${row.name}.key.pem`), privateKeyPem);
    await writePublic(join(folder, row.folder, `${row.name}.crt.pem`), certificatePem(certificate));
    await record(folder, row, certificate, now);
  }
  const authorities = [...issued.values()].filter(({ row }) => row.ca);
  const pemOf = (isRoot: boolean) =>
    authorities
      .filter(({ row }) => (row.issuer === row.name) === isRoot)
      .map(({ certificate }) => certificatePem(certificate))
      .join('');
  await writePublic(join(folder, 'pki', 'trust-roots.pem'), pemOf(true));
  await writePublic(join(folder, 'pki', 'chain.pem'), pemOf(false));
  await addTrust(folder);
  for (const name of P256_KEYS) await writePrivate(join(folder, `${name}.key.pem`), makeP256Pem());
}

/** Trust stores by purpose, each with the one authority that certifies for it; what is there stays. */
async function addTrust(folder: string): Promise<void> {
  for (const { path, authority } of TRUST_FILES) {
    const [target, source] = [join(folder, path), join(folder, 'pki', `${authority}.crt.pem`)];
    if ((await isThere(source)) && !(await isThere(target))) await writePublic(target, await readFile(source, 'utf8'));
  }
}

/** Rows of which the folder has neither key nor certificate, though it has the key of their issuer. */
async function addNewRows(folder: string, now: Date): Promise<void> {
  for (const row of PKI.filter(({ issuer, name }) => issuer !== name)) {
    const [keyPath, path] = [
      join(folder, row.keyFolder, `${row.name}.key.pem`),
      join(folder, row.folder, `${row.name}.crt.pem`),
    ];
    const issuerRow = PKI.find(({ name }) => name === row.issuer)!;
    const issuerPath = join(folder, issuerRow.keyFolder, `${issuerRow.name}.key.pem`);
    if ((await isThere(keyPath)) || (await isThere(path)) || !(await isThere(issuerPath))) continue;
    const issuer = { row: issuerRow, key: importSm2PrivateKey(await readFile(issuerPath, 'utf8')) };
    const { privateKeyPem } = generateSm2KeyPair();
    const certificate = await certify(row, importSm2PrivateKey(privateKeyPem), issuer, now);
    await writePrivate(keyPath, privateKeyPem);
    await writePublic(path, certificatePem(certificate));
    if (row.ca) await appendFile(join(folder, 'pki', 'chain.pem'), certificatePem(certificate));
    await record(folder, row, certificate, now);
  }
  await addTrust(folder);
  // Of demonstration clients, which stand in no other file: the seed registers what is there.
  for (const name of P256_KEYS.filter((one) => one.startsWith('demo/'))) {
    const path = join(folder, `${name}.key.pem`);
    if ((await isThere(join(folder, 'demo'))) && !(await isThere(path))) await writePrivate(path, makeP256Pem());
  }
}

/** The authorities answer for what they revoked at once. */
async function record(folder: string, { flaw, issuer: authority }: PkiRow, { serial }: Certificate, now: Date) {
  if (flaw !== 'revoked') return;
  const at = now.toISOString();
  await appendRecord(recordPath(folder), { kind: 'revoked', authority, serial, reason: 'key-compromise', at });
}

function certify(
  row: PkiRow,
  key: Sm2PrivateKey,
  issuer: Pick<Issued, 'row' | 'key'>,
  now: Date,
): Promise<Certificate> {
  const notBefore = new Date(now.getTime() - (row.flaw === 'expired' ? 2 : 1) * 86_400_000);
  notBefore.setUTCHours(0, 0, 0, 0);
  const notAfter = new Date(notBefore);
  if (row.flaw === 'expired') notAfter.setUTCHours(1);
  else notAfter.setUTCFullYear(notAfter.getUTCFullYear() + row.years);
  return makeCertificate({
    subject: subjectOf(row),
    issuer: subjectOf(issuer.row),
    serial: `2a${toHex(randomBytes(15))}`,
    notBefore,
    notAfter,
    publicKey: key.publicKey,
    issuerKey: issuer.key,
    ca: row.ca,
    keyUsage: row.keyUsage,
    ...(row.extendedKeyUsage ? { extendedKeyUsage: row.extendedKeyUsage } : {}),
    ...(row.isOcspNoCheck ? { isOcspNoCheck: true } : {}),
    ...(row.identityCode ? { identityCode: row.identityCode } : {}),
  });
}

function makeP256Pem(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

/** True when every file is there, false when the folder is not; anything between needs a person. */
async function isComplete(folder: string): Promise<boolean> {
  if (!(await isThere(folder)) || (await readdir(folder)).length === 0) return false;
  for (const file of developmentKeyFiles()) {
    if (!(await isThere(join(folder, file))))
      throw new TrustError('config-invalid', `${folder} lacks ${file}`, {
        hint: `Remove ${folder} and run \`xinji keys dev\` again; seals made with the old keys lose their trust.`,
      });
  }
  return true;
}

/** Temporary folders carry the process id; those of dead processes are removed. */
async function removeAbandoned(folder: string): Promise<void> {
  const prefix = basename(temporaryPrefix(folder));
  for (const name of await readdir(dirname(folder))) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
    if (!Number.isNaN(pid) && !isAlive(pid)) await rm(join(dirname(folder), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function temporaryPrefix(folder: string): string {
  return join(dirname(folder), `.${basename(folder)}-`);
}

function isTaken(error: unknown): boolean {
  return ['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '');
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function writePrivate(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, text, { mode: 0o600, flag: 'wx' });
}

async function writePublic(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, text, { mode: 0o644, flag: 'wx' });
}

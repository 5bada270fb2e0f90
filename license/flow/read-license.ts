// Who may read which license without a further ground: the authority that issued it, and its holder. Everybody else is told
// that there is none, so that identifiers cannot be tried out; what others may read is decided by authorise-read.ts. That the
// authority read is recorded where it is told something: authority-readings.ts.
import { parseLicenseIdentifier } from '../domain/license-identifier.ts';
import type { License, LicenseHead } from '../domain/license-record.ts';
import { isHolder } from '../store/holder-licenses.ts';
import type { LicenseDeps } from './deps.ts';
import type { AuthorityActor } from './issuer.ts';
import { getLicense, getLicenseHead, licenseNotFound } from './open-license.ts';
import { readSealedFile } from './sealed-files.ts';

type ReadDeps = Pick<LicenseDeps, 'db' | 'keys' | 'clock'>;

/** A version that the actor's authority issued. Throws identifier-malformed, identifier-check, license-not-found. */
export async function getIssuedLicense(deps: ReadDeps, actor: AuthorityActor, identifier: string): Promise<License> {
  await checkAuthority(actor, identifier);
  return getLicense(deps, identifier);
}

/** The license of any of its identifiers, unopened. Throws as `getIssuedLicense`. */
export async function getIssuedHead(
  deps: Pick<LicenseDeps, 'db'>,
  actor: AuthorityActor,
  identifier: string,
): Promise<LicenseHead> {
  await checkAuthority(actor, identifier);
  return getLicenseHead(deps, identifier);
}

/** A version of a license that is this holder's now. Throws identifier-malformed, identifier-check, license-not-found. */
export async function getOwnLicense(deps: ReadDeps, holderKey: Uint8Array, identifier: string): Promise<License> {
  const { licenseType } = parseLicenseIdentifier(identifier);
  const { licenseId } = await getLicenseHead(deps, identifier);
  if (!(await isHolder(deps.db, holderKey, licenseType, licenseId))) throw licenseNotFound();
  return getLicense(deps, identifier);
}

/** The file of a version as it was sealed. Throws `file-corrupt`, `file-store-unavailable`. */
export function readLicenseFile(
  { files }: Pick<LicenseDeps, 'files'>,
  { version, dataKey }: License,
): Promise<Uint8Array> {
  return readSealedFile(files, dataKey, `file ${version.identifier}`, version.file);
}

/** The identifier names the authority, so that nothing is read for somebody else. */
async function checkAuthority(actor: AuthorityActor, identifier: string): Promise<void> {
  const { licenseType, issuingAuthority } = parseLicenseIdentifier(identifier);
  if (!(await actor.worksFor(licenseType, issuingAuthority))) throw licenseNotFound();
}

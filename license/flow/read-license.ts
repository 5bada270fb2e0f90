// Who may read which license. A department: those of its own issuing authority. A holder: his own. Everybody else is told
// that there is none, so that identifiers cannot be tried out.
import { TrustError } from '../../common/errors.ts';
import { parseLicenseIdentifier } from '../domain/license-identifier.ts';
import type { StoredLicense } from '../domain/license-record.ts';
import { findLicense, listHolderIdentifiers, listLicenses } from '../store/licenses.ts';
import { listAuthorityCodes } from '../store/participants.ts';
import type { LicenseDeps } from './deps.ts';

/** A license that an authority of this client issued. Throws identifier-malformed, identifier-check, license-not-found. */
export async function getIssuedLicense(
  deps: Pick<LicenseDeps, 'db'>,
  clientId: string,
  identifier: string,
): Promise<StoredLicense> {
  const { issuingAuthority } = parseLicenseIdentifier(identifier);
  const authorities = await listAuthorityCodes(deps.db, clientId);
  const license = authorities.includes(issuingAuthority) ? await findLicense(deps.db, identifier) : null;
  if (!license || !authorities.includes(license.issuingAuthority.code)) throw notFound();
  return license;
}

/** A license of this holder. Throws identifier-malformed, identifier-check, license-not-found. */
export async function getOwnLicense(
  deps: Pick<LicenseDeps, 'db'>,
  holderKey: Uint8Array,
  identifier: string,
): Promise<StoredLicense> {
  parseLicenseIdentifier(identifier);
  const own = await listHolderIdentifiers(deps.db, holderKey);
  const license = own.includes(identifier) ? await findLicense(deps.db, identifier) : null;
  if (!license) throw notFound();
  return license;
}

/** All licenses of this holder, newest first. */
export async function listOwnLicenses(
  deps: Pick<LicenseDeps, 'db'>,
  holderKey: Uint8Array,
): Promise<readonly StoredLicense[]> {
  return listLicenses(deps.db, await listHolderIdentifiers(deps.db, holderKey));
}

function notFound(): TrustError {
  return new TrustError('license-not-found', 'there is no such license among those that you may read');
}

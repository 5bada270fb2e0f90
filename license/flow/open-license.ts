// Reading the registry, in two steps that never join what lies in different partitions: the license with a version, then
// the keys of its holders; and opening it. Who may read is decided by whoever calls (read-license.ts, authorise-read.ts).
import { TrustError } from '../../common/errors.ts';
import { makeLicenseId, parseLicenseIdentifier } from '../domain/license-identifier.ts';
import type { License, LicenseHead } from '../domain/license-record.ts';
import { openLicense } from '../domain/open-license.ts';
import { findHolderKeys } from '../store/holder-keys.ts';
import { listHolderLicenseIds } from '../store/holder-licenses.ts';
import { findLicenseHead as findHead } from '../store/licenses.ts';
import { findCurrentVersions, findLicenseVersion } from '../store/versions.ts';
import type { LicenseDeps } from './deps.ts';

type ReadDeps = Pick<LicenseDeps, 'db' | 'keys' | 'clock'>;

/** No holder has more in one list. */
const MOST_LICENSES = 200;

/**
 * The version that `identifier` names, with its license and the state of that now. An older version has `isCurrent: false`.
 * Throws identifier-malformed, identifier-check, license-not-found, license-shredded.
 */
export async function getLicense(deps: ReadDeps, identifier: string): Promise<License> {
  const license = await findLicense(deps, identifier);
  if (!license) throw licenseNotFound();
  return license;
}

/** As `getLicense`; null when there is none. */
export async function findLicense(deps: ReadDeps, identifier: string): Promise<License | null> {
  const parts = parseLicenseIdentifier(identifier);
  const found = await findLicenseVersion(deps.db, makeLicenseId(parts), parts.version);
  if (!found) return null;
  return openLicense(deps.keys, found, await findHolderKeys(deps.db, found.head.holderKeys), deps.clock());
}

/** The license that any of its identifiers names, without opening anything. Throws identifier-malformed, identifier-check. */
export async function findLicenseHead(deps: Pick<LicenseDeps, 'db'>, identifier: string): Promise<LicenseHead | null> {
  const parts = parseLicenseIdentifier(identifier);
  const head = await findHead(deps.db, makeLicenseId(parts));
  return head && parts.version <= head.version ? head : null;
}

/** Throws license-not-found for a license that `findLicenseHead` does not find. */
export async function getLicenseHead(deps: Pick<LicenseDeps, 'db'>, identifier: string): Promise<LicenseHead> {
  const head = await findLicenseHead(deps, identifier);
  if (!head) throw licenseNotFound();
  return head;
}

/** Throws license-superseded, with the current identifier as successor, for that of an older version. */
export function checkIsCurrent(head: LicenseHead, identifier: string): void {
  if (identifier === head.identifier) return;
  throw new TrustError('license-superseded', `version ${head.version} took the place of this one`, {
    successor: head.identifier,
  });
}

/**
 * The licenses that this holder has now, current versions, the newest first; of these types, or of all. One key opens
 * them all: his own. None when that was shredded.
 */
export async function listHolderLicenses(
  deps: ReadDeps,
  holderKey: Uint8Array,
  licenseTypes: readonly string[] | null = null,
): Promise<readonly License[]> {
  const ids = await listHolderLicenseIds(deps.db, holderKey, licenseTypes, MOST_LICENSES);
  const own = ids.length === 0 ? [] : await findHolderKeys(deps.db, [holderKey]);
  if (own.length === 0) return [];
  const now = deps.clock();
  return (await findCurrentVersions(deps.db, ids)).map((found) => openLicense(deps.keys, found, own, now));
}

/** That there is none, and that it is not for this reader, is told in the same words. */
export function licenseNotFound(): TrustError {
  return new TrustError('license-not-found', 'there is no such license among those that you may read');
}

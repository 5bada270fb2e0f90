// The license of a holder, whichever of its versions is asked for. A license of somebody else is told like one that is not.
import { equalBytes } from '../../common/bytes.ts';
import type { License } from '../domain/license-record.ts';
import type { LicenseDeps } from './deps.ts';
import { findLicense, licenseNotFound } from './open-license.ts';

/** Throws identifier-malformed, identifier-check, license-not-found. */
export async function getOwnLicense(
  deps: Pick<LicenseDeps, 'db' | 'keys' | 'clock'>,
  holderKey: Uint8Array,
  identifier: string,
): Promise<License> {
  const license = await findLicense(deps, identifier);
  if (!license?.head.holderKeys.some((key) => equalBytes(key, holderKey))) throw licenseNotFound();
  return license;
}

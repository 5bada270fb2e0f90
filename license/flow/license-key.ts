// The data key of a license and the keys of its holders, as issuing needs them: made for a new license, wrapped anew when the
// holders of one change. A holder's row is made before anything is sealed for him.
import { randomBytes } from 'node:crypto';
import {
  type DataKey,
  type KeyWraps,
  makeHolderKeyRow,
  newLicenseKey,
  type OpenHolderKey,
  openHolderKey,
  wrapLicenseKey,
} from '../domain/data-keys.ts';
import { holderKey } from '../domain/holder-key.ts';
import type { Holder } from '../domain/license-record.ts';
import { getOrMakeHolderKey } from '../store/holder-keys.ts';
import type { LicenseDeps } from './deps.ts';

type KeyDeps = Pick<LicenseDeps, 'db' | 'keys' | 'clock'>;
export type KeyedLicense = { readonly dataKey: DataKey; readonly wraps: KeyWraps };

/** A data key for a license that is new. */
export async function makeDataKey(deps: KeyDeps, licenseId: string, holders: readonly Holder[]): Promise<KeyedLicense> {
  return newLicenseKey(licenseId, await openHolders(deps, holders), randomBytes);
}

/** The data key of a license that is there, wrapped for these holders and nobody else. */
export async function rewrapDataKey(
  deps: KeyDeps,
  dataKey: DataKey,
  holders: readonly Holder[],
): Promise<KeyedLicense> {
  return { dataKey, wraps: wrapLicenseKey(dataKey, await openHolders(deps, holders), randomBytes) };
}

async function openHolders(deps: KeyDeps, holders: readonly Holder[]): Promise<readonly OpenHolderKey[]> {
  const opened: OpenHolderKey[] = [];
  for (const { codeType, code } of holders) {
    const fresh = makeHolderKeyRow(deps.keys, holderKey(deps.keys.pepper, codeType, code), randomBytes);
    opened.push(openHolderKey(deps.keys, await getOrMakeHolderKey(deps.db, fresh, deps.clock())));
  }
  return opened;
}

// 证照信息验证 (GB/T 36906): a unit holds metadata of a license and asks whether they stand in its record, and what the license
// is worth now. It learns one of seven results; the holder sees who asked and for what. Without two facts beside the
// identifier nothing is looked up, and whoever was wrong about a license too often is not told about it for a while.
import { chinaDate } from '../../common/codes/calendar-date.ts';
import type { InformationResult } from '../../common/contract/license-sharing.ts';
import { isTrustError } from '../../common/errors.ts';
import { listMetadata } from '../domain/license-metadata.ts';
import type { License } from '../domain/license-record.ts';
import { type KnownLicense, namedIdentifier, verifyInformation } from '../domain/verify-information.ts';
import { insertEvent } from '../store/events.ts';
import type { ReadDeps } from './authorise-read.ts';
import { findLicense } from './open-license.ts';
import { callerEvent, type ReadPurpose } from './reader-events.ts';
import { getReader, noteRefusal } from './refuse-read.ts';
import type { WrongTries } from './wrong-tries.ts';

/** Wrong values are counted by caller and license. Throws client-not-registered, too-many-requests. */
export async function verifySharedInformation(
  deps: ReadDeps,
  tries: WrongTries,
  clientId: string,
  presented: Readonly<Record<string, string>>,
  purpose: ReadPurpose,
): Promise<InformationResult> {
  const named = namedIdentifier(presented);
  const caller = await getReader(deps, clientId, named);
  const now = deps.clock();
  const license = await findNamed(deps, named);
  const known = license && (await knownOf(deps, license));
  // From the check to the count nothing waits, so that parallel tries are counted too.
  const tried = `${clientId} ${license?.head.licenseId ?? ''}`;
  if (license) tries.check(tried);
  const result = verifyInformation(presented, known, chinaDate(now));
  if (result === 6) tries.count(tried);
  if (license && result !== 4) {
    const names = Object.keys(presented).filter((name) => name !== 'ZZBS');
    await insertEvent(deps.db, callerEvent(license, caller, purpose, { fields: names, result }, now));
  }
  if (!license && named !== null && result === 5)
    await noteRefusal(
      deps,
      caller,
      { ...purpose, identifier: named },
      { license, at: now, reason: 'license-not-found' },
    );
  return result;
}

async function findNamed(deps: ReadDeps, identifier: string | null): Promise<License | null> {
  if (identifier === null) return null;
  try {
    return await findLicense(deps, identifier);
  } catch (error) {
    // What was shredded is not there any more, and an identifier that no writer makes names nothing.
    if (isTrustError(error, 'license-shredded') || isTrustError(error, 'identifier-malformed')) return null;
    throw error;
  }
}

async function knownOf(deps: ReadDeps, { content, state, isCurrent }: License): Promise<KnownLicense> {
  const type = await deps.catalog.getVersion(content.licenseType, content.typeVersion);
  return { entries: listMetadata(type, content), state, isCurrent };
}

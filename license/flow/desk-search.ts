// What a clerk finds among the licenses that his organisation issued: by identifier, 证照编号 or case id, or all of a holder by
// the exact code. Looking through a holder's licenses is a reading, and the holder sees it. Who names a license already is
// told no more than that it is there, with masked names; opening it is the reading (http/desk-licenses.ts).
import { canonicalHolderCode } from '../../common/codes/holder-code.ts';
import { ISSUE_OPERATIONS } from '../../common/contract/license.ts';
import { isTrustError } from '../../common/errors.ts';
import { holderKey } from '../domain/holder-key.ts';
import { numberKeyOf } from '../domain/license-number.ts';
import type { License } from '../domain/license-record.ts';
import { findIssue } from '../store/issues.ts';
import { listAuthorityRights } from '../store/issuing-rights.ts';
import { findLicenseHeads, listLicenseIdsByNumber } from '../store/licenses.ts';
import { recordReadings } from './authority-readings.ts';
import type { LicenseDeps } from './deps.ts';
import { authorityClerk, type Clerk } from './issuer.ts';
import { listHolderLicenses } from './open-license.ts';
import { getIssuedLicense } from './read-license.ts';

type Deps = Pick<LicenseDeps, 'db' | 'keys' | 'clock'>;

/** Nothing found for these: the words name no license of this authority, or one whose holders were shredded. */
const NOT_FOUND = ['identifier-malformed', 'identifier-check', 'license-not-found', 'license-shredded'] as const;

/** By any identifier, by 证照编号, by case id: current versions, but the version itself that an identifier names. */
export async function findIssuedLicenses(deps: Deps, clerk: Clerk, words: string): Promise<readonly License[]> {
  const types = (await listAuthorityRights(deps.db, clerk.organisation)).map(({ licenseType }) => licenseType);
  const [byName, byNumber, byCase] = await Promise.all([
    [words],
    identifiersByNumber(deps, clerk, types, words),
    identifiersByCase(deps, clerk, types, words),
  ]);
  const identifiers = [...new Set([...byName, ...byNumber, ...byCase])];
  const found = await Promise.all(identifiers.map((identifier) => tryLicense(deps, clerk, identifier)));
  return found.filter((license) => license !== null);
}

/** All that this holder has of this authority now, the newest first. Each gets an event. */
export async function findLicensesOfHolder(
  deps: Deps,
  clerk: Clerk,
  organisationName: string,
  { codeType, code }: { readonly codeType: string; readonly code: string },
): Promise<readonly License[]> {
  const key = holderKey(deps.keys.pepper, codeType, canonicalHolderCode(code));
  const own = await listHolderLicenses(deps, key);
  const issued = own.filter(({ head }) => head.authorityCode === clerk.organisation);
  await recordReadings(deps, { ...authorityClerk(clerk), organisationName }, 'found', issued);
  return issued;
}

async function identifiersByNumber(
  { db, keys }: Deps,
  { organisation }: Clerk,
  types: readonly string[],
  number: string,
): Promise<readonly string[]> {
  const ids = await Promise.all(
    types.map((type) => listLicenseIdsByNumber(db, numberKeyOf(keys.pepper, type, organisation, number))),
  );
  return (await findLicenseHeads(db, ids.flat())).map(({ identifier }) => identifier);
}

async function identifiersByCase(
  { db }: Deps,
  { organisation }: Clerk,
  types: readonly string[],
  caseId: string,
): Promise<readonly string[]> {
  const keys = types.flatMap((licenseType) =>
    ISSUE_OPERATIONS.map((operation) => ({ organisation, caseId, licenseType, operation, item: 1 })),
  );
  const issues = await Promise.all(keys.map((key) => findIssue(db, key)));
  return issues.flatMap((issue) => (issue?.state === 'done' ? [issue.identifier] : []));
}

async function tryLicense(deps: Deps, clerk: Clerk, identifier: string): Promise<License | null> {
  try {
    return await getIssuedLicense(deps, authorityClerk(clerk), identifier);
  } catch (error) {
    if (NOT_FOUND.some((code) => isTrustError(error, code))) return null;
    throw error;
  }
}

// Whether a license that somebody names is there and what it is worth: by the code of its face, or by two facts. Public,
// nothing is kept, and nobody learns more than he showed: that there is no such license and that a fact is wrong are one
// answer. A seal is told by the file alone (verify-file.ts).
import { equalBytes, utf8 } from '../../common/bytes.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { isTrustError, TrustError } from '../../common/errors.ts';
import { agreesWithFacts, areNamedFacts } from '../domain/check-facts.ts';
import { makeLicenseId, parseLicenseIdentifier } from '../domain/license-identifier.ts';
import type { License } from '../domain/license-record.ts';
import type { LicenseState } from '../domain/license-states.ts';
import { readLicenseIdentifier } from '../domain/read-identifier.ts';
import { maskName } from '../domain/shown-parts.ts';
import type { LicenseDeps } from './deps.ts';
import { findLicense } from './open-license.ts';
import { checkPastDate, findStateAt } from './state-at.ts';
import type { WrongTries } from './wrong-tries.ts';

export type CheckDeps = Pick<LicenseDeps, 'db' | 'keys' | 'clock' | 'catalog'>;

export type LicenseQuestion = {
  /** As a person types it; spelling is mended. */
  readonly identifier: string;
  /** YYYY-MM-DD, today or before: the state at the end of that day too. */
  readonly date: string | null;
};

export type CheckedLicense = {
  readonly identifier: string;
  /** Of the version that is current. */
  readonly currentIdentifier: string;
  readonly name: string;
  readonly issuingAuthority: { readonly name: string; readonly code: string };
  readonly state: LicenseState;
  /** Null where no date was asked for; `state` null when it had not been issued then. */
  readonly stateAt: { readonly date: string; readonly state: LicenseState | null } | null;
  /** Names of persons are masked; only for who showed the code of the face. */
  readonly holders: readonly string[] | null;
  /** What was shown, and agrees. */
  readonly shown: readonly string[];
};

/** By the QR code of the face. Null: no license has this identifier and code. Throws `invalid-request` for a future date. */
export async function checkByFace(
  deps: CheckDeps,
  question: LicenseQuestion,
  verifyCode: string,
): Promise<CheckedLicense | null> {
  checkPastDate(question.date, deps.clock());
  const license = await findAsked(deps, question.identifier);
  const given = sm3(utf8(verifyCode.trim().toUpperCase()));
  if (!license || !equalBytes(sm3(utf8(license.content.verifyCode)), given)) return null;
  const holders = license.content.holders.map(({ name, codeType }) => maskName(name, codeType));
  return answer(deps, license, question, { holders, shown: ['verify_code'] });
}

/**
 * By the facts that its type names. Null: no license has this identifier and these facts. Throws `invalid-request` with the
 * names of the facts that are needed, and `too-many-requests`.
 */
export async function checkByFacts(
  deps: CheckDeps,
  tries: WrongTries,
  question: LicenseQuestion,
  facts: Readonly<Record<string, string>>,
): Promise<CheckedLicense | null> {
  checkPastDate(question.date, deps.clock());
  const { canonical } = readLicenseIdentifier(question.identifier);
  if (canonical === null) return null;
  const parts = parseLicenseIdentifier(canonical);
  const type = await deps.catalog.find(parts.licenseType);
  if (!type) return null;
  if (!areNamedFacts(type, facts)) {
    const detail = `a license of this type is checked by ${type.verify_facts.join(' and ')}`;
    throw new TrustError('invalid-request', detail, { pointer: '/facts' });
  }
  const licenseId = makeLicenseId(parts);
  const license = await findAsked(deps, canonical);
  // From the check to the count nothing waits, so that parallel tries are counted too.
  tries.check(licenseId);
  if (!license || !agreesWithFacts(license.content, facts)) {
    tries.count(licenseId);
    return null;
  }
  return answer(deps, license, question, { holders: null, shown: type.verify_facts });
}

async function findAsked(deps: CheckDeps, identifier: string): Promise<License | null> {
  const { canonical } = readLicenseIdentifier(identifier);
  if (canonical === null) return null;
  try {
    return await findLicense(deps, canonical);
  } catch (error) {
    if (isTrustError(error, 'license-shredded')) return null;
    throw error;
  }
}

async function answer(
  deps: CheckDeps,
  license: License,
  { date }: LicenseQuestion,
  told: Pick<CheckedLicense, 'holders' | 'shown'>,
): Promise<CheckedLicense> {
  const { content, head } = license;
  return {
    identifier: content.identifier,
    currentIdentifier: head.identifier,
    name: content.name,
    issuingAuthority: content.issuingAuthority,
    state: license.state,
    stateAt: date === null ? null : { date, state: await findStateAt(deps, license, date) },
    ...told,
  };
}

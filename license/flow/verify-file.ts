// Judges a PDF: its seals by the seal room, its license by our own records. Two separate facts: a file can be sealed well
// and its license revoked. The identifier inside the file is only a claim; the SM3 says whether this is the file we issued.
import { toHex } from '../../common/bytes.ts';
import type { FileVerification } from '../../common/contract/license.ts';
import type { VerificationReport } from '../../common/contract/report.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import { isTrustError, type ProblemCode } from '../../common/errors.ts';
import { type LicenseIdentifier, makeLicenseId, parseLicenseIdentifier } from '../domain/license-identifier.ts';
import { stateAt } from '../domain/license-states.ts';
import { findClaimedIdentifiers } from '../pdf/face-metadata.ts';
import { type AnnotatedCopy, findCopyByFile } from '../store/annotated-copies.ts';
import { findLicenseVersion, type StoredPair } from '../store/versions.ts';
import type { LicenseDeps } from './deps.ts';
import { throwForeign } from './foreign-problem.ts';
import { findLicense } from './open-license.ts';
import { checkPastDate, findStateAt } from './state-at.ts';

/** What the seal room can say about the file itself. */
const FILE_PROBLEMS: ReadonlySet<ProblemCode> = new Set([
  'not-a-pdf',
  'pdf-truncated',
  'pdf-encrypted',
  'pdf-hybrid',
  'pdf-broken',
  'pdf-too-large',
  'body-too-large',
  'document-too-costly',
]);

type LicenseFact = FileVerification['license'];

/**
 * `date`: YYYY-MM-DD, the state at the end of that day too. Throws what the seal room says of a file that it cannot read
 * (not-a-pdf, pdf-broken …), seal-unavailable, and invalid-request for a day that has not come.
 */
export async function verifyFile(
  deps: LicenseDeps,
  pdf: Uint8Array,
  date: string | null = null,
): Promise<FileVerification> {
  checkPastDate(date, deps.clock());
  const report = await judgeSeals(deps, pdf);
  const fact = await findLicenseFact(deps, pdf);
  const license = date === null ? fact : { ...fact, state_at: await stateOn(deps, fact, date) };
  return { kind: 'file', report: requireSeal(report), license };
}

/** Null for a file of no license of ours, and for one whose holders were shredded: what happened to it opens no more. */
async function stateOn(deps: LicenseDeps, { identifier }: LicenseFact, date: string): Promise<LicenseFact['state_at']> {
  if (identifier === null) return null;
  try {
    const license = await findLicense(deps, identifier);
    return license && { date, state: (await findStateAt(deps, license, date)) ?? 'not_issued' };
  } catch (error) {
    if (isTrustError(error, 'license-shredded')) return null;
    throw error;
  }
}

/** What the seal room reports. Throws as `verifyFile`. */
export function judgeSeals({ seal }: Pick<LicenseDeps, 'seal'>, pdf: Uint8Array): Promise<VerificationReport> {
  return seal.verify(pdf).catch(throwForeign(FILE_PROBLEMS));
}

/** True for what the seal room says of a file that it cannot read. */
export function isFileProblem(code: ProblemCode): boolean {
  return FILE_PROBLEMS.has(code);
}

/** A license is sealed: a signature without an e-seal, however valid, is not what was asked for here. */
export function requireSeal(report: VerificationReport): VerificationReport {
  if (report.indication !== 'TOTAL-PASSED' || report.signatures.some(({ seal }) => seal !== null)) return report;
  return {
    ...report,
    indication: 'INDETERMINATE',
    sub_indication: 'NO_SIGNATURE_FOUND',
    summary: `There is no e-seal in it, which a license has. ${report.summary}`,
  };
}

/**
 * What the registry knows about the license that the file is, or claims to be: every file of ours names its version. An
 * annotated copy is known by its SM3, until half a year after its end.
 */
export async function findLicenseFact(deps: Pick<LicenseDeps, 'db' | 'clock'>, pdf: Uint8Array): Promise<LicenseFact> {
  const now = deps.clock();
  const claims = findClaimedIdentifiers(pdf);
  const [claim] = claims;
  if (claim === undefined) return fact(null, 'not_a_license', false, now, 'The file names no license.');
  if (claims.length > 1) {
    return fact(null, 'unknown', false, now, `The file names ${claims.length} different licenses; none is believed.`);
  }
  const parts = readParts(claim);
  if (parts === null) return fact(null, 'unknown', false, now, 'The identifier in the file is not one of GB/T 36904.');
  const found = await findLicenseVersion(deps.db, makeLicenseId(parts), parts.version);
  if (found) return knownFact(found, await findKnownFile(deps, found, toHex(sm3(pdf))), now);
  return fact(claim, 'unknown', false, now, 'The license that the file names is not in this registry.');
}

/** The file that was issued, a copy that was made of it, or null for none of ours. */
type KnownFile = 'original' | AnnotatedCopy | null;

async function findKnownFile({ db }: Pick<LicenseDeps, 'db'>, found: StoredPair, fileSm3: string): Promise<KnownFile> {
  if (found.version.file.sm3 === fileSm3) return 'original';
  const copy = await findCopyByFile(db, fileSm3);
  return copy?.identifier === found.version.identifier ? copy : null;
}

function knownFact({ head, version }: StoredPair, file: KnownFile, now: Date): LicenseFact {
  const state = stateAt(head.stored, head.validTo, now);
  const which = whichFile(file, now);
  const since = state === 'valid' || state === 'expired' ? '' : ` since ${head.stateChangedAt.toISOString()}`;
  const newer = version.version === head.version ? '' : `, and its version ${head.version} took the place of this one`;
  const finding = `${which}; the license is ${state}${since}${newer}.`;
  const isCopy = file !== null && file !== 'original';
  return {
    ...fact(version.identifier, state, file === 'original', now, finding),
    current_identifier: head.identifier,
    annotated_copy: isCopy ? { valid_until: file.validUntil.toISOString(), is_live: file.validUntil > now } : null,
  };
}

function whichFile(file: KnownFile, now: Date): string {
  if (file === 'original') return 'This is the file that was issued';
  if (file === null) return 'The file names this license but is not the file that was issued';
  const verb = file.validUntil > now ? 'is' : 'was';
  return `This is an annotated copy that ${verb} good until ${file.validUntil.toISOString()}`;
}

function fact(
  identifier: string | null,
  status: LicenseFact['status'],
  registeredFile: boolean,
  now: Date,
  finding: string,
): LicenseFact {
  return {
    identifier,
    current_identifier: null,
    status,
    registered_file: registeredFile,
    state_at: null,
    annotated_copy: null,
    as_of: now.toISOString(),
    finding,
  };
}

function readParts(claim: string): LicenseIdentifier | null {
  try {
    return parseLicenseIdentifier(claim);
  } catch (error) {
    if (isTrustError(error)) return null;
    throw error;
  }
}

// Somebody reads what a holder shows: a client that is registered to redeem, or a person who is logged in and acts for an
// organisation. Once, cut to what the holder chose, with an event for each license in the same statement.
//   1 what the code stands for   2 the licenses as they are now, cut, closed under their own keys   3 use the presentation up
import { randomBytes } from 'node:crypto';
import { utf8 } from '../../common/bytes.ts';
import { NONCE_BYTES } from '../../common/crypto/sealed-box.ts';
import { isUniqueViolation } from '../../common/db/errors.ts';
import { isTrustError, TrustError } from '../../common/errors.ts';
import { makeId } from '../../common/ids.ts';
import { closePayload, type DataKey, openLicenseKey, openPayload, type Place } from '../domain/data-keys.ts';
import type { LicenseEvent } from '../domain/license-event.ts';
import type { License } from '../domain/license-record.ts';
import { openLicense } from '../domain/open-license.ts';
import type { Presentation, PresentationUse } from '../domain/presentation.ts';
import { type CodeText, digitsKey, hashPresentationCode } from '../domain/presentation-code.ts';
import { cutLicense, type ShownLicense } from '../domain/shown-parts.ts';
import { giveBackDigitTry, takeDigitTry } from '../store/digit-tries.ts';
import { findHolderKeys } from '../store/holder-keys.ts';
import { findLicenseHeads } from '../store/licenses.ts';
import {
  type Answer,
  findByCode,
  findByDigits,
  findRedemption,
  findRedemptionById,
  listAnswers,
  redeem,
} from '../store/presentations.ts';
import { findCurrentVersions } from '../store/versions.ts';
import type { LicenseDeps } from './deps.ts';
import { makeEvent } from './make-event.ts';
import { presentationProblem } from './present-licenses.ts';

type RedeemDeps = Pick<LicenseDeps, 'db' | 'keys' | 'clock'>;

/** Who reads, as the holder is told. */
export type Verifier = {
  /** A client, or the account of a person. */
  readonly id: string;
  readonly organisation: string;
  readonly organisationName: string;
};

export type Redemption = {
  readonly redemptionId: string;
  readonly redeemedAt: Date;
  readonly organisation: { readonly code: string; readonly name: string };
  /** As they were when they were read, a revoked one included. */
  readonly licenses: readonly ShownLicense[];
};
export type RedeemOutcome = { readonly redemption: Redemption; readonly created: boolean };

/** Wrong digits of one verifier within a minute. */
export const MOST_WRONG_DIGITS = 5;

/** Throws code-unknown, code-used, code-expired, idempotency-conflict, answer-gone. */
export async function redeemPresentation(
  deps: RedeemDeps,
  verifier: Verifier,
  { codeHash, idempotencyKey }: { readonly codeHash: Uint8Array; readonly idempotencyKey: string },
): Promise<RedeemOutcome> {
  // 1
  const found = await findByCode(deps.db, codeHash);
  const earlier = found?.presentation.use;
  if (found && earlier && earlier.by === verifier.id && earlier.idempotencyKey === idempotencyKey)
    return { redemption: await openRedemption(deps, found.presentation), created: false };
  if (!found || earlier) throw await problemOf(deps, verifier, idempotencyKey, found?.presentation ?? null);
  // 2
  const use: PresentationUse = {
    at: deps.clock(),
    redemptionId: makeId('rdm'),
    by: verifier.id,
    idempotencyKey,
    organisation: verifier.organisation,
    organisationName: verifier.organisationName,
  };
  const licenses = await openPresented(deps, found.presentation, use.at);
  const shown = licenses.map(({ license, parts }) => cutLicense(license, parts));
  const answers = licenses.map(({ license }, place) => closeAnswer(license.dataKey, use, shown[place]!, place));
  const events = licenses.map((one) => redeemedEvent(one, found.presentation, use));
  // 3
  if (await redeemOnce(deps, codeHash, { use, answers, events }))
    return { redemption: toRedemption(use, shown), created: true };
  // Expired or stopped; or used a moment ago, perhaps by a parallel request with this very key.
  const again = await findByCode(deps.db, codeHash);
  const raced = again?.presentation.use;
  if (again && raced && raced.by === verifier.id && raced.idempotencyKey === idempotencyKey)
    return { redemption: await openRedemption(deps, again.presentation), created: false };
  throw await problemOf(deps, verifier, idempotencyKey, again?.presentation ?? null);
}

/**
 * As `redeemPresentation`, by the 8 digits; only for a person who is logged in. Throws too-many-requests after five wrong ones
 * within a minute; a code that was right is none of them.
 */
export async function redeemDigits(
  deps: RedeemDeps,
  verifier: Verifier,
  { digits, idempotencyKey }: { readonly digits: string; readonly idempotencyKey: string },
): Promise<RedeemOutcome> {
  const { tries, until } = await takeDigitTry(deps.db, verifier.id, deps.clock());
  if (tries > MOST_WRONG_DIGITS) {
    const hint = `Wait until ${until.toISOString()}, or scan the code.`;
    throw new TrustError('too-many-requests', 'too many wrong digits within a minute', { hint });
  }
  const found = await findByDigits(deps.db, digitsKey(deps.keys.digits, digits));
  if (!found) throw presentationProblem(null);
  const outcome = await redeemPresentation(deps, verifier, { codeHash: found.codeHash, idempotencyKey });
  await giveBackDigitTry(deps.db, verifier.id);
  return outcome;
}

/** When a code was used and by which organisation; null when nobody did. For a verifier who is logged in. */
export async function findUseOf(
  { db, keys }: RedeemDeps,
  text: CodeText,
): Promise<Pick<PresentationUse, 'at' | 'organisationName'> | null> {
  const found =
    text.kind === 'code'
      ? await findByCode(db, hashPresentationCode(text.code))
      : await findByDigits(db, digitsKey(keys.digits, text.digits));
  return found?.presentation.use ?? null;
}

/** What this verifier read, for the page that shows it. Throws not-found, also for what others read; answer-gone. */
export async function readRedemption(deps: RedeemDeps, verifierId: string, redemptionId: string): Promise<Redemption> {
  const presentation = await findRedemptionById(deps.db, redemptionId);
  if (presentation?.use?.by !== verifierId) throw new TrustError('not-found', 'you have read nothing of this name');
  return openRedemption(deps, presentation);
}

type PresentedLicense = { readonly license: License; readonly parts: readonly string[] };

/** The key of the holder who shows them opens them all; without it, or when he holds one no more, there is nothing to read. */
async function openPresented(
  deps: RedeemDeps,
  { holderKey, items }: Presentation,
  at: Date,
): Promise<readonly PresentedLicense[]> {
  const [own, found] = await Promise.all([
    findHolderKeys(deps.db, [holderKey]),
    findCurrentVersions(
      deps.db,
      items.map(({ licenseId }) => licenseId),
    ),
  ]);
  try {
    return items.map(({ licenseId, parts }) => {
      const pair = found.find(({ head }) => head.licenseId === licenseId);
      if (!pair) throw new TrustError('internal', 'a license of a presentation is missing');
      return { license: openLicense(deps.keys, pair, own, at), parts };
    });
  } catch (error) {
    if (!isTrustError(error, 'license-shredded')) throw error;
    throw new TrustError('code-expired', 'the license is no longer this holder’s to show', { cause: error });
  }
}

/** False when somebody else was first, or the code is over. A key that was used for another code is left to the caller. */
async function redeemOnce(
  { db }: RedeemDeps,
  codeHash: Uint8Array,
  what: { use: PresentationUse; answers: readonly Answer[]; events: readonly LicenseEvent[] },
): Promise<boolean> {
  try {
    return await redeem(db, codeHash, what);
  } catch (error) {
    if (isUniqueViolation(error, 'presentations_redemption_key')) return false;
    throw error;
  }
}

/** A key that redeemed something else is a conflict, whatever became of the code. */
async function problemOf(
  { db }: RedeemDeps,
  verifier: Verifier,
  idempotencyKey: string,
  presentation: Presentation | null,
): Promise<TrustError> {
  const other = await findRedemption(db, verifier.id, idempotencyKey);
  return other
    ? new TrustError('idempotency-conflict', 'this key redeemed another code')
    : presentationProblem(presentation);
}

function closeAnswer(dataKey: DataKey, use: PresentationUse, shown: ShownLicense, place: number): Answer {
  const bytes = utf8(JSON.stringify(shown));
  const box = closePayload(dataKey, answerPlace(use.redemptionId), bytes, randomBytes(NONCE_BYTES));
  return { licenseId: dataKey.licenseId, place, box };
}

/** Opens what was told then. Throws answer-gone when a holder's key was destroyed since. */
async function openRedemption(deps: RedeemDeps, { presentationId, holderKey, use }: Presentation): Promise<Redemption> {
  if (!use) throw new TrustError('internal', 'a presentation that nobody read has no answers');
  const answers = await listAnswers(deps.db, presentationId);
  const ids = answers.map(({ licenseId }) => licenseId);
  const [own, heads] = await Promise.all([findHolderKeys(deps.db, [holderKey]), findLicenseHeads(deps.db, ids)]);
  try {
    const shown = answers.map(({ licenseId, box }) => {
      const head = heads.find((one) => one.licenseId === licenseId);
      if (!head) throw new TrustError('internal', 'a license of a presentation is missing');
      return decodeShown(
        openPayload(openLicenseKey(deps.keys, licenseId, head, own), answerPlace(use.redemptionId), box),
      );
    });
    return toRedemption(use, shown);
  } catch (error) {
    if (!isTrustError(error, 'license-shredded')) throw error;
    throw new TrustError('answer-gone', 'what was read can no longer be opened', { cause: error });
  }
}

const answerPlace = (redemptionId: string): Place => `answer ${redemptionId}`;

function decodeShown(bytes: Uint8Array): ShownLicense {
  const shown = JSON.parse(new TextDecoder().decode(bytes)) as Omit<ShownLicense, 'stateSince'> & {
    stateSince: string;
  };
  return { ...shown, stateSince: new Date(shown.stateSince) };
}

function toRedemption(use: PresentationUse, licenses: readonly ShownLicense[]): Redemption {
  const { redemptionId, at, organisation, organisationName } = use;
  return { redemptionId, redeemedAt: at, organisation: { code: organisation, name: organisationName }, licenses };
}

function redeemedEvent(
  { license, parts }: PresentedLicense,
  { presentationId }: Presentation,
  use: PresentationUse,
): LicenseEvent {
  const { dataKey, head } = license;
  const who = { actor: use.by, organisation: use.organisation, basis: `presentation:${presentationId}` };
  const detail = { organisation_name: use.organisationName, fields: parts, redemption_id: use.redemptionId };
  return makeEvent(dataKey, { at: use.at, kind: 'redeemed', identifier: head.identifier, ...who }, detail);
}

// What a holder may agree to: never more than was asked, of licenses that are his; and what he may change afterwards: only
// take away. Pure; how a form says it is http's part.
import { TrustError } from '../../common/errors.ts';
import type { ConsentGround } from './read-grounds.ts';
import { isSharedElement } from './shared-elements.ts';

/** Longest life of a consent: a holder is asked again after a year. */
export const MAX_CONSENT_DAYS = 366;
/** So long a request can be decided. */
export const REQUEST_SECONDS = 7 * 86_400;

const DAY_MS = 86_400_000;

export type Allowed = ConsentGround['allowed'];
export type ConsentTerms = Pick<ConsentGround, 'allowed' | 'until' | 'maxUses'>;

/** Elements of one license that can be agreed to. */
export type OfferedLicense = {
  readonly licenseId: string;
  /** Asked for and there. */
  readonly fields: readonly string[];
};

/** Throws `invalid-request`, with a pointer into the request, for terms that nobody may be asked to agree to. */
export function checkAskedTerms(
  asked: { readonly until: Date; readonly fields: readonly (readonly string[])[] },
  now: Date,
): void {
  if (asked.until <= now) throw invalid('the end has passed', '/until');
  if (asked.until.getTime() > now.getTime() + MAX_CONSENT_DAYS * DAY_MS)
    throw invalid(`a consent lasts for ${MAX_CONSENT_DAYS} days at most`, '/until');
  for (const [index, names] of asked.fields.entries()) {
    const unknown = names.find((name) => !isSharedElement(name));
    if (unknown !== undefined) throw invalid(`${unknown} cannot be asked for`, `/licenses/${index}/fields`);
  }
}

/** What was chosen of what was offered, in the order of the offer; licenses without a chosen element are left out. */
export function chooseAllowed(
  offered: readonly OfferedLicense[],
  isChosen: (licenseId: string, field: string) => boolean,
): Allowed {
  return offered.flatMap(({ licenseId, fields }) => {
    const chosen = fields.filter((field) => isChosen(licenseId, field));
    return chosen.length === 0 ? [] : [{ licenseId, fields: chosen }];
  });
}

/** The narrower of what was asked and what the holder wants; throws `invalid-request` for an end before now. */
export function narrowTerms(
  terms: Pick<ConsentTerms, 'until' | 'maxUses'>,
  wish: { readonly until?: Date | null; readonly maxUses?: number | null },
  now: Date,
): Pick<ConsentTerms, 'until' | 'maxUses'> {
  const until = wish.until != null && wish.until < terms.until ? wish.until : terms.until;
  if (until <= now) throw invalid('the end has passed', '/until');
  const uses = [terms.maxUses, wish.maxUses ?? null].filter((count) => count !== null);
  return { until, maxUses: uses.length === 0 ? null : Math.min(...uses) };
}

/** What a consent is now. */
export type ConsentState = 'live' | 'revoked' | 'expired' | 'used-up';

export function consentState(
  consent: Pick<ConsentGround, 'revokedAt' | 'until' | 'maxUses' | 'uses'>,
  now: Date,
): ConsentState {
  if (consent.revokedAt !== null) return 'revoked';
  if (consent.until <= now) return 'expired';
  return consent.maxUses !== null && consent.uses >= consent.maxUses ? 'used-up' : 'live';
}

function invalid(sentence: string, pointer: string): TrustError {
  return new TrustError('invalid-request', sentence, { pointer });
}

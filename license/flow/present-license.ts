// 亮证: the holder gets a code for one of his licenses. It lives for a minute and can be used once; only its hash is kept.
import { TrustError } from '../../common/errors.ts';
import { makeToken } from '../../common/ids.ts';
import type { StoredLicense } from '../domain/license-record.ts';
import { checkPresentable, stateAt } from '../domain/license-states.ts';
import {
  hashPresentationCode,
  makePresentationCode,
  PRESENTATION_RANDOM_CHARACTERS,
  PRESENTATION_TTL_SECONDS,
  parsePresentationCode,
} from '../domain/presentation-code.ts';
import { insertEvent } from '../store/events.ts';
import { findPresentation, insertPresentation } from '../store/presentations.ts';
import type { LicenseDeps } from './deps.ts';
import { getOwnLicense } from './read-license.ts';

export type MadePresentation = { readonly code: string; readonly expiresAt: Date; readonly license: StoredLicense };

/** Throws license-not-found for a license of somebody else, license-state-forbids for one that ended. */
export async function presentLicense(
  deps: LicenseDeps,
  holderKey: Uint8Array,
  identifier: string,
): Promise<MadePresentation> {
  const license = await getOwnLicense(deps, holderKey, identifier);
  const now = deps.clock();
  checkPresentable(stateAt(license.stored, license.validTo, now));
  const code = makePresentationCode(makeToken(PRESENTATION_RANDOM_CHARACTERS));
  const expiresAt = new Date(now.getTime() + PRESENTATION_TTL_SECONDS * 1000);
  await deps.db.transaction(async (trx) => {
    await insertPresentation(trx, hashPresentationCode(code), { identifier, createdAt: now, expiresAt });
    await insertEvent(trx, { at: now, kind: 'presented', identifier, actor: 'holder', detail: {} });
  });
  return { code, expiresAt, license };
}

export type CodeFact = {
  readonly state: 'live' | 'used' | 'expired' | 'unknown';
  readonly identifier: string | null;
  readonly expiresAt: Date | null;
  readonly usedAt: Date | null;
  readonly verifierName: string | null;
};

/** What is known of a code, without using it up. Throws code-malformed. */
export async function readPresentation(deps: Pick<LicenseDeps, 'db' | 'clock'>, text: string): Promise<CodeFact> {
  return readPresentationByHash(deps, hashPresentationCode(parsePresentationCode(text)));
}

export async function readPresentationByHash(
  deps: Pick<LicenseDeps, 'db' | 'clock'>,
  codeHash: Uint8Array,
): Promise<CodeFact> {
  const found = await findPresentation(deps.db, codeHash);
  if (!found) return { state: 'unknown', identifier: null, expiresAt: null, usedAt: null, verifierName: null };
  const { identifier, expiresAt, use } = found;
  const live = { identifier, expiresAt, usedAt: null, verifierName: null };
  if (use) return { ...live, state: 'used', usedAt: use.usedAt, verifierName: use.verifierName };
  return { ...live, state: expiresAt <= deps.clock() ? 'expired' : 'live' };
}

/** The problem that a code which is not live stands for. */
export function codeProblem(fact: CodeFact): TrustError {
  const { usedAt, expiresAt } = fact;
  if (fact.state === 'used') return new TrustError('code-used', `the code was used at ${usedAt?.toISOString()}`);
  if (fact.state === 'expired')
    return new TrustError('code-expired', `the code expired at ${expiresAt?.toISOString()}`);
  return new TrustError('code-unknown', 'no such code was made');
}

// 亮证: a holder shows some of his licenses, of each what he chose. The presentation lives for ten minutes at most, a code of
// it for a minute; only hashes of codes are kept.
//   1 the licenses are his and may be shown   2 the parts that he chose exist   3 presentation, first code and events in one
//   transaction
import { randomInt } from 'node:crypto';
import type { Knex } from 'knex';
import { equalBytes } from '../../common/bytes.ts';
import { TrustError } from '../../common/errors.ts';
import { makeId, makeToken } from '../../common/ids.ts';
import type { LicenseEvent } from '../domain/license-event.ts';
import { makeLicenseId, parseLicenseIdentifier } from '../domain/license-identifier.ts';
import type { License } from '../domain/license-record.ts';
import { checkPresentable } from '../domain/license-states.ts';
import {
  MAX_ITEMS,
  PRESENTATION_SECONDS,
  type Presentation,
  type PresentedItem,
  presentationStateAt,
} from '../domain/presentation.ts';
import {
  CODE_RANDOM_CHARACTERS,
  CODE_TTL_SECONDS,
  digitsKey,
  hashPresentationCode,
  makeDigits,
  makePresentationCode,
  parsePresentationCode,
} from '../domain/presentation-code.ts';
import { parseParts, partsOf } from '../domain/shown-parts.ts';
import { insertEvents } from '../store/events.ts';
import {
  findByCode,
  findPresentation,
  insertCode,
  insertPresentation,
  stopPresentation as markStopped,
} from '../store/presentations.ts';
import type { LicenseDeps } from './deps.ts';
import { makeEvent } from './make-event.ts';
import { licenseNotFound, listHolderLicenses } from './open-license.ts';

type PresentDeps = Pick<LicenseDeps, 'db' | 'keys' | 'clock' | 'catalog'>;

/** Whose licenses, and the account of the person who shows them: for a unit they are not the same. */
export type Presenter = { readonly holderKey: Uint8Array; readonly account: string };
export type WantedItem = { readonly identifier: string; readonly parts?: readonly string[] | undefined };

export type MadeCode = { readonly code: string; readonly digits: string; readonly expiresAt: Date };
export type MadePresentation = MadeCode & { readonly presentationId: string; readonly endsAt: Date };

const DIGITS_RANGE = 100_000_000;
/** Of a million live codes one in a hundred meets digits that are taken; ten such meetings in a row do not happen. */
const MOST_TRIES = 10;

/** Throws license-not-found for a license of somebody else, license-state-forbids for one that ended, invalid-request. */
export async function presentLicenses(
  deps: PresentDeps,
  presenter: Presenter,
  wanted: readonly WantedItem[],
): Promise<MadePresentation> {
  // 1, 2
  const chosen = await chooseLicenses(deps, presenter.holderKey, wanted);
  // 3
  const now = deps.clock();
  const presentation = {
    presentationId: makeId('prs'),
    holderKey: presenter.holderKey,
    items: chosen.map(({ item }) => item),
    createdAt: now,
    endsAt: new Date(now.getTime() + PRESENTATION_SECONDS * 1000),
  };
  const events = chosen.map(({ license, item }) => presentedEvent(license, item, presenter, presentation));
  const code = await deps.db.transaction(async (trx) => {
    await insertPresentation(trx, presentation);
    await insertEvents(trx, events);
    return makeCode({ ...deps, db: trx }, presentation);
  });
  return { ...code, presentationId: presentation.presentationId, endsAt: presentation.endsAt };
}

/**
 * A further code; the ones before it stay good until their own end. Throws code-unknown for a presentation of somebody else,
 * code-used, and code-expired when the presentation is over.
 */
export async function renewCode(
  deps: PresentDeps,
  holderKey: Uint8Array,
  presentationId: string,
): Promise<MadePresentation> {
  const presentation = await getOwnPresentation(deps, holderKey, presentationId);
  const code = await makeCode(deps, presentation);
  return { ...code, presentationId, endsAt: presentation.endsAt };
}

/** The same once more, in a presentation of its own. Throws as `presentLicenses` and `getOwnPresentation`. */
export async function presentAgain(
  deps: PresentDeps,
  presenter: Presenter,
  presentationId: string,
): Promise<MadePresentation> {
  const { items } = await getOwnPresentation(deps, presenter.holderKey, presentationId);
  return presentLicenses(deps, presenter, items);
}

/** From now on no code of it can be redeemed. Throws code-unknown for a presentation of somebody else. */
export async function stopPresentation(
  deps: Pick<LicenseDeps, 'db' | 'clock'>,
  holderKey: Uint8Array,
  presentationId: string,
): Promise<void> {
  await getOwnPresentation(deps, holderKey, presentationId);
  await markStopped(deps.db, presentationId, holderKey, deps.clock());
}

/** Throws code-unknown, also for a presentation of somebody else. */
export async function getOwnPresentation(
  deps: Pick<LicenseDeps, 'db'>,
  holderKey: Uint8Array,
  presentationId: string,
): Promise<Presentation> {
  const presentation = await findPresentation(deps.db, presentationId);
  if (!presentation || !equalBytes(presentation.holderKey, holderKey)) throw unknownCode();
  return presentation;
}

/** All that somebody without login is told; an unknown code is told like an expired one. */
export type CodeFact = { readonly state: 'live' | 'used' | 'expired'; readonly expiresAt: Date | null };

/** Looks at a code without using it up. Throws code-malformed. */
export async function lookAtCode(deps: Pick<LicenseDeps, 'db' | 'clock'>, text: string): Promise<CodeFact> {
  const found = await findByCode(deps.db, hashPresentationCode(parsePresentationCode(text)));
  if (!found) return { state: 'expired', expiresAt: null };
  const { presentation, expiresAt } = found;
  if (presentation.use) return { state: 'used', expiresAt };
  const now = deps.clock();
  const isLive = expiresAt > now && presentationStateAt(presentation, now) === 'live';
  return { state: isLive ? 'live' : 'expired', expiresAt };
}

/** The problem that a presentation stands for which takes no redemption or no further code. */
export function presentationProblem(presentation: Presentation | null): TrustError {
  if (!presentation) return unknownCode();
  const { use, stoppedAt } = presentation;
  if (use) return new TrustError('code-used', `the code was used at ${use.at.toISOString()}`);
  if (stoppedAt) return new TrustError('code-expired', 'the holder has stopped showing');
  return new TrustError('code-expired', 'the code has expired');
}

function unknownCode(): TrustError {
  return new TrustError('code-unknown', 'no such code was made');
}

type Chosen = { readonly license: License; readonly item: PresentedItem };

async function chooseLicenses(
  deps: PresentDeps,
  holderKey: Uint8Array,
  wanted: readonly WantedItem[],
): Promise<readonly Chosen[]> {
  if (wanted.length === 0 || wanted.length > MAX_ITEMS) {
    throw new TrustError('invalid-request', `1 to ${MAX_ITEMS} licenses are shown at a time`, { pointer: '/licenses' });
  }
  const ids = wanted.map(({ identifier }) => makeLicenseId(parseLicenseIdentifier(identifier)));
  if (new Set(ids).size < ids.length) {
    throw new TrustError('invalid-request', 'a license is named twice', { pointer: '/licenses' });
  }
  const own = new Map((await listHolderLicenses(deps, holderKey)).map((license) => [license.head.licenseId, license]));
  return Promise.all(
    ids.map(async (licenseId, index) => {
      const license = own.get(licenseId);
      if (!license) throw licenseNotFound();
      checkPresentable(license.state);
      const { licenseType, typeVersion } = license.content;
      const available = partsOf(await deps.catalog.getVersion(licenseType, typeVersion), license.content);
      const parts = parseParts(wanted[index]?.parts, available, `/licenses/${index}/parts`);
      return { license, item: { licenseId, identifier: license.head.identifier, parts } };
    }),
  );
}

/** Digits of a live code are not given twice: others are tried. */
async function makeCode(
  { db, keys, clock }: Pick<PresentDeps, 'keys' | 'clock'> & { readonly db: Knex },
  { presentationId, endsAt }: Pick<Presentation, 'presentationId' | 'endsAt'>,
): Promise<MadeCode> {
  const now = clock();
  const code = makePresentationCode(makeToken(CODE_RANDOM_CHARACTERS));
  const codeHash = hashPresentationCode(code);
  const expiresAt = new Date(Math.min(now.getTime() + CODE_TTL_SECONDS * 1000, endsAt.getTime()));
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const digits = makeDigits(randomInt(DIGITS_RANGE));
    const row = { codeHash, digitsKey: digitsKey(keys.digits, digits), expiresAt };
    const outcome = await insertCode(db, presentationId, row, now);
    if (outcome === 'made') return { code, digits, expiresAt };
    if (outcome === 'over') throw presentationProblem(await findPresentation(db, presentationId));
  }
  throw new TrustError('busy', 'no digits are free at this moment');
}

function presentedEvent(
  { head, dataKey }: License,
  { parts }: PresentedItem,
  presenter: Presenter,
  { presentationId, createdAt, endsAt }: Pick<Presentation, 'presentationId' | 'createdAt' | 'endsAt'>,
): LicenseEvent {
  const who = { actor: presenter.account, organisation: null, basis: `presentation:${presentationId}` };
  const detail = { fields: parts, until: endsAt.toISOString() };
  return makeEvent(dataKey, { at: createdAt, kind: 'presented', identifier: head.identifier, ...who }, detail);
}

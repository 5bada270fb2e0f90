// A holder looks at what he is asked for, with the values that would be told, and decides; later he narrows or withdraws.
//   1 his request, still open   2 his licenses of the types that are asked for   3 what he chose, never more than was asked
//   4 decision, consent and one event for each license, in one transaction
import type { Knex } from 'knex';
import { equalBytes, toHex } from '../../common/bytes.ts';
import { TrustError } from '../../common/errors.ts';
import { makeId } from '../../common/ids.ts';
import { type ConsentTerms, chooseAllowed, narrowTerms, type OfferedLicense } from '../domain/consent-terms.ts';
import type { LicenseEventKind } from '../domain/license-event.ts';
import { listMetadata, type MetadataEntry } from '../domain/license-metadata.ts';
import type { License } from '../domain/license-record.ts';
import { isPresentable } from '../domain/license-states.ts';
import { WHOLE_FILE } from '../domain/shared-elements.ts';
import { type ConsentRequest, decideRequest, findConsentRequest, type WantedType } from '../store/consent-requests.ts';
import {
  type Consent,
  findConsent,
  findConsentOfRequest,
  insertConsent,
  narrowConsent,
  revokeConsent,
} from '../store/consents.ts';
import { insertEvents } from '../store/events.ts';
import type { LicenseDeps } from './deps.ts';
import { makeEvent } from './make-event.ts';
import { listHolderLicenses } from './open-license.ts';

type ConsentDeps = Pick<LicenseDeps, 'db' | 'keys' | 'clock' | 'catalog'>;

/** The person who decides: the holder, or who acts for it. */
export type Decider = { readonly holderKey: Uint8Array; readonly sub: string };

/** A license of the holder with the elements that he is asked for, values included. */
export type Offer = OfferedLicense & {
  readonly license: License;
  readonly optional: ReadonlySet<string>;
  readonly entries: readonly MetadataEntry[];
};

/** Narrower than what was asked; a field is given when `isChosen` says so. */
export type Decision = {
  readonly isChosen: (licenseId: string, field: string) => boolean;
  readonly until?: Date | null;
  readonly maxUses?: number | null;
};

/** What he is asked for, and which of his licenses it is about; none when he has none. Throws consent-request-not-found. */
export async function offerConsent(
  deps: ConsentDeps,
  decider: Decider,
  requestId: string,
): Promise<{ readonly request: ConsentRequest; readonly offers: readonly Offer[]; readonly consent: Consent | null }> {
  const request = await getOwnRequest(deps, decider, requestId);
  const consent = request.state === 'given' ? await findConsentOfRequest(deps.db, requestId) : null;
  return { request, consent, offers: await listOffers(deps, decider.holderKey, request.wanted) };
}

/** Throws consent-request-not-found, consent-request-over, invalid-request when nothing was chosen. */
export async function giveConsent(
  deps: ConsentDeps,
  decider: Decider,
  requestId: string,
  decision: Decision,
): Promise<ConsentRequest> {
  // 1
  const request = await getOwnRequest(deps, decider, requestId);
  // 2
  const offers = await listOffers(deps, decider.holderKey, request.wanted);
  // 3
  const now = deps.clock();
  const allowed = chooseAllowed(offers, decision.isChosen);
  if (allowed.length === 0) throw new TrustError('invalid-request', 'nothing was chosen', { pointer: '/allowed' });
  const asked = { until: request.consentUntil, maxUses: request.maxUses };
  if (request.consentUntil <= now) throw over();
  const terms = { allowed, ...narrowTerms(asked, decision, now) };
  const consent = {
    id: makeId('cns'),
    requestId,
    clientId: request.clientId,
    organisation: request.organisation,
    holderKey: toHex(decider.holderKey),
    purpose: request.purpose,
    matterCode: request.matterCode,
    matterName: request.matterName,
    givenAt: now,
    ...terms,
  };
  // 4
  await deps.db.transaction(async (trx) => {
    if (!(await decideRequest(trx, { requestId, holderKey: decider.holderKey, state: 'given', now }))) throw over();
    await insertConsent(trx, consent);
    await tell(trx, offers, decider, { ...request, ...consent }, 'consent-given', now);
  });
  return request;
}

/** Throws consent-request-not-found, consent-request-over. */
export async function declineConsent(deps: ConsentDeps, decider: Decider, requestId: string): Promise<ConsentRequest> {
  const request = await getOwnRequest(deps, decider, requestId);
  const now = deps.clock();
  const decided = { requestId, holderKey: decider.holderKey, state: 'declined', now } as const;
  if (!(await decideRequest(deps.db, decided))) throw over();
  return request;
}

/** Takes fields, time or uses away. Throws consent-not-found, invalid-request, consent-request-over (it changed meanwhile). */
export async function limitConsent(
  deps: ConsentDeps,
  decider: Decider,
  consentId: string,
  decision: Decision,
): Promise<void> {
  const now = deps.clock();
  const consent = await getOwnConsent(deps, decider, consentId);
  const allowed = chooseAllowed(consent.allowed, decision.isChosen);
  if (allowed.length === 0) throw new TrustError('invalid-request', 'nothing would be left', { pointer: '/allowed' });
  const terms = { allowed, ...narrowTerms(consent, decision, now) };
  const licenses = await licensesOf(deps, decider, consent);
  await deps.db.transaction(async (trx) => {
    if (!(await narrowConsent(trx, consent, terms, now))) throw over();
    await tell(trx, licenses, decider, { ...consent, ...terms }, 'consent-given', now);
  });
}

/** From now on nothing is read on it. Throws consent-not-found. */
export async function withdrawConsent(deps: ConsentDeps, decider: Decider, consentId: string): Promise<Consent> {
  const now = deps.clock();
  const consent = await getOwnConsent(deps, decider, consentId);
  const licenses = await licensesOf(deps, decider, consent);
  await deps.db.transaction(async (trx) => {
    if (!(await revokeConsent(trx, consentId, decider.holderKey, now))) throw noConsent();
    await tell(trx, licenses, decider, consent, 'consent-revoked', now);
  });
  return consent;
}

/** The consent that this request of his led to. Throws consent-not-found. */
export async function getConsentOfRequest(
  deps: Pick<LicenseDeps, 'db'>,
  { holderKey }: Decider,
  requestId: string,
): Promise<Consent> {
  const consent = await findConsentOfRequest(deps.db, requestId);
  if (consent?.holderKey !== toHex(holderKey)) throw noConsent();
  return consent;
}

async function getOwnRequest(deps: ConsentDeps, { holderKey }: Decider, requestId: string): Promise<ConsentRequest> {
  const request = await findConsentRequest(deps.db, requestId);
  const isOthers = request?.holderKey != null && !equalBytes(request.holderKey, holderKey);
  const isOver = request?.state === 'pending' && request.expiresAt <= deps.clock();
  if (!request || isOthers || isOver)
    throw new TrustError('consent-request-not-found', 'you are not asked for this, or it has ended');
  return request;
}

async function getOwnConsent(deps: ConsentDeps, { holderKey }: Decider, consentId: string): Promise<Consent> {
  const consent = await findConsent(deps.db, consentId);
  if (consent?.holderKey !== toHex(holderKey)) throw noConsent();
  return consent;
}

async function listOffers(
  deps: ConsentDeps,
  holderKey: Uint8Array,
  wanted: readonly WantedType[],
): Promise<readonly Offer[]> {
  const types = wanted.map(({ licenseType }) => licenseType);
  const licenses = await listHolderLicenses(deps, holderKey, types);
  const offers: Offer[] = [];
  for (const license of licenses.filter(({ state }) => isPresentable(state))) {
    const asked = wanted.find(({ licenseType }) => licenseType === license.head.licenseType);
    if (!asked) continue;
    const type = await deps.catalog.getVersion(license.content.licenseType, license.content.typeVersion);
    const names = [...asked.fields, ...asked.optionalFields];
    const entries = listMetadata(type, license.content).filter(({ name }) => names.includes(name));
    const there = new Set([...entries.map(({ name }) => name), WHOLE_FILE]);
    offers.push({
      licenseId: license.head.licenseId,
      fields: names.filter((name) => there.has(name)),
      optional: new Set(asked.optionalFields),
      license,
      entries,
    });
  }
  return offers;
}

/** Those licenses of a consent that he still holds: only they have a key of his to write an event under. */
async function licensesOf(
  deps: ConsentDeps,
  { holderKey }: Decider,
  consent: Consent,
): Promise<readonly { readonly licenseId: string; readonly license: License }[]> {
  const licenses = await listHolderLicenses(deps, holderKey);
  return licenses
    .map((license) => ({ licenseId: license.head.licenseId, license }))
    .filter(({ licenseId }) => consent.allowed.some((one) => one.licenseId === licenseId));
}

type Told = ConsentTerms &
  Pick<Consent, 'id' | 'organisation' | 'organisationName' | 'purpose' | 'matterCode' | 'matterName'>;

async function tell(
  trx: Knex.Transaction,
  licenses: readonly { readonly licenseId: string; readonly license: License }[],
  { sub }: Decider,
  told: Told,
  kind: LicenseEventKind,
  now: Date,
): Promise<void> {
  const events = told.allowed.flatMap(({ licenseId, fields }) => {
    const found = licenses.find((one) => one.licenseId === licenseId);
    if (!found) return [];
    const { dataKey, head } = found.license;
    const who = { actor: sub, organisation: told.organisation, basis: `consent:${told.id}` };
    const detail = {
      organisation_name: told.organisationName,
      purpose: told.purpose,
      matter: { code: told.matterCode, name: told.matterName },
      fields,
      until: told.until.toISOString(),
      max_uses: told.maxUses,
    };
    return [makeEvent(dataKey, { at: now, kind, identifier: head.identifier, ...who }, detail)];
  });
  await insertEvents(trx, events);
}

const over = (): TrustError => new TrustError('consent-request-over', 'it was decided, changed or ended meanwhile');
const noConsent = (): TrustError =>
  new TrustError('consent-not-found', 'you have given no such consent, or withdrew it');

// /consents, the holder's pages: what waits, what he gave; a request with its values, his decision, and the way back to the
// unit's page. The browser is sent to an address that was registered for the client, with the request id and nothing else.
import type Koa from 'koa';
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { isTrustError } from '../../common/errors.ts';
import { parseParams, readForm } from '../../common/http/body.ts';
import type { Cookies } from '../../common/http/cookies.ts';
import { type Flashes, makeFlashes } from '../../common/http/flash.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Handler } from '../../common/http/routes.ts';
import { seeOther } from '../../common/http/see-other.ts';
import type { PageFrame } from '../../common/web/frame.ts';
import { returningPage } from '../../common/web/returning-page.ts';
import { consentState } from '../domain/consent-terms.ts';
import {
  type Decider,
  type Decision,
  declineConsent,
  getConsentOfRequest,
  giveConsent,
  limitConsent,
  type Offer,
  offerConsent,
  withdrawConsent,
} from '../flow/decide-consent.ts';
import type { LicenseDeps } from '../flow/deps.ts';
import { type ConsentRequest, listWaitingRequests } from '../store/consent-requests.ts';
import { type Consent, listConsentsOfHolder } from '../store/consents.ts';
import { consentPage, type OfferedCard } from '../web/consent-page.ts';
import { type ConsentMessage, type ConsentView, consentsPage, givenConsentPage } from '../web/consents-page.ts';
import { elementValue, elementWords } from '../web/element-words.ts';
import { daysLeft } from '../web/license-words.ts';
import { CONSENTS_PATH, type Person, WALLET_SERVICE } from '../web/service.ts';
import { requestIdParam } from './consent-requests.ts';
import type { SessionGate } from './session-gate.ts';

export type ConsentParts = {
  readonly deps: Pick<LicenseDeps, 'db' | 'keys' | 'clock' | 'catalog'>;
  readonly sessions: SessionGate;
  readonly cookies: Cookies;
};
type Parts = ConsentParts & { readonly flashes: Flashes };

const MESSAGES: readonly ConsentMessage[] = ['given', 'declined', 'limited', 'withdrawn'];

export function makeConsentHandlers(
  given: ConsentParts,
): Readonly<Record<'list' | 'show' | 'decide' | 'limit' | 'withdraw', Handler>> {
  const parts = { ...given, flashes: makeFlashes(given.cookies) };
  return {
    list: (ctx) => showList(parts, ctx),
    show: (ctx) => show(parts, ctx, false),
    decide: (ctx) => decide(parts, ctx),
    limit: (ctx) => limit(parts, ctx),
    withdraw: (ctx) => withdraw(parts, ctx),
  };
}

async function showList(parts: Parts, ctx: Koa.Context): Promise<void> {
  const { deps, sessions, flashes } = parts;
  const { holderKey, token } = sessions.sessionOf(ctx);
  const now = deps.clock();
  const [waiting, consents] = await Promise.all([
    listWaitingRequests(deps.db, holderKey, now),
    listConsentsOfHolder(deps.db, holderKey),
  ]);
  const flash = flashes.take(ctx, token);
  const code = MESSAGES.find((one) => one === flash?.code);
  const page = consentsPage(pageFrame(ctx), {
    person: personOf(parts, ctx),
    waiting: waiting.map((one) => ({
      href: pathOf(one.requestId),
      unit: one.organisationName,
      purpose: one.purpose,
      askedAt: one.askedAt,
    })),
    consents: consents.map((one) => viewOf(one, now)),
    message: code === undefined ? null : { code, unit: String(flash?.values?.['unit'] ?? '') },
  });
  sendPage(ctx, page);
}

/** A request that waits, or the consent that it led to. */
async function show(parts: Parts, ctx: Koa.Context, nothingChosen: boolean): Promise<void> {
  const { deps } = parts;
  const { request_id: requestId } = parseParams(ctx, requestIdParam);
  const offered = await offerConsent(deps, deciderOf(parts, ctx), requestId);
  const frame = pageFrame(ctx);
  const status = nothingChosen ? 422 : 200;
  if (offered.request.state === 'declined') return seeOther(ctx, CONSENTS_PATH);
  if (offered.consent) {
    return sendPage(ctx, await consentOf(parts, ctx, { ...offered, consent: offered.consent, nothingChosen }), status);
  }
  const { request, offers } = offered;
  const page = consentPage(frame, {
    person: personOf(parts, ctx),
    unit: request.organisationName,
    purpose: request.purpose,
    matter: request.matterName,
    until: request.consentUntil,
    maxUses: request.maxUses,
    returns: request.returnTo !== null,
    licenses: await cardsOf(parts, frame, offers, (offer, name) => (nothingChosen ? false : !offer.optional.has(name))),
    action: pathOf(requestId),
    nothingChosen,
  });
  sendPage(ctx, page, status);
}

type Given = {
  readonly request: ConsentRequest;
  readonly consent: Consent;
  readonly offers: readonly Offer[];
  readonly nothingChosen: boolean;
};

async function consentOf(parts: Parts, ctx: Koa.Context, given: Given): Promise<string> {
  const { request, consent, offers, nothingChosen } = given;
  const frame = pageFrame(ctx);
  const left = offers.flatMap((offer) => {
    const allowed = consent.allowed.find(({ licenseId }) => licenseId === offer.licenseId);
    return allowed ? [{ ...offer, fields: allowed.fields }] : [];
  });
  const path = pathOf(request.requestId);
  return givenConsentPage(frame, {
    person: personOf(parts, ctx),
    consent: viewOf(consent, parts.deps.clock()),
    licenses: await cardsOf(parts, frame, left, () => true),
    limitAction: `${path}/limit`,
    withdrawAction: `${path}/withdraw`,
    nothingChosen,
  });
}

async function decide(parts: Parts, ctx: Koa.Context): Promise<void> {
  const form = await readForm(ctx);
  parts.sessions.checkCsrf(ctx, form);
  const { request_id: requestId } = parseParams(ctx, requestIdParam);
  const decider = deciderOf(parts, ctx);
  if (form['decision'] !== 'agree') {
    return leave(parts, ctx, await declineConsent(parts.deps, decider, requestId), 'declined');
  }
  const maxUses = form['once'] === 'yes' ? 1 : null;
  const request = await orNull(giveConsent(parts.deps, decider, requestId, { ...choiceOf(form), maxUses }));
  if (request === null) return show(parts, ctx, true);
  leave(parts, ctx, request, 'given');
}

async function limit(parts: Parts, ctx: Koa.Context): Promise<void> {
  const form = await readForm(ctx);
  parts.sessions.checkCsrf(ctx, form);
  const { consent, decider } = await findGiven(parts, ctx);
  const maxUses = form['once'] === 'yes' ? consent.uses + 1 : null;
  const done = await orNull(
    limitConsent(parts.deps, decider, consent.id, { ...choiceOf(form), maxUses }).then(() => true),
  );
  if (done === null) return show(parts, ctx, true);
  say(parts, ctx, 'limited', consent.organisationName);
}

async function withdraw(parts: Parts, ctx: Koa.Context): Promise<void> {
  parts.sessions.checkCsrf(ctx, await readForm(ctx));
  const { consent, decider } = await findGiven(parts, ctx);
  await withdrawConsent(parts.deps, decider, consent.id);
  say(parts, ctx, 'withdrawn', consent.organisationName);
}

async function findGiven(
  parts: Parts,
  ctx: Koa.Context,
): Promise<{ readonly consent: Consent; readonly decider: Decider }> {
  const { request_id: requestId } = parseParams(ctx, requestIdParam);
  const decider = deciderOf(parts, ctx);
  return { consent: await getConsentOfRequest(parts.deps, decider, requestId), decider };
}

/** Back to the unit's page where there is one; the last POST answers 200, because a form may not lead to another site. */
function leave(parts: Parts, ctx: Koa.Context, request: ConsentRequest, code: ConsentMessage): void {
  if (request.returnTo === null) {
    say(parts, ctx, code, request.organisationName);
    return;
  }
  const target = new URL(request.returnTo);
  target.searchParams.set('request_id', request.requestId);
  const of = { service: WALLET_SERVICE, system: request.organisationName, url: target.href };
  sendPage(ctx, returningPage(pageFrame(ctx, CONSENTS_PATH), of));
}

function say({ flashes, sessions }: Parts, ctx: Koa.Context, code: ConsentMessage, unit: string): void {
  flashes.leave(ctx, { code, values: { unit } }, sessions.sessionOf(ctx).token);
  seeOther(ctx, CONSENTS_PATH);
}

/** Null when nothing was chosen: the person is still in front of the form. */
async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (isTrustError(error, 'invalid-request') && error.pointer === '/allowed') return null;
    throw error;
  }
}

const FIELD = 'give';
const fieldOf = (licenseId: string, name: string): string => `${FIELD}:${licenseId}:${name}`;

function choiceOf(form: Readonly<Record<string, string>>): Pick<Decision, 'isChosen'> {
  return { isChosen: (licenseId, name) => form[fieldOf(licenseId, name)] !== undefined };
}

async function cardsOf(
  { deps }: Parts,
  frame: PageFrame,
  offers: readonly Offer[],
  isTicked: (offer: Offer, name: string) => boolean,
): Promise<readonly OfferedCard[]> {
  const today = chinaDate(deps.clock());
  return Promise.all(
    offers.map(async (offer) => {
      const { content, head, state } = offer.license;
      const { fields: labels } = await deps.catalog.getVersion(content.licenseType, content.typeVersion);
      return {
        name: content.name,
        authority: content.issuingAuthority.name,
        state,
        daysLeft: daysLeft(head.validTo, today),
        elements: offer.fields.map((name) => {
          const entry = offer.entries.find((one) => one.name === name);
          return {
            field: fieldOf(offer.licenseId, name),
            name,
            words: elementWords(frame.lang, name, labels),
            value: entry ? elementValue(frame.lang, name, entry.values) : null,
            optional: offer.optional.has(name),
            ticked: isTicked(offer, name),
          };
        }),
      };
    }),
  );
}

function viewOf(consent: Consent, now: Date): ConsentView {
  return {
    href: pathOf(consent.requestId),
    unit: consent.organisationName,
    purpose: consent.purpose,
    matter: consent.matterName,
    state: consentState(consent, now),
    givenAt: consent.givenAt,
    until: consent.until,
    maxUses: consent.maxUses,
    uses: consent.uses,
    lastUsedAt: consent.lastUsedAt,
  };
}

const pathOf = (requestId: string): string => `${CONSENTS_PATH}/${requestId}`;

function deciderOf({ sessions }: Parts, ctx: Koa.Context): Decider {
  const { holderKey, sub } = sessions.sessionOf(ctx);
  return { holderKey, sub };
}

function personOf({ sessions }: Parts, ctx: Koa.Context): Person {
  const { name, unit } = sessions.sessionOf(ctx);
  return { name, unit: unit?.name, logoutAction: '/logout', csrf: sessions.csrfToken(ctx) };
}

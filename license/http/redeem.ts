// /redeem: a person with a role of an organisation reads what somebody shows, by the scanned code or its digits. What was
// read stands at an address of its own, for him and for ten minutes.
import type Koa from 'koa';
import { isTrustError, TrustError } from '../../common/errors.ts';
import { readForm } from '../../common/http/body.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Handler } from '../../common/http/routes.ts';
import { seeOther } from '../../common/http/see-other.ts';
import { makeToken } from '../../common/ids.ts';
import { type CodeText, hashPresentationCode, parseCodeText } from '../domain/presentation-code.ts';
import type { LicenseDeps } from '../flow/deps.ts';
import {
  findUseOf,
  type RedeemOutcome,
  type Redemption,
  readRedemption,
  redeemDigits,
  redeemPresentation,
  type Verifier,
} from '../flow/redeem-presentation.ts';
import { findOrganisationNames } from '../store/clients.ts';
import { type Organisation, type RedeemFault, redeemPage, redeemResultPage } from '../web/redeem-page.ts';
import { REDEEM_PATH } from '../web/service.ts';
import { paramOf, personOf } from './person.ts';
import type { HolderSession } from './session-box.ts';
import type { SessionGate } from './session-gate.ts';

export type RedeemHandlers = Readonly<Record<'show' | 'redeem' | 'result' | 'photo', Handler>>;
type Parts = { readonly deps: LicenseDeps; readonly sessions: SessionGate };

const RESULT_SECONDS = 600;
const KEY_CHARACTERS = 26;

export function makeRedeemHandlers(parts: Parts): RedeemHandlers {
  return {
    show: (ctx) => sendForm(parts, ctx, null),
    redeem: (ctx) => redeem(parts, ctx),
    result: (ctx) => showResult(parts, ctx),
    photo: (ctx) => sendPhoto(parts, ctx),
  };
}

/**
 * Each organisation once, as a holder should know it: its name where it is registered here, with the unit of the role behind
 * it. Throws role-missing for who has no role of any.
 */
async function organisationsOf(
  { db }: LicenseDeps,
  { roles }: HolderSession,
): Promise<readonly [Organisation, ...Organisation[]]> {
  const units = new Map(roles.map(({ org, unit }) => [org, unit]));
  if (units.size === 0)
    throw new TrustError('role-missing', 'only who has a role of an organisation reads presentation codes here');
  const names = await findOrganisationNames(db, [...units.keys()]);
  const [first, ...rest] = [...units].map(([code, unit]) => ({ code, name: nameOf(names.get(code), unit, code) }));
  return [first!, ...rest];
}

function nameOf(name: string | undefined, unit: string, code: string): string {
  if (name === undefined) return `${unit}（${code}）`;
  return name === unit ? name : `${name}${unit}`;
}

async function sendForm(
  { deps, sessions }: Parts,
  ctx: Koa.Context,
  fault: RedeemFault | null,
  typed = '',
): Promise<void> {
  const session = sessions.sessionOf(ctx);
  const page = redeemPage(pageFrame(ctx, REDEEM_PATH), {
    person: personOf(sessions, ctx),
    organisations: await organisationsOf(deps, session),
    key: makeToken(KEY_CHARACTERS),
    typed,
    fault,
  });
  sendPage(ctx, page, fault === null ? 200 : 422);
}

async function redeem(parts: Parts, ctx: Koa.Context): Promise<void> {
  const { deps, sessions } = parts;
  const session = sessions.sessionOf(ctx);
  const organisations = await organisationsOf(deps, session);
  const form = await readForm(ctx);
  sessions.checkCsrf(ctx, form);
  const typed = form['code'] ?? '';
  if (typed.trim() === '') return sendForm(parts, ctx, { kind: 'missing' });
  const organisation = organisations.find(({ code }) => code === form['organisation']) ?? organisations[0];
  const verifier = { id: session.sub, organisation: organisation.code, organisationName: organisation.name };
  const key = /^[0-9a-z]{26}$/.test(form['key'] ?? '') ? (form['key'] ?? '') : makeToken(KEY_CHARACTERS);
  try {
    const { redemption } = await redeemText(deps, verifier, parseCodeText(typed), key);
    seeOther(ctx, `${REDEEM_PATH}/${redemption.redemptionId}`);
  } catch (error) {
    const fault = isTrustError(error, 'code-used') ? await usedFault(deps, typed) : faultOf(error, deps.clock());
    if (fault === null) throw error;
    await sendForm(parts, ctx, fault, fault.kind === 'malformed' ? typed : '');
  }
}

function redeemText(
  deps: LicenseDeps,
  verifier: Verifier,
  text: CodeText,
  idempotencyKey: string,
): Promise<RedeemOutcome> {
  return text.kind === 'digits'
    ? redeemDigits(deps, verifier, { digits: text.digits, idempotencyKey })
    : redeemPresentation(deps, verifier, { codeHash: hashPresentationCode(text.code), idempotencyKey });
}

async function usedFault(deps: LicenseDeps, typed: string): Promise<RedeemFault | null> {
  const use = await findUseOf(deps, parseCodeText(typed));
  return use && { kind: 'used', at: use.at, unit: use.organisationName };
}

function faultOf(error: unknown, now: Date): RedeemFault | null {
  if (!isTrustError(error)) return null;
  switch (error.code) {
    case 'code-malformed':
      return { kind: 'malformed' };
    case 'code-unknown':
      return { kind: 'unknown' };
    case 'code-expired':
      return { kind: 'expired' };
    case 'too-many-requests':
      return { kind: 'too-many', until: new Date(now.getTime() + 60_000) };
    default:
      return null;
  }
}

async function findResult({ deps, sessions }: Parts, ctx: Koa.Context): Promise<Redemption> {
  const redemption = await readRedemption(deps, sessions.sessionOf(ctx).sub, paramOf(ctx, 'id'));
  const until = redemption.redeemedAt.getTime() + RESULT_SECONDS * 1000;
  if (until <= deps.clock().getTime()) throw new TrustError('result-gone', 'what was read is shown for ten minutes');
  return redemption;
}

async function showResult(parts: Parts, ctx: Koa.Context): Promise<void> {
  const { deps, sessions } = parts;
  const { redemptionId, redeemedAt, organisation, licenses } = await findResult(parts, ctx);
  const page = redeemResultPage(pageFrame(ctx), {
    person: personOf(sessions, ctx),
    at: redeemedAt,
    organisation: organisation.name,
    licenses: await Promise.all(
      licenses.map(async (license, place) => ({
        license,
        type: await deps.catalog.getVersion(license.licenseType, license.typeVersion),
        photoHref: license.photo === undefined ? null : `${REDEEM_PATH}/${redemptionId}/photos/${place}`,
      })),
    ),
  });
  sendPage(ctx, page);
}

async function sendPhoto(parts: Parts, ctx: Koa.Context): Promise<void> {
  const { licenses } = await findResult(parts, ctx);
  const photo = licenses[Number(paramOf(ctx, 'place'))]?.photo;
  if (!photo) throw new TrustError('not-found', 'no photo was shown');
  ctx.type = photo.mediaType;
  ctx.body = Buffer.from(photo.base64, 'base64');
}

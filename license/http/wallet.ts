// The holder's own pages: the list, one license, its file, and the presentation code. Every act is POST, 303, GET.
import type Koa from 'koa';
import { fromHex, toHex } from '../../common/bytes.ts';
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { TrustError } from '../../common/errors.ts';
import { readForm } from '../../common/http/body.ts';
import type { Cookies } from '../../common/http/cookies.ts';
import { pageFrame, readPreferences, sendPage } from '../../common/http/preferences.ts';
import type { Handler } from '../../common/http/routes.ts';
import { fieldText } from '../domain/field-text.ts';
import type { StoredLicense } from '../domain/license-record.ts';
import { isPresentable, stateAt } from '../domain/license-states.ts';
import { openLicense } from '../domain/open-license.ts';
import { hashPresentationCode } from '../domain/presentation-code.ts';
import type { LicenseDeps } from '../flow/deps.ts';
import { type CodeFact, presentLicense, readPresentation, readPresentationByHash } from '../flow/present-license.ts';
import { getOwnLicense, listOwnLicenses } from '../flow/read-license.ts';
import { licensePage } from '../web/license-page.ts';
import { daysLeft } from '../web/license-words.ts';
import { type LiveCode, presentationPage, presentationState, presentationUpdate } from '../web/presentation-page.ts';
import { type Person, WALLET_PATH } from '../web/service.ts';
import { walletPage } from '../web/wallet-page.ts';
import { identifierOf, sendLicenseFile } from './licenses.ts';
import { redirect } from './login.ts';
import type { SessionGate } from './session-gate.ts';

export type WalletHandlers = Readonly<Record<'list' | 'show' | 'file' | 'present' | 'showCode' | 'codeState', Handler>>;
export type WalletParts = { readonly deps: LicenseDeps; readonly sessions: SessionGate; readonly cookies: Cookies };

/** Holds the code that was just made, for the page after the redirect; the table knows its hash only. */
const CODE_COOKIE = 'code';
const CODE_COOKIE_SECONDS = 120;

export function makeWalletHandlers(parts: WalletParts): WalletHandlers {
  return {
    list: (ctx) => showList(parts, ctx),
    show: (ctx) => showLicense(parts, ctx),
    file: async (ctx) => sendLicenseFile(parts.deps, ctx, await findOwn(parts, ctx)),
    present: (ctx) => present(parts, ctx),
    showCode: (ctx) => showCode(parts, ctx),
    codeState: (ctx) => answerCodeState(parts, ctx),
  };
}

const pathOf = (identifier: string): string => `${WALLET_PATH}/${identifier}`;

function personOf({ sessions }: WalletParts, ctx: Koa.Context): Person {
  return { name: sessions.sessionOf(ctx).name, logoutAction: '/logout', csrf: sessions.csrfToken(ctx) };
}

function findOwn({ deps, sessions }: WalletParts, ctx: Koa.Context): Promise<StoredLicense> {
  return getOwnLicense(deps, sessions.sessionOf(ctx).holderKey, identifierOf(ctx));
}

async function showList(parts: WalletParts, ctx: Koa.Context): Promise<void> {
  const { deps, sessions } = parts;
  const now = deps.clock();
  const licenses = await listOwnLicenses(deps, sessions.sessionOf(ctx).holderKey);
  const rows = licenses.map((license) => ({
    ...viewOf(license, now),
    href: pathOf(license.identifier),
    name: license.name,
    licenseNumber: license.licenseNumber,
    issuingAuthority: license.issuingAuthority.name,
    validTo: license.validTo,
  }));
  sendPage(ctx, walletPage(pageFrame(ctx), { person: personOf(parts, ctx), licenses: rows }));
}

async function showLicense(parts: WalletParts, ctx: Koa.Context): Promise<void> {
  const { deps } = parts;
  const stored = await findOwn(parts, ctx);
  const license = openLicense(deps.keys.holderBox, stored, deps.clock());
  const frame = pageFrame(ctx);
  const type = await deps.catalog.getVersion(license.licenseType, license.typeVersion);
  const fields = type.fields.flatMap((field) => {
    const value = license.fields[field.name];
    if (value === undefined) return [];
    return [{ label: frame.lang === 'zh' ? field.label : field.label_en, value: fieldText(type, field, value) }];
  });
  const href = pathOf(license.identifier);
  const page = licensePage(frame, {
    ...viewOf(stored, deps.clock()),
    person: personOf(parts, ctx),
    identifier: license.identifier,
    name: license.name,
    licenseNumber: license.licenseNumber,
    issuingAuthority: license.issuingAuthority,
    holder: { name: license.holder.name, code: license.holder.code },
    issuedOn: license.issuedOn,
    validFrom: license.validFrom,
    validTo: license.validTo,
    stateReason: license.stateReason,
    stateChangedAt: license.stateChangedAt,
    fields,
    presentAction: isPresentable(license.state) ? `${href}/presentations` : null,
    fileHref: `${href}/file`,
  });
  sendPage(ctx, page);
}

/** Makes a code; the page's script asks for JSON, a form is led on to the page that shows it. */
async function present(parts: WalletParts, ctx: Koa.Context): Promise<void> {
  const { deps, sessions, cookies } = parts;
  sessions.checkCsrf(ctx, await readForm(ctx));
  const { code, expiresAt, license } = await presentLicense(deps, sessions.sessionOf(ctx).holderKey, identifierOf(ctx));
  cookies.write(ctx, CODE_COOKIE, code, { maxAgeSeconds: CODE_COOKIE_SECONDS });
  if (ctx.accepts('html', 'json') === 'json') {
    ctx.status = 201;
    ctx.body = presentationUpdate(liveCode(license.identifier, code, expiresAt), deps.clock());
    return;
  }
  redirect(ctx, `${pathOf(license.identifier)}/presentation`);
}

async function showCode(parts: WalletParts, ctx: Koa.Context): Promise<void> {
  const { deps, cookies } = parts;
  const license = await findOwn(parts, ctx);
  const code = cookies.read(ctx, CODE_COOKIE);
  const fact = code === undefined ? null : await readPresentation(deps, code);
  const href = pathOf(license.identifier);
  const page = presentationPage(pageFrame(ctx), {
    person: personOf(parts, ctx),
    license: { name: license.name, href },
    newCodeAction: `${href}/presentations`,
    state: pageState(license.identifier, code, fact),
    now: deps.clock(),
  });
  sendPage(ctx, page);
}

function pageState(identifier: string, code: string | undefined, fact: CodeFact | null) {
  if (code === undefined || fact?.identifier !== identifier) return { kind: 'expired' } as const;
  const reading = readingOf(fact);
  if (reading) return { kind: 'read', reading } as const;
  if (fact.state !== 'live' || fact.expiresAt === null) return { kind: 'expired' } as const;
  return { kind: 'live', live: liveCode(identifier, code, fact.expiresAt) } as const;
}

/** For the page's script: was this code read meanwhile? Only its own holder is told. */
async function answerCodeState(parts: WalletParts, ctx: Koa.Context): Promise<void> {
  const license = await findOwn(parts, ctx);
  const hash = String((ctx['params'] as Record<string, string>)['hash']);
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new TrustError('code-unknown', 'no such code was made');
  const fact = await readPresentationByHash(parts.deps, fromHex(hash));
  if (fact.identifier !== license.identifier) throw new TrustError('code-unknown', 'no such code was made');
  const { lang } = readPreferences(ctx);
  const reading = readingOf(fact);
  ctx.body = presentationState(
    lang,
    reading ? { kind: 'read', reading } : { kind: fact.state === 'live' ? 'live' : 'expired' },
  );
}

function readingOf({ usedAt, verifierName }: CodeFact) {
  return usedAt === null ? null : { verifier: verifierName ?? '', at: usedAt };
}

function liveCode(identifier: string, code: string, expiresAt: Date): LiveCode {
  const hash = toHex(hashPresentationCode(code));
  return { code, qrText: code, expiresAt, stateUrl: `${pathOf(identifier)}/presentations/${hash}` };
}

function viewOf(license: StoredLicense, now: Date) {
  return {
    state: stateAt(license.stored, license.validTo, now),
    daysLeft: daysLeft(license.validTo, chinaDate(now)),
  };
}

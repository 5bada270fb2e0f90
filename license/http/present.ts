// 亮证: choose, show a code, renew it, stop, report who read it. Every act is POST, 303, GET; the script of the page asks for
// JSON at the same addresses.
import type Koa from 'koa';
import { isTrustError, TrustError } from '../../common/errors.ts';
import { readForm } from '../../common/http/body.ts';
import type { Cookies } from '../../common/http/cookies.ts';
import { pageFrame, readPreferences, sendPage } from '../../common/http/preferences.ts';
import type { Handler } from '../../common/http/routes.ts';
import { seeOther } from '../../common/http/see-other.ts';
import type { Lang } from '../../common/web/texts.ts';
import { MAX_ITEMS, type Presentation, presentationStateAt } from '../domain/presentation.ts';
import { reportPresentation } from '../flow/corrections.ts';
import type { LicenseDeps } from '../flow/deps.ts';
import { listHolderLicenses } from '../flow/open-license.ts';
import {
  getOwnPresentation,
  lookAtCode,
  type MadePresentation,
  presentAgain,
  presentLicenses,
  renewCode,
  stopPresentation,
  type WantedItem,
} from '../flow/present-licenses.ts';
import { type CorrectionFault, reportPage, reportPath } from '../web/correction-page.ts';
import { partWords } from '../web/license-words.ts';
import { presentationFact, presentationPage, presentationUpdate, type ShownItem } from '../web/presentation-page.ts';
import { PRESENT_PATH, WALLET_PATH } from '../web/service.ts';
import { paramOf, personOf } from './person.ts';
import { sendChoice } from './present-choice.ts';
import type { SessionGate } from './session-gate.ts';
import { correctionFault, presenterOf } from './wallet.ts';

export type PresentHandlers = Readonly<
  Record<'choose' | 'create' | 'show' | 'renew' | 'state' | 'stop' | 'showReport' | 'report', Handler>
>;
export type PresentParts = { readonly deps: LicenseDeps; readonly sessions: SessionGate; readonly cookies: Cookies };

/** Holds the code that was just made, for the page after the redirect; the tables know hashes only. */
const CODE_COOKIE = 'code';
const CODE_COOKIE_SECONDS = 120;

export function makePresentHandlers(parts: PresentParts): PresentHandlers {
  return {
    choose: (ctx) => sendChoice(parts, ctx, null),
    create: (ctx) => create(parts, ctx),
    show: (ctx) => show(parts, ctx),
    renew: (ctx) => renew(parts, ctx),
    state: (ctx) => answerState(parts, ctx),
    stop: (ctx) => stop(parts, ctx),
    showReport: async (ctx) => sendReport(parts, ctx, await findOwn(parts, ctx), '', null),
    report: (ctx) => report(parts, ctx),
  };
}

const pathOf = (presentationId: string): string => `${PRESENT_PATH}/${presentationId}`;

function findOwn({ deps, sessions }: PresentParts, ctx: Koa.Context): Promise<Presentation> {
  return getOwnPresentation(deps, sessions.sessionOf(ctx).holderKey, paramOf(ctx, 'id'));
}

async function create(parts: PresentParts, ctx: Koa.Context): Promise<void> {
  const { deps, sessions } = parts;
  const form = await readForm(ctx);
  sessions.checkCsrf(ctx, form);
  const wanted = wantedOf(form);
  if (wanted.length === 0) return sendChoice(parts, ctx, 'none-chosen');
  if (wanted.length > MAX_ITEMS) return sendChoice(parts, ctx, 'too-many');
  leadToCode(parts, ctx, await presentLicenses(deps, presenterOf(sessions.sessionOf(ctx)), wanted));
}

/** `license.N` is the identifier, `part.N.NAME` a part of it. */
function wantedOf(form: Readonly<Record<string, string>>): readonly WantedItem[] {
  return Object.entries(form).flatMap(([name, identifier]) => {
    const place = /^license\.(\d+)$/.exec(name)?.[1];
    if (place === undefined) return [];
    const prefix = `part.${place}.`;
    const parts = Object.keys(form).filter((key) => key.startsWith(prefix));
    return [{ identifier, parts: parts.map((key) => key.slice(prefix.length)) }];
  });
}

function leadToCode({ cookies }: PresentParts, ctx: Koa.Context, made: MadePresentation): void {
  keepCode(cookies, ctx, made);
  seeOther(ctx, pathOf(made.presentationId));
}

function keepCode(
  cookies: Cookies,
  ctx: Koa.Context,
  { presentationId, code, digits, expiresAt }: MadePresentation,
): void {
  const kept = [presentationId, code, digits, String(expiresAt.getTime())].join(' ');
  cookies.write(ctx, CODE_COOKIE, kept, { maxAgeSeconds: CODE_COOKIE_SECONDS });
}

/** A new code while it lives. A form gets another presentation of the same when its ten minutes are over; the script is told. */
async function renew(parts: PresentParts, ctx: Koa.Context): Promise<void> {
  const { deps, sessions, cookies } = parts;
  sessions.checkCsrf(ctx, await readForm(ctx));
  const session = sessions.sessionOf(ctx);
  const wantsJson = ctx.accepts('html', 'json') === 'json';
  const presentation = await findOwn(parts, ctx);
  const { presentationId } = presentation;
  if (!wantsJson && presentationStateAt(presentation, deps.clock()) === 'ended')
    return leadToCode(parts, ctx, await presentAgain(deps, presenterOf(session), presentationId));
  try {
    const made = await renewCode(deps, session.holderKey, presentationId);
    if (!wantsJson) return leadToCode(parts, ctx, made);
    keepCode(cookies, ctx, made);
    ctx.status = 201;
    ctx.body = presentationUpdate(made, deps.clock());
  } catch (error) {
    // It was read or stopped meanwhile: the page says so.
    const isOver = isTrustError(error, 'code-used') || isTrustError(error, 'code-expired');
    if (wantsJson || !isOver) throw error;
    seeOther(ctx, pathOf(presentationId));
  }
}

async function show(parts: PresentParts, ctx: Koa.Context): Promise<void> {
  const { deps, sessions } = parts;
  const presentation = await findOwn(parts, ctx);
  const { lang } = readPreferences(ctx);
  const page = presentationPage(pageFrame(ctx), {
    person: personOf(sessions, ctx),
    presentationId: presentation.presentationId,
    items: await shownItems(parts, ctx, presentation, lang),
    state: await pageState(parts, ctx, presentation),
    now: deps.clock(),
  });
  sendPage(ctx, page);
}

async function pageState({ deps, cookies }: PresentParts, ctx: Koa.Context, presentation: Presentation) {
  const { presentationId, use } = presentation;
  if (use) return { kind: 'read', reading: { unit: use.organisationName, at: use.at } } as const;
  const state = presentationStateAt(presentation, deps.clock());
  if (state === 'stopped' || state === 'ended') return { kind: state } as const;
  const [of, code = '', digits = '', end = ''] = cookies.read(ctx, CODE_COOKIE)?.split(' ') ?? [];
  if (of !== presentationId || (await lookAtCode(deps, code)).state !== 'live') return { kind: 'expired' } as const;
  return { kind: 'live', live: { code, digits, expiresAt: new Date(Number(end)) } } as const;
}

/** For the page's script: was it read meanwhile? Only its own holder is told. */
async function answerState(parts: PresentParts, ctx: Koa.Context): Promise<void> {
  const { deps } = parts;
  const presentation = await findOwn(parts, ctx);
  const { lang } = readPreferences(ctx);
  const { use } = presentation;
  if (use) {
    const reading = { unit: use.organisationName, at: use.at };
    ctx.body = presentationFact(lang, {
      kind: 'read',
      reading,
      items: await shownItems(parts, ctx, presentation, lang),
    });
    return;
  }
  const isStopped = presentationStateAt(presentation, deps.clock()) === 'stopped';
  ctx.body = presentationFact(lang, { kind: isStopped ? 'over' : 'live' });
}

async function stop(parts: PresentParts, ctx: Koa.Context): Promise<void> {
  const { deps, sessions } = parts;
  sessions.checkCsrf(ctx, await readForm(ctx));
  const presentationId = paramOf(ctx, 'id');
  await stopPresentation(deps, sessions.sessionOf(ctx).holderKey, presentationId);
  seeOther(ctx, pathOf(presentationId));
}

async function report(parts: PresentParts, ctx: Koa.Context): Promise<void> {
  const { deps, sessions } = parts;
  const form = await readForm(ctx);
  sessions.checkCsrf(ctx, form);
  const presentation = await findOwn(parts, ctx);
  const { presentationId, use } = presentation;
  const typed = form['text'] ?? '';
  const text = typed.trim() === '' ? NOTHING_SAID : typed;
  try {
    await reportPresentation(deps, presenterOf(sessions.sessionOf(ctx)), presentationId, text);
    const [first] = presentation.items;
    if (!first) throw new TrustError('internal', 'a presentation shows a license');
    seeOther(ctx, `${WALLET_PATH}/${first.identifier}#corrections`);
  } catch (error) {
    const fault = correctionFault(error, text);
    if (fault === null) throw error;
    await sendReport(parts, ctx, { ...presentation, use }, typed, fault);
  }
}

/** The clerk reads Chinese, whatever language the page had. */
const NOTHING_SAID = '持证人不认识读取证照的单位，未作补充说明。';

async function sendReport(
  parts: PresentParts,
  ctx: Koa.Context,
  presentation: Presentation,
  text: string,
  fault: CorrectionFault | null,
): Promise<void> {
  const { sessions } = parts;
  const { presentationId, use } = presentation;
  const { lang } = readPreferences(ctx);
  const items = await shownItems(parts, ctx, presentation, lang);
  const page = reportPage(pageFrame(ctx, reportPath(presentationId)), {
    person: personOf(sessions, ctx),
    action: reportPath(presentationId),
    text,
    fault,
    reading: use === null ? null : { unit: use.organisationName, at: use.at },
    licenses: items.map(({ name }) => name),
    backHref: pathOf(presentationId),
  });
  sendPage(ctx, page, fault === null ? 200 : 422);
}

/** Names as the holder knows them; a license that is his no more keeps its place. */
async function shownItems(
  { deps, sessions }: PresentParts,
  ctx: Koa.Context,
  { items }: Presentation,
  lang: Lang,
): Promise<[ShownItem, ...ShownItem[]]> {
  const own = await listHolderLicenses(deps, sessions.sessionOf(ctx).holderKey);
  const shown = await Promise.all(
    items.map(async ({ licenseId, identifier, parts }): Promise<ShownItem> => {
      const license = own.find(({ head }) => head.licenseId === licenseId);
      if (!license) return { name: identifier, parts: [] };
      const { licenseType, typeVersion, name } = license.content;
      const type = await deps.catalog.getVersion(licenseType, typeVersion);
      return { name, parts: parts.map((part) => partWords(lang, type, part)) };
    }),
  );
  const [first, ...rest] = shown;
  if (!first) throw new TrustError('internal', 'a presentation shows a license');
  return [first, ...rest];
}

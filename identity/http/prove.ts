// 提升等级: name and number against the population base, the face, and the units that a person represents.
import type Koa from 'koa';
import { isTrustError } from '../../common/errors.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Route } from '../../common/http/routes.ts';
import type { Fault } from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import { CITIZEN_NUMBER } from '../domain/account.ts';
import { makeLoginKey } from '../domain/document-box.ts';
import type { ProofingOutcome } from '../domain/proofing.ts';
import { takeLimit } from '../flow/limit.ts';
import { type PopulationDeps, type ProofResult, proveByFace, proveByPopulation } from '../flow/prove-identity.ts';
import { proveUnit } from '../flow/prove-unit.ts';
import { type ProveOutcome, provePage, proveUnitPage } from '../web/prove-pages.ts';
import type { OwnSession, OwnSessions } from './own-session.ts';
import { judgeIdentity, typedIdentity } from './typed-identity.ts';

export type ProvePagesDeps = PopulationDeps & { readonly own: OwnSessions };

const TEXTS = {
  picture: { zh: '请选择一张正面照片', en: 'Choose a picture of your face' },
  unitCode: { zh: '统一社会信用代码校验不符，请逐位核对', en: 'The code does not fit, check each character' },
  unitName: { zh: '请填写单位名称', en: 'Enter the name of the unit' },
  paused: { zh: '今天的核验次数已用完，请明天再试', en: 'No tries left today; try again tomorrow' },
} satisfies Texts;

const MAX_PICTURE_BYTES = 4 * 1024 * 1024;
/** Checks of one account in a day: a source is no place to try names, numbers or pictures out. */
const MAX_CHECKS = 10;
const DAY_SECONDS = 24 * 3600;

export function proveRoutes(deps: ProvePagesDeps): readonly Route[] {
  return [
    { method: 'GET', path: '/prove', scope: 'public', handler: (ctx) => open(deps, ctx) },
    { method: 'POST', path: '/prove', scope: 'public', handler: (ctx) => submitIdentity(deps, ctx) },
    { method: 'POST', path: '/prove/face', scope: 'public', handler: (ctx) => submitFace(deps, ctx) },
    { method: 'GET', path: '/prove/unit', scope: 'public', handler: (ctx) => openUnit(deps, ctx) },
    { method: 'POST', path: '/prove/unit', scope: 'public', handler: (ctx) => submitUnit(deps, ctx) },
  ];
}

async function open(deps: ProvePagesDeps, ctx: Koa.Context): Promise<void> {
  const session = await deps.own.requireSession(ctx);
  if (session === null) return;
  const kept = await deps.own.takeKept(ctx, session);
  const flash = deps.own.takeFlash(ctx, session);
  show(deps, ctx, session, { outcome: (flash?.code as ProveOutcome | undefined) ?? null, typed: kept });
}

function show(
  { own }: ProvePagesDeps,
  ctx: Koa.Context,
  session: OwnSession,
  {
    outcome = null,
    faults = [],
    typed = {},
  }: { outcome?: ProveOutcome | null; faults?: readonly Fault[]; typed?: Readonly<Record<string, string>> },
): void {
  const page = provePage(pageFrame(ctx, '/prove'), {
    viewer: session.account,
    formFields: own.formFields(ctx, session),
    level: session.account.level,
    faults,
    outcome,
    typed: { ...typedIdentity(typed), codeType: typed['code_type'] ?? CITIZEN_NUMBER },
  });
  const isFault = faults.length > 0 || (outcome !== null && ctx.method === 'POST');
  sendPage(ctx, page, isFault ? 422 : 200);
}

async function submitIdentity(deps: ProvePagesDeps, ctx: Koa.Context): Promise<void> {
  const accepted = await deps.own.requireForm(ctx, { keep: ['name', 'code_type', 'code'] });
  if (accepted === null) return;
  const { session, form } = accepted;
  const judged = judgeIdentity(typedIdentity(form), deps.clock(), pageFrame(ctx).lang);
  if ('faults' in judged) return show(deps, ctx, session, { faults: judged.faults, typed: form });
  const paused = await countCheck(deps, ctx, session, 'code');
  if (paused !== null) return show(deps, ctx, session, { faults: paused, typed: form });
  const result = await proveByPopulation(deps, session.account.sub, judged.identity);
  const outcome = outcomeOf(result, 'mismatched');
  if (outcome === 'mismatched' || outcome === 'taken') return show(deps, ctx, session, { outcome, typed: form });
  deps.own.leaveFor(ctx, session, '/prove', { code: outcome });
}

async function submitFace(deps: ProvePagesDeps, ctx: Koa.Context): Promise<void> {
  const accepted = await deps.own.requireUpload(ctx, { back: '/prove', maxBytes: MAX_PICTURE_BYTES });
  if (accepted === null) return;
  const { session, files } = accepted;
  const picture = files['picture']?.bytes;
  const words = sayIn(pageFrame(ctx).lang)(TEXTS.picture);
  if (picture === undefined) return show(deps, ctx, session, { faults: [{ field: 'picture', words }] });
  const paused = await countCheck(deps, ctx, session, 'picture');
  if (paused !== null) return show(deps, ctx, session, { faults: paused });
  const outcome = outcomeOf(await proveByFace(deps, session.account.sub, picture), 'faceMismatched');
  deps.own.leaveFor(ctx, session, '/prove', { code: outcome });
}

async function openUnit({ own }: ProvePagesDeps, ctx: Koa.Context): Promise<void> {
  const session = await own.requireSession(ctx);
  if (session === null) return;
  const flash = own.takeFlash(ctx, session);
  showUnit(own, ctx, session, {
    outcome: (flash?.code as ProveOutcome | undefined) ?? null,
    name: String(flash?.values?.['unit'] ?? ''),
  });
}

function showUnit(
  own: OwnSessions,
  ctx: Koa.Context,
  session: OwnSession,
  {
    outcome = null,
    faults = [],
    code = '',
    name = '',
  }: { outcome?: ProveOutcome | null; faults?: readonly Fault[]; code?: string; name?: string },
): void {
  const page = proveUnitPage(pageFrame(ctx, '/prove/unit'), {
    viewer: session.account,
    formFields: own.formFields(ctx, session),
    faults,
    outcome,
    code,
    name,
  });
  sendPage(ctx, page, ctx.method === 'POST' ? 422 : 200);
}

async function submitUnit(deps: ProvePagesDeps, ctx: Koa.Context): Promise<void> {
  const { own } = deps;
  const accepted = await own.requireForm(ctx, { keep: ['code', 'name'] });
  if (accepted === null) return;
  const { session, form } = accepted;
  const typed = { code: form['code'] ?? '', name: form['name'] ?? '' };
  const say = sayIn(pageFrame(ctx).lang);
  const paused = await countCheck(deps, ctx, session, 'code');
  if (paused !== null) return showUnit(own, ctx, session, { faults: paused, ...typed });
  let outcome: ProofingOutcome;
  try {
    outcome = await proveUnit(deps, session.account.sub, typed);
  } catch (error) {
    if (isTrustError(error, 'proof-missing')) return own.leaveFor(ctx, session, '/prove');
    if (isTrustError(error, 'code-check'))
      return showUnit(own, ctx, session, { faults: [{ field: 'code', words: say(TEXTS.unitCode) }], ...typed });
    if (!isTrustError(error, 'invalid-request')) throw error;
    return showUnit(own, ctx, session, { faults: [{ field: 'name', words: say(TEXTS.unitName) }], ...typed });
  }
  if (outcome === 'mismatched') return showUnit(own, ctx, session, { outcome: 'unitMismatched', ...typed });
  if (outcome === 'unavailable') return showUnit(own, ctx, session, { outcome: 'unavailable', ...typed });
  own.leaveFor(ctx, session, '/prove/unit', { code: 'unitProven', values: { unit: typed.name } });
}

async function countCheck(
  { db, clock, keys }: ProvePagesDeps,
  ctx: Koa.Context,
  { account }: OwnSession,
  field: string,
): Promise<readonly Fault[] | null> {
  const key = makeLoginKey(keys, `prove:${account.sub}`);
  const limit = { kind: 'prove', key, max: MAX_CHECKS, windowSeconds: DAY_SECONDS, now: clock() };
  const taken = await takeLimit(db, limit);
  return taken.outcome === 'ok' ? null : [{ field, words: sayIn(pageFrame(ctx).lang)(TEXTS.paused) }];
}

function outcomeOf(result: ProofResult, mismatched: ProveOutcome): ProveOutcome {
  if (result.outcome === 'mismatched') return mismatched;
  if (result.outcome === 'unavailable') return result.kept ? 'kept' : 'unavailable';
  return result.outcome;
}

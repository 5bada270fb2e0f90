// Login: the ways are a table (login-ways/), the page shows one of them and links to the others. What a way accepts goes to the
// provider, which resumes the request; what it refuses is said on the same page.
import type Koa from 'koa';
import type { Clock } from '../../common/clock.ts';
import { requestIdOf } from '../../common/http/app.ts';
import type { Cookies } from '../../common/http/cookies.ts';
import type { Csrf } from '../../common/http/csrf.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import { type Fault, hiddenFields } from '../../common/web/parts.ts';
import { formatTime, sayIn, type Texts } from '../../common/web/texts.ts';
import type { CompletedLogin, ProvenStep } from '../flow/complete-login.ts';
import type { CurrentProvider } from '../provider/current-provider.ts';
import { loginPage } from '../web/login-page.ts';
import type { LoginWay, Typed, WayAnswer, WayVisit } from './login-ways/way.ts';
import { claimsGivenAtLogin, type Interaction, systemName } from './open-interaction.ts';
import type { Visitors } from './visitor.ts';

export type LoginStepsDeps = {
  readonly provider: CurrentProvider;
  readonly clock: Clock;
  readonly csrf: Csrf;
  readonly cookies: Cookies;
  readonly visitors: Visitors;
  readonly ways: readonly LoginWay[];
  readonly completeLogin: (step: ProvenStep) => Promise<CompletedLogin>;
};

export type LoginSteps = {
  readonly show: (ctx: Koa.Context, interaction: Interaction) => Promise<void>;
  /** Returns where the flow goes on; null when the page was shown again. */
  readonly submit: (
    ctx: Koa.Context,
    interaction: Interaction,
    form: Readonly<Record<string, string>>,
  ) => Promise<string | null>;
};

/** The way that this browser used last. */
const WAY_COOKIE = 'way';
const WAY_SECONDS = 400 * 24 * 60 * 60;

const TEXTS = {
  paused: { zh: '登录已暂停，{time} 后可再试', en: 'Login is paused until {time}' },
} satisfies Texts;

export function makeLoginSteps(deps: LoginStepsDeps): LoginSteps {
  const starting = deps.ways.filter(({ startsLogin }) => startsLogin);
  const named = (name: unknown): LoginWay | undefined => starting.find((way) => way.name === name);
  return {
    show: async (ctx, interaction) => {
      const way = named(ctx.query['way']) ?? named(deps.cookies.read(ctx, WAY_COOKIE)) ?? starting[0]!;
      const visit = await visitOf(deps, ctx, interaction, way);
      await showWay(deps, { ways: starting, way, visit, interaction }, { status: 200 });
    },
    submit: async (ctx, interaction, form) => {
      const way = named(form['way']) ?? starting[0]!;
      const visit = await visitOf(deps, ctx, interaction, way);
      const answer = await way.submit(visit, form);
      if (answer.outcome !== 'accepted') {
        await answerAgain(deps, { ways: starting, way, visit, interaction }, answer);
        return null;
      }
      deps.cookies.write(ctx, WAY_COOKIE, way.name, { maxAgeSeconds: WAY_SECONDS });
      const { address, device } = visit.visitor;
      const { account, proof } = answer;
      const { clientId, system, requestId } = visit;
      const login = await deps.completeLogin({
        account,
        proof,
        sessionUid: null,
        clientId,
        system,
        address,
        device,
        requestId,
      });
      return deps
        .provider()
        .interactionResult(ctx.req, ctx.res, { login: toResult(login) }, { mergeWithLastSubmission: false });
    },
  };
}

/** The result as the library keeps it. */
function toResult(login: CompletedLogin): Record<string, unknown> & { accountId: string } {
  return { ...login, amr: [...login.amr], remember: false };
}

async function visitOf(
  { provider, csrf, visitors }: LoginStepsDeps,
  ctx: Koa.Context,
  interaction: Interaction,
  way: LoginWay,
): Promise<WayVisit> {
  const { uid } = interaction;
  return {
    ctx,
    frame: pageFrame(ctx, `/interaction/${uid}?way=${way.name}`),
    interactionUid: uid,
    clientId: String(interaction.params['client_id']),
    system: await systemName(provider, interaction),
    account: null,
    visitor: visitors(ctx),
    requestId: requestIdOf(ctx),
    action: `/interaction/${uid}/login`,
    hidden: hiddenFields({ csrf: csrf.token(ctx, uid), way: way.name }),
  };
}

/** One way of several, at one visit. */
type At = {
  readonly ways: readonly LoginWay[];
  readonly way: LoginWay;
  readonly visit: WayVisit;
  readonly interaction: Interaction;
};

async function answerAgain(
  deps: LoginStepsDeps,
  at: At,
  answer: Exclude<WayAnswer, { outcome: 'accepted' }>,
): Promise<void> {
  const { visit, way } = at;
  if (answer.outcome === 'waiting') {
    visit.ctx.status = 303;
    visit.ctx.redirect(`/interaction/${visit.interactionUid}?way=${way.name}`);
    return;
  }
  const { typed = {} } = answer;
  if (answer.outcome === 'refused') return showWay(deps, at, { status: 422, faults: answer.faults, typed });
  const seconds = Math.max(1, Math.ceil((answer.until.getTime() - deps.clock().getTime()) / 1000));
  visit.ctx.set('Retry-After', String(seconds));
  const words = sayIn(visit.frame.lang)(TEXTS.paused, { time: formatTime(answer.until) });
  await showWay(deps, at, { status: 429, faults: [{ field: answer.field, words }], typed });
}

async function showWay(
  { provider }: LoginStepsDeps,
  { ways, way, visit, interaction }: At,
  { status, faults = [], typed = {} }: { status: number; faults?: readonly Fault[]; typed?: Typed },
): Promise<void> {
  const shown = await way.show(visit, { faults, typed });
  const page = loginPage(visit.frame, {
    ...shown,
    system: visit.system,
    given: await claimsGivenAtLogin(provider, interaction),
    host: new URL(provider().issuer).host,
    faults,
    ways: ways.map(({ name, label, isRare = false }) => ({
      name,
      label,
      isRare,
      isCurrent: name === way.name,
      href: `/interaction/${visit.interactionUid}?way=${name}`,
    })),
    again: interaction.session?.accountId !== undefined,
  });
  sendPage(visit.ctx, page, status);
}

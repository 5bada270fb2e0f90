// The pages between a system's request and its answer: login and consent. They belong to an interaction of the provider,
// named in the path and by a cookie of that path, so that two tabs do not meet.
// The last POST of each answers 200 with a page that leads on: `form-action 'self'` blocks a redirect chain to a system.
import type Koa from 'koa';
import { errors } from 'oidc-provider';
import type { Clock } from '../../common/clock.ts';
import { requestIdOf } from '../../common/http/app.ts';
import { readForm } from '../../common/http/body.ts';
import type { Cookies } from '../../common/http/cookies.ts';
import type { Csrf } from '../../common/http/csrf.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import { WINDOW_SECONDS } from '../domain/login-throttle.ts';
import type { AuthenticationResult, Credentials } from '../flow/authenticate.ts';
import type { CurrentProvider } from '../provider/current-provider.ts';
import { loginErrorPage } from '../web/error-page.ts';
import { type LoginFault, loginPage } from '../web/login-page.ts';
import { returningToPage } from '../web/returning-page.ts';
import type { ConsentSteps } from './consent.ts';
import { claimsGivenAtLogin, type Interaction, systemName } from './open-interaction.ts';

/** Who logged in here last: guesses of others do not slow this browser down. It opens nothing. */
const KNOWN_COOKIE = 'known';
const KNOWN_SECONDS = 180 * 24 * 60 * 60;

export type InteractionDeps = {
  readonly provider: CurrentProvider;
  readonly clock: Clock;
  readonly csrf: Csrf;
  readonly cookies: Cookies;
  readonly authenticate: (credentials: Credentials) => Promise<AuthenticationResult>;
  readonly consent: ConsentSteps;
};

export type InteractionHandlers = {
  readonly show: (ctx: Koa.Context) => Promise<void>;
  readonly submitLogin: (ctx: Koa.Context) => Promise<void>;
  readonly submitConsent: (ctx: Koa.Context) => Promise<void>;
};

export function makeInteractionHandlers(deps: InteractionDeps): InteractionHandlers {
  return {
    show: async (ctx) => {
      const interaction = await findInteraction(deps, ctx);
      if (interaction === null) return;
      if (interaction.prompt.name === 'consent') return deps.consent.show(ctx, interaction);
      await showLogin(deps, ctx, interaction, { status: 200 });
    },
    submitLogin: async (ctx) => {
      const interaction = await findInteraction(deps, ctx, 'login');
      if (interaction === null) return;
      const form = await readForm(ctx, { maxBytes: 4096 });
      deps.csrf.check(ctx, form, interaction.uid);
      await judgeLogin(deps, ctx, interaction, { login: form['login'] ?? '', password: form['password'] ?? '' });
    },
    submitConsent: async (ctx) => {
      const interaction = await findInteraction(deps, ctx, 'consent');
      if (interaction === null) return;
      const form = await readForm(ctx, { maxBytes: 4096 });
      deps.csrf.check(ctx, form, interaction.uid);
      const returnTo = await deps.consent.decide(ctx, interaction, form['decision'] === 'agree');
      await leadOn(deps, ctx, interaction, returnTo);
    },
  };
}

/** The interaction of this path and browser; null after the answer 「登录页面已失效」 was sent. */
async function findInteraction(
  { provider, clock }: InteractionDeps,
  ctx: Koa.Context,
  prompt?: string,
): Promise<Interaction | null> {
  try {
    const interaction = await provider().interactionDetails(ctx.req, ctx.res);
    const uid = (ctx['params'] as { uid?: string }).uid;
    if (interaction.uid === uid && (prompt === undefined || interaction.prompt.name === prompt)) return interaction;
  } catch (error) {
    if (!(error instanceof errors.SessionNotFound)) throw error;
  }
  const page = loginErrorPage(pageFrame(ctx, '/'), {
    error: 'session_not_found',
    reference: requestIdOf(ctx),
    at: clock(),
  });
  sendPage(ctx, page, 400);
  return null;
}

async function judgeLogin(
  deps: InteractionDeps,
  ctx: Koa.Context,
  interaction: Interaction,
  { login, password }: { login: string; password: string },
): Promise<void> {
  const missing: LoginFault[] = [
    ...(login.trim() === '' ? [{ kind: 'login-missing' } as const] : []),
    ...(password === '' ? [{ kind: 'password-missing' } as const] : []),
  ];
  if (missing.length > 0) return showLogin(deps, ctx, interaction, { status: 422, faults: missing, login });
  const clientId = String(interaction.params['client_id']);
  const knownSub = deps.cookies.read(ctx, KNOWN_COOKIE);
  const from = { address: ctx.ip, knownSub, clientId, requestId: requestIdOf(ctx) };
  const result = await deps.authenticate({ login, password, ...from });
  if (result.outcome === 'accepted') {
    deps.cookies.write(ctx, KNOWN_COOKIE, result.account.sub, { maxAgeSeconds: KNOWN_SECONDS });
    const accepted = { login: { accountId: result.account.sub, amr: ['pwd'], remember: false } };
    const returnTo = await deps.provider().interactionResult(ctx.req, ctx.res, accepted, {
      mergeWithLastSubmission: false,
    });
    return leadOn(deps, ctx, interaction, returnTo);
  }
  if (result.outcome === 'paused') {
    const seconds = Math.max(1, Math.ceil((result.until.getTime() - deps.clock().getTime()) / 1000));
    ctx.set('Retry-After', String(seconds));
    return showLogin(deps, ctx, interaction, { status: 429, faults: [{ kind: 'paused', until: result.until }], login });
  }
  const left = result.triesLeft === null ? {} : { left: result.triesLeft, minutes: WINDOW_SECONDS / 60 };
  await showLogin(deps, ctx, interaction, { status: 422, faults: [{ kind: 'wrong', ...left }], login });
}

async function showLogin(
  { provider, csrf }: InteractionDeps,
  ctx: Koa.Context,
  interaction: Interaction,
  { status, faults = [], login }: { status: number; faults?: readonly LoginFault[]; login?: string },
): Promise<void> {
  const page = loginPage(pageFrame(ctx, `/interaction/${interaction.uid}`), {
    action: `/interaction/${interaction.uid}/login`,
    csrf: csrf.token(ctx, interaction.uid),
    system: await systemName(provider, interaction),
    given: await claimsGivenAtLogin(provider, interaction),
    host: new URL(provider().issuer).host,
    ...(login === undefined ? {} : { login }),
    faults,
    again: interaction.session?.accountId !== undefined,
  });
  sendPage(ctx, page, status);
}

async function leadOn(
  { provider }: InteractionDeps,
  ctx: Koa.Context,
  interaction: Interaction,
  url: string,
): Promise<void> {
  sendPage(ctx, returningToPage(pageFrame(ctx, '/'), { system: await systemName(provider, interaction), url }));
}

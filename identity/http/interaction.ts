// The pages between a system's request and its answer: login and consent. They belong to an interaction of the provider,
// named in the path and by a cookie of that path, so that two tabs do not meet.
// The last POST of each answers 200 with a page that leads on: `form-action 'self'` blocks a redirect chain to a system.
import type Koa from 'koa';
import { errors } from 'oidc-provider';
import type { Clock } from '../../common/clock.ts';
import { requestIdOf } from '../../common/http/app.ts';
import { readForm } from '../../common/http/body.ts';
import type { Csrf } from '../../common/http/csrf.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { CurrentProvider } from '../provider/current-provider.ts';
import { LEVEL_REASON } from '../provider/level-check.ts';
import { loginErrorPage } from '../web/error-page.ts';
import { returningToPage } from '../web/returning-page.ts';
import type { ActAsSteps } from './act-as.ts';
import type { ConsentSteps } from './consent.ts';
import type { LoginSteps } from './login-steps.ts';
import { type Interaction, systemName } from './open-interaction.ts';
import type { StepUp } from './step-up.ts';

export type InteractionDeps = {
  readonly provider: CurrentProvider;
  readonly clock: Clock;
  readonly csrf: Csrf;
  readonly login: LoginSteps;
  readonly stepUp: StepUp;
  readonly actAs: ActAsSteps;
  readonly consent: ConsentSteps;
};

export type InteractionHandlers = {
  readonly show: (ctx: Koa.Context) => Promise<void>;
  readonly submitLogin: (ctx: Koa.Context) => Promise<void>;
  readonly submitActAs: (ctx: Koa.Context) => Promise<void>;
  readonly submitConsent: (ctx: Koa.Context) => Promise<void>;
};

export function makeInteractionHandlers(deps: InteractionDeps): InteractionHandlers {
  return {
    show: async (ctx) => {
      const interaction = await findInteraction(deps, ctx);
      if (interaction === null) return;
      if (interaction.prompt.name === 'act_as') return deps.actAs.show(ctx, interaction);
      if (interaction.prompt.name === 'consent') return deps.consent.show(ctx, interaction);
      await stepsFor(deps, interaction).show(ctx, interaction);
    },
    submitLogin: (ctx) => submit(deps, ctx, 'login', (open, form) => stepsFor(deps, open).submit(ctx, open, form)),
    submitActAs: (ctx) => submit(deps, ctx, 'act_as', (open, form) => deps.actAs.decide(ctx, open, form)),
    submitConsent: (ctx) => submit(deps, ctx, 'consent', (open, form) => deps.consent.decide(ctx, open, form)),
  };
}

/** A step-up when somebody is logged in and nothing but his level is missing; else a login. */
function stepsFor({ login, stepUp }: InteractionDeps, { prompt }: Interaction): LoginSteps {
  return prompt.reasons.every((reason) => reason === LEVEL_REASON) ? stepUp : login;
}

/** Judges the form of a page; null from `decide`: the page was shown again. */
async function submit(
  deps: InteractionDeps,
  ctx: Koa.Context,
  prompt: string,
  decide: (interaction: Interaction, form: Readonly<Record<string, string>>) => Promise<string | null>,
): Promise<void> {
  const interaction = await findInteraction(deps, ctx, prompt);
  if (interaction === null) return;
  const form = await readForm(ctx, { maxBytes: 4096 });
  deps.csrf.check(ctx, form, interaction.uid);
  try {
    const returnTo = await decide(interaction, form);
    if (returnTo !== null) await leadOn(deps, ctx, interaction, returnTo);
  } catch (error) {
    // It ended while this form was judged.
    if (!(error instanceof errors.SessionNotFound)) throw error;
    sayGone(deps, ctx);
  }
}

/** The interaction of this path and browser; null after the answer 「登录页面已失效」 was sent. */
async function findInteraction(deps: InteractionDeps, ctx: Koa.Context, prompt?: string): Promise<Interaction | null> {
  try {
    const interaction = await deps.provider().interactionDetails(ctx.req, ctx.res);
    const uid = (ctx['params'] as { uid?: string }).uid;
    if (interaction.uid === uid && (prompt === undefined || interaction.prompt.name === prompt)) return interaction;
  } catch (error) {
    if (!(error instanceof errors.SessionNotFound)) throw error;
  }
  sayGone(deps, ctx);
  return null;
}

function sayGone({ clock }: InteractionDeps, ctx: Koa.Context): void {
  const page = loginErrorPage(pageFrame(ctx, '/'), {
    error: 'session_not_found',
    reference: requestIdOf(ctx),
    at: clock(),
  });
  sendPage(ctx, page, 400);
}

async function leadOn(
  { provider }: InteractionDeps,
  ctx: Koa.Context,
  interaction: Interaction,
  url: string,
): Promise<void> {
  sendPage(ctx, returningToPage(pageFrame(ctx, '/'), { system: await systemName(provider, interaction), url }));
}

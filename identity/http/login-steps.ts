// Login: the ways are a table (login-ways/), the page shows one of them and links to the others. What a way accepts goes to the
// provider, which resumes the request; what it refuses is said on the same page.
import type Koa from 'koa';
import type { Cookies } from '../../common/http/cookies.ts';
import { sendPage } from '../../common/http/preferences.ts';
import { loginPage } from '../web/login-page.ts';
import type { LoginWay, WayVisit } from './login-ways/way.ts';
import { claimsGivenAtLogin, finishInteraction, type Interaction } from './open-interaction.ts';
import { answerWay, type StepsDeps, toResult, visitOf, type WayState } from './way-pages.ts';

export type LoginStepsDeps = StepsDeps & { readonly cookies: Cookies };

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

export function makeLoginSteps(deps: LoginStepsDeps): LoginSteps {
  const starting = deps.ways.filter(({ startsLogin }) => startsLogin);
  const named = (name: unknown): LoginWay | undefined => starting.find((way) => way.name === name);
  return {
    show: async (ctx, interaction) => {
      const way = named(ctx.query['way']) ?? named(deps.cookies.read(ctx, WAY_COOKIE)) ?? starting[0]!;
      const visit = await visitOf(deps, ctx, interaction, way);
      await showWay(deps, { ways: starting, way, visit, interaction }, { status: 200, faults: [], typed: {} });
    },
    submit: async (ctx, interaction, form) => {
      const way = named(form['way']) ?? starting[0]!;
      const visit = await visitOf(deps, ctx, interaction, way);
      const answer = await way.submit(visit, form);
      if (answer.outcome !== 'accepted') {
        const at = { ways: starting, way, visit, interaction };
        await answerWay(deps, visit, way, answer, (state) => showWay(deps, at, state));
        return null;
      }
      deps.cookies.write(ctx, WAY_COOKIE, way.name, { maxAgeSeconds: WAY_SECONDS });
      const { account, proof, tries, knowsDevice } = answer;
      const { clientId, system, visitor, requestId } = visit;
      const step = { account, proof, tries, knowsDevice, sessionUid: null, clientId, system, ...visitor, requestId };
      const login = await deps.completeLogin(step);
      return finishInteraction(interaction, { login: toResult(login) });
    },
  };
}

/** One way of several, at one visit. */
type At = {
  readonly ways: readonly LoginWay[];
  readonly way: LoginWay;
  readonly visit: WayVisit;
  readonly interaction: Interaction;
};

async function showWay(
  { provider }: LoginStepsDeps,
  { ways, way, visit, interaction }: At,
  { status, faults, typed }: WayState,
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
    ...(interaction.session?.accountId === undefined
      ? { registerHref: `/register?${new URLSearchParams({ return: `/interaction/${visit.interactionUid}` })}` }
      : {}),
  });
  sendPage(visit.ctx, page, status);
}

// 加强验证: somebody is logged in, and the request needs more than the session has proven. Only what is missing is asked for,
// best way first; each step goes back to the provider, which asks again while something is missing. Where nothing leads to the
// level the person is told what to do about it, and the system learns unmet_authentication_requirements when he goes back.
import type Koa from 'koa';
import { sendPage } from '../../common/http/preferences.ts';
import type { Account } from '../domain/account.ts';
import { LEVELS, type Level, parseAcr, type Ways, waysTo } from '../domain/assurance.ts';
import type { ProvenStep } from '../flow/complete-login.ts';
import type { TimedProof } from '../store/authentications.ts';
import { stepUpPage } from '../web/step-up-page.ts';
import type { LoginWay, WayShown } from './login-ways/way.ts';
import { finishInteraction, type Interaction } from './open-interaction.ts';
import { answerWay, type StepsDeps, toResult, visitOf, type WayState } from './way-pages.ts';

export type StepUpDeps = StepsDeps & {
  readonly findAccount: (sub: string) => Promise<Account | null>;
  readonly listProofs: (sessionUid: string) => Promise<readonly TimedProof[]>;
};

export type StepUp = {
  readonly show: (ctx: Koa.Context, interaction: Interaction) => Promise<void>;
  /** Returns where the flow goes on; null when the page was shown again. */
  readonly submit: (
    ctx: Koa.Context,
    interaction: Interaction,
    form: Readonly<Record<string, string>>,
  ) => Promise<string | null>;
};

/** What is needed here, and what there is. */
type Need = {
  readonly account: Account;
  readonly sessionUid: string;
  readonly asked: Level;
  readonly proofs: readonly TimedProof[];
  readonly ways: Ways;
  /** First steps of the ways that lead on, best first. */
  readonly steps: readonly LoginWay[];
};

export function makeStepUp(deps: StepUpDeps): StepUp {
  return {
    show: async (ctx, interaction) => {
      const need = await needOf(deps, interaction);
      const way = need.steps.find(({ name }) => name === ctx.query['way']) ?? need.steps[0];
      await showStep(deps, ctx, interaction, need, way, { status: 200, faults: [], typed: {} });
    },
    submit: async (ctx, interaction, form) => {
      const need = await needOf(deps, interaction);
      if (form['decision'] === 'later') return leave(interaction, need);
      // The account was proven further meanwhile: the proofs that are there are enough.
      if (need.ways.outcome === 'reached') return finish(deps, ctx, interaction, need, { proof: null });
      const way = need.steps.find(({ name }) => name === form['way']);
      if (way === undefined) {
        await showStep(deps, ctx, interaction, need, need.steps[0], { status: 422, faults: [], typed: {} });
        return null;
      }
      const visit = { ...(await visitOf(deps, ctx, interaction, way)), account: need.account };
      const answer = await way.submit(visit, form);
      if (answer.outcome === 'accepted' && answer.account.sub === need.account.sub)
        return finish(deps, ctx, interaction, need, answer);
      if (answer.outcome === 'accepted') return leave(interaction, need);
      await answerWay(deps, visit, way, answer, (state) => showStep(deps, ctx, interaction, need, way, state));
      return null;
    },
  };
}

async function needOf(deps: StepUpDeps, interaction: Interaction): Promise<Need> {
  const { accountId = '', uid: sessionUid = '' } = interaction.session ?? {};
  const account = await deps.findAccount(accountId);
  if (account === null) throw new Error('the account of the session is gone');
  const asked = parseAcr(String(interaction.prompt.details['level'])) ?? LEVELS[0];
  const proofs = await deps.listProofs(sessionUid);
  const able = await Promise.all(deps.ways.map(async (way) => (await way.isAvailable?.(account)) ?? true));
  const usable = deps.ways.filter((_, at) => able[at]);
  const given = proofs.map(({ proof }) => proof);
  const ways = waysTo(asked, account.level, given, [...new Set(usable.map(({ method }) => method))]);
  const first = ways.outcome === 'missing' ? new Set(ways.ways.map((way) => way[0])) : new Set();
  const steps = [...first].flatMap((method) => usable.filter((way) => way.method === method));
  return { account, sessionUid, asked, proofs, ways, steps };
}

async function showStep(
  deps: StepUpDeps,
  ctx: Koa.Context,
  interaction: Interaction,
  { account, asked, proofs, ways, steps }: Need,
  way: LoginWay | undefined,
  { status, faults, typed }: WayState,
): Promise<void> {
  const visit = { ...(await visitOf(deps, ctx, interaction, way)), account };
  const shown: WayShown | null = way === undefined ? null : await way.show(visit, { faults, typed });
  const page = stepUpPage(visit.frame, {
    system: visit.system,
    asked,
    proven: proofs.map(({ proof }) => proof.method),
    because: ways.outcome === 'unreachable' ? ways.because : null,
    isReached: ways.outcome === 'reached',
    // How many things are asked for on the way that is shown.
    stepsLeft: ways.outcome === 'missing' ? (ways.ways.find(([first]) => first === way?.method)?.length ?? 1) : 0,
    shown,
    faults,
    ways: steps.map(({ name, label }) => ({
      name,
      label,
      isRare: false,
      isCurrent: name === way?.name,
      href: `/interaction/${interaction.uid}?way=${name}`,
    })),
    action: visit.action,
    hidden: visit.hidden,
  });
  sendPage(ctx, page, status);
}

async function finish(
  deps: StepUpDeps,
  ctx: Koa.Context,
  interaction: Interaction,
  { account, sessionUid }: Need,
  { proof, tries }: Pick<ProvenStep, 'proof' | 'tries'>,
): Promise<string> {
  const { clientId, system, visitor, requestId } = await visitOf(deps, ctx, interaction, undefined);
  const login = await deps.completeLogin({
    account,
    proof,
    tries,
    sessionUid,
    clientId,
    system,
    ...visitor,
    requestId,
  });
  return finishInteraction(interaction, { login: toResult(login) });
}

/** The person goes back without it. */
function leave(interaction: Interaction, { ways }: Need): Promise<string> {
  const result =
    ways.outcome === 'unreachable'
      ? {
          error: 'unmet_authentication_requirements',
          error_description: `the level cannot be reached: ${ways.because}`,
        }
      : { error: 'access_denied', error_description: 'the person did not go on' };
  return finishInteraction(interaction, result);
}

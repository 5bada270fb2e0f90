// The page that asks in whose name a person acts, and its answer. Only units that he represents at that moment are taken.
import type Koa from 'koa';
import { requestIdOf } from '../../common/http/app.ts';
import type { Csrf } from '../../common/http/csrf.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Account } from '../domain/account.ts';
import type { LegalPerson } from '../domain/legal-person.ts';
import type { ActAsResult } from '../provider/act-as.ts';
import type { CurrentProvider } from '../provider/current-provider.ts';
import type { IdentityEvent } from '../store/events.ts';
import { actAsPage } from '../web/act-as-page.ts';
import { finishInteraction, type Interaction, systemName } from './open-interaction.ts';

export type ActAsStepsDeps = {
  readonly provider: CurrentProvider;
  readonly csrf: Csrf;
  readonly findAccount: (sub: string) => Promise<Account | null>;
  readonly listUnits: (sub: string) => Promise<readonly LegalPerson[]>;
  readonly record: (event: Omit<IdentityEvent, 'at'>) => Promise<void>;
};

export type ActAsSteps = {
  readonly show: (ctx: Koa.Context, interaction: Interaction) => Promise<void>;
  /** Returns where the flow goes on; null when the page was shown again. */
  readonly decide: (
    ctx: Koa.Context,
    interaction: Interaction,
    form: Readonly<Record<string, string>>,
  ) => Promise<string | null>;
};

/** The value of the person's own card; no 统一社会信用代码 looks like it. */
const MYSELF = 'self';

export function makeActAsSteps(deps: ActAsStepsDeps): ActAsSteps {
  const { record } = deps;
  return {
    show: (ctx, interaction) => showChoices(deps, ctx, interaction, false),
    decide: async (ctx, interaction, form) => {
      const sub = interaction.session?.accountId ?? '';
      const chosen = form['acting_for'] ?? '';
      const unit = (await listSelectable(deps, interaction, sub)).find(({ code }) => code === chosen);
      if (chosen !== MYSELF && !unit) {
        await showChoices(deps, ctx, interaction, true);
        return null;
      }
      const clientId = String(interaction.params['client_id']);
      const detail = unit ? { unit: unit.code } : {};
      await record({ kind: 'acting-for.chosen', sub, clientId, requestId: requestIdOf(ctx), detail });
      const result: ActAsResult = { unit: unit?.code ?? null };
      return finishInteraction(interaction, { act_as: result }, { merges: true });
    },
  };
}

/** None for a client that does not take units, also when it asks for the page. */
async function listSelectable(
  { provider, listUnits }: ActAsStepsDeps,
  interaction: Interaction,
  sub: string,
): Promise<readonly LegalPerson[]> {
  const client = await provider().Client.find(String(interaction.params['client_id']));
  return client?.['xinji_accepts_units'] === true ? listUnits(sub) : [];
}

async function showChoices(
  deps: ActAsStepsDeps,
  ctx: Koa.Context,
  interaction: Interaction,
  isMissing: boolean,
): Promise<void> {
  const sub = interaction.session?.accountId ?? '';
  const account = await deps.findAccount(sub);
  const page = actAsPage(pageFrame(ctx, `/interaction/${interaction.uid}`), {
    action: `/interaction/${interaction.uid}/act-as`,
    csrf: deps.csrf.token(ctx, interaction.uid),
    system: await systemName(deps.provider, interaction),
    name: account?.name ?? '',
    self: MYSELF,
    units: await listSelectable(deps, interaction, sub),
    isMissing,
  });
  sendPage(ctx, page, isMissing ? 422 : 200);
}

// What the login page and the step-up page have in common: a visit of a way, and the answer to what it did not accept.

import type Koa from 'koa';
import type { Clock } from '../../common/clock.ts';
import { requestIdOf } from '../../common/http/app.ts';
import type { Csrf } from '../../common/http/csrf.ts';
import { pageFrame } from '../../common/http/preferences.ts';
import { seeOther } from '../../common/http/see-other.ts';
import { type Fault, hiddenFields } from '../../common/web/parts.ts';
import { formatTime, sayIn, type Texts } from '../../common/web/texts.ts';
import type { CompletedLogin, ProvenStep } from '../flow/complete-login.ts';
import type { CurrentProvider } from '../provider/current-provider.ts';
import type { IdentityEvent } from '../store/events.ts';
import type { LoginWay, Typed, WayAnswer, WayVisit } from './login-ways/way.ts';
import { type Interaction, systemName } from './open-interaction.ts';
import type { Visitors } from './visitor.ts';

export type StepsDeps = {
  readonly provider: CurrentProvider;
  readonly clock: Clock;
  readonly csrf: Csrf;
  readonly visitors: Visitors;
  readonly ways: readonly LoginWay[];
  readonly completeLogin: (step: ProvenStep) => Promise<CompletedLogin>;
  readonly record: (event: Omit<IdentityEvent, 'at'>) => Promise<void>;
};

/** How a page is shown. */
export type WayState = { readonly status: number; readonly faults: readonly Fault[]; readonly typed: Typed };

const TEXTS = {
  paused: { zh: '登录已暂停，{time} 后可再试', en: 'Login is paused until {time}' },
} satisfies Texts;

/** A visit of nobody in particular: who is logged in is added by the step-up. */
export async function visitOf(
  { provider, csrf, visitors }: StepsDeps,
  ctx: Koa.Context,
  interaction: Interaction,
  way: LoginWay | undefined,
): Promise<WayVisit> {
  const { uid } = interaction;
  const name = way === undefined ? {} : { way: way.name };
  return {
    ctx,
    frame: pageFrame(ctx, way === undefined ? `/interaction/${uid}` : `/interaction/${uid}?way=${way.name}`),
    interactionUid: uid,
    clientId: String(interaction.params['client_id']),
    system: await systemName(provider, interaction),
    account: null,
    visitor: visitors(ctx),
    requestId: requestIdOf(ctx),
    action: `/interaction/${uid}/login`,
    hidden: hiddenFields({ csrf: csrf.token(ctx, uid), ...name }),
  };
}

/** The result as the library keeps it. */
export function toResult(login: CompletedLogin): Record<string, unknown> & { accountId: string } {
  return { ...login, amr: [...login.amr], remember: false };
}

/** Shows the way again with what is wrong, or leads back to it; a proof that was not believed is written down. */
export async function answerWay(
  { clock, record }: StepsDeps,
  { ctx, frame, interactionUid, account, clientId, requestId }: WayVisit,
  way: LoginWay,
  answer: Exclude<WayAnswer, { outcome: 'accepted' }>,
  show: (state: WayState) => Promise<void>,
): Promise<void> {
  if (answer.outcome === 'waiting') {
    seeOther(ctx, `/interaction/${interactionUid}?way=${way.name}`);
    return;
  }
  const { typed = {}, judged } = answer;
  if (judged) {
    const { sub = account?.sub, because } = judged;
    const detail = { method: way.method, ...(because === undefined ? {} : { because }) };
    await record({ kind: `login.${answer.outcome}`, sub, clientId, requestId, detail });
  }
  if (answer.outcome === 'refused') return show({ status: 422, faults: answer.faults, typed });
  const seconds = Math.max(1, Math.ceil((answer.until.getTime() - clock().getTime()) / 1000));
  ctx.set('Retry-After', String(seconds));
  const words = sayIn(frame.lang)(TEXTS.paused, { time: formatTime(answer.until) });
  await show({ status: 429, faults: [{ field: answer.field, words }], typed });
}

// /v1/webhook-subscriptions: a case system says where its organisation wants to be told. The organisation is that of the
// client in the token, never of the body.
import type Koa from 'koa';
import { type SubscriptionDocument, secretRequest, subscriptionRequest } from '../../common/contract/webhook.ts';
import { TrustError } from '../../common/errors.ts';
import type { BearerGate } from '../../common/http/bearer.ts';
import { readJson } from '../../common/http/body.ts';
import type { Handler } from '../../common/http/routes.ts';
import {
  rotateWebhookSecret,
  type Subscriber,
  subscribeWebhook,
  unsubscribeWebhook,
  type WebhookDeps,
} from '../flow/webhook-subscriptions.ts';
import { findClient } from '../store/clients.ts';
import { type ListedSubscription, listSubscriptions } from '../store/webhook-subscriptions.ts';

export type WebhookHandlers = Readonly<Record<'subscribe' | 'list' | 'rotate' | 'unsubscribe', Handler>>;

export function makeWebhookHandlers(deps: WebhookDeps, gate: BearerGate): WebhookHandlers {
  const subscriberOf = async (ctx: Koa.Context): Promise<Subscriber> => {
    const actor = gate.actorOf(ctx).clientId;
    const client = await findClient(deps.db, actor);
    if (client === null) throw new TrustError('issuing-not-allowed', 'this room does not know the client');
    return { organisation: client.organisation, actor };
  };
  return {
    subscribe: async (ctx) => {
      const request = await readJson(ctx, subscriptionRequest);
      const { subscription, secret } = await subscribeWebhook(deps, await subscriberOf(ctx), request);
      ctx.status = 201;
      ctx.body = { ...documentOf(subscription), secret };
    },
    list: async (ctx) => {
      const { organisation } = await subscriberOf(ctx);
      ctx.body = { subscriptions: (await listSubscriptions(deps.db, organisation)).map(documentOf) };
    },
    rotate: async (ctx) => {
      const { overlap_hours: overlapHours } = await readJson(ctx, secretRequest);
      const change = { subscriptionId: idOf(ctx), overlapHours };
      const { secret, earlierUntil } = await rotateWebhookSecret(deps, await subscriberOf(ctx), change);
      ctx.status = 201;
      ctx.body = { secret, earlier_secret_until: earlierUntil?.toISOString() ?? null };
    },
    unsubscribe: async (ctx) => {
      await unsubscribeWebhook(deps, await subscriberOf(ctx), idOf(ctx));
      ctx.status = 204;
    },
  };
}

function idOf(ctx: Koa.Context): string {
  return String((ctx['params'] as Record<string, string>)['subscription_id']);
}

function documentOf(subscription: ListedSubscription): SubscriptionDocument {
  const { subscriptionId, url, types, createdAt, earlierUntil, goneAt, undelivered } = subscription;
  return {
    subscription_id: subscriptionId,
    url,
    types: [...types],
    created_at: createdAt.toISOString(),
    earlier_secret_until: earlierUntil?.toISOString() ?? null,
    gone_at: goneAt?.toISOString() ?? null,
    undelivered,
  };
}

// The queue `notify`: each job is one message to one subscriber, signed anew at every try. A try that failed comes again by the
// schedule; what is given up waits as dead (`xinji queue dead --room license`). A receiver may get a message twice, under the
// same webhook-id, and gets them in no promised order.
import { z } from 'zod';
import type { GuardedPost } from '../../common/client/guarded-post.ts';
import { webhookMessage } from '../../common/contract/webhook.ts';
import type { Log } from '../../common/log.ts';
import type { QueueDefinition } from '../../common/queue/workers.ts';
import { signWebhook } from '../domain/webhook.ts';
import { findSubscription, markGone } from '../store/webhook-subscriptions.ts';
import { NOTIFY_QUEUE } from './follow-events.ts';
import { openSecrets, type WebhookDeps } from './webhook-subscriptions.ts';

export type DeliveryDeps = Omit<WebhookDeps, 'mode'> & {
  readonly log: Log;
  readonly post: GuardedPost;
  readonly webhookTimeoutMs: number;
  readonly webhookRetrySeconds: readonly number[];
};

/** Messages at once in one process: they wait for others, not for us. */
const CONCURRENCY = 32;
/** To one subscriber at once, so that one that hangs holds a few places only. */
const PER_SUBSCRIBER = 4;
const LEASE_MARGIN_SECONDS = 15;
const GONE = 410;

const Payload = z.object({ subscription_id: z.string(), message_id: z.string(), message: webhookMessage });

export function notifyQueue(deps: DeliveryDeps): QueueDefinition {
  return {
    queue: NOTIFY_QUEUE.queue,
    concurrency: CONCURRENCY,
    perKey: PER_SUBSCRIBER,
    leaseSeconds: Math.ceil(deps.webhookTimeoutMs / 1000) + LEASE_MARGIN_SECONDS,
    retry: { delaysSeconds: deps.webhookRetrySeconds, jitter: 0.2 },
    handle: ({ payload }, signal) => deliver(deps, payload, signal),
  };
}

/** Resolves when the receiver took it, or wants nothing more; rejects with what went wrong. */
async function deliver({ db, clock, keys, log, post }: DeliveryDeps, payload: unknown, signal: AbortSignal) {
  const { subscription_id, message_id, message } = Payload.parse(payload);
  const subscription = await findSubscription(db, subscription_id);
  if (!subscription || subscription.goneAt !== null) return;
  const now = clock();
  const body = JSON.stringify(message);
  const signed = signWebhook(openSecrets(keys, subscription, now), { id: message_id, at: now, body });
  const headers = { 'content-type': 'application/json', 'user-agent': 'xinji-license', ...signed };
  const { status } = await post(subscription.url, { headers, body }, signal);
  if (status >= 200 && status < 300) return;
  if (status !== GONE) throw new Error(`the receiver answered ${status}`);
  await markGone(db, subscription_id, now);
  log.warn({ subscription: subscription_id }, 'the receiver of webhooks is gone, nothing more is sent to it');
}

// An organisation subscribes to what happens to the licenses that it had issued, changes its secret, and ends it.
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import type { SubscriptionRequest } from '../../common/contract/webhook.ts';
import { closeBox, openBox } from '../../common/crypto/sealed-box.ts';
import type { Mode } from '../../common/env.ts';
import { TrustError } from '../../common/errors.ts';
import { makeId } from '../../common/ids.ts';
import type { RoomKeys } from '../domain/room-keys.ts';
import { parseWebhookUrl, SECRET_BYTES, sayWebhookSecret } from '../domain/webhook.ts';
import {
  deleteSubscription,
  insertSubscription,
  type ListedSubscription,
  listSubscriptions,
  replaceSecret,
  type SubscriptionSecrets,
  type WebhookSubscription,
} from '../store/webhook-subscriptions.ts';

export type WebhookDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly keys: Pick<RoomKeys, 'webhookBox'>;
  readonly mode: Mode;
};

/** Who asks: the organisation, and a client or `operator` for the record. */
export type Subscriber = { readonly organisation: string; readonly actor: string };

const MOST = 20;
const HOUR_MS = 3_600_000;

/** The secret is told here and never again. Errors: webhook-url-refused, webhook-exists, webhook-too-many. */
export async function subscribeWebhook(
  deps: WebhookDeps,
  { organisation, actor }: Subscriber,
  request: SubscriptionRequest,
): Promise<{ readonly subscription: ListedSubscription; readonly secret: string }> {
  const url = parseWebhookUrl(request.url, deps.mode === 'development');
  if ((await listSubscriptions(deps.db, organisation)).length >= MOST)
    throw new TrustError('webhook-too-many', `${organisation} has ${MOST} subscriptions`);
  const subscriptionId = makeId('whs');
  const { secret, box } = makeSecret(deps, subscriptionId);
  const subscription = { subscriptionId, organisation, url, types: request.types, createdAt: deps.clock() };
  const row = { ...subscription, earlierUntil: null, goneAt: null };
  await insertSubscription(deps.db, { ...row, secretBox: box, createdBy: actor });
  return { subscription: { ...row, undelivered: 0 }, secret };
}

/** A new secret; the one of before signs too for `overlapHours`. Error: webhook-not-found. */
export async function rotateWebhookSecret(
  deps: WebhookDeps,
  { organisation }: Subscriber,
  { subscriptionId, overlapHours }: { readonly subscriptionId: string; readonly overlapHours: number },
): Promise<{ readonly secret: string; readonly earlierUntil: Date | null }> {
  const { secret, box } = makeSecret(deps, subscriptionId);
  const earlierUntil = overlapHours === 0 ? null : new Date(deps.clock().getTime() + overlapHours * HOUR_MS);
  const isTheirs = await replaceSecret(deps.db, { subscriptionId, organisation }, box, earlierUntil);
  if (!isTheirs) throw notFound(subscriptionId);
  return { secret, earlierUntil };
}

/** What still waits to be sent to it is not sent any more. Error: webhook-not-found. */
export async function unsubscribeWebhook(
  { db }: Pick<WebhookDeps, 'db'>,
  { organisation }: Subscriber,
  subscriptionId: string,
): Promise<void> {
  if (!(await deleteSubscription(db, organisation, subscriptionId))) throw notFound(subscriptionId);
}

/** The secrets that sign at `now`, the current one first. */
export function openSecrets(
  keys: WebhookDeps['keys'],
  { subscriptionId, secretBox, earlierSecretBox, earlierUntil }: WebhookSubscription & SubscriptionSecrets,
  now: Date,
): readonly Uint8Array[] {
  const isBoth = earlierSecretBox !== null && earlierUntil !== null && now < earlierUntil;
  const boxes = isBoth ? [secretBox, earlierSecretBox] : [secretBox];
  return boxes.map((box) => openBox(keys.webhookBox, box, contextOf(subscriptionId)));
}

function makeSecret({ keys }: WebhookDeps, subscriptionId: string): { secret: string; box: Uint8Array } {
  const bytes = new Uint8Array(randomBytes(SECRET_BYTES));
  return { secret: sayWebhookSecret(bytes), box: closeBox(keys.webhookBox, bytes, contextOf(subscriptionId)) };
}

const notFound = (id: string): TrustError => new TrustError('webhook-not-found', `there is no subscription ${id}`);
const contextOf = (subscriptionId: string): string => `license.webhook_subscriptions ${subscriptionId}`;

// license.webhook_subscriptions: where an organisation wants to be told of its licenses. Secrets are boxes.
import type { Knex } from 'knex';
import type { WebhookType } from '../../common/contract/webhook.ts';
import { isUniqueViolation } from '../../common/db/errors.ts';
import { runStatement } from '../../common/db/statement.ts';
import { TrustError } from '../../common/errors.ts';

export type WebhookSubscription = {
  readonly subscriptionId: string;
  readonly organisation: string;
  readonly url: string;
  readonly types: readonly WebhookType[];
  readonly createdAt: Date;
  /** Until then the earlier secret signs too. */
  readonly earlierUntil: Date | null;
  /** The receiver answered 410. */
  readonly goneAt: Date | null;
};
export type SubscriptionSecrets = {
  readonly secretBox: Uint8Array;
  readonly earlierSecretBox: Uint8Array | null;
};
/** With what was given up. */
export type ListedSubscription = WebhookSubscription & { readonly undelivered: number };

const COLUMNS = `subscription_id as "subscriptionId", organisation, url, types, created_at as "createdAt",
  earlier_until as "earlierUntil", gone_at as "goneAt"`;

/** Throws `webhook-exists` when the organisation has this address already. */
export async function insertSubscription(
  db: Knex,
  row: WebhookSubscription & { readonly secretBox: Uint8Array; readonly createdBy: string },
): Promise<void> {
  const { subscriptionId, organisation, url, types, secretBox, createdBy, createdAt } = row;
  try {
    await db.raw(
      `insert into license.webhook_subscriptions (subscription_id, organisation, url, types, secret_box, created_by, created_at)
       values (?, ?, ?, ?, ?, ?, ?)`,
      [subscriptionId, organisation, url, [...types], Buffer.from(secretBox), createdBy, createdAt],
    );
  } catch (error) {
    if (!isUniqueViolation(error, 'webhook_subscriptions_organisation_url_key')) throw error;
    throw new TrustError('webhook-exists', `${url} is subscribed already`, { pointer: '/url' });
  }
}

/** Of one organisation, or of all when null; oldest first. */
export async function listSubscriptions(db: Knex, organisation: string | null): Promise<readonly ListedSubscription[]> {
  const { rows } = await db.raw<{ rows: ListedSubscription[] }>(
    `select ${COLUMNS}, (select count(*) from license.jobs
       where queue = 'notify' and state = 'dead' and key = subscription_id)::integer as undelivered
     from license.webhook_subscriptions where organisation = coalesce(?::text, organisation)
     order by created_at, subscription_id`,
    [organisation],
  );
  return rows;
}

const BY_ID = {
  name: 'webhook-subscription',
  text: `select ${COLUMNS}, secret_box as "secretBox", earlier_secret_box as "earlierSecretBox"
    from license.webhook_subscriptions where subscription_id = $1`,
};

export async function findSubscription(
  db: Knex,
  subscriptionId: string,
): Promise<(WebhookSubscription & SubscriptionSecrets) | null> {
  const { rows } = await runStatement<WebhookSubscription & SubscriptionSecrets>(db, BY_ID, [subscriptionId]);
  return rows[0] ?? null;
}

/** The secret of now becomes the earlier one, until `earlierUntil`; none when null. False when it is not theirs. */
export async function replaceSecret(
  db: Knex,
  { subscriptionId, organisation }: Pick<WebhookSubscription, 'subscriptionId' | 'organisation'>,
  secretBox: Uint8Array,
  earlierUntil: Date | null,
): Promise<boolean> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `update license.webhook_subscriptions set secret_box = :secretBox, earlier_until = :earlierUntil,
       earlier_secret_box = case when :earlierUntil::timestamptz is null then null else secret_box end
     where subscription_id = :subscriptionId and organisation = :organisation`,
    { subscriptionId, organisation, secretBox: Buffer.from(secretBox), earlierUntil },
  );
  return rowCount === 1;
}

/** False when it is not theirs. */
export async function deleteSubscription(db: Knex, organisation: string, subscriptionId: string): Promise<boolean> {
  const count = await db('license.webhook_subscriptions')
    .where({ subscription_id: subscriptionId, organisation })
    .delete();
  return count === 1;
}

export async function markGone(db: Knex, subscriptionId: string, now: Date): Promise<void> {
  await db('license.webhook_subscriptions')
    .where({ subscription_id: subscriptionId })
    .whereNull('gone_at')
    .update({ gone_at: now });
}

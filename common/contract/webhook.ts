// Wire types of webhooks: how a case system subscribes, and the message that it gets (Standard Webhooks 1.0.0). Types and
// parsers only.
import { z } from 'zod';
import { licenseIdentifier } from './license.ts';

/** What can be subscribed to. */
export const WEBHOOK_TYPES = [
  'license.issued',
  'license.version_added',
  'license.state_changed',
  'license.expiring',
  'license.read_by_new_unit',
] as const;
export type WebhookType = (typeof WEBHOOK_TYPES)[number];

export const webhookType = z.enum(WEBHOOK_TYPES).meta({
  description:
    'issued 签发, version_added 新版本, state_changed 状态变更, expiring 将到期 (30 and 7 days before), read_by_new_unit 首次被某单位依法调阅',
});

/** Body of a message. It says what happened to which license, and nothing of its holder. */
export const webhookMessage = z.strictObject({
  type: webhookType,
  timestamp: z.iso.datetime().meta({ description: 'When it happened; when it is sent is in webhook-timestamp' }),
  data: z.strictObject({
    identifier: licenseIdentifier,
    license_type: z.string().meta({ example: '11100000MB0D000965001' }),
    case_id: z.string().nullable().meta({ description: '办件编号 of the version', example: 'CASE-2026-000123' }),
    state: z.string().meta({ example: 'valid' }),
    at: z.iso.datetime(),
    valid_to: z.iso.date().meta({ example: '2027-11-20' }),
    reader: z.string().optional().meta({ description: '统一社会信用代码 of the unit, with read_by_new_unit only' }),
  }),
});
export type WebhookMessage = z.infer<typeof webhookMessage>;

export const subscriptionId = z.string().max(64).meta({ example: 'whs_5k3m9q2w7x4t8v6z1y0r5k3m9q' });

/** Body of `POST /v1/webhook-subscriptions`. */
export const subscriptionRequest = z.strictObject({
  url: z.string().min(1).max(500).meta({ example: 'https://cases.example.gov.cn/webhooks/xinji' }),
  types: z
    .array(webhookType)
    .min(1)
    .max(WEBHOOK_TYPES.length)
    .refine((types) => new Set(types).size === types.length, 'a type is named twice')
    .meta({ example: ['license.issued', 'license.state_changed'] }),
});
export type SubscriptionRequest = z.infer<typeof subscriptionRequest>;

export const subscriptionDocument = z.strictObject({
  subscription_id: subscriptionId,
  url: z.string(),
  types: z.array(webhookType),
  created_at: z.iso.datetime(),
  earlier_secret_until: z.iso.datetime().nullable().meta({ description: 'Until then the earlier secret signs too' }),
  gone_at: z.iso.datetime().nullable().meta({ description: 'The receiver answered 410: nothing more is sent' }),
  undelivered: z.int().meta({ description: 'Messages that were given up after the last try' }),
});
export type SubscriptionDocument = z.infer<typeof subscriptionDocument>;
export const subscriptionList = z.strictObject({ subscriptions: z.array(subscriptionDocument) });

const secret = z
  .string()
  .meta({ description: 'Told once', example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw4l6i2l8NfVY=' });
export const subscriptionMade = subscriptionDocument.extend({ secret });

/** Body of `POST /v1/webhook-subscriptions/{subscription_id}/secrets`. */
export const secretRequest = z.strictObject({
  overlap_hours: z.int().min(0).max(168).default(24).meta({ description: 'How long the earlier secret signs too' }),
});
export const secretMade = z.strictObject({ secret, earlier_secret_until: z.iso.datetime().nullable() });

// What the routes of webhook subscriptions tell OpenAPI about themselves.
import {
  secretMade,
  secretRequest,
  subscriptionId,
  subscriptionList,
  subscriptionMade,
  subscriptionRequest,
} from '../../common/contract/webhook.ts';
import type { Operation } from '../../common/http/operation.ts';

const tag = 'Webhooks';
const params = { subscription_id: subscriptionId };

export const WEBHOOK_OPERATIONS = {
  subscribe: {
    id: 'subscribeWebhook',
    tag,
    summary: 'Be told of what happens to the licenses that your organisation had issued',
    summaryZh: '订阅本单位申办证照的消息',
    description:
      'Messages follow Standard Webhooks: webhook-id, webhook-timestamp and webhook-signature (v1, HMAC-SHA256 with the secret that is told here, once). ' +
      'A message may come twice, under the same webhook-id; their order is not promised.',
    body: { schema: subscriptionRequest },
    answers: { 201: { description: 'Subscribed; the secret is told only now', content: { schema: subscriptionMade } } },
    problems: ['webhook-url-refused', 'webhook-exists', 'webhook-too-many', 'issuing-not-allowed'],
  },
  list: {
    id: 'listWebhooks',
    tag,
    summary: 'List the subscriptions of your organisation',
    summaryZh: '查询本单位的订阅',
    answers: { 200: { description: 'Oldest first', content: { schema: subscriptionList } } },
    problems: ['issuing-not-allowed'],
  },
  rotate: {
    id: 'rotateWebhookSecret',
    tag,
    summary: 'Make a new secret for a subscription',
    summaryZh: '更换订阅密钥',
    description: 'Until the overlap is over every message carries two signatures, one of each secret.',
    params,
    body: { schema: secretRequest },
    answers: { 201: { description: 'The secret, told only now', content: { schema: secretMade } } },
    problems: ['webhook-not-found', 'issuing-not-allowed'],
  },
  unsubscribe: {
    id: 'unsubscribeWebhook',
    tag,
    summary: 'End a subscription',
    summaryZh: '取消订阅',
    params,
    answers: { 204: { description: 'Nothing more is sent to it' } },
    problems: ['webhook-not-found', 'issuing-not-allowed'],
  },
} as const satisfies Record<string, Operation>;

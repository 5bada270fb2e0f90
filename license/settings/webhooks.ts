// Settings of the messages to case systems (docs/integrate-case-system.md).
import { type ConfigTable, parseInteger, parseIntegers } from '../../common/env.ts';
import { parseNetworkList } from '../../common/setting-values.ts';

const DAY_SECONDS = 86_400;

export const WEBHOOK_ROWS = {
  webhookNetworks: {
    name: 'XINJI_LICENSE_WEBHOOK_NETWORKS',
    manual:
      'Private networks (CIDR, separated by commas) on which subscribers of webhooks may be reached; all others that are not public are refused.',
    example: '10.20.0.0/16,192.168.7.0/24',
    fallback: (mode) => (mode === 'development' ? '127.0.0.0/8,::1/128' : ''),
    parse: parseNetworkList,
  },
  webhookTimeoutMs: {
    name: 'XINJI_LICENSE_WEBHOOK_TIMEOUT_MS',
    manual: 'How long a subscriber may take to answer a webhook, in milliseconds.',
    example: '15000',
    fallback: () => '15000',
    parse: parseInteger(100, 60_000),
  },
  webhookRetrySeconds: {
    name: 'XINJI_LICENSE_WEBHOOK_RETRY_SECONDS',
    manual:
      'Seconds until a webhook that was not taken is sent again, after the first, second … try, separated by commas; each is spread by a fifth. After the last it is dead: see `xinji queue dead --room license`.',
    example: '5,300,1800,7200',
    fallback: () => '5,300,1800,7200,18000,36000,50400,72000,86400',
    parse: parseIntegers(1, 7 * DAY_SECONDS),
  },
  jobDays: {
    name: 'XINJI_LICENSE_JOB_DAYS',
    manual: 'How long jobs that are done stay in the queue, in days. Dead ones stay until they are requeued.',
    example: '3',
    fallback: () => '3',
    parse: parseInteger(0, 365),
  },
} as const satisfies ConfigTable;

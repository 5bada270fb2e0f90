// `xinji webhook`: where organisations are told of what happens to their licenses, by the operator in their place.
import { parseArgs } from 'node:util';
import { systemClock } from '../../common/clock.ts';
import { subscriptionRequest, WEBHOOK_TYPES } from '../../common/contract/webhook.ts';
import { TrustError } from '../../common/errors.ts';
import {
  rotateWebhookSecret,
  subscribeWebhook,
  unsubscribeWebhook,
  type WebhookDeps,
} from '../../license/flow/webhook-subscriptions.ts';
import {
  findSubscription,
  type ListedSubscription,
  listSubscriptions,
} from '../../license/store/webhook-subscriptions.ts';
import { withLicenseRoom } from '../license-room.ts';
import { type Command, EXIT_USAGE } from './command.ts';

const OVERLAP_HOURS = 24;
const MOST_OVERLAP_HOURS = 168;

export const command: Command = {
  name: 'webhook',
  summary: 'Say where an organisation is told of what happens to its licenses',
  usage: `xinji webhook list [--organisation CODE] [--json]
xinji webhook add --organisation CODE --url URL --types TYPE[,TYPE…]
xinji webhook rotate ID [--overlap-hours N]
xinji webhook remove ID
    add     subscribes; the secret (whsec_…) is printed once
    rotate  makes a new secret; the one of before signs too for ${OVERLAP_HOURS} hours, or N (0 to ${MOST_OVERLAP_HOURS})
    remove  ends a subscription; what still waits for it is not sent
    CODE    统一社会信用代码 of the organisation that had the licenses issued
    TYPE    ${WEBHOOK_TYPES.join(', ')}

Messages that were given up: xinji queue dead --room license. Needs the environment of the license room.
Exit codes: 0 done, 1 not done, ${EXIT_USAGE} wrong usage, 78 configuration.`,
  run: async (args, env) => {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const [action, ...ids] = positionals;
    const run = action !== undefined && Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    const isAboutOne = action === 'rotate' || action === 'remove';
    const lacks = action === 'add' && (!values.organisation || !values.url || !values.types);
    if (!run || ids.length !== Number(isAboutOne) || lacks || !isHours(values['overlap-hours'])) {
      console.error(`xinji webhook: expected\n${command.usage.split('\n    add')[0]}`);
      return EXIT_USAGE;
    }
    const lines = await withLicenseRoom(env, 'webhook', async ({ db, config, openKeys }) =>
      run({ db, keys: await openKeys(), mode: config.mode, clock: systemClock }, values, ids[0] ?? ''),
    );
    for (const line of lines) console.log(line);
    return 0;
  },
};

const OPTIONS = {
  organisation: { type: 'string' },
  url: { type: 'string' },
  types: { type: 'string' },
  'overlap-hours': { type: 'string' },
  json: { type: 'boolean' },
} as const;

type Values = {
  readonly organisation?: string | undefined;
  readonly url?: string | undefined;
  readonly types?: string | undefined;
  readonly 'overlap-hours'?: string | undefined;
  readonly json?: boolean | undefined;
};
type Action = (deps: WebhookDeps, values: Values, id: string) => Promise<readonly string[]>;

const ACTIONS: Readonly<Record<string, Action>> = {
  list: async ({ db }, values) => {
    const rows = await listSubscriptions(db, values.organisation ?? null);
    if (values.json) return [JSON.stringify(rows, null, 2)];
    return rows.length === 0 ? ['nobody has subscribed'] : rows.map(inWords);
  },
  add: async (deps, { organisation = '', url = '', types = '' }) => {
    const request = subscriptionRequest.safeParse({ url, types: types.split(',') });
    if (!request.success) throw new TrustError('invalid-request', `types are ${WEBHOOK_TYPES.join(', ')}`);
    const made = await subscribeWebhook(deps, { organisation, actor: 'operator' }, request.data);
    return [inWords(made.subscription), `secret, shown only now: ${made.secret}`];
  },
  rotate: async (deps, values, id) => {
    const overlapHours = Number(values['overlap-hours'] ?? OVERLAP_HOURS);
    const change = { subscriptionId: id, overlapHours };
    const { secret, earlierUntil } = await rotateWebhookSecret(deps, await ownerOf(deps, id), change);
    const until = earlierUntil ? `signs too until ${earlierUntil.toISOString()}` : 'signs no more';
    return [`the earlier secret ${until}`, `secret, shown only now: ${secret}`];
  },
  remove: async (deps, _values, id) => {
    await unsubscribeWebhook(deps, await ownerOf(deps, id), id);
    return [`${id} is ended`];
  },
};

/** The operator acts in the place of whose it is. */
async function ownerOf({ db }: WebhookDeps, id: string): Promise<{ organisation: string; actor: string }> {
  const found = await findSubscription(db, id);
  return { organisation: found?.organisation ?? '', actor: 'operator' };
}

function inWords({ subscriptionId, organisation, url, types, goneAt, undelivered }: ListedSubscription): string {
  const state = goneAt ? `gone since ${goneAt.toISOString()}` : 'live';
  return [subscriptionId, organisation, url, types.join(','), state, `${undelivered} undelivered`].join('  ');
}

function isHours(text: string | undefined): boolean {
  return text === undefined || (/^\d{1,3}$/.test(text) && Number(text) <= MOST_OVERLAP_HOURS);
}

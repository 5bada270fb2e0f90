// `xinji identity-key`: the keys that sign tokens. They live in the database and follow each other by themselves; this is
// for looking at them, and for the day on which one must go.
import { parseArgs } from 'node:util';
import { systemClock } from '../../common/clock.ts';
import { type SigningKey, stateOf } from '../../identity/domain/signing-key.ts';
import { deriveSigningBoxKey } from '../../identity/domain/signing-key-box.ts';
import { type RotateDeps, rotateSigningKey } from '../../identity/flow/rotate-signing-key.ts';
import { withdrawSigningKey } from '../../identity/flow/withdraw-signing-key.ts';
import { listSigningKeys } from '../../identity/store/signing-keys.ts';
import { withIdentityRoom } from '../identity-room.ts';
import { type Command, EXIT_USAGE } from './command.ts';

export const command: Command = {
  name: 'identity-key',
  summary: 'List the keys that sign tokens, publish the next one, take one out of use',
  usage: `xinji identity-key list [--json]
xinji identity-key rotate
xinji identity-key retire KID
    list    every key with its state: published, signing, retired, withdrawn
    rotate  publishes a new key, which signs after XINJI_IDENTITY_KEY_LEAD_SECONDS; by itself this happens in time for
            XINJI_IDENTITY_KEY_MAX_AGE_DAYS
    retire  takes a key out of use at once, because it may be known to others: what it signed is refused, its private half
            is destroyed, and the next key signs from now on. Systems ask for new tokens; logins go on

Needs the environment of the identity room. Running rooms follow within a second; none is restarted.
Exit codes: 0 done, 1 not done, ${EXIT_USAGE} wrong usage, 78 configuration.`,
  run: async (args, env) => {
    const options = { json: { type: 'boolean' } } as const;
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [action, kid, ...rest] = positionals;
    const run = action !== undefined && Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (!run || rest.length > 0 || (action === 'retire') !== (kid !== undefined)) {
      console.error(`xinji identity-key: expected\n${command.usage.split('\n    list')[0]}`);
      return EXIT_USAGE;
    }
    const lines = await withIdentityRoom(env, 'identity-key', ({ db, config, rootSecret }) =>
      run(
        {
          db,
          clock: systemClock,
          boxKey: deriveSigningBoxKey(rootSecret),
          leadSeconds: config.keyLeadSeconds,
        },
        { kid: kid ?? '', json: values.json ?? false },
      ),
    );
    for (const line of lines) console.log(line);
    return 0;
  },
};

type Action = (deps: RotateDeps, given: { readonly kid: string; readonly json: boolean }) => Promise<readonly string[]>;

const ACTIONS: Readonly<Record<string, Action>> = {
  list: async ({ db, clock }, { json }) => {
    const keys = await listSigningKeys(db);
    const now = clock();
    if (json)
      return [
        JSON.stringify(
          keys.map((key) => toJson(key, now)),
          null,
          2,
        ),
      ];
    return keys.length === 0
      ? ['no keys: the identity room makes the first one when it starts']
      : keys.map((key) => inWords(key, now));
  },
  rotate: async (deps) => {
    const { kid, signsFrom } = await rotateSigningKey(deps);
    return [`${kid} is published and signs from ${signsFrom.toISOString()}.`];
  },
  retire: async (deps, { kid }) => {
    await withdrawSigningKey(deps, kid);
    return [
      `${kid} is out of use; what it signed is refused. Those who verify forget it with their copy of the key set.`,
    ];
  },
};

function toJson(key: SigningKey, now: Date) {
  return {
    kid: key.kid,
    state: stateOf(key, now),
    published_at: key.publishedAt.toISOString(),
    signs_from: key.signsFrom.toISOString(),
    retires_at: key.retiresAt?.toISOString() ?? null,
    withdrawn_at: key.withdrawnAt?.toISOString() ?? null,
  };
}

function inWords(key: SigningKey, now: Date): string {
  const term = `${key.signsFrom.toISOString()} … ${(key.withdrawnAt ?? key.retiresAt)?.toISOString() ?? ''}`;
  return [key.kid, stateOf(key, now).padEnd(9), term].join('  ').trimEnd();
}

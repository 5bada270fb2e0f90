// `xinji session end`: logs one account out, or everybody, when the pages cannot be reached.
import { parseArgs } from 'node:util';
import { systemClock } from '../../common/clock.ts';
import { TrustError } from '../../common/errors.ts';
import { logOutAccount, logOutEverybody } from '../../identity/flow/end-all-sessions.ts';
import { findSubByLoginName } from '../../identity/store/accounts.ts';
import { withIdentityRoom } from '../identity-room.ts';
import { type Command, EXIT_USAGE } from './command.ts';

const OPERATOR = 'operator';

export const command: Command = {
  name: 'session',
  summary: 'End the sessions of one account, or of everybody: xinji session end …',
  usage: `xinji session end --login NAME --reason TEXT
xinji session end --all --reason TEXT
    --login NAME   login name of the account
    --all          everybody who is logged in now, lasting grants included; a running identity room does it batch by batch
    --reason TEXT  goes into the audit log

Systems are told by back channel. An access token of a room lasts five minutes at most. Who logs in afterwards stays.
Needs the environment of the identity room. Exit codes: 0 done, 1 not done, ${EXIT_USAGE} wrong usage, 78 configuration.`,
  run: async (args, env) => {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const { login, all = false, reason = '' } = values;
    if (positionals.join(' ') !== 'end' || (login !== undefined) === all || reason === '') {
      console.error(`xinji session: expected\n${command.usage.split('\n    --login')[0]}`);
      return EXIT_USAGE;
    }
    const said = await withIdentityRoom(env, 'session', async ({ db }) => {
      const deps = { db, clock: systemClock };
      const order = { by: OPERATOR, reason };
      if (login === undefined) {
        const { sessions } = await logOutEverybody(deps, order);
        return `The end of ${sessions} sessions is ordered. See: xinji queue list`;
      }
      const account = await findSubByLoginName(db, login.toLowerCase());
      if (account === null) throw new TrustError('account-not-found', `There is no account ${login.slice(0, 60)}.`);
      const { sessions, clients } = await logOutAccount(deps, { sub: account.sub, ...order });
      return `${login}: ${sessions} sessions ended, ${clients} systems are told.`;
    });
    console.log(said);
    return 0;
  },
};

const OPTIONS = {
  login: { type: 'string' },
  all: { type: 'boolean' },
  reason: { type: 'string' },
} as const;

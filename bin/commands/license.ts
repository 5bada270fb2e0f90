// `xinji license`: what an administrator of licenses does, by the API of the license room and with the duty license:admin.
import { AUTHORITY_USAGE, AUTHORITY_WORDS, runAuthority, runHistory } from '../license/authority.ts';
import { BASIS_USAGE, BASIS_WORDS, runBasis } from '../license/basis.ts';
import { REGISTERED_CLIENT_USAGE, REGISTERED_CLIENT_WORDS, runClient } from '../license/registered-client.ts';
import { REGISTRY_WORDS } from '../license/registry-call.ts';
import { ADMIN_USAGE } from '../license/room-api.ts';
import { CLIENT_USAGE, CLIENT_WORDS } from '../license/sharing-client.ts';
import { runShred, SHRED_STORY, SHRED_USAGE, SHRED_WORDS } from '../license/shred.ts';
import { type Command, EXIT_USAGE } from './command.ts';

type Part = (args: readonly string[], env: NodeJS.ProcessEnv) => Promise<readonly string[] | null>;

/** Each gives the lines to print, or null for wrong usage. */
const PARTS: Readonly<Record<string, Part>> = {
  authority: runAuthority,
  basis: runBasis,
  client: runClient,
  history: runHistory,
  shred: runShred,
};

const USAGE = `${AUTHORITY_USAGE}
${REGISTERED_CLIENT_USAGE}
${BASIS_USAGE}
${CLIENT_USAGE}
${SHRED_USAGE}`;

export const command: Command = {
  name: 'license',
  summary: 'Who issues and reads licenses, legal bases, destroying what is kept of a holder (license:admin)',
  usage: `${USAGE}
${AUTHORITY_WORDS}
${REGISTERED_CLIENT_WORDS}
${REGISTRY_WORDS}
    CLIENT          client id of a system, as the identity room knows it
${BASIS_WORDS}
${CLIENT_WORDS}
${SHRED_WORDS}
${ADMIN_USAGE}

${SHRED_STORY}
Every change is an event of the license room, with the account of who made it.
Exit codes: 0 done, 1 not done, ${EXIT_USAGE} wrong usage, 78 configuration.`,
  run: async ([name = '', ...rest], env) => {
    const part = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined;
    const lines = part ? await part(rest, env) : null;
    if (lines === null) {
      console.error(`xinji license: expected\n${USAGE}`);
      return EXIT_USAGE;
    }
    for (const line of lines) console.log(line);
    return 0;
  },
};

// `xinji logout`: forgets the kept token. The login in the browser is another matter, and is ended there.
import { parseArgs } from 'node:util';
import { deleteToken, readToken, tokenFilePath } from '../login/token-file.ts';
import type { Command } from './command.ts';

export const command: Command = {
  name: 'logout',
  summary: 'Forget the token of `xinji login`',
  usage: `xinji logout

Deletes the kept token, and says where the login in the browser is ended. A token that was copied elsewhere is good until
it ends, five minutes at most. Exit codes: 0 no token is kept any more.`,
  run: async (args, env) => {
    parseArgs({ args: [...args], options: {} });
    const path = tokenFilePath(env);
    const kept = await readToken(path).catch(() => null);
    const was = await deleteToken(path);
    console.log(was ? `${path} is deleted.` : 'No token was kept.');
    if (kept)
      console.log(`The browser stays logged in; to log out there as well, open ${kept.issuer}/oidc/session/end`);
    return 0;
  },
};

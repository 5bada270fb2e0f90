// `xinji login`: a token of the person at this machine, for his duties in one room. The person logs in in a browser; this program sees
// no password (bin/login/loopback-login.ts).
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { decodeJwt } from 'jose';
import { isDuty, parseRoles, ROLE_SCOPES } from '../../common/contract/roles.ts';
import { TrustError } from '../../common/errors.ts';
import { logInByLoopback } from '../login/loopback-login.ts';
import { findRoomUrl } from '../login/rooms.ts';
import { type KeptToken, readToken, tokenFilePath, writeToken } from '../login/token-file.ts';
import { type Command, EXIT_USAGE } from './command.ts';

const WAIT_SECONDS = 300;
/** A kept token that ends sooner is not handed out again. */
const SPARE_SECONDS = 30;
const ALL_DUTIES = Object.values(ROLE_SCOPES).flat();
const ROOMS = ['seal', 'license'] as const;
type Room = (typeof ROOMS)[number];

export const command: Command = {
  name: 'login',
  summary: 'Log in as a person, for duties in the seal room or the license room',
  usage: `xinji login [--room seal|license] [--as-scope "SCOPE …"] [--token-only] [--open] [--again]
            [--identity URL] [--seal URL] [--license URL]
    --room          for which room the token is; that of --as-scope, else seal
    --as-scope      duties of that room that are asked for: ${ALL_DUTIES.join(' ')};
                    all of them unless given. What no role of yours brings is left out
    --token-only    prints the access token and nothing else on standard output:
                    curl -H "Authorization: Bearer $(xinji login --token-only)" …
    --open          opens the address in the browser of this machine instead of only printing it
    --again         asks anew although a token is at hand
    --identity URL  the identity room; XINJI_IDENTITY_URL unless given
    --seal URL      the seal room; XINJI_SEAL_URL unless given
    --license URL   the license room; XINJI_LICENSE_URL unless given

Open the printed address in a browser of this machine and log in there; the answer comes back to a port of 127.0.0.1. The
token is good for five minutes and is kept until then in ${'$XDG_CONFIG_HOME/xinji/token.json'} (~/.config unless set), for you alone.
Exit codes: 0 logged in, 1 not, ${EXIT_USAGE} wrong usage, 78 configuration.`,
  run: async (args, env) => {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    const scopes = readScopes(values['as-scope']);
    const room = readRoom(values.room, scopes);
    const asked = {
      issuer: findRoomUrl(env, 'identity', values.identity),
      resource: findRoomUrl(env, room, values[room]),
      scopes,
      duties: dutiesIn(room),
    };
    const path = tokenFilePath(env);
    const kept = values.again ? null : await readToken(path);
    const token = kept && isGood(kept, asked) ? kept : await logIn(asked, values.open === true);
    if (token !== kept) await writeToken(path, token);
    console.log(values['token-only'] ? token.access_token : inWords(token, scopes ?? asked.duties));
    return 0;
  },
};

const OPTIONS = {
  'as-scope': { type: 'string' },
  'token-only': { type: 'boolean' },
  open: { type: 'boolean' },
  again: { type: 'boolean' },
  identity: { type: 'string' },
  seal: { type: 'string' },
  license: { type: 'string' },
  room: { type: 'string' },
} as const;

type Asked = {
  readonly issuer: string;
  readonly resource: string;
  /** Null: all duties of the room. */
  readonly scopes: readonly string[] | null;
  readonly duties: readonly string[];
};

/** For the same rooms, with what was asked for (without a wish: as it is), and good for a while yet. */
function isGood(kept: KeptToken, { issuer, resource, scopes }: Asked): boolean {
  const isSame = kept.issuer === issuer && kept.resource === resource;
  const has = kept.scope.split(' ');
  const until = Date.parse(kept.expires_at) - SPARE_SECONDS * 1000;
  return isSame && (scopes ?? []).every((scope) => has.includes(scope)) && until > Date.now();
}

async function logIn({ issuer, resource, scopes, duties }: Asked, isToOpen: boolean): Promise<KeptToken> {
  const scope = (scopes ?? duties).join(' ');
  const open = (address: string): void => {
    console.error(
      `Open this address in a browser of this machine, within ${WAIT_SECONDS / 60} minutes:\n\n  ${address}\n`,
    );
    if (isToOpen) openBrowser(address);
  };
  const token = await logInByLoopback({ issuer, resource, scope, open, waitSeconds: WAIT_SECONDS });
  const expiresAt = new Date(Date.now() + token.expiresInSeconds * 1000).toISOString();
  return { issuer, resource, access_token: token.accessToken, scope: token.scope, expires_at: expiresAt };
}

/** Without a shell; where there is no such program, the printed address is enough. */
function openBrowser(address: string): void {
  const program = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const child = spawn(program, [address], { stdio: 'ignore', detached: true });
  child.once('error', () => console.error(`${program} is not here; open the address yourself.`));
  child.unref();
}

function readScopes(text: string | undefined): readonly string[] | null {
  if (text === undefined) return null;
  const scopes = text.split(/[\s,]+/).filter(Boolean);
  const wrong = scopes.find((scope) => !isDuty(scope));
  if (wrong === undefined && scopes.length > 0) return scopes;
  const detail = `--as-scope has "${wrong ?? ''}"; expected some of ${ALL_DUTIES.join(' ')}`;
  throw new TrustError('invalid-request', detail, { hint: 'See: xinji help login' });
}

/** A token is for one room: what it asks for must be that room's. */
function readRoom(given: string | undefined, scopes: readonly string[] | null): Room {
  const room = ROOMS.find((name) => name === (given ?? scopes?.[0]?.split(':')[0] ?? 'seal'));
  const hint = 'See: xinji help login';
  if (room === undefined) throw new TrustError('invalid-request', `--room is one of ${ROOMS.join(', ')}`, { hint });
  const foreign = scopes?.find((scope) => !scope.startsWith(`${room}:`));
  if (foreign === undefined) return room;
  throw new TrustError('invalid-request', `${foreign} is no duty of the ${room} room; a token is for one room`, {
    hint,
  });
}

const dutiesIn = (room: Room): readonly string[] => ALL_DUTIES.filter((scope) => scope.startsWith(`${room}:`));

function inWords({ access_token, scope, resource, expires_at }: KeptToken, asked: readonly string[]): string {
  const granted = scope.split(' ');
  const withheld = asked.filter((one) => !granted.includes(one));
  const roles = parseRoles(decodeJwt(access_token)['roles']) ?? [];
  return [
    `Logged in for ${resource} until ${expires_at}.`,
    ...roles.map(({ role, unit, org }) => `  ${role} of ${unit} (${org}): ${ROLE_SCOPES[role].join(' ')}`),
    ...(withheld.length === 0 ? [] : [`Not granted, no role of yours brings it: ${withheld.join(' ')}`]),
  ].join('\n');
}

// A person's login for a program on his own machine (RFC 8252): the browser logs in at the identity room, the code comes back
// to a port of the loopback address that listens for this one answer, and is exchanged with PKCE (RFC 7636). The program
// sees no password and keeps no key. Not here: opening a browser, keeping the token.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as oidc from 'openid-client';
import { TrustError } from '../../common/errors.ts';
import { CLI_CLIENT } from '../seed/values.ts';

export type LoopbackLogin = {
  /** Public URL of the identity room. */
  readonly issuer: string;
  /** Public URL of the room that the token is for. */
  readonly resource: string;
  /** Duties that are asked for: `seal:apply seal:keep`. What no role brings is left out. */
  readonly scope: string;
  /** Told the address that the browser has to open. A failure ends the login. */
  readonly open: (address: string) => Promise<void> | void;
  /** How long the person may take. */
  readonly waitSeconds: number;
};

export type PersonToken = {
  readonly accessToken: string;
  /** What was granted (RFC 6749, 3.3): not more than what was asked for. */
  readonly scope: string;
  readonly expiresInSeconds: number;
};

type Answer = { readonly url: URL; readonly say: (text: string) => void };

/** Errors: identity-unavailable; login-failed, with the reason, when the person or the issuer declined or nobody came. */
export async function logInByLoopback(login: LoopbackLogin): Promise<PersonToken> {
  // 1. The issuer's addresses, and a port that only this machine reaches.
  const client = await discover(login.issuer);
  const state = oidc.randomState();
  const verifier = oidc.randomPKCECodeVerifier();
  const { server, redirectUri, answer } = await listenForAnswer(state);
  const { promise: failure, reject: fail } = Promise.withResolvers<never>();
  failure.catch(() => undefined); // it may come when nobody waits any more
  const late = new TrustError('login-failed', 'nobody logged in in time');
  const timer = setTimeout(() => fail(late), login.waitSeconds * 1000);
  try {
    // 2. The person logs in, and agrees: a native client is never waved through.
    const address = oidc.buildAuthorizationUrl(client, {
      redirect_uri: redirectUri,
      scope: `openid ${login.scope}`,
      resource: login.resource,
      state,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    // The browser waits for our page while it is open: of the opening only a failure counts.
    Promise.resolve(login.open(address.href)).catch(fail);
    const { url, say } = await Promise.race([answer, failure]);
    // 3. The code becomes a token; the browser is told how it went.
    return await exchange(client, url, { state, verifier, resource: login.resource }).then(
      (token) => {
        say('已登录，可以关闭此页面。 Logged in; you may close this page.');
        return token;
      },
      (error: unknown) => {
        say('登录未成功，请回到命令行查看原因。 Not logged in; the command line says why.');
        throw error;
      },
    );
  } finally {
    clearTimeout(timer);
    server.close();
    server.closeIdleConnections();
  }
}

async function discover(issuer: string): Promise<oidc.Configuration> {
  const execute = issuer.startsWith('https:') ? [] : [oidc.allowInsecureRequests];
  const metadata = { id_token_signed_response_alg: 'ES256' };
  try {
    return await oidc.discovery(new URL(issuer), CLI_CLIENT.clientId, metadata, oidc.None(), { execute });
  } catch (cause) {
    throw new TrustError('identity-unavailable', `the identity room at ${issuer} does not answer`, { cause });
  }
}

async function exchange(
  client: oidc.Configuration,
  url: URL,
  { state, verifier, resource }: { state: string; verifier: string; resource: string },
): Promise<PersonToken> {
  const checks = { expectedState: state, pkceCodeVerifier: verifier, idTokenExpected: true };
  try {
    const tokens = await oidc.authorizationCodeGrant(client, url, checks, { resource });
    return { accessToken: tokens.access_token, scope: tokens.scope ?? '', expiresInSeconds: tokens.expires_in ?? 0 };
  } catch (cause) {
    if (!(cause instanceof oidc.AuthorizationResponseError || cause instanceof oidc.ResponseBodyError)) {
      throw new TrustError('login-failed', 'the answer of the identity room is not in order', { cause });
    }
    const reason = [cause.error, cause.error_description].filter(Boolean).join(': ');
    throw new TrustError('login-failed', `the identity room refused: ${reason}`, { cause });
  }
}

/** RFC 8252, 7.3: the loopback address and not the name; whatever port is free. */
async function listenForAnswer(
  state: string,
): Promise<{ server: Server; redirectUri: string; answer: Promise<Answer> }> {
  const { promise: answer, resolve } = Promise.withResolvers<Answer>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', redirectUri);
    const mine = isAnswer(request, url, state);
    // Who does not know the state did not come from this login, and does not end it.
    if (mine) resolve({ url, say: (text) => send(response, 200, text) });
    else send(response, 404, 'Nothing is served here.');
  });
  await new Promise<void>((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done));
  const redirectUri = CLI_CLIENT.redirectUri.replace(
    '127.0.0.1',
    `127.0.0.1:${(server.address() as AddressInfo).port}`,
  );
  return { server, redirectUri, answer };
}

function isAnswer(request: IncomingMessage, url: URL, state: string): boolean {
  const isCallback = url.pathname === new URL(CLI_CLIENT.redirectUri).pathname;
  return request.method === 'GET' && isCallback && url.searchParams.get('state') === state;
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    Connection: 'close',
  });
  response.end(`${text}\n`);
}

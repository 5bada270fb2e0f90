// Requests as cheap as they can be made, for races and for measuring a server beside its caller: kept connections, one jar
// of cookies, forms by their fields, a client that signs its own assertions. It judges nothing.
import { createHash, createPrivateKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';

export type Answer = {
  readonly status: number;
  /** Where a redirect or a page that leads on leads to; absolute. */
  readonly next: string | null;
  readonly text: string;
  /** Of a JSON answer. */
  readonly json: () => Record<string, unknown>;
};

export type LeanBrowser = {
  /** `via`: the node that is asked, under the address of `url`, as a load balancer would. */
  get(url: string, via?: string): Promise<Answer>;
  post(url: string, form: Readonly<Record<string, string>>, via?: string): Promise<Answer>;
  /** Another one, with those of its cookies whose names fit. */
  withCookies(names: RegExp): LeanBrowser;
};

export type LeanClient = { readonly id: string; readonly redirectUri: string; readonly key: KeyObject };

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** Cookies go with every request, whatever host and path they came from. */
export function makeLeanBrowser(cookies: Iterable<readonly [string, string]> = []): LeanBrowser {
  const jar = new Map<string, string>(cookies);
  const send = async (url: string, form?: Readonly<Record<string, string>>, via?: string): Promise<Answer> => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const origin = form === undefined ? {} : { origin: new URL(url).origin };
    const { status, headers, text } = await exchange(url, form, {
      via,
      headers: { ...origin, ...(cookie === '' ? {} : { cookie }) },
    });
    for (const line of headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/expires=Thu, 01 Jan 1970|max-age=0/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    const refresh = /<meta http-equiv="refresh" content="0;url=([^"]*)">/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    const next = headers.location ?? refresh;
    return { status, text, next: next === undefined ? null : new URL(next, url).href, json: () => JSON.parse(text) };
  };
  return {
    get: (url, via) => send(url, undefined, via),
    post: send,
    withCookies: (names) => makeLeanBrowser([...jar].filter(([name]) => names.test(name))),
  };
}

/** One POST of a form without cookies. */
export async function postForm(
  url: string,
  form: Readonly<Record<string, string>>,
  { via, headers = {} }: { readonly via?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Answer> {
  const { status, text } = await exchange(url, form, { via, headers });
  return { status, text, next: null, json: () => JSON.parse(text) };
}

type Raw = { status: number; headers: IncomingHttpHeaders; text: string };
type Sending = { readonly via?: string | undefined; readonly headers: Readonly<Record<string, string>> };

function exchange(
  url: string,
  form: Readonly<Record<string, string>> | undefined,
  { via, headers }: Sending,
): Promise<Raw> {
  const body = form === undefined ? undefined : new URLSearchParams(form).toString();
  const type = body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
  const { host, pathname, search } = new URL(url);
  const target = via === undefined ? url : `${via}${pathname}${search}`;
  const method = body === undefined ? 'GET' : 'POST';
  return new Promise((resolve, reject) => {
    const sent = request(target, { agent, method, headers: { host, ...headers, ...type } });
    sent.on('error', reject);
    sent.on('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    sent.end(body);
  });
}

export function leanClient(id: string, redirectUri: string, keyPem: string): LeanClient {
  return { id, redirectUri, key: createPrivateKey(keyPem) };
}

/** The parameters of private_key_jwt (RFC 7523); `jti` fresh unless given. */
export function assertionOf(
  client: LeanClient,
  issuer: string,
  jti: string = randomBytes(16).toString('base64url'),
): Record<string, string> {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: client.id, sub: client.id, aud: issuer, jti, iat: now, exp: now + 60 };
  const head = [{ alg: 'ES256', typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const signature = sign('sha256', Buffer.from(head.join('.')), { key: client.key, dsaEncoding: 'ieee-p1363' });
  return {
    client_id: client.id,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: `${head.join('.')}.${signature.toString('base64url')}`,
  };
}

export type Asked = { readonly url: string; readonly verifier: string };

/** An authorization request with PKCE. */
export function ask(client: LeanClient, issuer: string, extra: Readonly<Record<string, string>> = {}): Asked {
  const verifier = randomBytes(32).toString('base64url');
  const parameters = new URLSearchParams({
    client_id: client.id,
    redirect_uri: client.redirectUri,
    response_type: 'code',
    scope: 'openid profile',
    state: randomBytes(8).toString('base64url'),
    nonce: randomBytes(8).toString('base64url'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...extra,
  });
  return { url: `${issuer}/oidc/auth?${parameters}`, verifier };
}

/** Follows an authorization to the client's address; returns the code. Throws when it does not come. */
export async function codeFrom(browser: LeanBrowser, start: string, client: LeanClient, via?: string): Promise<string> {
  let answer = await browser.get(start, via);
  for (let hop = 0; hop < 5 && answer.next !== null; hop += 1) {
    if (answer.next.startsWith(client.redirectUri)) {
      const code = new URL(answer.next).searchParams.get('code');
      if (code === null) throw new Error(`no code: ${answer.next}`);
      return code;
    }
    answer = await browser.get(answer.next, via);
  }
  throw new Error(`no way to ${client.id} (${answer.status}): ${answer.text.slice(0, 500)}`);
}

/** Through the login page; returns the code for `client`. */
export async function logInLean(
  browser: LeanBrowser,
  client: LeanClient,
  asked: Asked,
  person: { readonly login: string; readonly password: string },
): Promise<string> {
  const start = await browser.get(asked.url);
  const address = start.next ?? asked.url;
  const page = await browser.get(address);
  const form = [...page.text.matchAll(/<form\b[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)].find(([, , inner]) =>
    inner?.includes('name="password"'),
  );
  if (!form) throw new Error(`no login form (${page.status}): ${page.text.slice(0, 500)}`);
  const hidden = [...form[2]!.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  const values = { ...Object.fromEntries(hidden.map(([, name, value]) => [name, value])), ...person };
  const accepted = await browser.post(new URL(form[1]!.replaceAll('&amp;', '&'), address).href, values);
  if (accepted.next === null) throw new Error(`login was not accepted (${accepted.status})`);
  return codeFrom(browser, accepted.next, client);
}

/** The form of an exchange of a code. */
export function exchangeForm(
  client: LeanClient,
  issuer: string,
  given: { readonly code: string; readonly verifier: string },
): Record<string, string> {
  return {
    grant_type: 'authorization_code',
    code: given.code,
    redirect_uri: client.redirectUri,
    code_verifier: given.verifier,
    ...assertionOf(client, issuer),
  };
}

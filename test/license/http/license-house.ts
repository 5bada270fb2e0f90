import type { ExecutionContext } from 'ava';
import { createLocalJWKSet, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { utf8 } from '../../../common/bytes.ts';
import type { SessionUses } from '../../../common/client/session-use-client.ts';
import { problemDocument } from '../../../common/contract/problem.ts';
import type { Role } from '../../../common/contract/roles.ts';
import { closeBox } from '../../../common/crypto/sealed-box.ts';
import { sm3 } from '../../../common/crypto/sm3.ts';
import { makeCookies } from '../../../common/http/cookies.ts';
import { makeMetrics } from '../../../common/http/metrics.ts';
import { listen } from '../../../common/http/server.ts';
import { makeToken } from '../../../common/ids.ts';
import { makeLog } from '../../../common/log.ts';
import { openSheets } from '../../../common/sheets/open-sheets.ts';
import { buildApp, type LicenseApp } from '../../../license/app.ts';
import type { Unit } from '../../../license/http/session-box.ts';
import { insertSession } from '../../../license/store/sessions.ts';
import { testDatabase } from '../../_harness/database.ts';
import { findFreePort } from '../../_harness/free-ports.ts';
import { makeKeyPem } from '../../identity/identity-house.ts';
import { catalogSigner } from '../catalog.ts';
import { keys, makeMemoryFiles, makeSealDouble, NOON, registerHouse, type SealDouble } from '../doubles.ts';
import { renderer } from '../pdf/renderer.ts';

export const ISSUER = 'http://localhost:7001';
const COOKIE_KEYS = ['a cookie key of at least 32 characters'];

export type LicenseHouse = LicenseApp & {
  readonly url: string;
  readonly seal: SealDouble;
  readonly lines: string[];
  pass(seconds: number): void;
  now(): Date;
  /** An access token of the test issuer; `change` breaks it. */
  token(clientId: string, scope: string, change?: JWTPayload & { typ?: string; foreign?: boolean }): Promise<string>;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Cookie header of a browser in which that holder is logged in. */
  session(
    holderKey: Uint8Array,
    change?: { sub?: string; sid?: string; unit?: Unit; roles?: readonly Role[] },
  ): Promise<string>;
};
export type CallOptions = {
  readonly token?: string;
  readonly json?: unknown;
  readonly body?: Uint8Array | string | FormData | URLSearchParams;
  readonly headers?: Record<string, string>;
};
export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
  readonly text: string;
  /** The document; null for anything that is not JSON. Contracts parse it. */
  readonly json: unknown;
  /** The problem code, or null. */
  readonly code: string | null;
};

export type HouseOptions = {
  readonly identityUrl?: string;
  readonly clientKeyPem?: string;
  readonly clock?: () => Date;
  readonly port?: number;
  readonly verificationsPerMinute?: number;
  /** What the identity room says of sessions; unless given it is asked, and mostly nobody is there. */
  readonly sessionUses?: SessionUses;
};

export async function startLicense(t: ExecutionContext, options: HouseOptions = {}): Promise<LicenseHouse> {
  const database = await testDatabase(t);
  const db = database.connect('license', 12);
  let now = NOON;
  const clock = options.clock ?? (() => now);
  const port = options.port ?? (await findFreePort());
  const url = `http://localhost:${port}`;
  const seal = makeSealDouble();
  const lines: string[] = [];
  const issuer = await makeIssuer();
  const sheets = openSheets();
  const built = buildApp({
    db,
    clock,
    seal,
    renderer,
    sheets,
    url,
    files: makeMemoryFiles(),
    log: makeLog('license', 'debug', { write: (line: string) => void lines.push(line) }),
    metrics: makeMetrics('license'),
    mode: 'development',
    identityUrl: options.identityUrl ?? ISSUER,
    clientKeyPem: options.clientKeyPem ?? makeKeyPem(),
    platformSeal: '36010000000002',
    platformName: '示例电子证照共享服务平台',
    cookieKeys: COOKIE_KEYS,
    catalogCertificates: [(await catalogSigner()).certificate],
    verificationsPerMinute: options.verificationsPerMinute ?? 1000,
    keys,
    issueWaitMs: 60_000,
    tokenKeys: issuer.keys,
    ...(options.sessionUses === undefined ? {} : { sessionUses: options.sessionUses }),
  });
  await registerHouse(built.deps);
  const server = await listen(built.app, { host: '127.0.0.1', port });
  t.teardown(async () => {
    await server.stop(0);
    await sheets.close();
    if (!t.passed) for (const line of lines.filter((text) => /"level":(40|50|60)/.test(text))) t.log(line);
  });
  return {
    ...built,
    url,
    seal,
    lines,
    now: clock,
    pass: (seconds) => {
      now = new Date(now.getTime() + seconds * 1000);
    },
    token: (clientId, scope, change = {}) => issuer.sign(url, clientId, scope, clock(), change),
    call: (method, path, call = {}) => callHouse(url, method, path, call),
    session: async (holderKey, { sub = 'sub-1', sid = 'sid-1', unit, roles = [] } = {}) => {
      const token = `session1${makeToken(26)}`;
      const person = utf8(JSON.stringify({ name: '张三', idToken: 'id-token', unit: unit ?? null, roles }));
      await insertSession(db, sm3(utf8(token)), {
        sub,
        sid,
        holderKey,
        personBox: closeBox(keys.sessionBox, person, `license.sessions.person ${sub}`),
        createdAt: clock(),
        expiresAt: new Date(clock().getTime() + 1_800_000),
      });
      return signedCookie('session', token);
    },
  };
}

/** As makeCookies writes it. */
export function signedCookie(name: string, value: string): string {
  const full = `xinji-license-${name}`;
  const { sign } = makeCookies({ room: 'license', keys: COOKIE_KEYS, secure: false });
  return `${full}=${value}.${sign(`${full}=${value}`)}`;
}

async function makeIssuer() {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const foreign = await generateKeyPair('ES256');
  const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256' }] });
  const sign = (
    audience: string,
    clientId: string,
    scope: string,
    at: Date,
    { typ = 'at+jwt', foreign: isForeign = false, ...change }: JWTPayload & { typ?: string; foreign?: boolean },
  ): Promise<string> => {
    const iat = Math.trunc(at.getTime() / 1000);
    const claims = {
      iss: ISSUER,
      aud: audience,
      sub: clientId,
      client_id: clientId,
      scope,
      iat,
      exp: iat + 300,
      jti: 'j',
    };
    return new SignJWT({ ...claims, ...change })
      .setProtectedHeader({ alg: 'ES256', typ, kid: 'test' })
      .sign(isForeign ? foreign.privateKey : privateKey);
  };
  return { keys, sign };
}

async function callHouse(url: string, method: string, path: string, call: CallOptions): Promise<Answer> {
  const headers = new Headers(call.headers);
  if (call.token !== undefined) headers.set('Authorization', `Bearer ${call.token}`);
  if (call.json !== undefined) headers.set('Content-Type', 'application/json');
  const body = call.json === undefined ? call.body : JSON.stringify(call.json);
  const response = await fetch(new URL(path, url), {
    method,
    headers,
    redirect: 'manual',
    ...(body === undefined ? {} : { body: body as string }),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const text = Buffer.from(bytes).toString('utf8');
  const isJson = response.headers.get('Content-Type')?.includes('json') ?? false;
  const json: unknown = isJson ? JSON.parse(text) : null;
  const code = problemDocument.safeParse(json).data?.code ?? null;
  return { status: response.status, headers: response.headers, bytes, text, json, code };
}

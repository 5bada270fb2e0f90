// Bound tokens at a room's door (RFC 9449): an outside client makes the proof, the room checks it, and every sibling is refused.
import { createHash } from 'node:crypto';
import test, { type ExecutionContext } from 'ava';
import { calculateJwkThumbprint, createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose';
import * as oauth from 'oauth4webapi';
import { systemClock } from '../../../common/clock.ts';
import { rememberProof } from '../../../common/dpop/store/seen-proofs.ts';
import { makeKoa } from '../../../common/http/app.ts';
import { makeBearerGate } from '../../../common/http/bearer.ts';
import { makeMetrics } from '../../../common/http/metrics.ts';
import { mountRoutes } from '../../../common/http/routes.ts';
import { listen } from '../../../common/http/server.ts';
import { makeLog } from '../../../common/log.ts';
import { testDatabase } from '../../_harness/database.ts';
import { findFreePort } from '../../_harness/free-ports.ts';

const ISSUER = 'http://localhost:7001';
const issuerKey = await generateKeyPair('ES256');
const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(issuerKey.publicKey)), alg: 'ES256' }] });
const holder = await generateKeyPair('ES256', { extractable: true });
const stranger = await generateKeyPair('ES256', { extractable: true });
const jkt = await calculateJwkThumbprint(await exportJWK(holder.publicKey));

/** Two nodes of one room on one database. */
async function startRoom(t: ExecutionContext): Promise<readonly [string, string]> {
  const database = await testDatabase(t);
  const port = await findFreePort();
  const audience = `http://127.0.0.1:${port}`;
  const start = async (at: number): Promise<string> => {
    const db = database.connect('license');
    const deps = { room: 'test', log: makeLog('test', 'silent'), clock: systemClock, mode: 'development' } as const;
    const app = makeKoa({ ...deps, metrics: makeMetrics(`dpop ${at}`) });
    const gate = makeBearerGate({
      issuer: ISSUER,
      audience,
      keys,
      clock: systemClock,
      rememberProof: (digest, until) => rememberProof(db, { schema: 'license', digest, until, now: new Date() }),
    });
    const handler = (ctx: { body: unknown }): void => {
      ctx.body = { ok: true };
    };
    mountRoutes(
      app,
      [
        { method: 'GET', path: '/v1/licenses', scope: 'license:issue', handler },
        { method: 'POST', path: '/v1/licenses', scope: 'license:issue', handler },
        {
          method: 'GET',
          path: '/v1/acts/:scope',
          scope: 'license:issue',
          handler: async (ctx) => {
            const { scope } = ctx['params'] as Record<string, string>;
            await gate.require(ctx, `license:${scope}`);
            handler(ctx);
          },
        },
      ],
      { authorise: async (ctx, access) => void (await gate.require(ctx, access)) },
    );
    const server = await listen(app, { host: '127.0.0.1', port: at });
    t.teardown(() => server.stop(0));
    return `http://127.0.0.1:${server.port}/v1/licenses`;
  };
  return [await start(port), await start(0)];
}

const tokenFor = (url: string, cnf: unknown): Promise<string> =>
  new SignJWT({ client_id: 'department', scope: 'license:issue', ...(cnf === undefined ? {} : { cnf }) })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' })
    .setIssuer(ISSUER)
    .setAudience(new URL(url).origin)
    .setSubject('department')
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(issuerKey.privateKey);

type ProofChange = {
  readonly claims?: Record<string, unknown>;
  readonly typ?: string;
  readonly key?: typeof holder;
  readonly jwk?: object;
};

async function makeProof(
  url: string,
  token: string,
  { claims, typ = 'dpop+jwt', key = holder, jwk }: ProofChange = {},
) {
  const ath = createHash('sha256').update(token).digest('base64url');
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ htm: 'GET', htu: url, ath, iat: now, jti: crypto.randomUUID(), ...claims })
    .setProtectedHeader({ alg: 'ES256', typ, jwk: jwk ?? (await exportJWK(key.publicKey)) })
    .sign(key.privateKey);
}

async function call(url: string, authorization: string, dpop?: string) {
  const headers = { authorization, ...(dpop === undefined ? {} : { dpop }) };
  const response = await fetch(url, { headers });
  const { detail } = (await response.json()) as { detail?: string };
  return { status: response.status, detail, challenge: response.headers.get('WWW-Authenticate') ?? '' };
}

test('RFC 9449: oauth4webapi calls a room with a bound token; the proof is used once, on whichever node', async (t) => {
  const [url, other] = await startRoom(t);
  const token = await tokenFor(url, { jkt });
  const DPoP = oauth.DPoP({}, holder);
  for (const method of ['GET', 'POST', 'GET']) {
    const response = await oauth.protectedResourceRequest(token, method, new URL(`${url}?page=2`), undefined, null, {
      DPoP,
      [oauth.allowInsecureRequests]: true,
    });
    t.is(response.status, 200);
  }
  const proof = await makeProof(url, token);
  const answers = await Promise.all([url, url, other, other].map((at) => call(at, `DPoP ${token}`, proof)));
  t.deepEqual(answers.map(({ status }) => status).sort(), [200, 401, 401, 401]);
  const refused = answers.find(({ status }) => status === 401);
  t.regex(refused!.detail!, /used before/);
  t.regex(refused!.challenge, /^DPoP error="invalid_dpop_proof".*algs="ES256"$/);
});

const REFUSED: readonly [title: string, change: ProofChange, says: RegExp][] = [
  ['for another method', { claims: { htm: 'POST' } }, /not for GET/],
  ['for another address', { claims: { htu: 'https://evil.example/v1/licenses' } }, /not for http/],
  ['for another path', { claims: { htu: 'http://127.0.0.1:1/v1' } }, /not for http/],
  ['without an address', { claims: { htu: undefined } }, /not for http/],
  ['for another token', { claims: { ath: createHash('sha256').update('x').digest('base64url') } }, /another token/],
  ['without a token', { claims: { ath: undefined } }, /another token/],
  ['of two minutes ago', { claims: { iat: Math.floor(Date.now() / 1000) - 120 } }, /within 60 seconds/],
  ['of two minutes ahead', { claims: { iat: Math.floor(Date.now() / 1000) + 120 } }, /within 60 seconds/],
  ['without a time', { claims: { iat: undefined } }, /within 60 seconds/],
  ['without a jti', { claims: { jti: undefined } }, /no jti/],
  ['of another key', { key: stranger }, /another key/],
  ['of another key under the right name', { key: stranger, jwk: await exportJWK(holder.publicKey) }, /its own key/],
  ['that shows its private key', { jwk: await exportJWK(holder.privateKey) }, /its own key/],
  ['of another type', { typ: 'JWT' }, /type dpop\+jwt/],
];

test('RFC 9449, 4.3: a proof is refused for each thing that can be wrong with it', async (t) => {
  const [url] = await startRoom(t);
  const token = await tokenFor(url, { jkt });
  for (const [title, change, says] of REFUSED) {
    const answer = await call(url, `DPoP ${token}`, await makeProof(url, token, change));
    t.is(answer.status, 401, title);
    t.regex(answer.detail!, says, title);
  }
  const proof = await makeProof(url, token);
  t.is((await call(url, `DPoP ${token}`, `${proof}, ${proof}`)).status, 401, 'two proofs');
  t.is((await call(url, `DPoP ${token}`, 'x'.repeat(5000))).status, 401, 'too long');
  t.is((await call(url, `DPoP ${token}`, await makeProof(url, token))).status, 200);
});

test('a bound token is no bearer token, an unbound one no DPoP token, and another binding is not guessed at', async (t) => {
  const [url] = await startRoom(t);
  const bound = await tokenFor(url, { jkt });
  t.regex((await call(url, `Bearer ${bound}`)).detail!, /cannot be used as a bearer token/);
  t.regex(
    (await call(url, `Bearer ${bound}`, await makeProof(url, bound))).detail!,
    /cannot be used as a bearer token/,
  );
  t.regex((await call(url, `DPoP ${bound}`)).detail!, /there is no DPoP proof/);
  const unbound = await tokenFor(url, undefined);
  t.is((await call(url, `Bearer ${unbound}`)).status, 200);
  t.regex((await call(url, `DPoP ${unbound}`, await makeProof(url, unbound))).detail!, /not bound to a key/);
  for (const cnf of [{}, null, { 'x5t#S256': 'x' }, { jkt, 'x5t#S256': 'x' }, { jkt: 7 }, 'x']) {
    const token = await tokenFor(url, cnf);
    t.regex((await call(url, `DPoP ${token}`, await makeProof(url, token))).detail!, /not checked here/, String(cnf));
    t.regex((await call(url, `Bearer ${token}`)).detail!, /not checked here/);
  }
});

test('a handler that asks for a further scope does not want a second proof, and is told when the scope is missing', async (t) => {
  const [url] = await startRoom(t);
  const token = await tokenFor(url, { jkt });
  const acts = (scope: string) => new URL(`/v1/acts/${scope}`, url).href;
  const ask = async (scope: string) => call(acts(scope), `DPoP ${token}`, await makeProof(acts(scope), token));
  t.is((await ask('issue')).status, 200);
  t.is((await ask('revoke')).status, 403);
});

import test, { type ExecutionContext } from 'ava';
import { createLocalJWKSet, exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';
import { systemClock } from '../../../common/clock.ts';
import type { Scope } from '../../../common/contract/identity.ts';
import { makeKoa } from '../../../common/http/app.ts';
import { makeBearerGate } from '../../../common/http/bearer.ts';
import { makeMetrics } from '../../../common/http/metrics.ts';
import { mountRoutes } from '../../../common/http/routes.ts';
import { listen } from '../../../common/http/server.ts';
import { makeLog } from '../../../common/log.ts';

const ISSUER = 'http://localhost:7001';
const AUDIENCE = 'http://localhost:7002';
const NOW = new Date('2026-11-20T08:00:00Z');
const seconds = NOW.getTime() / 1000;

const good = {
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'department',
  client_id: 'department',
  scope: 'license:issue license:revoke',
  iat: seconds - 10,
  exp: seconds + 290,
};

const ours = await generateKeyPair('ES256');
const theirs = await generateKeyPair('ES256');
const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(ours.publicKey)), kid: 'ours', alg: 'ES256' }] });

async function sign(
  claims: Record<string, unknown>,
  { header = {}, key = ours.privateKey }: { header?: Partial<JWTHeaderParameters>; key?: typeof ours.privateKey } = {},
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'ours', ...header }).sign(key);
}

async function start(
  t: ExecutionContext,
  trusted: typeof keys | null = keys,
  issuer = ISSUER,
  scope: Scope = 'license:issue',
  clock = () => NOW,
  cooldownSeconds?: number,
): Promise<string> {
  const app = makeKoa({
    room: 'test',
    log: makeLog('test', 'silent'),
    clock: systemClock,
    metrics: makeMetrics('test'),
    mode: 'development',
  });
  const seen = new Set<string>();
  const gate = makeBearerGate({
    issuer,
    audience: AUDIENCE,
    clock,
    rememberProof: async (digest) => {
      const text = digest.toString();
      return !seen.has(text) && seen.add(text) === seen;
    },
    ...(trusted === null ? {} : { keys: trusted }),
    ...(cooldownSeconds === undefined ? {} : { cooldownSeconds }),
  });
  mountRoutes(
    app,
    [
      {
        method: 'GET',
        path: '/v1/licenses',
        scope,
        handler: (ctx) => {
          ctx.body = gate.actorOf(ctx);
        },
      },
    ],
    { authorise: async (ctx, access) => void (await gate.require(ctx, access)) },
  );
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  t.teardown(() => server.stop(0));
  return `http://127.0.0.1:${server.port}/v1/licenses`;
}

async function call(
  url: string,
  authorization?: string,
): Promise<{ status: number; code?: string; challenge: string }> {
  const response = await fetch(url, authorization === undefined ? {} : { headers: { authorization } });
  const { code } = (await response.json()) as { code?: string };
  const challenge = response.headers.get('WWW-Authenticate') ?? '';
  return { status: response.status, challenge, ...(code === undefined ? {} : { code }) };
}

test('RFC 9068: a token of the issuer for this audience with the scope is let in, and the handler sees its actor', async (t) => {
  const url = await start(t);
  const response = await fetch(url, { headers: { authorization: `Bearer ${await sign(good)}` } });
  t.is(response.status, 200);
  t.deepEqual(await response.json(), {
    kind: 'machine',
    clientId: 'department',
    subject: 'department',
    scopes: ['license:issue', 'license:revoke'],
    roles: [],
  });
});

const person = { ...good, sub: 'pairwise', client_id: 'xinji-cli', scope: 'seal:apply seal:keep' };
const applicant = { org: '11360100MB0D00010M', unit: '办公室', role: 'seal-applicant' };

test('a token of a person shows who acts for which organisation; a role that this room does not know brings nothing', async (t) => {
  const url = await start(t, keys, ISSUER, 'seal:apply');
  const token = await sign({ ...person, roles: [applicant, { ...applicant, role: 'of-tomorrow' }] });
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  t.is(response.status, 200);
  t.deepEqual(await response.json(), {
    kind: 'person',
    clientId: 'xinji-cli',
    subject: 'pairwise',
    scopes: ['seal:apply', 'seal:keep'],
    roles: [applicant],
  });
});

const NO_DUTY: readonly [title: string, claims: Record<string, unknown>, status: number, code: string][] = [
  ['without roles', person, 403, 'scope-missing'],
  ['with another role', { ...person, roles: [{ ...applicant, role: 'seal-keeper' }] }, 403, 'scope-missing'],
  ['of a machine', { ...person, sub: 'xinji-cli' }, 403, 'scope-missing'],
  ['of a machine with roles', { ...person, sub: 'xinji-cli', roles: [applicant] }, 401, 'token-invalid'],
  ['with a role of no organisation', { ...person, roles: [{ ...applicant, org: 'x' }] }, 401, 'token-invalid'],
  ['whose roles are no list', { ...person, roles: applicant }, 401, 'token-invalid'],
];

for (const [title, claims, status, code] of NO_DUTY) {
  test(`a duty needs a person with the role that brings it: a token ${title} is ${code}`, async (t) => {
    const url = await start(t, keys, ISSUER, 'seal:apply');
    t.like(await call(url, `Bearer ${await sign(claims)}`), { status, code });
  });
}

test('A signature is verified once in half a minute, and a token never believed beyond its end or before its begin', async (t) => {
  let asked = 0;
  let now = NOW;
  const counted: typeof keys = Object.assign((...args: Parameters<typeof keys>) => {
    asked += 1;
    return keys(...args);
  }, keys);
  const url = await start(t, counted, ISSUER, 'license:issue', () => now);
  const token = `Bearer ${await sign({ ...good, exp: seconds + 40 })}`;
  const at = async (offset: number) => {
    now = new Date(NOW.getTime() + offset * 1000);
    return (await call(url, token)).status;
  };
  t.deepEqual([await at(0), await at(29), asked], [200, 200, 1]);
  t.deepEqual([await at(31), await at(39), asked], [200, 200, 2]);
  t.deepEqual([await at(41), asked], [200, 3], 'five seconds are tolerated, by the judge of tokens alone');
  t.is(await at(46), 401);
  t.deepEqual([await at(10), await at(-1), asked], [200, 200, 6], 'a clock that goes back is no reason to believe');
  t.is((await call(url, `${token}x`)).status, 401);
});

test('RFC 6750: without a token the answer is token-missing and a bare challenge', async (t) => {
  t.like(await call(await start(t)), { status: 401, code: 'token-missing', challenge: 'Bearer, DPoP algs="ES256"' });
});

const INVALID: readonly [title: string, make: () => Promise<string> | string, says: RegExp][] = [
  ['for another audience', () => sign({ ...good, aud: 'http://localhost:7003' }), /another audience/],
  ['of another issuer', () => sign({ ...good, iss: 'http://localhost:9' }), /somebody else/],
  ['that has expired', () => sign({ ...good, exp: seconds - 60 }), /expired/],
  ['signed with another key', () => sign(good, { key: theirs.privateKey }), /signature/],
  ['whose key is unknown', () => sign(good, { header: { kid: 'other' } }), /key/],
  ['that is an ID token', () => sign(good, { header: { typ: 'JWT' } }), /not an access token/],
  ['without a client', () => sign({ ...good, client_id: undefined }), /client_id/],
  ['bound to a key', () => sign({ ...good, cnf: { jkt: 'x' } }), /bound to a key/],
  ['without signature', async () => `${(await sign(good)).split('.').slice(0, 2).join('.')}.`, /signed JWT|signature/],
  ['that is no JWT', () => 'opaque', /signed JWT/],
];

for (const [title, make, says] of INVALID) {
  test(`RFC 6750: a token ${title} is token-invalid, and the challenge says why`, async (t) => {
    const answer = await call(await start(t), `Bearer ${await make()}`);
    t.like(answer, { status: 401, code: 'token-invalid' });
    t.regex(answer.challenge, /^Bearer error="invalid_token", error_description="/);
    t.regex(answer.challenge, says);
  });
}

test('RFC 6750: an algorithm other than ES256 is refused even when the key is ours', async (t) => {
  const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
  const body = Buffer.from(JSON.stringify(good)).toString('base64url');
  t.like(await call(await start(t), `Bearer ${header}.${body}.`), { status: 401, code: 'token-invalid' });
  t.like(await call(await start(t), 'Basic dTpw'), { status: 401, code: 'token-invalid' });
});

test('RFC 6750: a token without the scope of the route is scope-missing, and the challenge names the scope', async (t) => {
  const answer = await call(await start(t), `Bearer ${await sign({ ...good, scope: 'license:revoke' })}`);
  t.like(answer, { status: 403, code: 'scope-missing' });
  t.is(answer.challenge, 'Bearer error="insufficient_scope", scope="license:issue"');
});

test('when the keys of the issuer cannot be fetched the answer is identity-unavailable, not a refusal of the token', async (t) => {
  const url = await start(t, null, 'http://127.0.0.1:9');
  t.like(await call(url, `Bearer ${await sign(good)}`), { status: 503, code: 'identity-unavailable' });
});

test('a key that was published later is looked for, but not within the cool-down after the last look', async (t) => {
  const later = await generateKeyPair('ES256');
  const published = [{ ...(await exportJWK(ours.publicKey)), kid: 'ours', alg: 'ES256' }];
  const issuer = makeKoa({
    room: 'test',
    log: makeLog('test', 'silent'),
    clock: systemClock,
    metrics: makeMetrics('test'),
    mode: 'development',
  });
  const jwks = (ctx: { body: unknown }): void => {
    ctx.body = { keys: published };
  };
  mountRoutes(issuer, [{ method: 'GET', path: '/oidc/jwks', scope: 'public', handler: jwks }]);
  const server = await listen(issuer, { host: '127.0.0.1', port: 0 });
  t.teardown(() => server.stop(0));
  const address = `http://127.0.0.1:${server.port}`;
  const [patient, eager] = [
    await start(t, null, address, 'license:issue', () => NOW, 3600),
    await start(t, null, address, 'license:issue', () => NOW, 0),
  ];
  const claims = { ...good, iss: address };
  const tokens = [await sign(claims), await sign(claims, { header: { kid: 'later' }, key: later.privateKey })];
  for (const url of [patient, eager]) t.is((await call(url, `Bearer ${tokens[0]}`)).status, 200);
  published.push({ ...(await exportJWK(later.publicKey)), kid: 'later', alg: 'ES256' });
  t.is((await call(eager, `Bearer ${tokens[1]}`)).status, 200);
  t.is((await call(patient, `Bearer ${tokens[1]}`)).code, 'token-invalid');
});

// The license room says that a session is used there: it lives on as by a use of our own pages, and no further; nobody else
// may say so.
import test, { type ExecutionContext } from 'ava';
import { importPKCS8, type JWTPayload, SignJWT } from 'jose';
import type * as oidc from 'openid-client';
import { makeSessionUses } from '../../common/client/session-use-client.ts';
import { SESSION_USE_TYPE, SESSION_USES_PATH } from '../../common/contract/session-use.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { addRole } from '../../identity/flow/assign-role.ts';
import { endSession } from '../../identity/flow/end-sessions.ts';
import {
  exchange,
  type IdentityHouse,
  logIn,
  MASTER_KEY,
  makeKeyPem,
  PERSON,
  startIdentity,
  type TestClient,
} from './identity-house.ts';

/** Who is told of logouts has a `sid` in his ID tokens. */
const REGISTRATION = {
  sector: 'xinji',
  scopes: ['openid', 'profile'],
  backchannelLogoutUri: 'http://localhost:9/backchannel-logout',
};
const MINUTE = 60;
const DAY_SHIFT = 12 * 60 * MINUTE;

async function startBoth(t: ExecutionContext) {
  const house = await startIdentity(t);
  const license = await house.client('license', REGISTRATION);
  const tokens = await exchange(license, await logIn(license));
  const sid = String(tokens.claims()?.['sid']);
  return { house, license, sid, uses: usesOf(house, license) };
}

function usesOf(house: IdentityHouse, { keyPem }: TestClient, issuer = house.url) {
  return makeSessionUses({ issuer, clientId: 'license', keyPem, clock: house.clock, timeoutMs: 60_000 });
}

const rowsOf = (house: IdentityHouse) =>
  house.db('identity.oidc_artifacts').where({ model: 'Session' }).whereNotNull('account_id');

async function setEnd(house: IdentityHouse, leftSeconds: number, agoSeconds = 30 * MINUTE): Promise<number> {
  const now = Math.floor(Date.now() / 1000);
  const { payload } = await rowsOf(house).first<{ payload: object }>('payload');
  const moved = { ...payload, exp: now + leftSeconds, iat: now - agoSeconds };
  await rowsOf(house).update({ payload: JSON.stringify(moved), expires_at: new Date(moved.exp * 1000) });
  return moved.exp;
}

async function endOf(house: IdentityHouse): Promise<number> {
  const { payload, expires_at } = await rowsOf(house).first<{ payload: { exp: number }; expires_at: Date }>();
  if (Math.abs(expires_at.getTime() / 1000 - payload.exp) > 1) throw new Error('row and document do not agree');
  return payload.exp;
}

async function send(house: IdentityHouse, token: string): Promise<{ status: number; code: string }> {
  const body = new URLSearchParams({ session_use_token: token });
  const answer = await fetch(`${house.url}${SESSION_USES_PATH}`, { method: 'POST', body });
  return { status: answer.status, code: ((await answer.json()) as { code: string }).code };
}

async function sign(
  house: IdentityHouse,
  keyPem: string,
  change: JWTPayload & { typ?: string; noJti?: boolean } = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const { typ = SESSION_USE_TYPE, noJti = false, ...claims } = change;
  const whole = {
    iss: 'license',
    aud: `${house.url}${SESSION_USES_PATH}`,
    iat: now,
    exp: now + 60,
    ...(noJti ? {} : { jti: 'j' }),
    ...claims,
  };
  return new SignJWT(whole).setProtectedHeader({ alg: 'ES256', typ }).sign(await importPKCS8(keyPem, 'ES256'));
}

test('a use over there moves the end by the idle life, and tells the roles as they stand', async (t) => {
  const { house, sid, uses } = await startBoth(t);
  const end = await setEnd(house, 3 * MINUTE);
  const used = await uses.use(sid);
  const moved = await endOf(house);
  t.true(moved >= end + 26 * MINUTE);
  t.is(used?.endsAt.getTime(), moved * 1000);
  t.is(used?.idleSeconds, 30 * MINUTE);
  t.true(used!.lastsUntil.getTime() > Date.now() + 11 * 60 * MINUTE * 1000);
  t.deepEqual(used?.roles, []);
  const role = { org: '11360100MB0D00010M', unit: '审批科', role: 'license-clerk' } as const;
  const deps = { db: house.db, clock: house.clock, keys: deriveDocumentKeys(MASTER_KEY) };
  await addRole(deps, { loginName: PERSON.loginName, ...role });
  t.deepEqual((await uses.use(sid))?.roles, [role]);
});

test('a session is used no further than its longest life, and its browser still has it', async (t) => {
  const { house, sid, uses } = await startBoth(t);
  const end = await setEnd(house, 3 * MINUTE, DAY_SHIFT - 3 * MINUTE);
  const used = await uses.use(sid);
  t.is(await endOf(house), end);
  t.is(used?.endsAt.getTime(), end * 1000);
  t.is(used?.lastsUntil.getTime(), end * 1000);
});

test('null: a session that ended or expired, one that the room has left, of a frozen account, an invented sid', async (t) => {
  const { house, sid, uses } = await startBoth(t);
  t.is(await uses.use('invented'), null);
  const uid = (await rowsOf(house).first<{ session_uid: string }>('session_uid')).session_uid;
  await house.db('identity.accounts').update({ status: 'frozen' });
  t.is(await uses.use(sid), null);
  await house.db('identity.accounts').update({ status: 'active' });
  t.not(await uses.use(sid), null);
  await setEnd(house, -1);
  t.is(await uses.use(sid), null);
  await setEnd(house, 3 * MINUTE);
  const left = { session_uid: uid, client_id: 'license', turn: 9, sid: null, at: new Date() };
  await house.db('identity.session_clients').insert(left);
  t.is(await uses.use(sid), null);
  await house.db('identity.session_clients').where({ turn: 9 }).delete();
  t.not(await uses.use(sid), null);
  await endSession({ db: house.db, clock: house.clock }, { sessionUid: uid, reason: 'kick' });
  t.is(await uses.use(sid), null);
});

test('refused siblings: another key, audience, type or name, no token, an old one, one that was used, no jti', async (t) => {
  const { house, license, sid } = await startBoth(t);
  const { keyPem } = license;
  const end = await setEnd(house, 3 * MINUTE);
  const old = Math.floor(Date.now() / 1000) - 600;
  const tokens = {
    nothing: '',
    'no JWT': 'x.y.z',
    'another key': await sign(house, makeKeyPem(), { sid }),
    'the issuer as audience, as an assertion has it': await sign(house, keyPem, { sid, aud: house.url }),
    'the type of an assertion': await sign(house, keyPem, { sid, typ: 'JWT' }),
    'another client': await sign(house, keyPem, { sid, iss: 'shop' }),
    'an old one': await sign(house, keyPem, { sid, iat: old }),
    'no jti': await sign(house, keyPem, { sid, noJti: true }),
    'no sid': await sign(house, keyPem),
  };
  for (const [name, token] of Object.entries(tokens))
    t.deepEqual(await send(house, token), { status: 401, code: 'token-invalid' }, name);
  t.is(await endOf(house), end);
  const once = await sign(house, keyPem, { sid, jti: 'once' });
  t.is((await send(house, once)).status, 200);
  t.deepEqual(await send(house, once), { status: 401, code: 'token-invalid' });
});

test('a session-use token authenticates nobody at the token endpoint', async (t) => {
  const { house, license, sid } = await startBoth(t);
  const answer = await fetch(`${house.url}/oidc/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: 'x',
      client_id: 'license',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await sign(house, license.keyPem, { sid, sub: 'license' }),
    }),
  });
  t.is(answer.status, 401);
});

test('only a client of our own sector asks, and only while it is not suspended', async (t) => {
  const { house, sid, uses } = await startBoth(t);
  await house.db('identity.clients').where({ client_id: 'license' }).update({ sector: 'example' });
  await t.throwsAsync(uses.use(sid), { message: /status 401/ });
  await house.db('identity.clients').where({ client_id: 'license' }).update({ sector: 'xinji', status: 'suspended' });
  await t.throwsAsync(uses.use(sid), { message: /status 401/ });
});

test('an identity room that cannot be reached is said so, and is no end of a session', async (t) => {
  const { house, license, sid } = await startBoth(t);
  const error = await t.throwsAsync(usesOf(house, license, 'http://localhost:9').use(sid));
  t.regex(error?.message ?? '', /cannot be reached/);
});

test('the person’s own browser sees the end that moved', async (t) => {
  const house = await startIdentity(t);
  const license = await house.client('license', REGISTRATION);
  const login = await logIn(license);
  const tokens: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers = await exchange(license, login);
  await setEnd(house, 3 * MINUTE);
  await usesOf(house, license).use(String(tokens.claims()?.['sid']));
  const answer = await login.browser.fetchOnce(`${house.url}/session`, { headers: { Accept: 'application/json' } });
  const { left_seconds: left } = (await answer.json()) as { left_seconds: number };
  t.true(left > 29 * MINUTE);
});

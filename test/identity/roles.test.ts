// Roles of staff: what is recorded, what they bring in tokens, and what nobody gets without one.
import test, { type ExecutionContext } from 'ava';
import { decodeJwt } from 'jose';
import * as oidc from 'openid-client';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { getPersonToken } from '../../bin/demo/person-token.ts';
import { logInByLoopback } from '../../bin/login/loopback-login.ts';
import { CLI_CLIENT } from '../../bin/seed/values.ts';
import { ROLE_SCOPES } from '../../common/contract/roles.ts';
import type { TrustError } from '../../common/errors.ts';
import { type ClientRegistration, checkClient } from '../../identity/domain/client.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { OWN_SECTOR } from '../../identity/domain/subject.ts';
import { addRole, endRole } from '../../identity/flow/assign-role.ts';
import { listAssignedRoles, listLiveRoles } from '../../identity/store/roles.ts';
import {
  authorize,
  discover,
  type IdentityHouse,
  LICENSE_URL,
  logIn,
  MASTER_KEY,
  makeKeyPem,
  makeRegistration,
  PERSON,
  SEAL_URL,
  startIdentity,
} from './identity-house.ts';

const ORG = '11360100MB0D00010M';
const APPLICANT = { loginName: PERSON.loginName, org: ORG, unit: '办公室', role: 'seal-applicant' } as const;
const KEEPER = { ...APPLICANT, unit: '机要室', role: 'seal-keeper' } as const;
const keys = deriveDocumentKeys(MASTER_KEY);
const ALL_DUTIES = Object.values(ROLE_SCOPES).flat();
const CLI: Partial<ClientRegistration> = {
  applicationType: 'native',
  scopes: ['openid', 'profile', ...ALL_DUTIES],
  redirectUris: [CLI_CLIENT.redirectUri],
  sector: OWN_SECTOR,
};

const minutes = (time: Date, count: number): Date => new Date(time.getTime() + count * 60_000);

async function startWithCli(t: ExecutionContext, clock?: () => Date): Promise<IdentityHouse> {
  const house = await startIdentity(t, clock ? { clock } : {});
  await house.client(CLI_CLIENT.clientId, CLI);
  return house;
}

const tokenOf = (house: IdentityHouse, scope: string, resource = SEAL_URL) =>
  getPersonToken({ issuer: house.url, resource, scope, login: PERSON.loginName, password: PERSON.password });

test('RFC 6749, 3.3: of the duties asked for a person gets what the roles bring, and the answer tells; the token names the roles', async (t) => {
  const house = await startWithCli(t);
  await addRole(house, APPLICANT);
  await addRole(house, KEEPER);
  const { scope, accessToken, expiresInSeconds } = await tokenOf(house, 'seal:apply seal:approve');
  t.is(scope, 'seal:apply');
  t.is(expiresInSeconds, 300);
  const { org, unit, role } = APPLICANT;
  const claims = decodeJwt(accessToken);
  t.like(claims, {
    iss: house.url,
    aud: SEAL_URL,
    client_id: CLI_CLIENT.clientId,
    sub: house.subOf(OWN_SECTOR),
    scope: 'seal:apply',
  });
  t.deepEqual(claims['roles'], [{ org, unit, role }]);
  t.is(claims['name'], undefined);
});

test('refused sibling: who has no role for any of it is told so, before consent and with access_denied', async (t) => {
  const house = await startWithCli(t);
  await addRole(house, KEEPER);
  const error = await t.throwsAsync(tokenOf(house, 'seal:apply seal:approve'), { code: 'login-failed' });
  t.regex(error!.message, /access_denied: no role of this person brings seal:apply or seal:approve/);
  await house.settle();
  t.is((await house.db('identity.events').where({ kind: 'consent.given' })).length, 0);
});

test('a role that ended after the code was given brings no token, and one that is left brings only its own', async (t) => {
  const house = await startIdentity(t);
  await addRole(house, APPLICANT);
  await addRole(house, KEEPER);
  const scopes = ['openid', ...ALL_DUTIES];
  const own = await house.client('own', { scopes, sector: OWN_SECTOR });
  const ask = async (scope: string) => logIn(own, { extra: { scope: `openid ${scope}`, resource: SEAL_URL } });
  const [both, one] = [await ask('seal:apply seal:keep'), await ask('seal:apply')];
  await endRole(house, APPLICANT);
  const exchangeCode = ({ callback, state, nonce, verifier }: typeof both) => {
    const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier };
    return oidc.authorizationCodeGrant(own.config, callback, checks, { resource: SEAL_URL });
  };
  const { scope, access_token } = await exchangeCode(both);
  t.is(scope, 'seal:keep');
  t.is((decodeJwt(access_token)['roles'] as unknown[]).length, 1);
  const error = await t.throwsAsync(exchangeCode(one), { instanceOf: oidc.ResponseBodyError });
  t.like(error, { error: 'invalid_scope', status: 400 });
});

test('a role that ends while the person is asked brings no code', async (t) => {
  const house = await startWithCli(t);
  await addRole(house, APPLICANT);
  const browser = makeBrowser();
  const login = logInByLoopback({
    issuer: house.url,
    resource: SEAL_URL,
    scope: 'seal:apply',
    waitSeconds: 60,
    open: async (address) => {
      const page = await browser.open(address);
      const consent = await browser.submit(page, { login: PERSON.loginName, password: PERSON.password });
      t.true(consent.text.includes('印章申请') && consent.text.includes(`办公室（${ORG}）`), 'consent names the duty');
      await endRole(house, APPLICANT);
      await addRole(house, KEEPER);
      await browser.submit(consent, { decision: 'agree' });
    },
  });
  const error = await t.throwsAsync(login, { code: 'login-failed' });
  t.regex(error!.message, /access_denied: no role of this person brings seal:apply/);
});

test('RFC 8252: a native client is asked about each time, also when the person is logged in already', async (t) => {
  const house = await startWithCli(t);
  await addRole(house, APPLICANT);
  const browser = makeBrowser();
  const asked: string[] = [];
  const open = async (address: string): Promise<void> => {
    const first = await browser.open(address);
    const page = first.text.includes('name="password"')
      ? await browser.submit(first, { login: PERSON.loginName, password: PERSON.password })
      : first;
    asked.push(page.text.includes('name="decision"') ? 'consent' : page.url);
    await browser.submit(page, { decision: asked.length < 3 ? 'agree' : 'decline' });
  };
  const login = { issuer: house.url, resource: SEAL_URL, scope: 'seal:apply', waitSeconds: 60, open };
  await logInByLoopback(login);
  await logInByLoopback(login);
  const declined = await t.throwsAsync(logInByLoopback(login), { code: 'login-failed' });
  t.regex(declined!.message, /access_denied: the person declined/);
  t.deepEqual(asked, ['consent', 'consent', 'consent']);
});

test('RFC 8252: the answer is taken on any port of the loopback address, and nowhere else', async (t) => {
  const house = await startWithCli(t);
  const client = { id: CLI_CLIENT.clientId, keyPem: '', config: await discover(house.url, 'xinji-cli', makeKeyPem()) };
  const statusOf = async (redirectUri: string): Promise<number> => {
    const { target } = await authorize({ ...client, redirectUri });
    return (await makeBrowser().fetchOnce(target.href)).status;
  };
  t.is(await statusOf('http://127.0.0.1:5001/callback'), 303);
  t.is(await statusOf('http://127.0.0.1:5002/callback'), 303);
  for (const uri of ['http://127.0.0.1:5001/other', 'http://localhost:5001/callback', 'http://10.0.0.1/callback']) {
    t.is(await statusOf(uri), 400, uri);
  }
});

test('the loopback listener ignores who does not know the state, and closes after the one answer', async (t) => {
  const house = await startWithCli(t);
  await addRole(house, APPLICANT);
  const browser = makeBrowser();
  let callback = '';
  const statuses: number[] = [];
  const { scope } = await logInByLoopback({
    issuer: house.url,
    resource: SEAL_URL,
    scope: 'seal:apply',
    waitSeconds: 60,
    open: async (address) => {
      callback = new URL(address).searchParams.get('redirect_uri')!;
      for (const path of [`${callback}?code=stolen&state=guessed`, callback, new URL('/', callback).href]) {
        statuses.push((await fetch(path)).status);
      }
      const page = await browser.open(address);
      const consent = await browser.submit(page, { login: PERSON.loginName, password: PERSON.password });
      const done = await browser.submit(consent, { decision: 'agree' });
      t.true(done.text.includes('已登录'));
    },
  });
  t.is(scope, 'seal:apply');
  t.deepEqual(statuses, [404, 404, 404]);
  t.regex(new URL(callback).hostname, /^127\.0\.0\.1$/);
  await t.throwsAsync(fetch(callback));
});

test('who never comes is waited for no longer than asked; a silent issuer is said', async (t) => {
  const house = await startWithCli(t);
  const login = { issuer: house.url, resource: SEAL_URL, scope: 'seal:apply', open: () => {} };
  await t.throwsAsync(logInByLoopback({ ...login, waitSeconds: 0.05 }), { message: /in time/, code: 'login-failed' });
  const silent = logInByLoopback({ ...login, issuer: 'http://127.0.0.1:1', waitSeconds: 5 });
  await t.throwsAsync(silent, { code: 'identity-unavailable' });
});

test('machines never get a duty, not even by a registration that is wrong', async (t) => {
  const house = await startIdentity(t);
  const machine = await house.client('machine', { grantTypes: ['client_credentials'], scopes: ['seal:use'] });
  await house.db('identity.clients').update({ scopes: ['seal:use', ...ALL_DUTIES], version: 2 });
  const ask = (scope: string) => oidc.clientCredentialsGrant(machine.config, { scope, resource: SEAL_URL });
  t.is((await ask('seal:use')).scope, 'seal:use');
  for (const scope of ['seal:apply', 'seal:use seal:audit']) {
    t.like(await t.throwsAsync(ask(scope), { instanceOf: oidc.ResponseBodyError }), { error: 'invalid_scope' });
  }
});

test('a system of another sector gets no person token for our rooms, even when its row says that it may', async (t) => {
  const house = await startIdentity(t);
  await addRole(house, APPLICANT);
  const client = await house.client('foreign', { scopes: ['openid', 'seal:use'] });
  await house.db('identity.clients').update({ scopes: ['openid', 'seal:apply'], version: 2 });
  const { target } = await authorize(client, { scope: 'openid seal:apply', resource: SEAL_URL });
  const location = (await makeBrowser().fetchOnce(target.href)).headers.get('Location')!;
  t.is(new URL(location).searchParams.get('error'), 'invalid_scope');
});

const REFUSED: readonly [title: string, change: Partial<ClientRegistration>, field: RegExp][] = [
  [
    'a native client with a name in its address',
    { ...CLI, redirectUris: ['http://localhost/callback'] },
    /redirectUris/,
  ],
  ['a native client on another machine', { ...CLI, redirectUris: ['https://a.example/callback'] }, /redirectUris/],
  ['a native client that is a machine too', { ...CLI, grantTypes: ['authorization_code', 'client_credentials'] }, /./],
  ['a native client with a back channel', { ...CLI, backchannelLogoutUri: 'https://a.example/' }, /applicationType/],
  [
    'duties for a machine',
    { grantTypes: ['client_credentials'], scopes: ['seal:apply'], sector: OWN_SECTOR },
    /scopes/,
  ],
  ['duties for another sector', { scopes: ['openid', 'seal:apply'] }, /scopes/],
  ['our sector for a system of others', { sector: OWN_SECTOR, firstParty: false }, /sector/],
  ['a sector with capitals', { sector: 'Health' }, /sector/],
];

for (const [title, change, field] of REFUSED) {
  test(`a registration is refused: ${title}`, async (t) => {
    const registration = await makeRegistration('some-client', makeKeyPem(), change);
    t.throws(() => checkClient(registration, { requireHttps: false }), { code: 'client-invalid', message: field });
  });
}

test('a role counts from its beginning to its end, and what it was stays on record with events', async (t) => {
  let now = new Date('2026-11-20T08:00:00Z');
  const { db, accountSub: sub } = await startIdentity(t);
  const deps = { db, clock: () => now };
  await addRole(deps, { ...APPLICANT, from: minutes(now, 10), to: minutes(now, 20) });
  await addRole(deps, KEEPER);
  const rolesAt = async (time: Date) => (await listLiveRoles(db, sub, time)).map(({ role }) => role);
  t.deepEqual(await rolesAt(now), ['seal-keeper']);
  t.deepEqual(await rolesAt(minutes(now, 10)), ['seal-applicant', 'seal-keeper']);
  t.deepEqual(await rolesAt(minutes(now, 20)), ['seal-keeper']);
  now = minutes(now, 15);
  await endRole(deps, APPLICANT);
  await endRole(deps, KEEPER);
  t.deepEqual(await rolesAt(now), []);
  t.deepEqual(await rolesAt(minutes(now, -1)), ['seal-applicant', 'seal-keeper']);
  await addRole(deps, KEEPER);
  const terms = (await listAssignedRoles(db, keys, { loginName: PERSON.loginName, org: ORG })).map(
    ({ endsAt }) => endsAt,
  );
  t.deepEqual(terms, [now, now, null]);
  t.deepEqual(await listAssignedRoles(db, keys, { loginName: 'nobody' }), []);
  const events = await db('identity.events').whereLike('kind', 'role.%').orderBy('id').pluck('kind');
  t.deepEqual(events, ['role.added', 'role.added', 'role.ended', 'role.ended', 'role.added']);
  await db('identity.accounts').update({ status: 'frozen' });
  t.deepEqual(await rolesAt(now), [], 'a frozen account has none');
});

test('refused siblings: a role twice, one that is not there, wrong codes and names', async (t) => {
  const { db } = await startIdentity(t);
  const deps = { db, clock: () => new Date('2026-11-20T08:00:00Z') };
  await addRole(deps, APPLICANT);
  const codeOf = async (act: Promise<void>) => ((await t.throwsAsync(act)) as TrustError).code;
  t.is(await codeOf(addRole(deps, APPLICANT)), 'role-exists');
  t.is(await codeOf(endRole(deps, KEEPER)), 'role-not-found');
  t.is(await codeOf(addRole(deps, { ...KEEPER, org: '11360100MB0D00010X' })), 'code-check');
  t.is(await codeOf(addRole(deps, { ...KEEPER, role: 'emperor' })), 'invalid-request');
  t.is(await codeOf(addRole(deps, { ...KEEPER, unit: '  ' })), 'invalid-request');
  t.is(await codeOf(addRole(deps, { ...KEEPER, loginName: 'nobody' })), 'account-not-found');
  t.is(await codeOf(addRole(deps, { ...KEEPER, to: new Date('2026-11-20T08:00:00Z') })), 'invalid-request');
});

test('the database lets nobody change, delete or empty roles, only end them', async (t) => {
  const { db } = await startIdentity(t);
  await addRole({ db, clock: () => new Date('2026-11-20T08:00:00Z') }, APPLICANT);
  const roles = () => db('identity.roles');
  await t.throwsAsync(roles().update({ role: 'seal-approver' }), { message: /a role is only ended/ });
  await t.throwsAsync(roles().delete(), { message: /a role is only ended/ });
  await roles().update({ ends_at: new Date('2026-12-01T00:00:00Z') });
  await t.throwsAsync(roles().update({ ends_at: new Date('2026-12-02T00:00:00Z') }), { message: /only ended/ });
  await t.throwsAsync(roles().update({ ends_at: null }), { message: /only ended/ });
  await t.throwsAsync(db.raw('truncate identity.roles'), { message: /append-only|permission denied/ });
});

test('persons get nothing that machines get: seal:use and license scopes are refused', async (t) => {
  const house = await startWithCli(t);
  const client = { id: 'own', keyPem: makeKeyPem() };
  const own = await house.client(client.id, { scopes: ['openid', 'seal:use', 'license:redeem'], sector: OWN_SECTOR });
  for (const [scope, resource] of [
    ['openid seal:use', SEAL_URL],
    ['openid license:redeem', LICENSE_URL],
  ] as const) {
    const { target } = await authorize(own, { scope, resource });
    const location = (await makeBrowser().fetchOnce(target.href)).headers.get('Location')!;
    t.is(new URL(location).searchParams.get('error'), 'invalid_scope');
  }
});

test('systems, accounts and the log are kept by three persons: nobody gets two of the roles, also when given at once', async (t) => {
  const house = await startIdentity(t);
  const give = (role: string, from?: Date, to?: Date) =>
    addRole(house, { loginName: PERSON.loginName, org: ORG, unit: '大数据中心', role, from, to });
  const both = await Promise.allSettled([give('system-admin'), give('audit-admin')]);
  t.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  const refused = both.find(({ status }) => status === 'rejected');
  t.is(refused?.status === 'rejected' ? refused.reason.code : null, 'roles-apart');
  await t.throwsAsync(give('security-admin'), { code: 'roles-apart' });
  await give('seal-keeper'); // duties over seals are another matter
});

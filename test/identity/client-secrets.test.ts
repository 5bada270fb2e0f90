// Clients that keep a secret: two may be live, digests rest, and an approval is needed for what tells most of a person.
import test from 'ava';
import * as oidc from 'openid-client';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { approveClaims, withdrawClaims } from '../../identity/flow/approve-claims.ts';
import { rotateClientSecret } from '../../identity/flow/rotate-client-secret.ts';
import { listClaimApprovals } from '../../identity/store/claim-approvals.ts';
import { authorize, exchange, logIn, openUntilCallback, post, startIdentity } from './identity-house.ts';

test('RFC 6749, 2.3.1: a client logs a person in by client_secret_basic, another by client_secret_post; a wrong secret and none are invalid_client', async (t) => {
  const house = await startIdentity(t);
  for (const authMethod of ['client_secret_basic', 'client_secret_post'] as const) {
    const client = await house.client(authMethod.replaceAll('_', '-'), { authMethod, jwks: { keys: [] } });
    t.is((await exchange(client, await logIn(client))).claims()?.sub, house.sub);
    const basic = (secret: string) => ({ authorization: `Basic ${btoa(`${client.id}:${secret}`)}` });
    const inBody = (secret: string) => ({ client_id: client.id, client_secret: secret });
    const refused: readonly [headers: Record<string, string>, fields: Record<string, string>][] = [
      [basic(`${client.secret}x`), {}],
      [{}, inBody(`${client.secret}x`)],
      [{}, { client_id: client.id }],
    ];
    for (const [headers, fields] of refused) {
      const body = new URLSearchParams({ grant_type: 'authorization_code', code: 'x', ...fields });
      const response = await fetch(`${house.url}/oidc/token`, { method: 'POST', headers, body });
      t.is(((await response.json()) as { error: string }).error, 'invalid_client', authMethod);
      t.is(response.status, 401);
    }
  }
});

test('a new secret leaves the one before it good for the overlap, never more than two are live, and none rests in clear', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha', { authMethod: 'client_secret_post', jwks: { keys: [] } });
  const deps = { db: house.db, clock: house.clock };
  const rotate = async (overlapSeconds: number): Promise<string> =>
    (await rotateClientSecret(deps, { clientId: 'alpha', overlapSeconds })).secret;
  const isTaken = async (secret: string): Promise<boolean> => {
    const body = new URLSearchParams({ client_id: 'alpha', client_secret: secret, grant_type: 'authorization_code' });
    const response = await fetch(`${house.url}/oidc/token`, { method: 'POST', body });
    return response.status !== 401; // 400: who asks is known, the code is missing
  };
  const [first, second, third] = [client.secret!, await rotate(3600), await rotate(3600)];
  t.deepEqual(await Promise.all([first, second, third].map(isTaken)), [false, true, true]);
  const fourth = await rotate(0);
  t.deepEqual(await Promise.all([second, third, fourth].map(isTaken)), [false, false, true]);
  const { rows } = await house.db.raw('select * from identity.client_secrets');
  t.is(rows.length, 4);
  for (const secret of [first, second, third, fourth]) {
    t.false(JSON.stringify(rows).includes(secret));
    t.false(house.lines.join('').includes(secret));
  }
  await house.client('beta');
  await t.throwsAsync(rotateClientSecret(deps, { clientId: 'beta', overlapSeconds: 0 }), { code: 'client-invalid' });
  await t.throwsAsync(rotateClientSecret(deps, { clientId: 'nobody', overlapSeconds: 0 }), { code: 'not-found' });
});

test('identity_document of a department: refused before the approval, then asked of the person with the value, refused again after its end', async (t) => {
  const house = await startIdentity(t);
  const scope = 'openid identity_document';
  const client = await house.client('tax', { scopes: ['openid', 'identity_document'] });
  const deps = { db: house.db, clock: house.clock };
  const decision = { clientId: 'tax', scope: 'identity_document', by: 'admin' };
  const isRefused = async (): Promise<boolean> => {
    const response = await makeBrowser().fetchOnce((await authorize(client, { scope })).target.href);
    return new URL(response.headers.get('Location')!, house.url).searchParams.get('error') === 'invalid_scope';
  };
  t.true(await isRefused());
  await t.throwsAsync(approveClaims(deps, { ...decision, reason: ' ' }), { code: 'invalid-request' });
  await t.throwsAsync(approveClaims(deps, { ...decision, scope: 'profile', reason: '办税实名' }), {
    code: 'client-invalid',
  });
  await t.throwsAsync(approveClaims(deps, { ...decision, clientId: 'nobody', reason: '办税实名' }), {
    code: 'not-found',
  });
  await approveClaims(deps, { ...decision, reason: '办税须核对证件号码' });
  await approveClaims(deps, { ...decision, reason: '办税须核对证件号码' });
  t.is((await listClaimApprovals(house.db, 'tax')).length, 1);
  // A system of the platform, and yet the person is asked.
  const authorization = await authorize(client, { scope });
  const browser = makeBrowser();
  const login = await browser.open(authorization.target.href);
  const answer = await post(browser, login, { login: 'zhangsan', password: 'a long enough password' });
  const next = /http-equiv="refresh" content="0;url=([^"]*)"/.exec(await answer.text())![1]!;
  const consent = await browser.open(new URL(next, login.url).href);
  t.true(consent.text.includes('身份证号码') && consent.text.includes('360***********7718'));
  const agreed = await (await post(browser, consent, { decision: 'agree' })).text();
  const resume = new URL(/content="0;url=([^"]*)"/.exec(agreed)![1]!, consent.url).href;
  const callback = await openUntilCallback(browser, resume, client.redirectUri);
  const tokens = await exchange(client, { ...authorization, callback });
  const person = await oidc.fetchUserInfo(client.config, tokens.access_token, house.sub);
  t.is(person['holder_code'], '360102199003077718');
  await withdrawClaims(deps, decision);
  t.true(await isRefused());
  // The token that was given under the approval tells nothing any more.
  const after = await oidc.fetchUserInfo(client.config, tokens.access_token, house.sub);
  t.deepEqual(after, { sub: house.sub });
  await t.throwsAsync(withdrawClaims(deps, decision), { code: 'not-found' });
});

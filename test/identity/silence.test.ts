// The library prints what it finds unset. It prints to the console of the process, therefore this file tests alone.
import test from 'ava';
import { importPKCS8 } from 'jose';
import * as oidc from 'openid-client';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { authorize, exchange, LICENSE_URL, logIn, logInAt, post, startIdentity } from './identity-house.ts';

test('oidc-provider prints no NOTICE and no WARNING from start to logout', async (t) => {
  const printed: string[] = [];
  const { info, warn } = console;
  const emitWarning = process.emitWarning;
  console.info = (...args: unknown[]) => void printed.push(args.join(' '));
  console.warn = (...args: unknown[]) => void printed.push(args.join(' '));
  process.emitWarning = ((text: string | Error) => void printed.push(String(text))) as typeof process.emitWarning;
  t.teardown(() => {
    Object.assign(console, { info, warn });
    process.emitWarning = emitWarning;
  });
  const house = await startIdentity(t);
  const client = await house.client('alpha', { firstParty: false });
  const machine = await house.client('department', { grantTypes: ['client_credentials'], scopes: ['license:issue'] });
  const own = await house.client('own', { backchannelLogoutUri: 'http://127.0.0.1:9/out' });
  const login = await logIn(own);
  const tokens = await exchange(own, login);
  await oidc.fetchUserInfo(own.config, tokens.access_token, house.sub);
  await t.throwsAsync(exchange(own, login));
  await oidc.clientCredentialsGrant(machine.config, { scope: 'license:issue', resource: LICENSE_URL });
  await t.throwsAsync(oidc.clientCredentialsGrant(machine.config, { scope: 'x' }));
  await makeBrowser().open(`${house.url}/oidc/auth?client_id=${client.id}`);
  await fetch(`${house.url}/oidc/me`, { headers: { origin: 'https://evil.example', authorization: 'Bearer x' } });
  await fetch(`${house.url}/oidc/jwks`);
  // Pushed, signed, bound, refreshed, introspected, revoked; a terminal; the answer by a form.
  const bank = await house.client('bank', {
    profile: 'fapi2',
    parRequired: true,
    dpopBound: true,
    grantTypes: ['authorization_code', 'refresh_token', 'device_code'],
  });
  const DPoP = oidc.getDPoPHandle(bank.config, await oidc.randomDPoPKeyPair('ES256'));
  const checks = await authorize(bank);
  const { client_id: _, ...parameters } = Object.fromEntries(checks.target.searchParams);
  const pushed = await oidc.buildAuthorizationUrlWithPAR(bank.config, parameters, { DPoP });
  const { callback } = await logInAt(bank, pushed);
  const expected = { expectedState: checks.state, expectedNonce: checks.nonce, pkceCodeVerifier: checks.verifier };
  const bound = await oidc.authorizationCodeGrant(bank.config, callback, expected, undefined, { DPoP });
  const next = await oidc.refreshTokenGrant(bank.config, bound.refresh_token!, undefined, { DPoP });
  await oidc.tokenIntrospection(bank.config, next.access_token);
  await oidc.tokenRevocation(bank.config, next.refresh_token!);
  const { user_code } = await oidc.initiateDeviceAuthorization(bank.config, { scope: 'openid' });
  const typed = await login.browser.submit(await login.browser.open(`${house.url}/device`), { user_code });
  t.true((await login.browser.submit(typed, {})).text.includes('已在终端登录'));
  const key = await importPKCS8(own.keyPem, 'ES256');
  const plain = await authorize(own, { response_mode: 'form_post', claims: '{"userinfo":{"name":null}}' });
  const { client_id: __, ...signed } = Object.fromEntries(plain.target.searchParams);
  await login.browser.fetchOnce((await oidc.buildAuthorizationUrlWithJAR(own.config, signed, key)).href);
  const page = await login.browser.open(`${house.url}/oidc/session/end`);
  await (await post(login.browser, page, { logout: 'yes' })).text();
  await login.browser.open(`${house.url}/oidc/session/end/success`);
  t.deepEqual(printed, []);
});

test('discovery promises ES256, S256, codes, pairwise subjects, and no more than is served', async (t) => {
  const house = await startIdentity(t);
  const metadata = (await (await fetch(`${house.url}/.well-known/openid-configuration`)).json()) as Record<
    string,
    unknown
  >;
  t.like(metadata, {
    issuer: house.url,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic', 'client_secret_post', 'none'],
    token_endpoint_auth_signing_alg_values_supported: ['ES256'],
    id_token_signing_alg_values_supported: ['ES256'],
    subject_types_supported: ['pairwise'],
    grant_types_supported: [
      'authorization_code',
      'refresh_token',
      'client_credentials',
      'urn:ietf:params:oauth:grant-type:device_code',
    ],
    scopes_supported: ['openid', 'profile', 'phone', 'email', 'level', 'identity_document', 'offline_access'],
    response_modes_supported: ['form_post', 'fragment', 'query'],
    dpop_signing_alg_values_supported: ['ES256'],
    request_object_signing_alg_values_supported: ['ES256'],
    request_parameter_supported: true,
    request_uri_parameter_supported: false,
    claims_parameter_supported: true,
    authorization_response_iss_parameter_supported: true,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
  });
});

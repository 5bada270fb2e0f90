// oauth4webapi, the second foreign client library, speaks every message by itself: FAPI 2.0 with PAR, DPoP and private_key_jwt,
// refresh, userinfo, introspection, revocation, client credentials, device flow, JAR, logout.
import test from 'ava';
import { importPKCS8 } from 'jose';
import * as oauth from 'oauth4webapi';
import { type Browser, makeBrowser } from '../../bin/demo/browser.ts';
import {
  type IdentityHouse,
  LICENSE_URL,
  logInAt,
  PERSON,
  post,
  startIdentity,
  type TestClient,
} from './identity-house.ts';

const HTTP = { [oauth.allowInsecureRequests]: true } as const;

async function discover({ url }: IdentityHouse): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(url);
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, HTTP));
}

async function authenticationOf({ keyPem }: TestClient): Promise<oauth.ClientAuth> {
  return oauth.PrivateKeyJwt(await importPKCS8(keyPem, 'ES256'));
}

const clientOf = ({ id }: TestClient): oauth.Client => ({ client_id: id, id_token_signed_response_alg: 'ES256' });

/** The parameters of a request with PKCE, and what is remembered of it. */
async function parametersOf(client: TestClient, scope: string) {
  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const parameters = new URLSearchParams({
    client_id: client.id,
    response_type: 'code',
    redirect_uri: client.redirectUri,
    scope,
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  return { parameters, verifier, state, nonce };
}

function addressOf(as: oauth.AuthorizationServer, parameters: Record<string, string>): URL {
  const url = new URL(as.authorization_endpoint!);
  url.search = new URLSearchParams(parameters).toString();
  return url;
}

test('FAPI 2.0 from discovery to revocation', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('bank', {
    profile: 'fapi2',
    parRequired: true,
    dpopBound: true,
    grantTypes: ['authorization_code', 'refresh_token'],
    scopes: ['openid', 'profile'],
  });
  const [as, auth, me] = [await discover(house), await authenticationOf(client), clientOf(client)];
  const DPoP = oauth.DPoP(me, await oauth.generateKeyPair('ES256'));
  const options = { DPoP, ...HTTP };
  const { parameters, verifier, state, nonce } = await parametersOf(client, 'openid profile');
  const pushed = await oauth.pushedAuthorizationRequest(as, me, auth, parameters, options);
  const { request_uri } = await oauth.processPushedAuthorizationResponse(as, me, pushed);
  const { callback, browser } = await logInAt(client, addressOf(as, { client_id: client.id, request_uri }));
  const answer = oauth.validateAuthResponse(as, me, callback, state); // checks iss too (RFC 9207)
  const exchanged = await oauth.authorizationCodeGrantRequest(
    as,
    me,
    auth,
    answer,
    client.redirectUri,
    verifier,
    options,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(as, me, exchanged, { expectedNonce: nonce });
  await oauth.validateApplicationLevelSignature(as, exchanged, HTTP);
  t.is(tokens.token_type, 'dpop');
  const told = await oauth.userInfoRequest(as, me, tokens.access_token, options);
  const person = await oauth.processUserInfoResponse(as, me, house.sub, told);
  t.is(person['name'], PERSON.name);
  const refreshed = await oauth.refreshTokenGrantRequest(as, me, auth, tokens.refresh_token!, options);
  const next = await oauth.processRefreshTokenResponse(as, me, refreshed);
  t.not(next.refresh_token, tokens.refresh_token);
  const asked = await oauth.introspectionRequest(as, me, auth, next.access_token, HTTP);
  t.like(await oauth.processIntrospectionResponse(as, me, asked), { active: true, sub: house.sub, token_type: 'DPoP' });
  const revoked = await oauth.revocationRequest(as, me, auth, next.refresh_token!, HTTP);
  t.is(await oauth.processRevocationResponse(revoked), undefined);
  const again = await oauth.refreshTokenGrantRequest(as, me, auth, next.refresh_token!, options);
  const refused = await t.throwsAsync(oauth.processRefreshTokenResponse(as, me, again), {
    instanceOf: oauth.ResponseBodyError,
  });
  t.is(refused?.error, 'invalid_grant');
  // Mix-up (RFC 9207): an answer that names another issuer is not taken.
  const foreign = new URL(callback);
  foreign.searchParams.set('iss', 'https://evil.example');
  t.throws(() => oauth.validateAuthResponse(as, me, foreign, state));
  await endSession(browser, as);
});

async function endSession(browser: Browser, as: oauth.AuthorizationServer): Promise<void> {
  const page = await browser.open(as.end_session_endpoint!);
  await (await post(browser, page, { logout: 'yes' })).text();
}

test('a signed request, client credentials with a bound token, and a terminal', async (t) => {
  const house = await startIdentity(t);
  const as = await discover(house);
  const signing = await house.client('signing', { jarRequired: true });
  const { parameters, verifier, state, nonce } = await parametersOf(signing, 'openid');
  const key = await importPKCS8(signing.keyPem, 'ES256');
  const request = await oauth.issueRequestObject(as, clientOf(signing), parameters, key);
  const { callback } = await logInAt(signing, addressOf(as, { client_id: signing.id, request }));
  const me = clientOf(signing);
  const code = oauth.validateAuthResponse(as, me, callback, state);
  const auth = await authenticationOf(signing);
  const exchanged = await oauth.authorizationCodeGrantRequest(as, me, auth, code, signing.redirectUri, verifier, HTTP);
  const tokens = await oauth.processAuthorizationCodeResponse(as, me, exchanged, { expectedNonce: nonce });
  t.is(oauth.getValidatedIdTokenClaims(tokens)?.sub, house.sub);

  const machine = await house.client('department', {
    grantTypes: ['client_credentials'],
    scopes: ['license:issue'],
    dpopBound: true,
  });
  const DPoP = oauth.DPoP(clientOf(machine), await oauth.generateKeyPair('ES256'));
  const wanted = new URLSearchParams({ scope: 'license:issue', resource: LICENSE_URL });
  const machineAuth = await authenticationOf(machine);
  const given = await oauth.clientCredentialsGrantRequest(as, clientOf(machine), machineAuth, wanted, {
    DPoP,
    ...HTTP,
  });
  t.is((await oauth.processClientCredentialsResponse(as, clientOf(machine), given)).token_type, 'dpop');
  const bare = await oauth.clientCredentialsGrantRequest(as, clientOf(machine), machineAuth, wanted, HTTP);
  await t.throwsAsync(
    oauth.processClientCredentialsResponse(as, clientOf(machine), bare),
    undefined,
    'without a proof',
  );

  const terminal = await house.client('terminal', {
    grantTypes: ['device_code'],
    redirectUris: [],
    scopes: ['openid'],
  });
  const terminalAuth = await authenticationOf(terminal);
  const scope = new URLSearchParams({ scope: 'openid' });
  const shown = await oauth.deviceAuthorizationRequest(as, clientOf(terminal), terminalAuth, scope, HTTP);
  const device = await oauth.processDeviceAuthorizationResponse(as, clientOf(terminal), shown);
  const phone = makeBrowser();
  // The QR code on the terminal: the page sends the code by itself, and still asks.
  const opened = await phone.open(device.verification_uri_complete!);
  const question = await phone.submit(opened, {});
  t.true(question.text.includes('确认在此终端登录？'));
  const login = await phone.submit(question, {});
  const done = await phone.submit(login, { login: PERSON.loginName, password: PERSON.password });
  t.true(done.text.includes('已在终端登录'));
  const polled = await oauth.deviceCodeGrantRequest(as, clientOf(terminal), terminalAuth, device.device_code, HTTP);
  const terminalTokens = await oauth.processDeviceCodeResponse(as, clientOf(terminal), polled);
  t.is(oauth.getValidatedIdTokenClaims(terminalTokens)?.sub, house.sub);
});

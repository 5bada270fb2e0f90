import test from 'ava';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as oidc from 'openid-client';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { makeTokenSource } from '../../common/client/token-source.ts';
import { systemClock } from '../../common/clock.ts';
import type { TrustError } from '../../common/errors.ts';
import type { ClientRegistration } from '../../identity/domain/client.ts';
import { authorize, LICENSE_URL, SEAL_URL, startIdentity } from './identity-house.ts';

const MACHINE: Partial<ClientRegistration> = {
  grantTypes: ['client_credentials'],
  scopes: ['license:issue', 'license:revoke'],
};

test('RFC 8707, RFC 9068: client credentials give an at+jwt for the named audience with the scope that was asked for', async (t) => {
  const house = await startIdentity(t);
  const { config } = await house.client('department', MACHINE);
  const answer = await oidc.clientCredentialsGrant(config, { scope: 'license:issue', resource: LICENSE_URL });
  t.is(answer.scope, 'license:issue');
  t.is(answer.expires_in, 300);
  t.like(decodeProtectedHeader(answer.access_token), { alg: 'ES256', typ: 'at+jwt' });
  t.like(decodeJwt(answer.access_token), {
    iss: house.url,
    aud: LICENSE_URL,
    sub: 'department',
    client_id: 'department',
    scope: 'license:issue',
  });
});

const REFUSED: readonly [title: string, request: Record<string, string>, error: string][] = [
  ['without a resource', { scope: 'license:issue' }, 'invalid_target'],
  ['for an unknown resource', { scope: 'license:issue', resource: 'https://other.example' }, 'invalid_target'],
  ['for a resource with a slash too many', { scope: 'license:issue', resource: `${LICENSE_URL}/` }, 'invalid_target'],
  ['for a resource that is no address', { scope: 'license:issue', resource: 'license' }, 'invalid_target'],
  ['for a scope of another audience', { scope: 'license:issue', resource: SEAL_URL }, 'invalid_scope'],
  [
    'for a scope that the client is not registered for',
    { scope: 'license:redeem', resource: LICENSE_URL },
    'invalid_scope',
  ],
  ['for one good and one bad scope', { scope: 'license:issue license:redeem', resource: LICENSE_URL }, 'invalid_scope'],
  ['for a scope about a person', { scope: 'openid license:issue', resource: LICENSE_URL }, 'invalid_scope'],
  ['for an unknown scope', { scope: 'everything', resource: LICENSE_URL }, 'invalid_scope'],
  ['without a scope', { resource: LICENSE_URL }, 'invalid_scope'],
];

for (const [title, request, error] of REFUSED) {
  test(`RFC 8707: client credentials ${title} are refused with ${error}`, async (t) => {
    const house = await startIdentity(t);
    const { config } = await house.client('department', MACHINE);
    const thrown = await t.throwsAsync(oidc.clientCredentialsGrant(config, request), {
      instanceOf: oidc.ResponseBodyError,
    });
    t.like(thrown, { error, status: 400 });
  });
}

test('RFC 8707: a client that logs people in is refused a scope of an audience unless it names the audience', async (t) => {
  const house = await startIdentity(t);
  const scopes = ['openid', 'seal:apply', 'license:redeem'];
  const client = await house.client('alpha', { scopes, sector: 'xinji' });
  const errorOf = async (extra: Record<string, string>): Promise<string | null> => {
    const { target } = await authorize(client, extra);
    const response = await makeBrowser().fetchOnce(target.href);
    return new URL(response.headers.get('Location') ?? '', house.url).searchParams.get('error');
  };
  t.is(await errorOf({ scope: 'openid seal:apply' }), 'invalid_target');
  t.is(await errorOf({ scope: 'openid seal:apply', resource: LICENSE_URL }), 'invalid_scope');
  t.is(await errorOf({ scope: 'openid seal:keep', resource: SEAL_URL }), 'invalid_scope');
  t.is(await errorOf({ scope: 'openid', resource: SEAL_URL }), 'invalid_scope');
  t.is(await errorOf({ scope: 'openid seal:apply', resource: SEAL_URL }), null);
  // What machines do with a registration, no person does.
  t.is(await errorOf({ scope: 'openid license:redeem', resource: LICENSE_URL }), 'invalid_scope');
});

test('a client registered for logins only is refused client credentials', async (t) => {
  const house = await startIdentity(t);
  const { config } = await house.client('alpha');
  const request = oidc.clientCredentialsGrant(config, { scope: 'openid', resource: LICENSE_URL });
  const thrown = await t.throwsAsync(request, { instanceOf: oidc.ResponseBodyError });
  t.is(thrown?.status, 400);
});

test('a room that is refused a token is told the reason and what to check; from a silent issuer it is told to wait', async (t) => {
  const house = await startIdentity(t);
  const { keyPem } = await house.client('department', MACHINE);
  const at = (issuer: string, scope: string) =>
    makeTokenSource({
      issuer,
      clientId: 'department',
      keyPem,
      resource: LICENSE_URL,
      scope,
      allowHttp: true,
      clock: systemClock,
    });
  t.is(typeof (await at(house.url, 'license:issue')()), 'string');
  const refused = await t.throwsAsync(at(house.url, 'license:redeem')(), { code: 'identity-unavailable' });
  t.regex(refused!.message, /was given: invalid_scope$/);
  t.regex((refused as TrustError).hint, /client department is registered .* scope license:redeem/);
  const silent = await t.throwsAsync(at('http://127.0.0.1:1', 'license:issue')(), { code: 'identity-unavailable' });
  t.regex((silent as TrustError).hint, /Try again/);
});

// What a registration is accepted with, and its refused siblings.
import test from 'ava';
import { type ClientRegistration, checkClient, scopesWithoutApproval } from '../../identity/domain/client.ts';

const KEY = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' } as const;
const WEB: ClientRegistration = {
  clientId: 'alpha',
  applicationType: 'web',
  name: '系统',
  organisation: '单位',
  purpose: '办事',
  firstParty: false,
  grantTypes: ['authorization_code'],
  scopes: ['openid', 'profile'],
  redirectUris: ['https://alpha.example/callback'],
  postLogoutRedirectUris: [],
  backchannelLogoutUri: null,
  sector: 'alpha',
  jwks: { keys: [KEY] },
};
const NATIVE: Partial<ClientRegistration> = {
  applicationType: 'native',
  redirectUris: ['http://127.0.0.1/callback'],
  jwks: { keys: [] },
};
const FAPI: Partial<ClientRegistration> = { profile: 'fapi2', dpopBound: true, parRequired: true };

test('a registration without rules gets private_key_jwt, the standard profile and nothing that is not asked for', (t) => {
  t.like(checkClient(WEB, { requireHttps: true }), {
    authMethod: 'private_key_jwt',
    profile: 'standard',
    dpopBound: false,
    parRequired: false,
    jarRequired: false,
    minLevel: null,
    optionalScopes: [],
  });
  t.is(checkClient({ ...WEB, ...NATIVE }, { requireHttps: true }).authMethod, 'none');
});

const ACCEPTED: readonly [title: string, change: Partial<ClientRegistration>][] = [
  ['a secret instead of a key', { authMethod: 'client_secret_basic', jwks: { keys: [] } }],
  ['a secret, and a key for signed requests', { authMethod: 'client_secret_post', jarRequired: true }],
  [
    'refresh tokens that outlive the session',
    { grantTypes: ['authorization_code', 'refresh_token'], scopes: ['openid', 'offline_access'] },
  ],
  ['FAPI 2.0', FAPI],
  ['a terminal with a key', { grantTypes: ['device_code'], redirectUris: [] }],
  ['a terminal without one', { ...NATIVE, grantTypes: ['device_code'], redirectUris: [] }],
  [
    'refresh tokens of a native client, bound to its key',
    { ...NATIVE, grantTypes: ['authorization_code', 'refresh_token'], dpopBound: true },
  ],
  ['a level', { minLevel: 3 }],
  ['an optional scope', { optionalScopes: ['profile'] }],
];
for (const [title, change] of ACCEPTED) {
  test(`a registration is accepted with ${title}`, (t) => {
    t.notThrows(() => checkClient({ ...WEB, ...change }, { requireHttps: true }));
  });
}

const REFUSED: readonly [title: string, change: Partial<ClientRegistration>, field: string][] = [
  ['no key for private_key_jwt', { jwks: { keys: [] } }, 'jwks'],
  ['no way to authenticate although it has a server', { authMethod: 'none', jwks: { keys: [] } }, 'authMethod'],
  ['a secret in a native client', { ...NATIVE, authMethod: 'client_secret_post' }, 'authMethod'],
  ['a key in a native client', { ...NATIVE, jwks: { keys: [KEY] } }, 'jwks'],
  [
    'signed requests without a key',
    { authMethod: 'client_secret_basic', jwks: { keys: [] }, jarRequired: true },
    'jwks',
  ],
  [
    'refresh tokens without anybody logging in',
    { grantTypes: ['client_credentials', 'refresh_token'], scopes: ['license:issue'], redirectUris: [] },
    'grantTypes',
  ],
  [
    'refresh tokens of a native client that are bound to nothing',
    { ...NATIVE, grantTypes: ['authorization_code', 'refresh_token'] },
    'dpopBound',
  ],
  ['offline_access without refresh tokens', { scopes: ['openid', 'offline_access'] }, 'scopes'],
  ['FAPI 2.0 without bound tokens', { ...FAPI, dpopBound: false }, 'profile'],
  ['FAPI 2.0 without pushed requests', { ...FAPI, parRequired: false }, 'profile'],
  ['FAPI 2.0 with a secret', { ...FAPI, authMethod: 'client_secret_basic' }, 'profile'],
  [
    'pushed requests without any login in a browser',
    { grantTypes: ['device_code'], redirectUris: [], parRequired: true },
    'parRequired',
  ],
  ['a device code without openid', { grantTypes: ['device_code'], redirectUris: [], scopes: ['profile'] }, 'scopes'],
  ['an optional scope that it is not registered for', { optionalScopes: ['phone'] }, 'optionalScopes'],
  ['openid as an optional scope', { optionalScopes: ['openid'] }, 'optionalScopes'],
];
for (const [title, change, field] of REFUSED) {
  test(`a registration is refused with ${title}`, (t) => {
    const error = t.throws(() => checkClient({ ...WEB, ...change }, { requireHttps: true }), {
      code: 'client-invalid',
    });
    t.true(error?.message.startsWith(`${field} of client alpha`), error?.message);
  });
}

test('identity_document counts once an administrator approved it, and for the license room alone without', (t) => {
  const client = { clientId: 'alpha', scopes: ['openid', 'identity_document'], sector: 'alpha', approvedScopes: [] };
  t.deepEqual(scopesWithoutApproval(client), ['identity_document']);
  t.deepEqual(scopesWithoutApproval({ ...client, approvedScopes: ['identity_document'] }), []);
  t.deepEqual(scopesWithoutApproval({ ...client, clientId: 'license', sector: 'xinji' }), []);
  for (const other of [{ sector: 'xinji' }, { clientId: 'license' }, { clientId: 'license2', sector: 'xinji' }])
    t.deepEqual(scopesWithoutApproval({ ...client, ...other }), ['identity_document'], JSON.stringify(other));
  t.deepEqual(scopesWithoutApproval({ ...client, scopes: ['openid'] }), []);
});

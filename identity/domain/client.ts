// A client's registration: what another system may do here, and what is asked of it in return.
// Keys are given by value, never by address, so that no request of ours is steered by a registration. A secret is made by
// us and kept as a digest (store/client-secrets.ts). A native client (RFC 8252), a program on a person's own machine or a
// terminal without a key, keeps neither: it is answered on that machine's loopback address only, and the person is asked
// each time. FAPI 2.0 is a profile of a client: pushed requests, private_key_jwt and sender-constrained tokens.

import { LICENSE_CLIENT_ID, SCOPES } from '../../common/contract/identity.ts';
import { isDuty } from '../../common/contract/roles.ts';
import { TrustError } from '../../common/errors.ts';
import { LEVELS, type Level } from './assurance.ts';
import { ABOUT_PERSON, APPROVAL_SCOPES, type ClaimScope } from './claims.ts';
import { isLoopbackUri, isPublicP256, isWebUri, type PublicJwk, publicPart } from './client-parts.ts';
import { isSector, OWN_SECTOR } from './subject.ts';

/** Scopes about the person, and the one for refresh tokens that outlive the session; the others belong to resource servers. */
export const OIDC_SCOPES = ['openid', ...ABOUT_PERSON, 'offline_access'] as const;

export const GRANT_TYPES = ['authorization_code', 'client_credentials', 'refresh_token', 'device_code'] as const;
export type GrantType = (typeof GRANT_TYPES)[number];

export const AUTH_METHODS = ['private_key_jwt', 'client_secret_basic', 'client_secret_post', 'none'] as const;
export type AuthMethod = (typeof AUTH_METHODS)[number];

export const PROFILES = ['standard', 'fapi2'] as const;

/** How a client must behave; each has a default. */
export type ClientRules = {
  /** How it proves who it is; private_key_jwt, and none for a native client, unless given. */
  readonly authMethod: AuthMethod;
  /** fapi2: the FAPI 2.0 security profile; asks for parRequired, dpopBound and private_key_jwt. */
  readonly profile: (typeof PROFILES)[number];
  /** Every token is bound to a key of the client (RFC 9449). */
  readonly dpopBound: boolean;
  /** Authorization requests only by RFC 9126. */
  readonly parRequired: boolean;
  /** Authorization requests only signed (RFC 9101, by value). */
  readonly jarRequired: boolean;
  /** A person must reach this assurance level, L2 to L5, for every login; null: none is asked. */
  readonly minLevel: Level | null;
  /** A person may act here for a unit that he represents, and is asked in whose name; true unless given. */
  readonly acceptsUnits: boolean;
  /** Scopes that the person may leave out on the consent page. */
  readonly optionalScopes: readonly string[];
};

type ClientFacts = {
  readonly clientId: string;
  readonly applicationType: 'web' | 'native';
  /** Shown to people. */
  readonly name: string;
  /** 主办单位, shown to people. */
  readonly organisation: string;
  /** 用途, shown on the consent page. */
  readonly purpose: string;
  /** True: systems of the platform itself; people are not asked for consent. */
  readonly firstParty: boolean;
  readonly grantTypes: readonly GrantType[];
  readonly scopes: readonly string[];
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  readonly backchannelLogoutUri: string | null;
  /** Systems of one sector, those of a department, know a person under the same subject (subject.ts). */
  readonly sector: string;
  readonly jwks: { readonly keys: readonly PublicJwk[] };
};

/** What is handed in. */
export type ClientRegistration = ClientFacts & Partial<ClientRules>;

/** What is kept: no rule is left open. */
export type CheckedClient = ClientFacts & ClientRules;

export type Client = CheckedClient & {
  /** Grows with every change. */
  readonly version: number;
  readonly status: 'active' | 'suspended';
  /** Of the scopes that need an administrator's approval, those that have it (store/claim-approvals.ts). */
  readonly approvedScopes: readonly string[];
};

/** The client of this room's own pages (identity/provider/own-client.ts); nobody registers under its name. */
export const OWN_CLIENT_ID = 'xinji-account';

const CLIENT_ID = /^[a-z][a-z0-9-]{1,62}$/;
const KNOWN_SCOPES: ReadonlySet<string> = new Set([...OIDC_SCOPES, ...SCOPES]);

/** True for a client that sends persons to our login, in a browser or with a code typed from a terminal. */
function logsPeopleIn({ grantTypes }: Pick<ClientFacts, 'grantTypes'>): boolean {
  return grantTypes.includes('authorization_code') || grantTypes.includes('device_code');
}

/**
 * Scopes for which a client needs an administrator's approval and then asks the person each session. Alone the license room
 * needs none: licenses are found by the holder code. Who runs the house registers it; no page accepts the platform's sector.
 */
export function scopesToApprove({ clientId, sector }: Pick<Client, 'clientId' | 'sector'>): readonly ClaimScope[] {
  return clientId === LICENSE_CLIENT_ID && sector === OWN_SECTOR ? [] : APPROVAL_SCOPES;
}

/** Scopes of the registration that are not in force: they need an approval and have none. */
export function scopesWithoutApproval(
  client: Pick<Client, 'clientId' | 'scopes' | 'sector' | 'approvedScopes'>,
): readonly string[] {
  const { scopes, approvedScopes } = client;
  return scopesToApprove(client).filter((scope) => scopes.includes(scope) && !approvedScopes.includes(scope));
}

/** The registration with only its known members and all rules, or `client-invalid` that names the field. */
export function checkClient(input: ClientRegistration, { requireHttps }: { requireHttps: boolean }): CheckedClient {
  const client = withDefaults(input);
  const fault = [...faultsOf(client, requireHttps), ...ruleFaultsOf(client)].find(([wrong]) => wrong);
  if (fault)
    throw new TrustError(
      'client-invalid',
      `${fault[1]} of client ${input.clientId} is not accepted; expected ${fault[2]}`,
      { pointer: `/${fault[1]}` },
    );
  return { ...client, jwks: { keys: client.jwks.keys.map(publicPart) } };
}

function withDefaults(input: ClientRegistration): CheckedClient {
  return {
    ...input,
    authMethod: input.authMethod ?? (input.applicationType === 'native' ? 'none' : 'private_key_jwt'),
    profile: input.profile ?? 'standard',
    dpopBound: input.dpopBound ?? false,
    parRequired: input.parRequired ?? false,
    jarRequired: input.jarRequired ?? false,
    minLevel: input.minLevel ?? null,
    acceptsUnits: input.acceptsUnits ?? true,
    optionalScopes: input.optionalScopes ?? [],
  };
}

type Fault = readonly [wrong: boolean, field: string, expected: string];

function faultsOf(client: CheckedClient, requireHttps: boolean): readonly Fault[] {
  const { grantTypes, scopes, redirectUris, postLogoutRedirectUris, backchannelLogoutUri } = client;
  const isNative = client.applicationType === 'native';
  const isMachine = grantTypes.includes('client_credentials');
  const uris = [...redirectUris, ...postLogoutRedirectUris, ...(backchannelLogoutUri ? [backchannelLogoutUri] : [])];
  return [
    [!CLIENT_ID.test(client.clientId), 'clientId', '2 to 63 small letters, digits and hyphens'],
    [client.clientId === OWN_CLIENT_ID, 'clientId', `another name than ${OWN_CLIENT_ID}, which is built in`],
    [client.name.trim() === '', 'name', 'a text'],
    [grantTypes.length === 0, 'grantTypes', 'at least one'],
    [grantTypes.some((type) => !GRANT_TYPES.includes(type)), 'grantTypes', GRANT_TYPES.join(' ')],
    [scopes.some((scope) => !KNOWN_SCOPES.has(scope)), 'scopes', [...KNOWN_SCOPES].join(' ')],
    [logsPeopleIn(client) && !scopes.includes('openid'), 'scopes', 'openid for a client that logs people in'],
    [
      grantTypes.includes('authorization_code') !== redirectUris.length > 0,
      'redirectUris',
      'addresses exactly for authorization_code',
    ],
    [
      !isNative && uris.some((uri) => !isWebUri(uri, requireHttps)),
      'redirectUris',
      `${requireHttps ? 'https' : 'http(s)'} without fragment`,
    ],
    [
      isNative && ![...redirectUris, ...postLogoutRedirectUris].every(isLoopbackUri),
      'redirectUris',
      'http://127.0.0.1/… or http://[::1]/… for a native client',
    ],
    [isNative && (isMachine || backchannelLogoutUri !== null), 'applicationType', 'web for a client with a server'],
    [!client.jwks.keys.every(isPublicP256), 'jwks', 'public P-256 keys'],
    [!isSector(client.sector), 'sector', '1 to 63 small letters, digits, dots and hyphens'],
    [client.sector === OWN_SECTOR && !client.firstParty, 'sector', `not ${OWN_SECTOR}, which is the platform's own`],
    [
      scopes.some(isDuty) && (isMachine || client.sector !== OWN_SECTOR),
      'scopes',
      `duties of persons only for clients of the sector ${OWN_SECTOR} without client_credentials`,
    ],
  ];
}

function ruleFaultsOf(client: CheckedClient): readonly Fault[] {
  const { authMethod, profile, grantTypes, scopes, jwks } = client;
  const isNative = client.applicationType === 'native';
  const refreshes = grantTypes.includes('refresh_token');
  return [
    [!AUTH_METHODS.includes(authMethod), 'authMethod', AUTH_METHODS.join(' ')],
    [!PROFILES.includes(profile), 'profile', PROFILES.join(' ')],
    [isNative !== (authMethod === 'none'), 'authMethod', 'none exactly for a native client, which can keep no key'],
    [isNative && jwks.keys.length > 0, 'jwks', 'no key for a native client, which could not keep it'],
    [authMethod === 'private_key_jwt' && jwks.keys.length === 0, 'jwks', 'public P-256 keys for private_key_jwt'],
    [client.jarRequired && jwks.keys.length === 0, 'jwks', 'public P-256 keys for signed requests'],
    [refreshes && !logsPeopleIn(client), 'grantTypes', 'refresh_token beside a grant that logs people in'],
    [refreshes && isNative && !client.dpopBound, 'dpopBound', 'true for a native client with refresh tokens'],
    [scopes.includes('offline_access') && !refreshes, 'scopes', 'offline_access only with the grant refresh_token'],
    [
      profile === 'fapi2' && !(authMethod === 'private_key_jwt' && client.dpopBound && client.parRequired),
      'profile',
      'private_key_jwt, dpopBound and parRequired with fapi2',
    ],
    [
      (client.parRequired || client.jarRequired) && !grantTypes.includes('authorization_code'),
      'parRequired',
      'authorization_code for a client whose requests are pushed or signed',
    ],
    [client.minLevel !== null && !LEVELS.includes(client.minLevel), 'minLevel', '2, 3, 4, 5 or null'],
    [
      client.optionalScopes.some((scope) => !scopes.includes(scope) || scope === 'openid'),
      'optionalScopes',
      'registered scopes without openid',
    ],
  ];
}

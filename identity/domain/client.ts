// A client's registration: what another system may do here. Clients authenticate by private_key_jwt only; keys are given
// by value, never by address, so that no request of ours is steered by a registration. The exception is a native client
// (RFC 8252): a program on a person's own machine keeps no key, is answered on that machine's loopback address only, and
// the person is asked each time.

import { SCOPES } from '../../common/contract/identity.ts';
import { isDuty } from '../../common/contract/roles.ts';
import { TrustError } from '../../common/errors.ts';
import { isSector, OWN_SECTOR } from './subject.ts';

/** Scopes about the person; the others belong to resource servers. */
export const OIDC_SCOPES = ['openid', 'profile', 'identity_document'] as const;

export const GRANT_TYPES = ['authorization_code', 'client_credentials'] as const;
export type GrantType = (typeof GRANT_TYPES)[number];

/** A public P-256 key (RFC 7517). */
export type PublicJwk = {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
  readonly kid?: string;
  readonly alg?: string;
  readonly use?: string;
};

export type ClientRegistration = {
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

export type Client = ClientRegistration & {
  /** Grows with every change. */
  readonly version: number;
  readonly status: 'active' | 'suspended';
};

/** The client of this room's own pages (identity/provider/own-client.ts); nobody registers under its name. */
export const OWN_CLIENT_ID = 'xinji-account';

const CLIENT_ID = /^[a-z][a-z0-9-]{1,62}$/;
const KNOWN_SCOPES: ReadonlySet<string> = new Set([...OIDC_SCOPES, ...SCOPES]);

/** The registration with only its known members, or `client-invalid` that names the field. */
export function checkClient(
  input: ClientRegistration,
  { requireHttps }: { requireHttps: boolean },
): ClientRegistration {
  const logsIn = input.grantTypes.includes('authorization_code');
  const isNative = input.applicationType === 'native';
  const isMachine = input.grantTypes.includes('client_credentials');
  const uris = [
    ...input.redirectUris,
    ...input.postLogoutRedirectUris,
    ...(input.backchannelLogoutUri ? [input.backchannelLogoutUri] : []),
  ];
  const faults: readonly [wrong: boolean, field: string, expected: string][] = [
    [!CLIENT_ID.test(input.clientId), 'clientId', '2 to 63 small letters, digits and hyphens'],
    [input.clientId === OWN_CLIENT_ID, 'clientId', `another name than ${OWN_CLIENT_ID}, which is built in`],
    [input.name.trim() === '', 'name', 'a text'],
    [input.grantTypes.length === 0, 'grantTypes', 'at least one'],
    [input.scopes.some((scope) => !KNOWN_SCOPES.has(scope)), 'scopes', [...KNOWN_SCOPES].join(' ')],
    [logsIn && !input.scopes.includes('openid'), 'scopes', 'openid for a client that logs people in'],
    [logsIn !== input.redirectUris.length > 0, 'redirectUris', 'addresses exactly for authorization_code'],
    [
      !isNative && uris.some((uri) => !isWebUri(uri, requireHttps)),
      'redirectUris',
      `${requireHttps ? 'https' : 'http(s)'} without fragment`,
    ],
    [
      isNative && ![...input.redirectUris, ...input.postLogoutRedirectUris].every(isLoopbackUri),
      'redirectUris',
      'http://127.0.0.1/… or http://[::1]/… for a native client',
    ],
    [
      isNative && (isMachine || input.backchannelLogoutUri !== null),
      'applicationType',
      'web for a client with a server',
    ],
    [!isNative && input.jwks.keys.length === 0, 'jwks', 'public P-256 keys'],
    [isNative && input.jwks.keys.length > 0, 'jwks', 'no key for a native client, which could not keep it'],
    [!input.jwks.keys.every(isPublicP256), 'jwks', 'public P-256 keys'],
    [!isSector(input.sector), 'sector', '1 to 63 small letters, digits, dots and hyphens'],
    [input.sector === OWN_SECTOR && !input.firstParty, 'sector', `not ${OWN_SECTOR}, which is the platform's own`],
    [
      input.scopes.some(isDuty) && (isMachine || input.sector !== OWN_SECTOR),
      'scopes',
      `duties of persons only for clients of the sector ${OWN_SECTOR} without client_credentials`,
    ],
  ];
  const fault = faults.find(([wrong]) => wrong);
  if (fault)
    throw new TrustError(
      'client-invalid',
      `${fault[1]} of client ${input.clientId} is not accepted; expected ${fault[2]}`,
    );
  return { ...input, jwks: { keys: input.jwks.keys.map(publicPart) } };
}

function isWebUri(text: string, requireHttps: boolean): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || text.includes('#') || url.username !== '') return false;
  return url.protocol === 'https:' || (!requireHttps && url.protocol === 'http:');
}

/** RFC 8252: by address, not by a name that may be resolved elsewhere; the port is chosen at run time. */
function isLoopbackUri(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && /^http:\/\/(127\.0\.0\.1|\[::1\])\//.test(text) && url.search === '' && !text.includes('#');
}

function isPublicP256(key: PublicJwk): boolean {
  return key.kty === 'EC' && key.crv === 'P-256' && Boolean(key.x && key.y) && !('d' in key);
}

function publicPart({ kty, crv, x, y, kid }: PublicJwk): PublicJwk {
  return { kty, crv, x, y, ...(kid === undefined ? {} : { kid }), alg: 'ES256', use: 'sig' };
}

// Resource servers (RFC 8707): who may be named as `resource`, with which scopes. A scope that is not offered there is
// refused; the library alone would leave it out in silence and hand out a weaker token than asked for.
import { type Configuration, errors, type ResourceServer } from 'oidc-provider';
import type { Scope } from '../../common/contract/identity.ts';
import { OIDC_SCOPES } from '../domain/client.ts';

/** Audience (a room's public URL) and the scopes it knows. */
export type Audience = { readonly url: string; readonly scopes: readonly Scope[] };

type ResourceIndicators = NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>;

export function makeResourceIndicators(audiences: readonly Audience[]): ResourceIndicators {
  return {
    enabled: true,
    defaultResource: (ctx, _client, oneOf) => {
      if (oneOf !== undefined) return oneOf;
      if (ctx.oidc.params?.['grant_type'] !== 'client_credentials') return [];
      throw new errors.InvalidTarget('name the audience with the parameter resource');
    },
    useGrantedResource: () => false,
    getResourceServerInfo: (ctx, resource) => {
      const audience = audiences.find(({ url }) => url === resource);
      if (!audience) throw new errors.InvalidTarget('no such audience');
      checkScopes(ctx.oidc.params ?? {}, audience);
      return toResourceServer(audience);
    },
  };
}

function checkScopes(params: Readonly<Record<string, unknown>>, audience: Audience): void {
  const machine = params['grant_type'] === 'client_credentials';
  if (params['grant_type'] !== undefined && !machine) return; // a code's scopes were checked when it was asked for
  const asked = typeof params['scope'] === 'string' ? params['scope'].split(' ').filter(Boolean) : [];
  if (machine && asked.length === 0) throw new errors.InvalidScope('name at least one scope', '');
  const offered: ReadonlySet<string> = new Set([...audience.scopes, ...(machine ? [] : OIDC_SCOPES)]);
  const refused = asked.find((scope) => !offered.has(scope));
  if (refused !== undefined) throw new errors.InvalidScope('scope is not offered by this audience', refused);
}

function toResourceServer(audience: Audience): ResourceServer {
  return {
    scope: audience.scopes.join(' '),
    audience: audience.url,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'ES256' } },
  };
}

// Resource servers (RFC 8707): who may be named as `resource`, with which scopes. A scope that is not offered there, or
// not allowed to the client, is refused; the library alone would leave it out in silence and hand out a weaker token
// than was asked for. Their scopes are no scopes of the provider: without a resource they mean nothing.
import { type Configuration, errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider';
import type { Scope } from '../../common/contract/identity.ts';
import { OIDC_SCOPES } from '../domain/client.ts';

/** Audience (a room's public URL) and the scopes it knows. */
export type Audience = { readonly url: string; readonly scopes: readonly Scope[] };

type ResourceIndicators = NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>;
type Client = NonNullable<KoaContextWithOIDC['oidc']['client']>;

const PERSON_SCOPES: ReadonlySet<string> = new Set(OIDC_SCOPES);

export function makeResourceIndicators(audiences: readonly Audience[]): ResourceIndicators {
  return {
    enabled: true,
    defaultResource: (ctx, _client, oneOf) => {
      if (oneOf !== undefined) return oneOf;
      const asked = scopesOf(ctx);
      if (isMachine(ctx) || asked.some((scope) => !PERSON_SCOPES.has(scope)))
        throw new errors.InvalidTarget('name the audience with the parameter resource');
      return [];
    },
    useGrantedResource: () => false,
    getResourceServerInfo: (ctx, resource, client) => {
      const audience = audiences.find(({ url }) => url === resource);
      if (!audience) throw new errors.InvalidTarget('no such audience');
      checkScopes(ctx, audience, client);
      return toResourceServer(audience);
    },
  };
}

/** Of the audience's scopes those that the client is registered for. */
export function allowedScopes({ scopes }: Audience, client: Client): readonly Scope[] {
  const registered = client['xinji_resource_scopes'];
  return Array.isArray(registered) ? scopes.filter((scope) => registered.includes(scope)) : [];
}

function checkScopes(ctx: KoaContextWithOIDC, audience: Audience, client: Client): void {
  // At the exchange of a code nothing new is asked for: its scopes were checked when it was.
  if (ctx.oidc.route === 'token' && !isMachine(ctx)) return;
  const asked = scopesOf(ctx);
  if (isMachine(ctx) && asked.length === 0) throw new errors.InvalidScope('name at least one scope', '');
  const allowed: ReadonlySet<string> = new Set(allowedScopes(audience, client));
  const refused = asked.find((scope) => !allowed.has(scope) && (isMachine(ctx) || !PERSON_SCOPES.has(scope)));
  if (refused !== undefined)
    throw new errors.InvalidScope('scope is not offered to this client by this audience', refused);
}

function isMachine(ctx: KoaContextWithOIDC): boolean {
  return ctx.oidc.params?.['grant_type'] === 'client_credentials';
}

function scopesOf(ctx: KoaContextWithOIDC): string[] {
  const scope = ctx.oidc.params?.['scope'];
  return typeof scope === 'string' ? scope.split(' ').filter(Boolean) : [];
}

function toResourceServer(audience: Audience): ResourceServer {
  return {
    scope: audience.scopes.join(' '),
    audience: audience.url,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: 'ES256' } },
  };
}

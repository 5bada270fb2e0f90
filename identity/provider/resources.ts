// Resource servers (RFC 8707): who may be named as `resource`, with which scopes. A scope that is not offered there, or
// not allowed to the client, is refused; the library alone would leave it out in silence and hand out a weaker token
// than was asked for. Their scopes are no scopes of the provider: without a resource they mean nothing.
// Machines get no duties, and persons get nothing else: of the duties that a client asks for, a person gets those that his
// roles bring, and the answer tells which (RFC 6749, 3.3).
import { type Configuration, errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider';
import type { Scope } from '../../common/contract/identity.ts';
import { isDuty } from '../../common/contract/roles.ts';
import { OIDC_SCOPES } from '../domain/client.ts';
import { OWN_SECTOR } from '../domain/subject.ts';
import { type Duties, sayNoRole } from './duties.ts';

/** Audience (a room's public URL) and the scopes it knows. */
export type Audience = { readonly url: string; readonly scopes: readonly Scope[] };

type ResourceIndicators = NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>;
type Client = NonNullable<KoaContextWithOIDC['oidc']['client']>;

const PERSON_SCOPES: ReadonlySet<string> = new Set(OIDC_SCOPES);

export function makeResourceIndicators(audiences: readonly Audience[], duties: Duties): ResourceIndicators {
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
    getResourceServerInfo: async (ctx, resource, client) => {
      const audience = audiences.find(({ url }) => url === resource);
      if (!audience) throw new errors.InvalidTarget('no such audience');
      if (isMachine(ctx)) {
        checkScopes(scopesOf(ctx), machineScopes(audience, client));
        return toResourceServer(audience.url, audience.scopes);
      }
      const offered = personScopes(audience, client);
      if (ctx.oidc.route !== 'token') {
        checkScopes(askedDuties(ctx), offered);
        return toResourceServer(audience.url, audience.scopes);
      }
      // At the exchange of a code nothing new is asked for; but the roles count as they stand now.
      const code = ctx.oidc.entities.AuthorizationCode;
      const asked = offered.filter((scope) => code?.scopes.has(scope));
      const allowed = await duties.allowed(ctx, asked);
      if (allowed.length === 0) throw new errors.InvalidScope(sayNoRole(asked), asked.join(' '));
      return toResourceServer(audience.url, allowed);
    },
  };
}

/** What a client may ask for persons: duties of the audience that it is registered for, and only in our own sector. */
export function personScopes(audience: Audience, client: Client): readonly Scope[] {
  return client['xinji_sector'] === OWN_SECTOR ? registered(audience, client).filter(isDuty) : [];
}

/** The duties among the scopes that are asked for here. */
export function askedDuties(ctx: KoaContextWithOIDC): readonly string[] {
  return scopesOf(ctx).filter((scope) => !PERSON_SCOPES.has(scope));
}

function machineScopes(audience: Audience, client: Client): readonly Scope[] {
  return registered(audience, client).filter((scope) => !isDuty(scope));
}

function registered({ scopes }: Audience, client: Client): readonly Scope[] {
  const all = client['xinji_resource_scopes'];
  return Array.isArray(all) ? scopes.filter((scope) => all.includes(scope)) : [];
}

function checkScopes(asked: readonly string[], allowed: readonly string[]): void {
  if (asked.length === 0) throw new errors.InvalidScope('name at least one scope', '');
  const refused = asked.find((scope) => !allowed.includes(scope));
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

function toResourceServer(audience: string, scopes: readonly Scope[]): ResourceServer {
  return { scope: scopes.join(' '), audience, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } };
}

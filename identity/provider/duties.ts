// What a person may do in our rooms, cut to the roles that stand at this moment: read anew for every authorization and every
// exchange of a code, so that an ended role is gone with the last token given under it.
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { Scope } from '../../common/contract/identity.ts';
import { dutiesOf, ROLE_SCOPES, type Role } from '../../common/contract/roles.ts';

export type Duties = {
  /** Of `asked`, what the roles of the person logged in bring; may be nothing. */
  readonly allowed: (ctx: KoaContextWithOIDC, asked: readonly Scope[]) => Promise<readonly Scope[]>;
  /** For the library: access tokens for our rooms name the roles that brought their scopes. */
  readonly extraTokenClaims: NonNullable<Configuration['extraTokenClaims']>;
};

export function makeDuties(listLiveRoles: (accountSub: string) => Promise<readonly Role[]>): Duties {
  const read = new WeakMap<object, Promise<readonly Role[]>>();
  /** Once a request: the scopes of a token and its roles are never of two moments. */
  const rolesOf = (ctx: KoaContextWithOIDC): Promise<readonly Role[]> => {
    const sub = ctx.oidc.account?.accountId;
    if (sub === undefined) return Promise.resolve([]);
    const known = read.get(ctx.req) ?? listLiveRoles(sub);
    read.set(ctx.req, known);
    return known;
  };
  return {
    allowed: async (ctx, asked) => {
      const duties = dutiesOf(await rolesOf(ctx));
      return asked.filter((scope) => duties.includes(scope));
    },
    extraTokenClaims: async (ctx, token) => {
      const { kind, scopes } = token as { kind: string; scopes?: ReadonlySet<string> };
      if (kind !== 'AccessToken' || !('resourceServer' in token) || !token.resourceServer) return undefined;
      const roles = await rolesOf(ctx);
      return { roles: roles.filter(({ role }) => ROLE_SCOPES[role].some((scope) => scopes?.has(scope))) };
    },
  };
}

/** For the answer when nothing is left. */
export function sayNoRole(asked: readonly Scope[]): string {
  return `no role of this person brings ${asked.join(' or ')}`;
}

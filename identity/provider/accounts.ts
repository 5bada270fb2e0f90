// An account as oidc-provider's Account, and the claims it releases, by the table of identity/domain/claims.ts. They leave at
// userinfo only; the library picks from them what the grant covers.
import type { Configuration, FindAccount, KoaContextWithOIDC, Account as ProviderAccount } from 'oidc-provider';
import type { Role } from '../../common/contract/roles.ts';
import { type Account, type AccountDocument, mayLogIn } from '../domain/account.ts';
import { acrOf } from '../domain/assurance.ts';
import { ABOUT_PERSON, type ClaimName, claimsOf, scopeOf } from '../domain/claims.ts';
import type { ActingFor } from '../domain/legal-person.ts';
import { OWN_SECTOR } from '../domain/subject.ts';
import type { Representing } from './act-as.ts';

export type AccountsDeps = {
  readonly findAccount: (sub: string) => Promise<Account | null>;
  /** Opens the sealed box. */
  readonly readDocument: (sub: string) => Promise<AccountDocument>;
  /** In whose name the grant of this request is used; undefined: in the person's own. */
  readonly readActingFor: (ctx: KoaContextWithOIDC) => Promise<ActingFor | undefined>;
  /** The roles that stand at this moment. */
  readonly listRoles: (sub: string) => Promise<readonly Role[]>;
};

/** Claims by scope (OpenID Connect Core). */
export function claimsConfiguration(): NonNullable<Configuration['claims']> {
  return {
    openid: ['sub', 'acr', 'amr', 'auth_time', 'acting_for', 'roles'],
    ...Object.fromEntries(ABOUT_PERSON.map((scope) => [scope, [...claimsOf(scope)]])),
    iss: null,
    sid: null,
  };
}

export function makeFindAccount(deps: AccountsDeps): FindAccount {
  return async (ctx, sub): Promise<(ProviderAccount & Representing) | undefined> => {
    const account = await deps.findAccount(sub);
    if (account === null || !mayLogIn(account)) return undefined;
    return {
      accountId: account.sub,
      level: account.level,
      representsUnits: account.representsUnits,
      claims: async (use, scope, requested) => {
        const acting_for = await deps.readActingFor(ctx);
        const base = { sub: account.sub, ...(acting_for && { acting_for }) };
        if (use !== 'userinfo') return base;
        // Of our own sector only: the pages of our rooms judge by them.
        const isOurs = ctx.oidc.client?.['xinji_sector'] === OWN_SECTOR;
        const roles = isOurs ? { roles: await deps.listRoles(account.sub) } : {};
        const wanted = [...scope.split(' ').flatMap(claimsOf), ...Object.keys(requested)];
        return { ...base, ...roles, ...(await readClaims(deps, account, new Set(wanted.filter(mayAsk(ctx))))) };
      },
    };
  };
}

/** Only what the client is registered, and where needed approved, for: whatever a grant says. */
function mayAsk(ctx: KoaContextWithOIDC): (claim: string) => boolean {
  const registered = (ctx.oidc.client?.scope ?? '').split(' ');
  return (claim) => {
    const scope = scopeOf(claim);
    return scope !== null && registered.includes(scope);
  };
}

async function readClaims(
  { readDocument }: AccountsDeps,
  account: Account,
  wanted: ReadonlySet<string>,
): Promise<Partial<Record<ClaimName, string>>> {
  const claims: Partial<Record<ClaimName, string>> = {};
  if (wanted.has('name')) claims.name = account.name;
  if (wanted.has('level')) claims.level = acrOf(account.level);
  if (!SEALED.some((claim) => wanted.has(claim))) return claims;
  const { phone, mail, holder } = await readDocument(account.sub);
  if (wanted.has('phone_number') && phone !== undefined) claims.phone_number = `+86${phone}`;
  if (wanted.has('email') && mail !== undefined) claims.email = mail;
  if (wanted.has('holder_code') && holder) claims.holder_code = holder.code;
  if (wanted.has('holder_code_type') && holder) claims.holder_code_type = holder.type;
  return claims;
}

/** What lies in the sealed box. */
const SEALED: readonly ClaimName[] = ['phone_number', 'email', 'holder_code', 'holder_code_type'];

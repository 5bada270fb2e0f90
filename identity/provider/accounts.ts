// An account as oidc-provider's Account, and the claims it releases. The holder's code leaves only at userinfo and only
// under scope identity_document; an ID token never carries it.
import type { FindAccount, Account as ProviderAccount } from 'oidc-provider';
import { type Account, type AccountDocument, mayLogIn } from '../domain/account.ts';

export type AccountsDeps = {
  readonly findAccount: (sub: string) => Promise<Account | null>;
  /** Opens the sealed box. */
  readonly readDocument: (sub: string) => Promise<AccountDocument>;
};

/** Claims by scope (OpenID Connect Core). */
export const CLAIMS = {
  openid: ['sub', 'amr', 'auth_time'],
  profile: ['name'],
  identity_document: ['holder_code', 'holder_code_type'],
  acr: null,
  iss: null,
  sid: null,
} as const;

export function makeFindAccount({ findAccount, readDocument }: AccountsDeps): FindAccount {
  return async (_ctx, sub): Promise<ProviderAccount | undefined> => {
    const account = await findAccount(sub);
    if (account === null || !mayLogIn(account)) return undefined;
    return {
      accountId: account.sub,
      claims: async (use, scope) => {
        const claims = { sub: account.sub, name: account.name };
        if (use !== 'userinfo' || !scope.split(' ').includes('identity_document')) return claims;
        const { holder } = await readDocument(account.sub);
        return holder ? { ...claims, holder_code: holder.code, holder_code_type: holder.type } : claims;
      },
    };
  };
}

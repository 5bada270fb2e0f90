// Who may issue: a client for the authorities that let it, a clerk for the organisation that gave him his role. The token
// says who it is; the registry says what he may. (Step 1 of docs/issuance-cycle.md.)
import { TrustError } from '../../common/errors.ts';
import { findClient } from '../store/clients.ts';
import {
  type IssuingRight,
  isClientOfAuthority,
  listAuthorityRights,
  listClientRights,
} from '../store/issuing-rights.ts';
import type { LicenseDeps } from './deps.ts';

export type Issuer = {
  readonly clientId: string;
  /** The client, or the account of the clerk: what events name. */
  readonly actor: string;
  /** 统一社会信用代码; its cases are what issues are known by. */
  readonly organisation: string;
  readonly right: IssuingRight;
};

export type Clerk = { readonly clientId: string; readonly account: string; readonly organisation: string };

/**
 * The right of a client to issue a type, for `authorityCode` or for the only authority that it has. Throws
 * `issuing-not-allowed`, `license-type-not-found`, and `invalid-request` when the authority has to be named.
 */
export async function issuerOfClient(
  deps: Pick<LicenseDeps, 'db' | 'catalog'>,
  clientId: string,
  licenseType: string,
  authorityCode?: string,
): Promise<Issuer> {
  const rights = await listClientRights(deps.db, clientId, licenseType);
  const meant = authorityCode === undefined ? rights : rights.filter((right) => right.authorityCode === authorityCode);
  const [right] = meant;
  if (!right) throw await notAllowed(deps, licenseType);
  if (meant.length > 1) {
    const codes = meant.map((one) => one.authorityCode).join(', ');
    throw new TrustError('invalid-request', `this client issues the type for several authorities: ${codes}`, {
      pointer: '/authority_code',
    });
  }
  return { clientId, actor: clientId, organisation: right.organisation, right };
}

/** The right of a clerk's organisation to issue a type. Throws `issuing-not-allowed`, `license-type-not-found`. */
export async function issuerOfClerk(
  deps: Pick<LicenseDeps, 'db' | 'catalog'>,
  { clientId, account, organisation }: Clerk,
  licenseType: string,
): Promise<Issuer> {
  const rights = await listAuthorityRights(deps.db, organisation);
  const right = rights.find((one) => one.licenseType === licenseType);
  if (!right) throw await notAllowed(deps, licenseType);
  return { clientId, actor: account, organisation, right };
}

/** Who acts on licenses that are there: whether he works for the authority that issued them. */
export type AuthorityActor = {
  readonly actor: string;
  readonly organisation: string;
  /** Null for a clerk: he works for his organisation as an authority. */
  readonly clientId: string | null;
  worksFor(licenseType: string, authorityCode: string): Promise<boolean>;
};

/** With the name of its organisation. Throws `issuing-not-allowed` for a client that is not registered. */
export async function authorityClient(
  deps: Pick<LicenseDeps, 'db'>,
  clientId: string,
): Promise<AuthorityActor & { readonly organisationName: string }> {
  const client = await findClient(deps.db, clientId);
  if (!client) throw new TrustError('issuing-not-allowed', 'this client is not registered');
  return {
    actor: clientId,
    organisation: client.organisation,
    organisationName: client.organisationName,
    clientId,
    worksFor: (licenseType, authorityCode) => isClientOfAuthority(deps.db, clientId, licenseType, authorityCode),
  };
}

export function authorityClerk({ account, organisation }: Clerk): AuthorityActor {
  return {
    actor: account,
    organisation,
    clientId: null,
    worksFor: async (_, authorityCode) => authorityCode === organisation,
  };
}

/** Tells an unknown type from one that may not be issued here. */
async function notAllowed({ catalog }: Pick<LicenseDeps, 'catalog'>, licenseType: string): Promise<TrustError> {
  await catalog.get(licenseType);
  return new TrustError('issuing-not-allowed', `licenses of type ${licenseType} are not issued by this caller`);
}

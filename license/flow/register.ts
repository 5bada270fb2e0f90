// What a seed registers: authorities with the types that they issue under their seals, clients of organisations, which
// client issues for which authority; without an act on record: for the seed of a development house. What people register goes
// through registry.ts. License types: publish-type.ts. Repeating a registration changes nothing.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { checkCreditCode } from '../../common/codes/credit-code.ts';
import { type ClientRegistration, upsertClient } from '../store/clients.ts';
import { type IssuingRight, upsertIssuingAuthority, upsertIssuingClient } from '../store/issuing-rights.ts';

type RegisterDeps = { readonly db: Knex; readonly clock: Clock };

/** A system of an organisation. Throws `code-check`. */
export async function registerClient(deps: RegisterDeps, client: ClientRegistration): Promise<void> {
  checkCreditCode(client.organisation, '/organisation');
  await upsertClient(deps.db, client, deps.clock());
}

/** An authority that issues a type under its seal. Throws `code-check`. */
export async function registerIssuingAuthority(deps: RegisterDeps, right: IssuingRight): Promise<void> {
  checkCreditCode(right.authorityCode, '/authority_code');
  await upsertIssuingAuthority(deps.db, right, deps.clock());
}

/** Lets a registered client issue a type for an authority that has the right. */
export async function registerIssuingClient(
  deps: RegisterDeps,
  grant: { readonly clientId: string; readonly licenseType: string; readonly authorityCode: string },
): Promise<void> {
  await upsertIssuingClient(deps.db, grant, deps.clock());
}

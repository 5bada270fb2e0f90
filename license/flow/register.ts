// What an operator registers: the clients that issue for an authority, the verifiers. License types: publish-type.ts.
// Used by the seed; repeating a registration changes nothing.
import type { Knex } from 'knex';
import { checkCreditCode } from '../../common/codes/credit-code.ts';
import { type IssuingClient, upsertIssuingClient, upsertVerifier, type Verifier } from '../store/participants.ts';

/** Lets a client issue a license type for an authority, under its seal. Throws `code-check`. */
export async function registerIssuingClient(deps: { readonly db: Knex }, client: IssuingClient): Promise<void> {
  checkCreditCode(client.authorityCode, '/authority_code');
  await upsertIssuingClient(deps.db, client);
}

/** Lets a client redeem presentation codes. Throws `code-check`. */
export async function registerVerifier(deps: { readonly db: Knex }, verifier: Verifier): Promise<void> {
  checkCreditCode(verifier.code, '/code');
  await upsertVerifier(deps.db, verifier);
}

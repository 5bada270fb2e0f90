// What an operator registers: license types, the clients that issue them for an authority, the verifiers.
// Used by the seed; repeating a registration changes nothing.
import type { Knex } from 'knex';
import { checkCreditCode } from '../../common/codes/credit-code.ts';
import { TrustError } from '../../common/errors.ts';
import { type LicenseType, parseLicenseType } from '../domain/license-type.ts';
import { findLicenseTypeVersion, insertLicenseType } from '../store/license-types.ts';
import { type IssuingClient, upsertIssuingClient, upsertVerifier, type Verifier } from '../store/participants.ts';

/**
 * Registers one version of a license type. Throws `invalid-request` with a pointer into the document, and
 * `idempotency-conflict` when that version is registered with other contents.
 */
export async function registerLicenseType(
  deps: { readonly db: Knex; readonly clock: () => Date },
  document: unknown,
): Promise<LicenseType> {
  const type = parseLicenseType(document);
  if (await insertLicenseType(deps.db, type, deps.clock())) return type;
  const registered = await findLicenseTypeVersion(deps.db, type.code, type.version);
  if (JSON.stringify(registered) !== JSON.stringify(type)) {
    throw new TrustError('idempotency-conflict', `version ${type.version} of ${type.code} has other contents`, {
      hint: 'A registered version never changes; register the next one.',
    });
  }
  return type;
}

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

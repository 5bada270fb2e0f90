// A license as the wire shows it.
import type { LicenseDocument, RedemptionDocument } from '../../common/contract/license.ts';
import type { License } from '../domain/license-record.ts';
import type { Redemption } from '../flow/redeem-presentation.ts';

export function licenseDocumentOf(license: License): LicenseDocument {
  return {
    identifier: license.identifier,
    license_type: license.licenseType,
    name: license.name,
    license_number: license.licenseNumber,
    case_id: license.caseId,
    issuing_authority: { ...license.issuingAuthority },
    holder: { name: license.holder.name, code_type: license.holder.codeType, code: license.holder.code },
    issued_on: license.issuedOn,
    valid_from: license.validFrom,
    valid_to: license.validTo,
    state: license.state,
    state_reason: license.stateReason,
    state_changed_at: license.stateChangedAt.toISOString(),
    fields: { ...license.fields },
    file: { ...license.file, href: `/v1/licenses/${license.identifier}/file` },
  };
}

/** The case is the department's own affair: a verifier is not told. */
export function redemptionDocumentOf(redemption: Redemption): RedemptionDocument {
  const { case_id: _, ...license } = licenseDocumentOf(redemption.license);
  return {
    redemption_id: redemption.redemptionId,
    redeemed_at: redemption.redeemedAt.toISOString(),
    verifier: redemption.verifier,
    license,
  };
}

// The content of a license to be, between intent and finish: made once from the request, kept in a sealed box with the
// intent, and read back by whoever finishes the work. Also the fingerprint by which a repeated request is recognised.
import { utf8 } from '../../common/bytes.ts';
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { canonicalHolderCode, checkHolderCode } from '../../common/codes/holder-code.ts';
import type { IssueRequest } from '../../common/contract/license.ts';
import { type BoxKey, closeBox, hmacSm3, openBox } from '../../common/crypto/sealed-box.ts';
import { checkLicenseFields } from './license-fields.ts';
import { makeLicenseIdentifier } from './license-identifier.ts';
import { checkMetadata, listMetadata } from './license-metadata.ts';
import type { IssuingAuthority, LicenseContent } from './license-record.ts';
import type { LicenseType } from './license-type.ts';
import { decideDates } from './license-validity.ts';

/** Characters of a serial: 20 of 0-9 A-Z are 103 bits, so that no two licenses meet. */
export const SERIAL_CHARACTERS = 20;

/**
 * Judges the request by its type and makes the content. `serial` is 20 random characters of 0-9 A-Z.
 * Throws `license-fields-invalid`, `code-check`, `invalid-request`, each with a pointer into the request.
 */
export function makeIssueContent(
  type: LicenseType,
  authority: IssuingAuthority,
  request: IssueRequest,
  serial: string,
  now: Date,
): Omit<LicenseContent, 'verifyUrl' | 'verifyCode'> {
  const today = chinaDate(now);
  const dates = decideDates(type, request, today);
  checkLicenseFields(type, request, dates, today);
  const code = canonicalHolderCode(request.holder.code);
  checkHolderCode(request.holder.code_type, code, today);
  const content = {
    identifier: makeLicenseIdentifier({
      licenseType: type.code,
      issuingAuthority: authority.code,
      serial,
      version: 1,
    }),
    licenseType: type.code,
    typeVersion: type.version,
    name: type.name,
    licenseNumber: request.license_number,
    issuingAuthority: { name: authority.name, code: authority.code },
    holder: { name: request.holder.name, codeType: request.holder.code_type, code },
    ...dates,
    fields: { ...request.fields },
    createdAt: now,
  };
  checkMetadata(listMetadata(type, { ...content, holders: [content.holder] }));
  return content;
}

/** 32 bytes; the order of fields and the spelling of the holder code do not matter, everything else does. */
export function fingerprintRequest(key: Uint8Array, request: IssueRequest): Uint8Array {
  const fields = Object.entries(request.fields).sort(([a], [b]) => (a < b ? -1 : 1));
  const canonical = [
    request.case_id,
    request.license_type,
    request.license_number,
    [request.holder.name, request.holder.code_type, canonicalHolderCode(request.holder.code)],
    request.issued_on ?? null,
    request.valid_from ?? null,
    request.valid_to ?? null,
    fields,
  ];
  return hmacSm3(key, utf8(JSON.stringify(canonical)));
}

export function closeContent(boxKey: BoxKey, content: LicenseContent, issueId: string): Uint8Array {
  return closeBox(boxKey, utf8(JSON.stringify(content)), `license.issues.content ${issueId}`);
}

/** Throws `sealed-box-corrupt` for another key or another issue. */
export function openContent(boxKey: BoxKey, box: Uint8Array, issueId: string): LicenseContent {
  const text = new TextDecoder().decode(openBox(boxKey, box, `license.issues.content ${issueId}`));
  const content = JSON.parse(text) as Omit<LicenseContent, 'createdAt'> & { createdAt: string };
  return { ...content, createdAt: new Date(content.createdAt) };
}

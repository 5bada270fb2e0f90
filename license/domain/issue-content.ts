// The content of a license to be: a whole request, judged by its type, becomes everything that will be printed. Made once,
// before the intent is on record; whoever finishes the work later reads it back from there.
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { canonicalHolderCode } from '../../common/codes/holder-code.ts';
import type { IssueRequest } from '../../common/contract/license.ts';
import { checkLicenseFields } from './license-fields.ts';
import { checkMetadata, listMetadata } from './license-metadata.ts';
import type { Holder, IssuingAuthority, LicenseContent } from './license-record.ts';
import type { LicenseType } from './license-type.ts';
import type { LicenseDates } from './license-validity.ts';
import { parsePhoto } from './photo.ts';

/** Characters of a serial: 20 of 0-9 A-Z are 103 bits, so that no two licenses meet. */
export const SERIAL_CHARACTERS = 20;
/** Of Crockford's base 32: 80 bits. */
export const VERIFY_CODE_CHARACTERS = 16;

/** What a version is called, beside what the request says. */
export type Naming = {
  readonly identifier: string;
  /** The version that it takes the place of. */
  readonly replaces?: string;
  /** The public page that checks licenses, and 16 random characters. */
  readonly verifyUrl: string;
  readonly verifyCode: string;
};

/** Throws `license-fields-invalid`, `code-check`, `invalid-request`, each with a pointer into the request. */
export function makeContent(
  type: LicenseType,
  authority: IssuingAuthority,
  request: IssueRequest,
  dates: LicenseDates,
  naming: Naming,
  now: Date,
): LicenseContent {
  checkLicenseFields(type, request, dates, chinaDate(now));
  const [first, ...others] = request.holders.map(
    ({ name, code_type: codeType, code }): Holder => ({ name, codeType, code: canonicalHolderCode(code) }),
  );
  const content: LicenseContent = {
    ...naming,
    licenseType: type.code,
    typeVersion: type.version,
    name: type.name,
    licenseNumber: request.license_number,
    issuingAuthority: { name: authority.name, code: authority.code },
    holders: [first!, ...others],
    issuedOn: dates.issuedOn,
    validFrom: dates.validFrom,
    validTo: dates.validTo,
    fields: { ...request.fields },
    ...(request.photo === undefined ? {} : { photo: parsePhoto(request.photo) }),
    createdAt: now,
  };
  checkMetadata(listMetadata(type, content));
  return content;
}

// 电子证照标识 (GB/T 36904): root . type . authority . serial . version . check, joined by dots. Written canonically and
// parsed strictly here; read-identifier.ts reads what others wrote, with a reason per defect. An identifier names one version; the license itself is
// (type, authority, serial), and `license_id` is the text of these three. Not here: whether such a license exists.
import { TrustError } from '../../common/errors.ts';
import { IDENTIFIER_DEFECTS } from './identifier-defects.ts';
import { mod37x36CheckCharacter } from './iso7064.ts';
import { LICENSE_ROOT, readLicenseIdentifier } from './read-identifier.ts';

export type LicenseIdentifier = {
  /** 证照类型代码: 统一社会信用代码 of the defining body and a serial of 3 digits. */
  readonly licenseType: string;
  /** 证照颁发机构代码. */
  readonly issuingAuthority: string;
  readonly serial: string;
  /** 1 to 998. */
  readonly version: number;
};

/** Canonical text of `parts`. Throws `identifier-malformed` for parts that GB/T 36904 does not allow. */
export function makeLicenseIdentifier(parts: LicenseIdentifier): string {
  const version = String(parts.version).padStart(3, '0');
  const check = mod37x36CheckCharacter(parts.licenseType + parts.issuingAuthority + parts.serial + version) ?? '?';
  const text = [LICENSE_ROOT, parts.licenseType, parts.issuingAuthority, parts.serial, version, check].join('.');
  parseLicenseIdentifier(text);
  return text;
}

/**
 * Strict parsing: the canonical text only. Throws `identifier-check` when only the check character is wrong, otherwise
 * `identifier-malformed`; the detail names every defect with its reason code.
 */
export function parseLicenseIdentifier(text: string): LicenseIdentifier {
  const { parts, defects } = readLicenseIdentifier(text);
  if (parts && defects.length === 0) {
    const { licenseType, issuingAuthority, serial, version } = parts;
    return { licenseType, issuingAuthority, serial, version: Number(version) };
  }
  const onlyCheck = defects.every((defect) => defect === 'check-wrong' || defect === 'check-over-root');
  const detail = defects.map((defect) => `${defect}: ${IDENTIFIER_DEFECTS[defect].says}`).join('; ');
  throw new TrustError(onlyCheck ? 'identifier-check' : 'identifier-malformed', detail);
}

/**
 * The `license_id` (type.authority.serial) of the license that `identifier` names a version of: 41 to 73 characters, the
 * same for all its versions. Throws as parseLicenseIdentifier.
 */
export function licenseIdOf(identifier: string): string {
  return makeLicenseId(parseLicenseIdentifier(identifier));
}

/** The version, 1 to 998, that `identifier` names. Throws as parseLicenseIdentifier. */
export function versionOf(identifier: string): number {
  return parseLicenseIdentifier(identifier).version;
}

export function makeLicenseId(parts: Omit<LicenseIdentifier, 'version'>): string {
  return `${parts.licenseType}.${parts.issuingAuthority}.${parts.serial}`;
}

/** The identifier of a version of the license `licenseId`. Throws `identifier-malformed` past version 998. */
export function identifierOfVersion(licenseId: string, version: number): string {
  const [licenseType = '', issuingAuthority = '', ...serial] = licenseId.split('.');
  return makeLicenseIdentifier({ licenseType, issuingAuthority, serial: serial.join('.'), version });
}

// 电子证照标识 (GB/T 36904): root . type . issuer . serial . version . check, joined by dots.
// Written canonically, with codes of GB 32100 only; read leniently with a reason for every defect, because older
// registries hold identifiers that break the standard. Not here: whether such a license exists.

import { isCreditCode } from '../../common/codes/credit-code.ts';
import { TrustError } from '../../common/errors.ts';
import { mod37x36CheckCharacter } from './iso7064.ts';

/** OID arc of electronic licenses. */
export const LICENSE_ROOT = '1.2.156.3005.2';

export type LicenseIdentifier = {
  /** 证照类型代码: 统一社会信用代码 of the defining body and a serial of 3 digits. */
  readonly licenseType: string;
  /** 证照颁发机构代码. */
  readonly issuingAuthority: string;
  readonly serial: string;
  /** 1 to 998. */
  readonly version: number;
};

/** What can be wrong with an identifier, each with its sentence. */
export const IDENTIFIER_DEFECTS = {
  'segment-count': 'expected root.type.issuer.serial.version.check',
  'root-unknown': `the root is not ${LICENSE_ROOT}`,
  'type-form': 'the type is not 18 characters of a 统一社会信用代码 and 3 digits',
  'type-check': 'the 统一社会信用代码 inside the type has a wrong check character',
  'issuer-form': 'the issuing authority is not 18 characters of a 统一社会信用代码',
  'issuer-area-code': 'the issuing authority is an area code of 6 digits, as older registries wrote',
  'issuer-check': 'the 统一社会信用代码 of the issuing authority has a wrong check character',
  'serial-form': 'the serial is not 1 to 32 digits and upper-case letters',
  'version-form': 'the version is not 3 digits from 001 to 998',
  'check-wrong': 'the check character is not the one of ISO 7064 MOD 37,36',
} as const;
export type IdentifierDefect = keyof typeof IDENTIFIER_DEFECTS;

/** Defects that a reader of old data passes over; a writer never makes them. */
export const TOLERABLE_DEFECTS: ReadonlySet<IdentifierDefect> = new Set(['issuer-area-code']);

/** Canonical text of `parts`. Throws `identifier-malformed` for parts that GB/T 36904 does not allow. */
export function makeLicenseIdentifier(parts: LicenseIdentifier): string {
  const version = String(parts.version).padStart(3, '0');
  const body = `${parts.licenseType}${parts.issuingAuthority}${parts.serial}${version}`;
  const check = mod37x36CheckCharacter(body) ?? '?';
  const text = [LICENSE_ROOT, parts.licenseType, parts.issuingAuthority, parts.serial, version, check].join('.');
  const [defect] = readLicenseIdentifier(text).defects;
  if (defect) throw new TrustError('identifier-malformed', IDENTIFIER_DEFECTS[defect]);
  return text;
}

/** Strict reading. Throws `identifier-malformed`, or `identifier-check` when only the check character is wrong. */
export function parseLicenseIdentifier(text: string): LicenseIdentifier {
  const { parts, defects } = readLicenseIdentifier(text);
  const [defect] = defects;
  if (defect === 'check-wrong') throw new TrustError('identifier-check', IDENTIFIER_DEFECTS[defect]);
  if (defect || !parts) throw new TrustError('identifier-malformed', IDENTIFIER_DEFECTS[defect ?? 'segment-count']);
  return parts;
}

/** Lenient reading: the parts as far as there are six of them, and every defect in the order of the segments. */
export function readLicenseIdentifier(text: string): {
  readonly parts: LicenseIdentifier | null;
  readonly defects: readonly IdentifierDefect[];
} {
  const segments = text.split('.');
  if (segments.length < 6 || text.length > 128) return { parts: null, defects: ['segment-count'] };
  const [licenseType = '', issuer = '', serial = '', version = '', check = ''] = segments.slice(-5);
  const defects: IdentifierDefect[] = [
    ...(segments.slice(0, -5).join('.') === LICENSE_ROOT ? [] : (['root-unknown'] as const)),
    ...typeDefects(licenseType),
    ...issuerDefects(issuer),
    ...(/^[0-9A-Z]{1,32}$/.test(serial) ? [] : (['serial-form'] as const)),
    ...(/^\d{3}$/.test(version) && version !== '000' && version !== '999' ? [] : (['version-form'] as const)),
    ...(mod37x36CheckCharacter(licenseType + issuer + serial + version) === check ? [] : (['check-wrong'] as const)),
  ];
  return { parts: { licenseType, issuingAuthority: issuer, serial, version: Number(version) }, defects };
}

function typeDefects(licenseType: string): IdentifierDefect[] {
  if (!/^[0-9A-HJ-NPQRTUWXY]{18}\d{3}$/.test(licenseType)) return ['type-form'];
  return isCreditCode(licenseType.slice(0, 18)) ? [] : ['type-check'];
}

function issuerDefects(issuer: string): IdentifierDefect[] {
  if (/^\d{6}$/.test(issuer)) return ['issuer-area-code'];
  if (!/^[0-9A-HJ-NPQRTUWXY]{18}$/.test(issuer)) return ['issuer-form'];
  return isCreditCode(issuer) ? [] : ['issuer-check'];
}

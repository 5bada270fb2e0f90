// The lenient reader of license identifiers (GB/T 36904): what people type and other registries wrote, with a reason code
// for every defect. It takes the text apart, never guesses a character, and gives the canonical text only where the parts
// are right and the check character vouches for them.
import { isCreditCode } from '../../common/codes/credit-code.ts';
import { IDENTIFIER_DEFECTS, type IdentifierDefect } from './identifier-defects.ts';
import { mod37x36CheckCharacter } from './iso7064.ts';

/** OID arc of electronic licenses. */
export const LICENSE_ROOT = '1.2.156.3005.2';
/** The last version that an identifier can name: 999 is a hard stop. */
export const LAST_VERSION = 998;

/** The segments as they were read, after blanks, width and case were mended. */
export type IdentifierParts = {
  readonly root: string;
  readonly licenseType: string;
  readonly issuingAuthority: string;
  readonly serial: string;
  readonly version: string;
  readonly check: string;
};

export type IdentifierReading = {
  /** Null when the text has no six segments. */
  readonly parts: IdentifierParts | null;
  /** Every defect, in the order of the table; none for a canonical text. */
  readonly defects: readonly IdentifierDefect[];
  /** The text as a writer of GB/T 36904 makes it; null unless all defects are mere spelling and the check fits. */
  readonly canonical: string | null;
};

/** Defects that do not keep the canonical text from being known. */
const SPELLING: ReadonlySet<IdentifierDefect> = new Set([
  'full-width',
  'blank-inside',
  'separator-wrong',
  'lower-case',
  'root-missing',
]);
const MAX_LENGTH = 128;

/** Never throws; costs no more than the 128 characters that it looks at. */
export function readLicenseIdentifier(text: string): IdentifierReading {
  if (text.length > MAX_LENGTH) return { parts: null, defects: ['too-long'], canonical: null };
  const { spelled, defects: spelling } = mendSpelling(text);
  const parts = splitParts(spelled);
  if (!parts) return { parts: null, defects: [...spelling, 'segment-count'], canonical: null };
  const defects = [
    ...spelling,
    ...rootDefects(parts),
    ...typeDefects(parts.licenseType),
    ...authorityDefects(parts.issuingAuthority),
    ...serialDefects(parts.serial),
    ...versionDefects(parts.version),
    ...checkDefects(parts),
  ];
  return { parts, defects, canonical: defects.every((defect) => SPELLING.has(defect)) ? write(parts) : null };
}

/** True for a reading whose parts a registry may take over from old data. */
export function isTolerable(reading: IdentifierReading): boolean {
  return reading.parts !== null && reading.defects.every((defect) => IDENTIFIER_DEFECTS[defect].tolerable);
}

function mendSpelling(text: string): { spelled: string; defects: IdentifierDefect[] } {
  const defects: IdentifierDefect[] = [];
  const step = (from: string, to: string, defect: IdentifierDefect): string => {
    if (from !== to) defects.push(defect);
    return to;
  };
  const folded = step(
    text,
    text.replace(/[！-～]/gu, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0)),
    'full-width',
  );
  const dense = step(folded, folded.replace(/[\s\p{Cc}\p{Cf}]/gu, ''), 'blank-inside');
  const dotted = step(dense, dense.replace(/[。｡]/gu, '.'), 'separator-wrong');
  return {
    spelled: step(
      dotted,
      dotted.replace(/[a-z]/g, (small) => small.toUpperCase()),
      'lower-case',
    ),
    defects,
  };
}

/** The last five segments, whatever the root before them has for a form; the root may be missing. */
function splitParts(text: string): IdentifierParts | null {
  const segments = text.split('.');
  if (segments.length < 5) return null;
  const [licenseType = '', issuingAuthority = '', serial = '', version = '', check = ''] = segments.slice(-5);
  if (licenseType.length < 6) return null; // digits of the root: a segment behind it is missing
  return { root: segments.slice(0, -5).join('.'), licenseType, issuingAuthority, serial, version, check };
}

function rootDefects({ root }: IdentifierParts): IdentifierDefect[] {
  if (root === '') return ['root-missing'];
  return root === LICENSE_ROOT ? [] : ['root-wrong'];
}

function typeDefects(licenseType: string): IdentifierDefect[] {
  if (!/^[0-9A-HJ-NPQRTUWXY]{18}\d{3}$/.test(licenseType)) return ['type-form'];
  return isCreditCode(licenseType.slice(0, 18)) ? [] : ['type-check'];
}

function authorityDefects(authority: string): IdentifierDefect[] {
  if (/^\d{6}$/.test(authority)) return ['authority-region'];
  if (!/^[0-9A-HJ-NPQRTUWXY]{18}$/.test(authority)) return ['authority-form'];
  return isCreditCode(authority) ? [] : ['authority-check'];
}

function serialDefects(serial: string): IdentifierDefect[] {
  return [
    ...(serial.length >= 1 && serial.length <= 32 ? [] : (['serial-length'] as const)),
    ...(/^[0-9A-Z]*$/.test(serial) ? [] : (['serial-characters'] as const)),
  ];
}

function versionDefects(version: string): IdentifierDefect[] {
  if (/^\d\d$/.test(version))
    return version === '00' ? ['version-two-digits', 'version-range'] : ['version-two-digits'];
  if (!/^\d{3}$/.test(version)) return ['version-form'];
  return Number(version) >= 1 && Number(version) <= LAST_VERSION ? [] : ['version-range'];
}

/** A vendor feeds the root into the check: its character is told from a wrong one. */
function checkDefects(parts: IdentifierParts): IdentifierDefect[] {
  if (!/^[0-9A-Z]$/.test(parts.check)) return ['check-form'];
  const body = parts.licenseType + parts.issuingAuthority + parts.serial + parts.version;
  if (mod37x36CheckCharacter(body) === parts.check) return [];
  const withRoot = mod37x36CheckCharacter(parts.root.replaceAll('.', '') + body);
  return [withRoot === parts.check ? 'check-over-root' : 'check-wrong'];
}

function write({ licenseType, issuingAuthority, serial, version, check }: IdentifierParts): string {
  return [LICENSE_ROOT, licenseType, issuingAuthority, serial, version, check].join('.');
}

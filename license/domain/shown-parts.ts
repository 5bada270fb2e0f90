// What a holder can show of a license, part by part, and a license cut to what he chose. Always told are what the license
// is, who issued it and its state: without them an answer says nothing. Everything else is his choice; numbers of persons
// and sensitive fields are never ticked for him.
import { PERSON_CODE_TYPES } from '../../common/codes/holder-code.ts';
import { TrustError } from '../../common/errors.ts';
import type { Holder, License, LicenseContent, Photo } from './license-record.ts';
import type { LicenseState } from './license-states.ts';
import type { LicenseType } from './license-type.ts';

/** Parts that every license has; a field of its type is `field:<name>`. `holder` is the masked name. */
export const COMMON_PARTS = [
  'license_number',
  'validity',
  'holder',
  'holder_name',
  'holder_code',
  'issued_on',
  'identifier',
  'photo',
] as const;
export type CommonPart = (typeof COMMON_PARTS)[number];

/** Ticked unless the holder says otherwise. */
export const DEFAULT_PARTS: readonly string[] = ['license_number', 'validity', 'holder'];

const FIELD = 'field:';
const MAX_PARTS = COMMON_PARTS.length + 100;

export type ShownHolder = { readonly name: string; readonly codeType?: string; readonly code?: string };

/** A license as somebody sees it to whom it was shown. */
export type ShownLicense = {
  readonly licenseType: string;
  readonly typeVersion: number;
  readonly name: string;
  readonly issuingAuthority: { readonly name: string; readonly code: string };
  readonly state: LicenseState;
  readonly stateSince: Date;
  readonly licenseNumber?: string;
  readonly validFrom?: string;
  readonly validTo?: string;
  readonly issuedOn?: string;
  readonly identifier?: string;
  readonly holders?: readonly ShownHolder[];
  readonly photo?: Photo;
  readonly fields?: Readonly<Record<string, string>>;
};

/** The parts that this license has, in the order of pages. */
export function partsOf(type: LicenseType, content: LicenseContent): readonly string[] {
  const fields = type.fields.filter(({ name }) => content.fields[name] !== undefined);
  return [
    ...COMMON_PARTS.filter((part) => part !== 'photo' || content.photo !== undefined),
    ...fields.map(({ name }) => `${FIELD}${name}`),
  ];
}

/** The name of the field that a part stands for; null for a common part. */
export function fieldOfPart(part: string): string | null {
  return part.startsWith(FIELD) ? part.slice(FIELD.length) : null;
}

/** True for what is not shown unless the holder asks for it expressly, and masked on pages that others may look at. */
export function isSensitivePart(type: LicenseType, part: string): boolean {
  const field = fieldOfPart(part);
  if (field === null) return part === 'holder_code' || part === 'photo';
  return type.fields.find(({ name }) => name === field)?.sensitive ?? true;
}

/**
 * What the holder chose, each once, in the order of `available`. Throws `invalid-request` for a part that the license has
 * not; `pointer` says where the choice stands in the request.
 */
export function parseParts(
  chosen: readonly string[] | undefined,
  available: readonly string[],
  pointer: string,
): readonly string[] {
  if (chosen === undefined) return DEFAULT_PARTS;
  const unknown = chosen.findIndex((part) => !available.includes(part));
  if (unknown >= 0 || chosen.length > MAX_PARTS) {
    throw new TrustError('invalid-request', `there is no such part; possible are ${available.join(', ')}`, {
      pointer: `${pointer}/${Math.max(unknown, 0)}`,
    });
  }
  return available.filter((part) => chosen.includes(part));
}

/** Nothing but what was chosen; a part that the license has no more is left out. */
export function cutLicense({ content, head, state }: License, parts: readonly string[]): ShownLicense {
  const has = (part: CommonPart): boolean => parts.includes(part);
  const holders = shownHolders(content.holders, has);
  const fields = Object.entries(content.fields).filter(([name]) => parts.includes(`${FIELD}${name}`));
  return {
    licenseType: content.licenseType,
    typeVersion: content.typeVersion,
    name: content.name,
    issuingAuthority: content.issuingAuthority,
    state,
    stateSince: head.stateChangedAt,
    ...(has('license_number') ? { licenseNumber: content.licenseNumber } : {}),
    ...(has('validity') ? { validFrom: content.validFrom, validTo: content.validTo } : {}),
    ...(has('issued_on') ? { issuedOn: content.issuedOn } : {}),
    ...(has('identifier') ? { identifier: content.identifier } : {}),
    ...(holders === null ? {} : { holders }),
    ...(has('photo') && content.photo !== undefined ? { photo: content.photo } : {}),
    ...(fields.length === 0 ? {} : { fields: Object.fromEntries(fields) }),
  };
}

function shownHolders(holders: readonly Holder[], has: (part: CommonPart) => boolean): readonly ShownHolder[] | null {
  if (!has('holder') && !has('holder_name') && !has('holder_code')) return null;
  return holders.map(({ name, codeType, code }) => ({
    name: has('holder_name') ? name : maskName(name, codeType),
    ...(has('holder_code') ? { codeType, code } : {}),
  }));
}

/** 张*三, 李*; the name of an organisation is public and stays whole. */
export function maskName(name: string, codeType: string): string {
  if (!PERSON_CODE_TYPES.includes(codeType)) return name;
  const letters = [...name];
  const first = letters[0] ?? '';
  if (letters.length <= 2) return `${first}*`;
  return `${first}${'*'.repeat(letters.length - 2)}${letters.at(-1)}`;
}

/** For a page that says which license it is, not whose. */
export function maskNames(content: LicenseContent): LicenseContent {
  const masked = (holder: Holder): Holder => ({ ...holder, name: maskName(holder.name, holder.codeType) });
  const [first, ...others] = content.holders;
  return { ...content, holders: [masked(first), ...others.map(masked)] };
}

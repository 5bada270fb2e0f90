// On what ground may somebody else than holder and issuing authority read a license? A ground is a consent of a holder or
// a registered legal basis. Each goes through one table of checks; the first that fails says why in words. Counts are
// judged here as they were read; that they are not passed by parallel readers is the statement's part (store/).
import { isPresentable, type LicenseState } from './license-states.ts';
import { ALL_ELEMENTS, WHOLE_FILE } from './shared-elements.ts';

export type ConsentGround = {
  readonly kind: 'consent';
  readonly id: string;
  readonly organisation: string;
  /** Who gave it, hexadecimal. */
  readonly holderKey: string;
  readonly allowed: readonly { readonly licenseId: string; readonly fields: readonly string[] }[];
  readonly purpose: string;
  readonly matterCode: string;
  readonly matterName: string;
  readonly givenAt: Date;
  readonly until: Date;
  readonly maxUses: number | null;
  readonly uses: number;
  readonly revokedAt: Date | null;
};

export type BasisGround = {
  readonly kind: 'basis';
  readonly id: string;
  readonly clientId: string;
  readonly matterCode: string;
  readonly matterName: string;
  /** ALL_ELEMENTS among the fields: every element of that type; the file only where it is named. */
  readonly licenseTypes: readonly { readonly licenseType: string; readonly fields: readonly string[] }[];
  /** Prefixes of GB/T 2260 codes; an empty one is everywhere. */
  readonly regions: readonly string[];
  readonly dailyQuota: number;
  readonly usesToday: number;
  readonly validFrom: Date;
  readonly validTo: Date;
  readonly endedAt: Date | null;
};

export type ReadGround = ConsentGround | BasisGround;

/** Who wants to read what, for what, now. */
export type ReadAsk = {
  readonly clientId: string;
  readonly organisation: string;
  readonly purpose: string;
  readonly matterCode: string;
  readonly license: {
    readonly licenseId: string;
    readonly licenseType: string;
    /** GB/T 2260, of the issuing authority. */
    readonly region: string;
    readonly state: LicenseState;
    /** Hexadecimal. */
    readonly holderKeys: readonly string[];
  };
  /** Names of shared elements; `all`: whatever the ground allows, the file excepted. */
  readonly wanted: readonly string[] | 'all';
  readonly at: Date;
};

export const REFUSAL_REASONS = [
  'no-ground',
  'other-matter',
  'other-purpose',
  'not-yet',
  'revoked',
  'expired',
  'other-region',
  'state',
  'wrong-field',
  'used-up',
  'quota',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

export type ReadVerdict =
  | {
      readonly allowed: true;
      readonly ground: ReadGround;
      /** What may be told beside the open elements. */
      readonly fields: readonly string[];
    }
  | { readonly allowed: false; readonly reason: RefusalReason; readonly why: string };

type Check = {
  readonly reason: RefusalReason;
  /** True when the ground stands the check. */
  readonly holds: (ground: ReadGround, ask: ReadAsk) => boolean;
  readonly why: (ground: ReadGround, ask: ReadAsk) => string;
};

/** In the order of questions that a clerk would ask; what only counts comes last. */
const CHECKS: readonly Check[] = [
  { reason: 'no-ground', holds: isCallers, why: () => NO_GROUND },
  { reason: 'no-ground', holds: coversLicense, why: () => NO_GROUND },
  {
    reason: 'other-matter',
    holds: ({ matterCode }, ask) => matterCode === ask.matterCode,
    why: ({ matterCode }) => `The ground is for matter ${matterCode}, not for the one that was named.`,
  },
  {
    reason: 'other-purpose',
    holds: (ground, ask) => ground.kind === 'basis' || ground.purpose === ask.purpose,
    why: () => 'The holder consented to another purpose; name the purpose as it was asked for.',
  },
  {
    reason: 'not-yet',
    holds: (ground, { at }) => at >= (ground.kind === 'basis' ? ground.validFrom : ground.givenAt),
    why: (ground) =>
      `The ground begins at ${(ground.kind === 'basis' ? ground.validFrom : ground.givenAt).toISOString()}.`,
  },
  {
    reason: 'revoked',
    holds: (ground) => endOf(ground) === null,
    why: (ground) =>
      `${ground.kind === 'basis' ? 'The legal basis was ended' : 'The holder withdrew his consent'} at ${endOf(ground)?.toISOString()}.`,
  },
  {
    reason: 'expired',
    holds: (ground, { at }) => at < lastOf(ground),
    why: (ground) => `The ground ended at ${lastOf(ground).toISOString()}.`,
  },
  {
    reason: 'other-region',
    holds: (ground, { license }) =>
      ground.kind === 'consent' || ground.regions.some((prefix) => license.region.startsWith(prefix)),
    why: (_, { license }) => `The legal basis does not reach licenses of region ${license.region}.`,
  },
  {
    reason: 'state',
    holds: (_, { license, wanted }) => (asksForFile(wanted) ? license.state === 'valid' : isPresentable(license.state)),
    why: (_, { license, wanted }) =>
      `The license is ${license.state}; ${asksForFile(wanted) ? 'a copy is made of a valid one only' : 'its content is not shared'}.`,
  },
  {
    reason: 'wrong-field',
    holds: (ground, ask) => missing(ground, ask).length === 0,
    why: (ground, ask) => `The ground does not allow ${missing(ground, ask).join(', ')}.`,
  },
  {
    reason: 'used-up',
    holds: (ground) => ground.kind === 'basis' || ground.maxUses === null || ground.uses < ground.maxUses,
    why: (ground) => `The consent was for ${ground.kind === 'consent' ? ground.maxUses : 0} uses, and all are made.`,
  },
  {
    reason: 'quota',
    holds: (ground) => ground.kind === 'consent' || ground.usesToday < ground.dailyQuota,
    why: (ground) =>
      `The legal basis allows ${ground.kind === 'basis' ? ground.dailyQuota : 0} reads a day; they are made.`,
  },
];

const NO_GROUND = 'There is neither a consent of the holder nor a legal basis for this caller and license.';

/** The ground on which `ask` may be answered, or why none of `grounds` carries it: what the nearest of them lacks. */
export function judgeRead(ask: ReadAsk, grounds: readonly ReadGround[]): ReadVerdict {
  let nearest = -1;
  let refusal: ReadVerdict = { allowed: false, reason: 'no-ground', why: NO_GROUND };
  for (const ground of inOrder(grounds)) {
    const failed = CHECKS.findIndex((check) => !check.holds(ground, ask));
    const check = CHECKS[failed];
    if (check === undefined) return { allowed: true, ground, fields: allowedFields(ground, ask) };
    if (failed <= nearest) continue;
    nearest = failed;
    refusal = { allowed: false, reason: check.reason, why: check.why(ground, ask) };
  }
  return refusal;
}

/**
 * What the law lets a caller read of a type, in `region` or wherever its bases reach (null), before any license is looked at.
 * So who is told that there is no license is who would have been told what one lacks.
 */
export function judgeByLaw(
  ask: Omit<ReadAsk, 'license'> & { readonly licenseType: string; readonly region: string | null },
  grounds: readonly ReadGround[],
): ReadVerdict {
  const { licenseType, region } = ask;
  const license = { licenseId: '', licenseType, region: region ?? '', state: 'valid', holderKeys: [] } as const;
  const bases = grounds.flatMap((ground) => (ground.kind === 'basis' ? [ground] : []));
  return judgeRead({ ...ask, license }, region === null ? bases.map((basis) => ({ ...basis, regions: [''] })) : bases);
}

/** What the holder himself allowed comes before what the law allows without him. */
function inOrder(grounds: readonly ReadGround[]): readonly ReadGround[] {
  return grounds.toSorted((a, b) => (a.kind === b.kind ? 0 : a.kind === 'consent' ? -1 : 1));
}

function isCallers(ground: ReadGround, ask: ReadAsk): boolean {
  return ground.kind === 'basis' ? ground.clientId === ask.clientId : ground.organisation === ask.organisation;
}

function coversLicense(ground: ReadGround, { license }: ReadAsk): boolean {
  if (ground.kind === 'basis') return ground.licenseTypes.some((one) => one.licenseType === license.licenseType);
  const isHolders = license.holderKeys.includes(ground.holderKey);
  return isHolders && ground.allowed.some((one) => one.licenseId === license.licenseId);
}

const endOf = (ground: ReadGround): Date | null => (ground.kind === 'basis' ? ground.endedAt : ground.revokedAt);
const lastOf = (ground: ReadGround): Date => (ground.kind === 'basis' ? ground.validTo : ground.until);
const asksForFile = (wanted: ReadAsk['wanted']): boolean => wanted !== 'all' && wanted.includes(WHOLE_FILE);

function grantOf(ground: ReadGround, { license }: ReadAsk): readonly string[] {
  return ground.kind === 'basis'
    ? (ground.licenseTypes.find((one) => one.licenseType === license.licenseType)?.fields ?? [])
    : (ground.allowed.find((one) => one.licenseId === license.licenseId)?.fields ?? []);
}

function allows(grant: readonly string[], field: string): boolean {
  return grant.includes(field) || (grant.includes(ALL_ELEMENTS) && field !== WHOLE_FILE);
}

function missing(ground: ReadGround, ask: ReadAsk): readonly string[] {
  if (ask.wanted === 'all') return [];
  const grant = grantOf(ground, ask);
  return ask.wanted.filter((field) => !allows(grant, field));
}

function allowedFields(ground: ReadGround, ask: ReadAsk): readonly string[] {
  return ask.wanted === 'all' ? grantOf(ground, ask).filter((field) => field !== WHOLE_FILE) : ask.wanted;
}

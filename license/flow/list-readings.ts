// 谁看过: who read a license, when, on what ground and which parts, and who was refused why, from its events, newest first.
// For its holder only.
import { TrustError } from '../../common/errors.ts';
import type { LicenseEventKind } from '../domain/license-event.ts';
import type { License } from '../domain/license-record.ts';
import type { EventPlace } from '../store/events.ts';
import type { LicenseDeps } from './deps.ts';
import { readEvents } from './read-events.ts';

export const READING_KINDS = [
  'read',
  'file-read',
  'redeemed',
  'shared',
  'annotated',
  'refused',
] as const satisfies LicenseEventKind[];
export type ReadingKind = (typeof READING_KINDS)[number];

export type Reading = {
  readonly at: Date;
  readonly kind: ReadingKind;
  /** 统一社会信用代码, and the name that was told with it. */
  readonly organisation: string | null;
  readonly organisationName: string | null;
  /** What stands before the colon: consent, presentation, basis, authority, holder. */
  readonly ground: string;
  readonly purpose: string | null;
  readonly matter: string | null;
  readonly fields: readonly string[];
  /** Of a refusal. */
  readonly reason: string | null;
};

export type Readings = { readonly entries: readonly Reading[]; readonly older: EventPlace | null };

/** At most `limit`; `older`: where the next page begins. */
export async function listReadings(
  deps: Pick<LicenseDeps, 'db'>,
  license: Pick<License, 'head' | 'dataKey'>,
  page: { readonly before: EventPlace | null; readonly limit: number },
): Promise<Readings> {
  const { entries, older } = await readEvents(deps, license, { kinds: READING_KINDS, ...page });
  return {
    older,
    entries: entries.map(({ event: { at, kind, organisation, basis }, detail }) => ({
      at,
      kind: readingKind(kind),
      organisation,
      organisationName: detail.organisation_name ?? null,
      ground: basis?.split(':')[0] ?? 'authority',
      purpose: detail.purpose ?? null,
      matter: detail.matter?.name ?? null,
      fields: detail.fields ?? [],
      reason: detail.reason ?? null,
    })),
  };
}

function readingKind(kind: LicenseEventKind): ReadingKind {
  const known = READING_KINDS.find((one) => one === kind);
  if (known === undefined) throw new TrustError('internal', `an event ${kind} is no reading`);
  return known;
}

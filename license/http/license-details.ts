// What the page of one license says beside its record: its face in groups, who read it, who may by a consent.
import type Koa from 'koa';
import { z } from 'zod';
import type { PageFrame } from '../../common/web/frame.ts';
import { consentState } from '../domain/consent-terms.ts';
import type { License } from '../domain/license-record.ts';
import type { LicenseDeps } from '../flow/deps.ts';
import { listReadings } from '../flow/list-readings.ts';
import { listConsentsOfHolder } from '../store/consents.ts';
import type { EventPlace } from '../store/events.ts';
import { elementWords } from '../web/element-words.ts';
import { labelWords, listWords, valueWords } from '../web/license-words.ts';
import { CONSENTS_PATH } from '../web/service.ts';
import type { HolderSession } from './session-box.ts';

const READINGS_A_PAGE = 20;

/** Those that stand and name this license. */
export async function readConsents(
  { db, clock, catalog }: LicenseDeps,
  { lang }: PageFrame,
  { holderKey }: HolderSession,
  { head, content }: License,
) {
  const type = await catalog.getVersion(content.licenseType, content.typeVersion);
  const given = await listConsentsOfHolder(db, holderKey);
  return given.flatMap((consent) => {
    const allowed = consent.allowed.find(({ licenseId }) => licenseId === head.licenseId);
    if (!allowed || consentState(consent, clock()) !== 'live') return [];
    const what = listWords(
      lang,
      allowed.fields.map((name) => elementWords(lang, name, type.fields)),
    );
    const href = `${CONSENTS_PATH}/${consent.requestId}`;
    return [{ unit: consent.organisationName, what, until: consent.until, href }];
  });
}

export async function groupsOf({ catalog }: LicenseDeps, { lang }: PageFrame, { content }: License) {
  const type = await catalog.getVersion(content.licenseType, content.typeVersion);
  return type.groups.map((group) => ({
    label: labelWords(lang, group),
    rows: type.fields.flatMap((field) => {
      const value = content.fields[field.name];
      if (field.group !== group.name || value === undefined) return [];
      const label = labelWords(lang, field);
      return [{ label, value: valueWords(lang, type, field.name, value) }];
    }),
  }));
}

const placeParameters = z.object({
  before: z.iso.datetime().optional().catch(undefined),
  event: z.uuid().optional().catch(undefined),
});

export function placeQuery({ at, eventId }: EventPlace): Record<string, string> {
  return { before: at.toISOString(), event: eventId };
}

export async function readReadings(deps: LicenseDeps, ctx: Koa.Context, license: License) {
  const { before, event } = placeParameters.parse({ ...ctx.query });
  const place = before === undefined || event === undefined ? null : { at: new Date(before), eventId: event };
  const { licenseType, typeVersion } = license.content;
  return {
    ...(await listReadings(deps, license, { before: place, limit: READINGS_A_PAGE })),
    isFirst: place === null,
    type: await deps.catalog.getVersion(licenseType, typeVersion),
  };
}

// 亮证, the page on which one chooses: each license that can be shown, its parts with their values as they would be told.
import type Koa from 'koa';
import { pageFrame, readPreferences, sendPage } from '../../common/http/preferences.ts';
import type { Lang } from '../../common/web/texts.ts';
import type { License } from '../domain/license-record.ts';
import { isPresentable } from '../domain/license-states.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { MAX_ITEMS } from '../domain/presentation.ts';
import { DEFAULT_PARTS, fieldOfPart, isSensitivePart, maskName, partsOf } from '../domain/shown-parts.ts';
import type { LicenseDeps } from '../flow/deps.ts';
import { listHolderLicenses } from '../flow/open-license.ts';
import { dateWords, maskCode, partWords, periodWords, valueWords } from '../web/license-words.ts';
import { type PresentableLicense, type PresentPage, presentPage } from '../web/present-page.ts';
import { personOf } from './person.ts';
import type { SessionGate } from './session-gate.ts';
import { stateView } from './wallet.ts';

export type ChoiceParts = { readonly deps: LicenseDeps; readonly sessions: SessionGate };

/** Sends the page; `fault` is what the form before it lacked. */
export async function sendChoice(
  { deps, sessions }: ChoiceParts,
  ctx: Koa.Context,
  fault: PresentPage['fault'],
): Promise<void> {
  const asked = ctx.query['license'];
  const { lang } = readPreferences(ctx);
  const own = await listHolderLicenses(deps, sessions.sessionOf(ctx).holderKey);
  const able = own.filter(({ state }) => isPresentable(state));
  const chosenFirst = able.toSorted(
    (a, b) => Number(b.content.identifier === asked) - Number(a.content.identifier === asked),
  );
  const page = presentPage(pageFrame(ctx), {
    person: personOf(sessions, ctx),
    fault,
    maxLicenses: MAX_ITEMS,
    licenses: await Promise.all(chosenFirst.map((license) => presentable(deps, lang, license, asked))),
  });
  sendPage(ctx, page, fault === null ? 200 : 422);
}

async function presentable(
  { catalog, clock }: LicenseDeps,
  lang: Lang,
  license: License,
  asked: unknown,
): Promise<PresentableLicense> {
  const { content } = license;
  const type = await catalog.getVersion(content.licenseType, content.typeVersion);
  return {
    ...stateView(license, clock()),
    identifier: content.identifier,
    name: content.name,
    licenseNumber: content.licenseNumber,
    isChosen: content.identifier === asked,
    parts: partsOf(type, content).map((part) => ({
      part,
      label: partWords(lang, type, part),
      value: partValue(lang, type, license, part),
      isTicked: DEFAULT_PARTS.includes(part),
    })),
  };
}

/** What would be shown; masked where others may look over the shoulder. */
function partValue(lang: Lang, type: LicenseType, { content }: License, part: string): string {
  const { holders, validFrom, validTo } = content;
  const field = fieldOfPart(part);
  if (field !== null) {
    const value = valueWords(lang, type, field, content.fields[field] ?? '');
    return isSensitivePart(type, part) ? maskCode(value) : value;
  }
  switch (part) {
    case 'license_number':
      return content.licenseNumber;
    case 'validity':
      return periodWords(lang, validFrom, validTo);
    case 'holder':
      return holders.map(({ name, codeType }) => maskName(name, codeType)).join(' ');
    case 'holder_name':
      return holders.map(({ name }) => name).join(' ');
    case 'holder_code':
      return holders.map(({ code }) => maskCode(code)).join(' ');
    case 'issued_on':
      return dateWords(lang, content.issuedOn);
    case 'identifier':
      return content.identifier;
    default:
      return '';
  }
}

// 核对: everything that the license will say, with a way back to each entry, before it is issued and sealed.

import type { IssueRequest } from '../../common/contract/license.ts';
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, type HtmlValue, html } from '../../common/web/html.ts';
import { facts, hiddenFields, identifier, notice } from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import type { LicenseType } from '../domain/license-type.ts';
import type { LicenseDates } from '../domain/license-validity.ts';
import { type DeskFrame, deskPage, deskPath } from './desk-frame.ts';
import { columnLabel, holderColumn, holderLabel } from './form-words.ts';
import { dateWords, labelWords, typeName, valueWords } from './license-words.ts';
import { reviewActions } from './review-actions.ts';

const TEXTS = {
  title: { zh: '核对{type}', en: 'Review: {type}' },
  lead: {
    zh: '请逐项核对。签发后证照立即生效，持证人可以看到；有误只能更正或撤销。',
    en: 'Check every entry. The license is in force at once and its holder sees it; errors can only be corrected or withdrawn.',
  },
  about: { zh: '办件和编号', en: 'Case and number' },
  holders: { zh: '持证主体', en: 'Holder' },
  dates: { zh: '日期', en: 'Dates' },
  photo: { zh: '照片', en: 'Photo' },
  photoOf: { zh: '持证人照片', en: 'Photo of the holder' },
  edit: { zh: '修改', en: 'Edit' },
} satisfies Texts;

export type Review = {
  readonly type: LicenseType;
  readonly draftId: string;
  readonly request: IssueRequest;
  readonly dates: LicenseDates;
  readonly photoHref: string | null;
};

export function reviewPage(frame: PageFrame, desk: DeskFrame, review: Review): string {
  const say = sayIn(frame.lang);
  const { type, draftId, photoHref } = review;
  const title = say(TEXTS.title, { type: typeName(frame.lang, type) });
  const path = deskPath(desk, 'drafts', draftId);
  const edit = (name: string, anchor: string): Html =>
    html`<a class="link" href="${`${path}/edit#field-${anchor}`}" aria-label="${`${say(TEXTS.edit)} ${name}`}">${say(TEXTS.edit)}</a>`;
  const part = (name: string, anchor: string, rows: readonly { name: string; value: HtmlValue }[]): Html =>
    html`<div class="card"><div class="card-head"><h2>${name}</h2>${edit(name, anchor)}</div>${facts(frame.lang, rows)}</div>`;
  const photo =
    photoHref === null
      ? null
      : html`<div class="card"><div class="card-head"><h2>${say(TEXTS.photo)}</h2>${edit(say(TEXTS.photo), 'photo')}</div><img class="photo" src="${photoHref}" alt="${say(TEXTS.photoOf)}" width="120"></div>`;
  return deskPage(frame, desk, {
    place: 'home',
    title,
    crumbs: [],
    main: html`<h1>${title}</h1>${notice({ mark: 'notice', words: say(TEXTS.lead) })}
${part(say(TEXTS.about), 'license_number', aboutRows(frame, review))}
${part(say(TEXTS.holders), 'holder_name', holderRows(frame, review))}
${type.groups.map((group) => {
  const rows = groupRows(frame, review, group.name);
  const first = type.fields.find((one) => one.group === group.name)?.name ?? '';
  return rows.length === 0 ? null : part(labelWords(frame.lang, group), first, rows);
})}
${part(say(TEXTS.dates), 'issued_on', dateRows(frame, review))}
${photo}
<form method="post" action="${`${path}/issue`}">${hiddenFields({ csrf: desk.person.csrf })}${reviewActions(frame, path)}</form>`,
  });
}

function aboutRows({ lang }: PageFrame, { type, request }: Review) {
  return [
    { name: columnLabel(lang, type, 'license_number'), value: identifier(request.license_number) },
    { name: columnLabel(lang, type, 'case_id'), value: identifier(request.case_id) },
  ];
}

function holderRows({ lang }: PageFrame, { type, request }: Review) {
  return request.holders.flatMap(({ name, code }, index) => [
    { name: holderLabel(lang, type, index, 'name'), value: name },
    { name: columnLabel(lang, type, holderColumn(index, 'code')), value: identifier(code) },
  ]);
}

function groupRows({ lang }: PageFrame, { type, request }: Review, group: string) {
  return type.fields
    .filter((one) => one.group === group)
    .map((one) => {
      const value = request.fields[one.name];
      return { name: labelWords(lang, one), value: value === undefined ? '' : valueWords(lang, type, one.name, value) };
    });
}

function dateRows({ lang }: PageFrame, { type, dates }: Review) {
  return [
    { name: columnLabel(lang, type, 'issued_on'), value: dateWords(lang, dates.issuedOn) },
    { name: columnLabel(lang, type, 'valid_from'), value: dateWords(lang, dates.validFrom) },
    { name: columnLabel(lang, type, 'valid_to'), value: dateWords(lang, dates.validTo) },
  ];
}

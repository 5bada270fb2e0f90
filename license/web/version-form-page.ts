// The form of the next version of a license: what the operation may touch, filled with the version before; below it the rest,
// as it stays.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { errorSummary, FOCUS_SUMMARY_SCRIPT, facts, identifier, notice } from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import { columnsOf } from '../domain/batch-columns.ts';
import type { DraftContent, DraftFault, Follows } from '../domain/draft.ts';
import { addDays } from '../domain/license-date.ts';
import type { LicenseContent } from '../domain/license-record.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { mayTouch } from '../domain/version-draft.ts';
import { type DeskFrame, deskPage, deskPath } from './desk-frame.ts';
import { draftFaults, draftForm } from './draft-form.ts';
import { columnLabel, columnValue, dateHint } from './form-words.ts';
import { dateWords } from './license-words.ts';
import { VERSION_TEXTS, versionTitle } from './version-words.ts';

const TEXTS = {
  search: { zh: '查询证照', en: 'Search licenses' },
  caseHint: {
    zh: '同一办件的同一种办理只生成一个版本；不填时自动编号。',
    en: 'One version a case and operation; left empty, an id is made.',
  },
  dated: { zh: '{date}；{otherwise}', en: '{date}; {otherwise}' },
  fromHint: {
    zh: '{date}；不填为颁发日期。最晚 {latest}，有效期才不中断',
    en: '{date}; the day of issue when left empty. By {latest} at the latest, so that there is no gap',
  },
  photoKept: {
    zh: '不选择则沿用现有照片。JPEG 或 PNG，最大 50 KB',
    en: 'Left empty, the photo stays. JPEG or PNG, up to 50 KB',
  },
  fixed: { zh: '不改动的内容', en: 'What stays' },
  fixedWhy: {
    zh: '按该证照类型的规定，{act}不能改动以下内容。',
    en: '“{act}” does not touch these, by the rules of the license type.',
  },
  photo: { zh: '照片', en: 'Photo' },
  version: { zh: '现行版本', en: 'Current version' },
  same: { zh: '沿用现有照片', en: 'The present one' },
} satisfies Texts;

export type VersionForm = {
  readonly type: LicenseType;
  readonly follows: Follows;
  /** What the version before says. */
  readonly before: LicenseContent;
  readonly draftId: string;
  readonly content: DraftContent;
  /** How many holders the form has room for. */
  readonly holders: number;
  readonly faults: readonly DraftFault[];
};

export function versionFormPage(frame: PageFrame, desk: DeskFrame, { faults, ...form }: VersionForm): string {
  const { lang } = frame;
  const say = sayIn(lang);
  const { type, follows, before } = form;
  const title = versionTitle(lang, follows.operation, type);
  const words = draftFaults(frame, type, faults);
  const path = deskPath(desk, 'licenses', follows.identifier);
  const props = {
    ...form,
    words,
    action: `${path}/versions/${follows.operation}`,
    hints: hintsOf(frame, form),
    mayEdit: (column: string) => mayTouch(type, follows.operation, column),
  };
  return deskPage(frame, desk, {
    place: 'licenses',
    title,
    crumbs: [
      { text: say(TEXTS.search), href: deskPath(desk, 'licenses') },
      { text: before.licenseNumber, href: path },
    ],
    faulty: words.length > 0,
    ...(words.length > 0 ? { script: FOCUS_SUMMARY_SCRIPT } : {}),
    main: html`${errorSummary(lang, words)}<h1>${title}</h1>${notice({ mark: 'notice', words: say(VERSION_TEXTS[follows.operation].lead) })}
${draftForm(frame, desk, props)}
${fixedPart(frame, form)}`,
  });
}

function hintsOf({ lang }: PageFrame, { follows, before, content }: Omit<VersionForm, 'faults'>) {
  const say = sayIn(lang);
  const date = dateHint(lang);
  const latest = dateWords(lang, addDays(before.validTo, 1));
  const hasPhoto = before.photo !== undefined && content.photo === undefined;
  return {
    case_id: say(TEXTS.caseHint),
    issued_on: say(TEXTS.dated, { date, otherwise: say(VERSION_TEXTS[follows.operation].issuedOn) }),
    valid_from: say(TEXTS.fromHint, { date, latest }),
    ...(hasPhoto ? { photo: say(TEXTS.photoKept) } : {}),
  };
}

/** Each row can be led to: a rule may find fault with what stays, too. */
function fixedPart({ lang }: PageFrame, { type, follows, before, content }: Omit<VersionForm, 'faults'>): Html {
  const say = sayIn(lang);
  const isFixed = (column: string): boolean => !mayTouch(type, follows.operation, column);
  const rows = columnsOf(type).flatMap(({ name }) => {
    const value = content.cells[name];
    if (!isFixed(name) || value === undefined) return [];
    const shown = columnValue(lang, type, name, value);
    return [{ name: columnLabel(lang, type, name), value: html`<span id="${`field-${name}`}">${shown}</span>` }];
  });
  const photo =
    before.photo !== undefined && isFixed('photo') ? [{ name: say(TEXTS.photo), value: say(TEXTS.same) }] : [];
  const act = say(VERSION_TEXTS[follows.operation].name);
  return html`<div class="card"><h2>${say(TEXTS.fixed)}</h2><p class="hint">${say(TEXTS.fixedWhy, { act })}</p>${facts(
    lang,
    [...rows, ...photo, { name: say(TEXTS.version), value: identifier(follows.identifier) }],
  )}</div>`;
}

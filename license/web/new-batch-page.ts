// 新建批次: the templates, and the form with which a list is sent to be checked.
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import {
  errorSummary,
  type Fault,
  FOCUS_SUMMARY_SCRIPT,
  faultOf,
  field,
  hiddenFields,
} from '../../common/web/parts.ts';
import { selectField } from '../../common/web/records.ts';
import { type Lang, sayIn, type Texts } from '../../common/web/texts.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { BATCH_TEXTS } from './batch-words.ts';
import { type DeskFrame, deskPage, deskPath } from './desk-frame.ts';
import { typeName } from './license-words.ts';

const TEXTS = {
  lead: {
    zh: '先下载模板，每行填一张证照，再上传。上传后只做校验，确认之后才签发。',
    en: 'Take the template, fill in one license a line, and send it. The list is only checked; nothing is issued before you confirm.',
  },
  template: { zh: '下载{name}的模板', en: 'Template of {name}' },
  name: { zh: '批次名称（选填）', en: 'Name of the list (optional)' },
  nameHint: {
    zh: '例如“2026年11月第2批”，不要写个人信息。',
    en: 'For example “November, second list”; no personal data.',
  },
  file: { zh: '表格文件', en: 'File' },
  fileHint: {
    zh: 'XLSX 或 CSV，最大 20 MB、50,000 行。公式不会被执行，只取显示的结果。',
    en: 'XLSX or CSV, up to 20 MB and 50,000 rows. Formulas are not evaluated; the shown results are taken.',
  },
  fileMissing: { zh: '请选择表格文件', en: 'Choose a file' },
  send: { zh: '上传并校验', en: 'Send and check' },
} satisfies Texts;

export type NewBatch = {
  readonly types: readonly LicenseType[];
  readonly chosen: string | undefined;
  readonly title: string;
  /** New for every form: sent twice it is one list. */
  readonly key: string;
  readonly faults: readonly Fault[];
};

export function newBatchPage(frame: PageFrame, desk: DeskFrame, props: NewBatch): string {
  const say = sayIn(frame.lang);
  const { types, chosen, faults } = props;
  const shown = types.find(({ code }) => code === chosen);
  const templates = shown === undefined ? types : [shown];
  return deskPage(frame, desk, {
    place: 'batches',
    title: say(BATCH_TEXTS.fresh),
    crumbs: [{ text: say(BATCH_TEXTS.title), href: deskPath(desk, 'batches') }],
    faulty: faults.length > 0,
    ...(faults.length > 0 ? { script: FOCUS_SUMMARY_SCRIPT } : {}),
    main: html`${errorSummary(frame.lang, faults)}<h1>${say(BATCH_TEXTS.fresh)}</h1><p class="lead">${say(TEXTS.lead)}</p>
<ul class="plain-list">${templates.map((type) => html`<li><a class="link" href="${`/v1/license-types/${type.code}/list-template`}" download>${say(TEXTS.template, { name: typeName(frame.lang, type) })}</a></li>`)}</ul>
<form method="post" action="${deskPath(desk, 'batches')}" enctype="multipart/form-data" novalidate>${hiddenFields({ csrf: desk.person.csrf, key: props.key })}
${selectField({ name: 'type', label: say(BATCH_TEXTS.type), choices: types.map((type) => ({ value: type.code, label: typeName(frame.lang, type) })), ...(chosen === undefined ? {} : { value: chosen }) })}
${field({ name: 'title', label: say(TEXTS.name), hint: say(TEXTS.nameHint), value: props.title, fault: faultOf(faults, 'title'), autocomplete: 'off' })}
${field({ name: 'file', type: 'file', label: say(TEXTS.file), hint: say(TEXTS.fileHint), accept: '.xlsx,.csv,text/csv', fault: faultOf(faults, 'file') })}
<div class="actions"><button class="button" type="submit">${say(TEXTS.send)}</button></div></form>`,
  });
}

export const fileMissing = (lang: Lang): string => sayIn(lang)(TEXTS.fileMissing);

// Asking the issuing authority: an entry is wrong (纠错), or somebody whom the holder does not know read what he showed (申诉).
import type { PageFrame } from '../../common/web/frame.ts';
import { attribute, type Html, html } from '../../common/web/html.ts';
import { icon } from '../../common/web/icons.ts';
import { renderPage } from '../../common/web/layout.ts';
import {
  breadcrumb,
  errorSummary,
  type Fault,
  FOCUS_SUMMARY_SCRIPT,
  faultOf,
  hiddenFields,
} from '../../common/web/parts.ts';
import { formatDateTime, sayIn, type Texts } from '../../common/web/texts.ts';
import { MAX_CORRECTION_TEXT } from '../domain/correction.ts';
import { listWords } from './license-words.ts';
import { navItems, type Person, PRESENT_PATH, personPart, WALLET_PATH, WALLET_SERVICE } from './service.ts';

export type CorrectionFault = 'missing' | 'too-long' | 'too-many';

type Common = {
  readonly person: Person;
  /** POST address: fields `csrf` and `text`. */
  readonly action: string;
  readonly text: string;
  readonly fault: CorrectionFault | null;
};
export type CorrectionPage = Common & {
  readonly license: { readonly name: string; readonly href: string; readonly authority: string };
};
export type ReportPage = Common & {
  /** Who read; null when nobody has. */
  readonly reading: { readonly unit: string; readonly at: Date } | null;
  readonly licenses: readonly string[];
  readonly backHref: string;
};

const TEXTS = {
  title: { zh: '申请纠错', en: 'Ask for a correction' },
  lead: {
    zh: '您的申请将交给颁发机构“{authority}”，办理结果会显示在这张证照的页面上。',
    en: 'Your request goes to the issuing authority, {authority}; its answer will stand on the page of this license.',
  },
  text: { zh: '哪一项有误，应当是什么', en: 'What is wrong, and what should it be' },
  hint: {
    zh: '最多 {n} 个字。请不要填写与纠错无关的个人信息。',
    en: 'Up to {n} characters, nothing that the correction does not need.',
  },
  send: { zh: '提交纠错申请', en: 'Send the request' },
  back: { zh: '不申请，返回', en: 'Do not ask, go back' },
  reportTitle: { zh: '停止亮证并申诉', en: 'Stop and report' },
  reportRead: { zh: '{unit}于 {time} 读取了：{licenses}。', en: '{unit} read at {time}: {licenses}.' },
  reportUnread: {
    zh: '尚无人读取：{licenses}。提交后，此码不能再读取。',
    en: 'Nobody has read yet: {licenses}. After this the code cannot be read.',
  },
  reportLead: {
    zh: '申诉将交给这些证照的颁发机构，答复会显示在证照的页面上。',
    en: 'The complaint goes to the authorities that issued these licenses; their answer will stand on the pages of the licenses.',
  },
  reportKept: { zh: '已经读取的内容无法收回。', en: 'What was read cannot be taken back.' },
  reportHint: {
    zh: '最多 {n} 个字。请不要填写与申诉无关的个人信息。',
    en: 'Up to {n} characters, nothing that the complaint does not need.',
  },
  reportText: { zh: '发生了什么（选填）', en: 'What happened (optional)' },
  reportSend: { zh: '停止并提交申诉', en: 'Stop and send the complaint' },
  reportBack: { zh: '不申诉，返回', en: 'Do not report, go back' },
  missing: { zh: '请说明哪一项有误', en: 'Say what is wrong' },
  'too-long': { zh: '超过 {n} 个字，请写短一些', en: 'Longer than {n} characters, please shorten it' },
  'too-many': {
    zh: '这张证照已有多项申请等待答复，请等答复后再提交',
    en: 'Several requests for this license wait for an answer; please wait for it first',
  },
} satisfies Texts;

export function correctionPage(frame: PageFrame, props: CorrectionPage): string {
  const say = sayIn(frame.lang);
  const { license } = props;
  return form(frame, props, {
    title: say(TEXTS.title),
    crumbs: breadcrumb(frame.lang, [
      { text: say(WALLET_SERVICE), href: WALLET_PATH },
      { text: license.name, href: license.href },
      { text: say(TEXTS.title) },
    ]),
    lead: html`<p class="lead">${license.name}</p><p>${say(TEXTS.lead, { authority: license.authority })}</p>`,
    hint: say(TEXTS.hint, { n: MAX_CORRECTION_TEXT }),
    label: say(TEXTS.text),
    send: say(TEXTS.send),
    back: html`<a class="link" href="${license.href}">${say(TEXTS.back)}</a>`,
  });
}

export function reportPage(frame: PageFrame, props: ReportPage): string {
  const say = sayIn(frame.lang);
  const { reading } = props;
  const licenses = listWords(frame.lang, props.licenses);
  const what =
    reading === null
      ? say(TEXTS.reportUnread, { licenses })
      : say(TEXTS.reportRead, { unit: reading.unit, time: formatDateTime(frame.lang, reading.at), licenses });
  return form(frame, props, {
    title: say(TEXTS.reportTitle),
    crumbs: breadcrumb(frame.lang, [
      { text: say(WALLET_SERVICE), href: WALLET_PATH },
      { text: say(TEXTS.reportTitle) },
    ]),
    lead: html`<p>${what}</p><p>${say(TEXTS.reportLead)}${reading === null ? null : html` ${say(TEXTS.reportKept)}`}</p>`,
    hint: say(TEXTS.reportHint, { n: MAX_CORRECTION_TEXT }),
    label: say(TEXTS.reportText),
    send: say(TEXTS.reportSend),
    back: html`<a class="link" href="${props.backHref}">${say(TEXTS.reportBack)}</a>`,
  });
}

type Parts = {
  readonly title: string;
  readonly crumbs: Html;
  readonly lead: Html;
  readonly hint: string;
  readonly label: string;
  readonly send: string;
  readonly back: Html;
};

function form(frame: PageFrame, props: Common, parts: Parts): string {
  const say = sayIn(frame.lang);
  const n = MAX_CORRECTION_TEXT;
  const faults: readonly Fault[] =
    props.fault === null ? [] : [{ field: 'text', words: say(TEXTS[props.fault], { n }) }];
  return renderPage({
    ...frame,
    service: WALLET_SERVICE,
    title: parts.title,
    home: WALLET_PATH,
    nav: navItems(frame, 'wallet', props.person),
    user: personPart(frame, props.person),
    column: 'task',
    faulty: faults.length > 0,
    ...(faults.length > 0 ? { script: FOCUS_SUMMARY_SCRIPT } : {}),
    main: html`${errorSummary(frame.lang, faults)}${parts.crumbs}
<h1>${parts.title}</h1>
${parts.lead}
<form method="post" action="${props.action}" novalidate>${hiddenFields({ csrf: props.person.csrf })}${textArea({
      label: parts.label,
      hint: parts.hint,
      value: props.text,
      fault: faultOf(faults, 'text'),
    })}
<div class="actions"><button class="button" type="submit">${parts.send}</button></div></form>
<p>${parts.back}</p>`,
  });
}

function textArea(of: { label: string; hint: string; value: string; fault: string | undefined }): Html {
  const described = `field-text-hint${of.fault === undefined ? '' : ' field-text-fault'}`;
  const fault =
    of.fault === undefined
      ? null
      : html`<p class="fault" id="field-text-fault">${icon('failed')}<span>${of.fault}</span></p>`;
  return html`<div class="field${of.fault === undefined ? '' : ' faulty'}"><label for="field-text">${of.label}</label><p class="hint" id="field-text-hint">${of.hint}</p>${fault}<textarea id="field-text" name="text" rows="6" aria-describedby="${described}"${attribute('aria-invalid', of.fault === undefined ? null : 'true')}>${of.value}</textarea></div>`;
}

export const reportPath = (presentationId: string): string => `${PRESENT_PATH}/${presentationId}/report`;

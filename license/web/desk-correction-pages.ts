// 纠错申请: what holders asked of this authority, and the answer to one of them.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import {
  errorSummary,
  FOCUS_SUMMARY_SCRIPT,
  facts,
  faultOf,
  hiddenFields,
  identifier,
} from '../../common/web/parts.ts';
import { recordTable } from '../../common/web/records.ts';
import { formatDateTime, sayIn, type Texts } from '../../common/web/texts.ts';
import { type Correction, MAX_CORRECTION_TEXT } from '../domain/correction.ts';
import { type DeskFrame, deskPage, deskPath } from './desk-frame.ts';
import { choiceField, textArea } from './form-fields.ts';
import { textLines } from './license-words.ts';

const TEXTS = {
  title: { zh: '纠错申请', en: 'Corrections' },
  waiting: { zh: '等待答复', en: 'Waiting for an answer' },
  answered: { zh: '已答复', en: 'Answered' },
  none: { zh: '没有等待答复的申请。', en: 'Nothing waits for an answer.' },
  noAnswered: { zh: '还没有答复过申请。', en: 'Nothing was answered yet.' },
  kind: { zh: '事项', en: 'Kind' },
  correction: { zh: '申请纠错', en: 'Correction' },
  complaint: { zh: '申诉', en: 'Complaint' },
  license: { zh: '证照', en: 'License' },
  askedAt: { zh: '提出时间', en: 'Asked at' },
  outcome: { zh: '结果', en: 'Outcome' },
  open: { zh: '等待答复', en: 'Waiting' },
  granted: { zh: '已采纳', en: 'Accepted' },
  declined: { zh: '未采纳', en: 'Not accepted' },
  answerTitle: { zh: '答复{kind}', en: 'Answer: {kind}' },
  request: { zh: '持证人的说明', en: 'What the holder wrote' },
  decision: { zh: '处理结果', en: 'Decision' },
  grant: { zh: '采纳', en: 'Accept' },
  decline: { zh: '不采纳', en: 'Do not accept' },
  text: { zh: '答复', en: 'Answer' },
  textHint: {
    zh: '持证人会看到，最多 {n} 个字。采纳后请另行办理更正。',
    en: 'Its holder reads it; at most {n} characters. Accepting does not correct the license by itself.',
  },
  complaintHint: { zh: '持证人会看到，最多 {n} 个字。', en: 'Its holder reads it; at most {n} characters.' },
  send: { zh: '提交答复', en: 'Send the answer' },
  noDecision: { zh: '请选择处理结果', en: 'Choose a decision' },
  noText: { zh: '请填写答复，最多 {n} 个字', en: 'Write an answer of at most {n} characters' },
} satisfies Texts;

export function deskCorrectionsPage(
  frame: PageFrame,
  desk: DeskFrame,
  { open, answered }: { readonly open: readonly Correction[]; readonly answered: readonly Correction[] },
): string {
  const say = sayIn(frame.lang);
  return deskPage(frame, desk, {
    place: 'corrections',
    title: say(TEXTS.title),
    main: html`<h1>${say(TEXTS.title)}</h1>
${table(frame, desk, open, say(TEXTS.waiting), say(TEXTS.none))}
${table(frame, desk, answered, say(TEXTS.answered), say(TEXTS.noAnswered))}`,
  });
}

function table(frame: PageFrame, desk: DeskFrame, entries: readonly Correction[], title: string, empty: string): Html {
  const say = sayIn(frame.lang);
  const list = recordTable({
    caption: html`<span class="hidden">${title}</span>`,
    columns: [
      { name: say(TEXTS.kind) },
      { name: say(TEXTS.license) },
      { name: say(TEXTS.askedAt) },
      { name: say(TEXTS.outcome) },
    ],
    rows: entries.map(({ correctionId, kind, identifier: id, askedAt, state }) => [
      state === 'open'
        ? html`<a class="link" href="${deskPath(desk, 'corrections', correctionId)}">${say(TEXTS.answerTitle, { kind: say(TEXTS[kind]) })}</a>`
        : say(TEXTS[kind]),
      html`<a class="link" href="${deskPath(desk, 'licenses', id)}"><span class="identifier">${id}</span></a>`,
      formatDateTime(frame.lang, askedAt),
      say(TEXTS[state]),
    ]),
    empty,
  });
  return html`<h2>${title}</h2>${list}`;
}

export type AnswerPage = {
  readonly correction: Correction;
  readonly state: string;
  readonly text: string;
  readonly isSent: boolean;
};

export const isAnswerText = (text: string): boolean => text !== '' && text.length <= MAX_CORRECTION_TEXT;
export const isDecision = (state: string): state is 'granted' | 'declined' =>
  state === 'granted' || state === 'declined';

export function deskAnswerPage(
  frame: PageFrame,
  desk: DeskFrame,
  { correction, state, text, isSent }: AnswerPage,
): string {
  const say = sayIn(frame.lang);
  const n = MAX_CORRECTION_TEXT;
  const title = say(TEXTS.answerTitle, { kind: say(TEXTS[correction.kind]) });
  const all = [
    ...(isDecision(state) ? [] : [{ field: 'state', words: say(TEXTS.noDecision) }]),
    ...(isAnswerText(text) ? [] : [{ field: 'text', words: say(TEXTS.noText, { n }) }]),
  ];
  const faults = isSent ? all : [];
  const choices = [
    { value: 'granted', label: say(TEXTS.grant) },
    { value: 'declined', label: say(TEXTS.decline) },
  ];
  return deskPage(frame, desk, {
    place: 'corrections',
    title,
    crumbs: [{ text: say(TEXTS.title), href: deskPath(desk, 'corrections') }],
    faulty: faults.length > 0,
    ...(faults.length > 0 ? { script: FOCUS_SUMMARY_SCRIPT } : {}),
    main: html`${errorSummary(frame.lang, faults)}<h1>${title}</h1>
${facts(frame.lang, [
  {
    name: say(TEXTS.license),
    value: html`<a href="${deskPath(desk, 'licenses', correction.identifier)}">${identifier(correction.identifier)}</a>`,
  },
  { name: say(TEXTS.askedAt), value: formatDateTime(frame.lang, correction.askedAt) },
  { name: say(TEXTS.request), value: textLines(correction.request) },
])}
<form method="post" action="${deskPath(desk, 'corrections', correction.correctionId)}" novalidate>${hiddenFields({ csrf: desk.person.csrf })}
${choiceField({ name: 'state', label: say(TEXTS.decision), value: state, choices, fault: faultOf(faults, 'state') })}
${textArea({ name: 'text', label: say(TEXTS.text), hint: say(correction.kind === 'complaint' ? TEXTS.complaintHint : TEXTS.textHint, { n }), value: text, fault: faultOf(faults, 'text'), rows: 6 })}
<div class="actions"><button class="button" type="submit">${say(TEXTS.send)}</button></div></form>`,
  });
}

// 窗口核验: find the account, type what stands in the document, confirm or refuse. Of the account only masked values show.
import type { PageFrame } from '../../../common/web/frame.ts';
import { type Html, html } from '../../../common/web/html.ts';
import {
  errorSummary,
  type Fault,
  FOCUS_SUMMARY_SCRIPT,
  facts,
  hiddenFields,
  notice,
} from '../../../common/web/parts.ts';
import { sayIn, type Texts } from '../../../common/web/texts.ts';
import type { Level } from '../../domain/assurance.ts';
import { identityFields, type TypedIdentity } from '../identity-fields.ts';
import { LEVEL_WORDS } from '../level-words.ts';
import type { Typed } from './client-fields.ts';
import { doneNotice } from './clients-page.ts';
import { reasonField } from './fields.ts';
import { type AdminView, adminPage } from './layout.ts';
import { searchForm } from './search-form.ts';

const PATH = '/admin/counter';

const TEXTS = {
  title: { zh: '窗口核验', en: 'Counter check' },
  lead: {
    zh: '请本人带证件到场。每次查找和核验都连同原因记入操作记录。',
    en: 'The person is here with the document. Every look-up and check goes into the audit log with its reason.',
  },
  none: { zh: '没有符合条件的记录。请核对后重新输入。', en: 'No records match. Please check what you typed.' },
  refused: { zh: '已记录：不予确认，实名等级不变。', en: 'Recorded as refused; the level stays as it was.' },
  accountTitle: { zh: '核对证件', en: 'Check the document' },
  phone: { zh: '手机号', en: 'Phone' },
  code: { zh: '证件号码', en: 'Document number' },
  level: { zh: '实名等级', en: 'Level' },
  seen: { zh: '照证件填写', en: 'As the document has it' },
  seenWhy: {
    zh: '请核对证件真伪、证件与本人相符，再照证件填写。',
    en: 'See that the document is genuine and belongs to the person, then type what stands in it.',
  },
  confirm: { zh: '证件与本人相符，确认', en: 'It is the person, confirm' },
  refuse: { zh: '不予确认', en: 'Refuse' },
  help: { zh: '证件刚刚确认过，继续办理手机号和密码', en: 'Just confirmed: go on with phone and password' },
  back: { zh: '不操作，返回', en: 'Do nothing, back' },
  own: { zh: '不能核验自己的账号，请由另一位窗口人员办理。', en: 'Nobody confirms himself; another clerk does it.' },
  'other-document': {
    zh: '这个账号已用另一个证件实名，不能改为这个证件。请核对是否找错了账号。',
    en: 'This account was proven with another document and is not changed to this one. Check that it is the right account.',
  },
  mismatched: { zh: '大厅系统的记录与此不符，没有确认。', en: 'The system of the hall differs; not confirmed.' },
  unavailable: {
    zh: '大厅系统暂时没有回应，请稍后再试。',
    en: 'The system of the hall did not answer. Try again later.',
  },
  taken: {
    zh: '同一证件已有另一个实名账号，没有确认。请本人登录那个账号。',
    en: 'Another proven account has this document; not confirmed. The person logs in to that one.',
  },
} satisfies Texts;

const DONE = ['none', 'refused'] as const;
/** What the last act came to. */
export type CounterDone = (typeof DONE)[number];
/** Why it was not confirmed. */
export type CounterTrouble = 'own' | 'other-document' | 'mismatched' | 'unavailable' | 'taken';

type Form = { readonly view: AdminView; readonly faults: readonly Fault[] };

export function isCounterDone(code: string | undefined): code is CounterDone {
  return DONE.some((known) => known === code);
}

export function counterPage(
  frame: PageFrame,
  props: Form & { readonly typed: Typed; readonly done: CounterDone | null },
): string {
  const say = sayIn(frame.lang);
  const { done } = props;
  return whole(frame, props, {
    title: say(TEXTS.title),
    main: html`${done === null ? null : done === 'none' ? notice({ mark: 'notice', role: 'status', words: say(TEXTS.none) }) : doneNotice(say(TEXTS[done]))}
<h1>${say(TEXTS.title)}</h1>
<p class="hint">${say(TEXTS.lead)}</p>
${searchForm(frame, { ...props, action: `${PATH}/find` })}`,
  });
}

export type CounterAccountPage = Form & {
  /** Masked. */
  readonly account: { readonly level: Level; readonly phone: string | null; readonly code: string | null };
  readonly action: string;
  /** Where the clerk goes on with a person whose document he has confirmed; null: there is nothing to go on with. */
  readonly helpHref: string | null;
  readonly typed: TypedIdentity;
  readonly reason: string;
  readonly trouble: CounterTrouble | null;
};

export function counterAccountPage(frame: PageFrame, props: CounterAccountPage): string {
  const say = sayIn(frame.lang);
  const { view, account, faults, trouble } = props;
  const title = say(TEXTS.accountTitle);
  return whole(frame, props, {
    title,
    main: html`${trouble === null ? null : notice({ mark: 'warning', role: 'alert', words: say(TEXTS[trouble]) })}
<h1>${title}</h1>
<div class="card">${facts(frame.lang, [
      { name: say(TEXTS.phone), value: account.phone },
      { name: say(TEXTS.code), value: account.code },
      { name: say(TEXTS.level), value: say(LEVEL_WORDS[account.level].name) },
    ])}</div>
${props.helpHref === null ? null : html`<p><a class="link" href="${props.helpHref}">${say(TEXTS.help)}</a></p>`}
<h2>${say(TEXTS.seen)}</h2><p class="hint">${say(TEXTS.seenWhy)}</p>
<form method="post" action="${props.action}" autocomplete="off" novalidate>${hiddenFields(view.formFields)}
${identityFields(frame.lang, props.typed, faults, false)}
${reasonField(frame.lang, faults, props.reason)}
<div class="actions"><button class="button" type="submit" name="decision" value="confirm">${say(TEXTS.confirm)}</button><button class="button danger" type="submit" name="decision" value="refuse">${say(TEXTS.refuse)}</button><a class="link" href="${PATH}">${say(TEXTS.back)}</a></div></form>`,
  });
}

function whole(
  frame: PageFrame,
  { view, faults }: Form,
  { title, main }: { readonly title: string; readonly main: Html },
): string {
  return adminPage(frame, {
    view,
    duty: 'counter',
    title,
    faulty: faults.length > 0,
    script: FOCUS_SUMMARY_SCRIPT,
    main: html`${errorSummary(frame.lang, faults)}${main}`,
  });
}

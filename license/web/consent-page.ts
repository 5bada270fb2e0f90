// 授权: a unit asks for licenses. Who, for what, for how long, and every value that would be told; the holder gives all of
// it, less, or nothing. The same form narrows a consent that was given. One page, whole without script, no disabled button.
import type { PageFrame } from '../../common/web/frame.ts';
import { attribute, type Html, html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import {
  breadcrumb,
  errorSummary,
  FOCUS_SUMMARY_SCRIPT,
  facts,
  hiddenFields,
  phrases,
} from '../../common/web/parts.ts';
import { formatDate, sayIn, type Texts } from '../../common/web/texts.ts';
import type { LicenseState } from '../domain/license-states.ts';
import { WHOLE_FILE } from '../domain/shared-elements.ts';
import { listWords, stateTag } from './license-words.ts';
import { CONSENTS_PATH, navItems, type Person, personPart, WALLET_PATH, WALLET_SERVICE } from './service.ts';

/** One element of a license; `field` is the form field that gives it. */
export type OfferedElement = {
  readonly field: string;
  readonly name: string;
  readonly words: string;
  /** Null for the file. */
  readonly value: string | null;
  readonly optional: boolean;
  readonly ticked: boolean;
};
export type OfferedCard = {
  readonly name: string;
  readonly authority: string;
  readonly state: LicenseState;
  readonly daysLeft: number | null;
  readonly elements: readonly OfferedElement[];
};

export type ConsentPage = {
  readonly person: Person;
  /** The unit that asks. */
  readonly unit: string;
  readonly purpose: string;
  readonly matter: string;
  readonly until: Date;
  readonly maxUses: number | null;
  readonly licenses: readonly OfferedCard[];
  /** True: a decision leads back to the unit's page. */
  readonly returns: boolean;
  /** POST address: `csrf`, `decision` = agree | decline, `once`, and the fields of the elements. */
  readonly action: string;
  /** True after a decision in which nothing was chosen. */
  readonly nothingChosen: boolean;
};

const TEXTS = {
  title: { zh: '{unit}|请求查看您的证照', en: '{unit} |asks to see your licenses' },
  crumb: { zh: '授权', en: 'Access given' },
  purpose: { zh: '用途', en: 'Purpose' },
  matter: { zh: '事项', en: 'Matter' },
  until: { zh: '有效期', en: 'Until' },
  untilDate: { zh: '至{date}', en: '{date}' },
  untilUses: { zh: '至{date}，最多查看 {n} 次', en: '{date}; readings at most: {n}' },
  given: { zh: '同意提供的内容', en: 'What you agree to share' },
  needed: { zh: '办理需要', en: 'needed' },
  optional: { zh: '可不提供', en: 'optional' },
  item: { zh: '{name}：{value}', en: '{name}: {value}' },
  mark: { zh: '（{mark}）', en: ' ({mark})' },
  choose: {
    zh: '不想提供的内容可以取消勾选；缺少办理需要的内容，可能影响办理。',
    en: 'Untick what you do not want to share; without what is needed the matter may have to wait.',
  },
  times: { zh: '可以查看几次', en: 'How often it may be looked at' },
  asked: { zh: '在有效期内按申请查看', en: 'As asked for, until the end' },
  once: { zh: '只允许查看一次', en: 'Once only' },
  withheld: { zh: '不会提供：{list}。', en: 'Not shared: {list}.' },
  idNumber: { zh: '您的证件号码', en: 'your ID number' },
  file: { zh: '证照文件', en: 'the file' },
  others: { zh: '其他证照', en: 'other licenses' },
  after: {
    zh: '每次查看都会记在您的证照里；可随时在“授权”中缩小或撤回。',
    en: 'Every look is recorded with your license; limit or withdraw at any time under "Access given".',
  },
  agree: { zh: '同意并继续', en: 'Agree and continue' },
  decline: { zh: '不同意，返回{unit}', en: 'Decline, back to {unit}' },
  backToUnit: { zh: '返回{unit}', en: 'Back to {unit}' },
  close: { zh: '关闭这项请求', en: 'Close this request' },
  declineHere: { zh: '不同意', en: 'Decline' },
  none: { zh: '您名下没有所请求的证照。', en: 'You have none of the licenses that are asked for.' },
  nothing: {
    zh: '没有勾选任何内容：请至少勾选一项，或选择“不同意”',
    en: 'Nothing is ticked: tick at least one entry, or decline',
  },
} satisfies Texts;

export function consentPage(frame: PageFrame, props: ConsentPage): string {
  const say = sayIn(frame.lang);
  const title = say(TEXTS.title, { unit: props.unit });
  return renderPage({
    ...frame,
    service: WALLET_SERVICE,
    title: title.replace('|', ''),
    home: WALLET_PATH,
    nav: navItems(frame, 'wallet', props.person),
    user: personPart(frame, props.person),
    column: 'task',
    faulty: props.nothingChosen,
    ...(props.nothingChosen ? { script: FOCUS_SUMMARY_SCRIPT } : {}),
    main: html`${
      props.nothingChosen
        ? summary(frame, props)
        : breadcrumb(frame.lang, [
            { text: say(WALLET_SERVICE), href: WALLET_PATH },
            { text: say(TEXTS.crumb), href: CONSENTS_PATH },
            { text: props.unit },
          ])
    }<h1>${phrases(...title.split('|'))}</h1>
${facts(frame.lang, [
  { name: say(TEXTS.purpose), value: props.purpose },
  { name: say(TEXTS.matter), value: props.matter },
  { name: say(TEXTS.until), value: untilWords(frame, props) },
])}
<form method="post" action="${props.action}">${hiddenFields({ csrf: props.person.csrf })}
${props.licenses.length === 0 ? html`<p>${say(TEXTS.none)}</p>` : choices(frame, props)}
<div class="actions">${props.licenses.length === 0 ? null : html`<button class="button" name="decision" value="agree">${say(TEXTS.agree)}</button>`}
<button class="button plain" name="decision" value="decline">${declineWords(frame, props)}</button></div>
</form>`,
  });
}

/** Cards of licenses with a checkbox for each element; also for the page that narrows a consent. */
export function elementCards(frame: PageFrame, licenses: readonly OfferedCard[], marks: boolean): Html {
  return html`${licenses.map((license) => {
    const { name, authority, elements, ...state } = license;
    return html`<fieldset class="card"><legend>${name}</legend><p class="hint">${authority} ${stateTag(frame.lang, state)}</p>
${elements.map((element) => checkbox(frame, element, marks))}</fieldset>`;
  })}`;
}

/** Who has nothing of what is asked for declines nothing by going back. */
function declineWords({ lang }: PageFrame, { returns, unit, licenses }: ConsentPage): string {
  const say = sayIn(lang);
  if (licenses.length === 0) return say(returns ? TEXTS.backToUnit : TEXTS.close, { unit });
  return say(returns ? TEXTS.decline : TEXTS.declineHere, { unit });
}

function choices(frame: PageFrame, props: ConsentPage): Html {
  const say = sayIn(frame.lang);
  return html`<h2>${say(TEXTS.given)}</h2><p class="hint">${say(TEXTS.choose)}</p>
${elementCards(frame, props.licenses, true)}
<p class="hint">${say(TEXTS.withheld, { list: withheld(frame, props) })}</p>
${
  props.maxUses === 1
    ? null
    : html`<fieldset class="card"><legend>${say(TEXTS.times)}</legend>
<label class="choice"><input type="radio" name="once" value="no" checked><span>${say(TEXTS.asked)}</span></label>
<label class="choice"><input type="radio" name="once" value="yes"><span>${say(TEXTS.once)}</span></label></fieldset>`
}
<p class="hint">${say(TEXTS.after)}</p>`;
}

function checkbox(frame: PageFrame, element: OfferedElement, marks: boolean): Html {
  const say = sayIn(frame.lang);
  const { words: name, value } = element;
  const mark = marks ? say(TEXTS.mark, { mark: say(element.optional ? TEXTS.optional : TEXTS.needed) }) : '';
  const words = value === null ? name : say(TEXTS.item, { name, value });
  return html`<label class="choice"><input type="checkbox" id="field-${element.field}" name="${element.field}"${attribute('checked', element.ticked ? '' : null)}><span>${words}${mark}</span></label>`;
}

function untilWords(frame: PageFrame, { until, maxUses }: ConsentPage): string {
  const say = sayIn(frame.lang);
  const date = formatDate(frame.lang, new Date(until.getTime() - 1));
  return maxUses === null ? say(TEXTS.untilDate, { date }) : say(TEXTS.untilUses, { date, n: maxUses });
}

function withheld(frame: PageFrame, { licenses }: ConsentPage): string {
  const say = sayIn(frame.lang);
  const asked = new Set(licenses.flatMap(({ elements }) => elements.map(({ name }) => name)));
  const list = [
    ...(asked.has('CZZTDM') || asked.has(WHOLE_FILE) ? [] : [say(TEXTS.idNumber)]),
    ...(asked.has(WHOLE_FILE) ? [] : [say(TEXTS.file)]),
    say(TEXTS.others),
  ];
  return listWords(frame.lang, list);
}

function summary(frame: PageFrame, { licenses }: ConsentPage): Html | null {
  const field = licenses[0]?.elements[0]?.field ?? '';
  return errorSummary(frame.lang, [{ field, words: sayIn(frame.lang)(TEXTS.nothing) }]);
}

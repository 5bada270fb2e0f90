// 授权: what waits for a decision, and what each unit may read until when; the page of one consent, where it is narrowed or
// withdrawn. What was read stands in the record of the license.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import type { Mark } from '../../common/web/icons.ts';
import { renderPage } from '../../common/web/layout.ts';
import { breadcrumb, facts, hiddenFields, notice, tag } from '../../common/web/parts.ts';
import { formatDate, formatDateTime, sayIn, type Texts } from '../../common/web/texts.ts';
import type { ConsentState } from '../domain/consent-terms.ts';
import { elementCards, type OfferedCard } from './consent-page.ts';
import { CONSENTS_PATH, navItems, type Person, personPart, WALLET_PATH, WALLET_SERVICE } from './service.ts';

export type ConsentView = {
  /** Page of this consent. */
  readonly href: string;
  readonly unit: string;
  readonly purpose: string;
  readonly matter: string;
  readonly state: ConsentState;
  readonly givenAt: Date;
  readonly until: Date;
  readonly maxUses: number | null;
  readonly uses: number;
  readonly lastUsedAt: Date | null;
};
export type WaitingView = {
  readonly href: string;
  readonly unit: string;
  readonly purpose: string;
  readonly askedAt: Date;
};
export type ConsentMessage = 'given' | 'declined' | 'limited' | 'withdrawn';

export type ConsentsPage = {
  readonly person: Person;
  readonly waiting: readonly WaitingView[];
  readonly consents: readonly ConsentView[];
  readonly message: { readonly code: ConsentMessage; readonly unit: string } | null;
};

export type GivenConsentPage = {
  readonly person: Person;
  readonly consent: ConsentView;
  /** What may be read, each with its values now; only while it is live. */
  readonly licenses: readonly OfferedCard[];
  /** POST addresses, field `csrf`; the first with the fields of the elements and `once`. */
  readonly limitAction: string;
  readonly withdrawAction: string;
  readonly nothingChosen: boolean;
};

const TEXTS = {
  title: { zh: '授权', en: 'Access given' },
  lead: {
    zh: '您允许这些单位查看您的证照。每次查看都记在证照的“谁看过”里；撤回后，单位不能再查看，已经得到的内容由该单位依法保管。',
    en: 'These units may read your licenses. Each reading is recorded with the license; after you withdraw a unit can read no more, what it has it keeps under the law.',
  },
  waiting: { zh: '等待您决定（{n}）', en: 'Waiting for you ({n})' },
  asked: { zh: '申请时间', en: 'Asked' },
  decide: { zh: '查看并决定', en: 'Look and decide' },
  ofUnit: { zh: '：{unit}', en: ': {unit}' },
  empty: { zh: '还没有授权过任何单位。', en: 'No unit has been given access.' },
  emptyNext: {
    zh: '有单位需要查看您的证照时，会先征得您同意，并记在这里。依照法律规定无需同意的查看，记在证照的“谁看过”里。',
    en: 'A unit that needs your licenses asks you first and is then listed here. What the law lets it read without asking is recorded with the license.',
  },
  purpose: { zh: '用途', en: 'Purpose' },
  matter: { zh: '事项', en: 'Matter' },
  given: { zh: '授权时间', en: 'Given' },
  until: { zh: '有效期至', en: 'Until' },
  uses: { zh: '查看次数', en: 'Readings' },
  usesNone: { zh: '还没有查看过', en: 'None so far' },
  usesLine: { zh: '{n} 次，最近 {time}', en: '{n}, last {time}' },
  usesOf: { zh: '{n} 次（最多 {max} 次），最近 {time}', en: '{n} of {max}, last {time}' },
  usesNoneOf: { zh: '还没有查看过（最多 {max} 次）', en: 'None so far, {max} at most' },
  live: { zh: '有效', en: 'Valid' },
  expired: { zh: '已到期', en: 'Ended' },
  revoked: { zh: '已撤回', en: 'Withdrawn' },
  'used-up': { zh: '次数已用完', en: 'Used up' },
  open: { zh: '查看或更改', en: 'Look or change' },
  look: { zh: '查看', en: 'Look' },
  allowed: { zh: '允许查看的内容', en: 'What may be read' },
  limitHint: {
    zh: '取消勾选后保存，单位就不能再查看这些内容；不能在这里增加内容。',
    en: 'Untick and save: the unit can no longer read it. Nothing can be added here.',
  },
  onceMore: { zh: '最多再查看一次', en: 'Once more at most' },
  save: { zh: '保存更改', en: 'Save' },
  withdraw: { zh: '撤回授权', en: 'Withdraw' },
  withdrawHint: { zh: '撤回后{unit}立即不能再查看。', en: 'After that {unit} can read no more, at once.' },
  nothing: {
    zh: '没有勾选任何内容。如果都不再允许，请选择“撤回授权”。',
    en: 'Nothing is ticked. To allow nothing any more, withdraw.',
  },
  messageGiven: { zh: '已授权{unit}。', en: '{unit} was given access.' },
  messageDeclined: { zh: '没有授权{unit}，它不能查看您的证照。', en: '{unit} was not given access.' },
  messageLimited: { zh: '已缩小对{unit}的授权。', en: 'The access of {unit} was limited.' },
  messageWithdrawn: {
    zh: '已撤回授权。{unit}不能再凭此授权查看您的证照。',
    en: 'Access withdrawn. {unit} can no longer read your licenses on it.',
  },
} satisfies Texts;

const MESSAGES = {
  given: TEXTS.messageGiven,
  declined: TEXTS.messageDeclined,
  limited: TEXTS.messageLimited,
  withdrawn: TEXTS.messageWithdrawn,
} as const;
const MARKS: Readonly<Record<ConsentState, Mark>> = {
  live: 'passed',
  expired: 'unknown',
  revoked: 'unknown',
  'used-up': 'unknown',
};

export function consentsPage(frame: PageFrame, props: ConsentsPage): string {
  const say = sayIn(frame.lang);
  const { waiting, consents, message } = props;
  const body =
    consents.length === 0 && waiting.length === 0 ? emptyPart(frame) : html`<p class="hint">${say(TEXTS.lead)}</p>`;
  return page(
    frame,
    props.person,
    say(TEXTS.title),
    html`${message === null ? null : notice({ mark: 'passed', role: 'status', words: html`<p>${say(MESSAGES[message.code], { unit: message.unit })}</p>` })}${breadcrumb(
      frame.lang,
      [{ text: say(WALLET_SERVICE), href: WALLET_PATH }, { text: say(TEXTS.title) }],
    )}<h1>${say(TEXTS.title)}</h1>${body}
${waiting.length === 0 ? null : html`<h2>${say(TEXTS.waiting, { n: waiting.length })}</h2>${waiting.map((one) => waitingCard(frame, one))}`}
${consents.map((one) => card(frame, one))}`,
  );
}

export function givenConsentPage(frame: PageFrame, props: GivenConsentPage): string {
  const say = sayIn(frame.lang);
  const { consent, licenses } = props;
  const isLive = consent.state === 'live';
  return page(
    frame,
    props.person,
    consent.unit,
    html`${breadcrumb(frame.lang, [
      { text: say(WALLET_SERVICE), href: WALLET_PATH },
      { text: say(TEXTS.title), href: CONSENTS_PATH },
      { text: consent.unit },
    ])}${props.nothingChosen ? notice({ mark: 'warning', role: 'alert', words: html`<p>${say(TEXTS.nothing)}</p>` }) : null}
<h1>${consent.unit}</h1><p>${tag(MARKS[consent.state], say(TEXTS[consent.state]))}</p>
${facts(frame.lang, rowsOf(frame, consent))}
${isLive ? limitForm(frame, props, licenses) : null}
${
  isLive
    ? html`<form method="post" action="${props.withdrawAction}">${hiddenFields({ csrf: props.person.csrf })}<p class="hint">${say(TEXTS.withdrawHint, { unit: consent.unit })}</p><div class="actions"><button class="button danger" type="submit">${say(TEXTS.withdraw)}</button></div></form>`
    : null
}`,
  );
}

function limitForm(frame: PageFrame, props: GivenConsentPage, licenses: readonly OfferedCard[]): Html {
  const say = sayIn(frame.lang);
  return html`<form method="post" action="${props.limitAction}">${hiddenFields({ csrf: props.person.csrf })}
<h2>${say(TEXTS.allowed)}</h2><p class="hint">${say(TEXTS.limitHint)}</p>
${elementCards(frame, licenses, false)}
<label class="choice"><input type="checkbox" name="once" value="yes"><span>${say(TEXTS.onceMore)}</span></label>
<div class="actions"><button class="button" type="submit">${say(TEXTS.save)}</button></div></form>`;
}

function page(frame: PageFrame, person: Person, title: string, main: Html): string {
  return renderPage({
    ...frame,
    service: WALLET_SERVICE,
    title,
    home: WALLET_PATH,
    nav: navItems(frame, 'wallet', person),
    user: personPart(frame, person),
    main,
  });
}

function emptyPart(frame: PageFrame): Html {
  const say = sayIn(frame.lang);
  return html`<p class="lead">${say(TEXTS.empty)}</p><p class="hint">${say(TEXTS.emptyNext)}</p>`;
}

function waitingCard(frame: PageFrame, { href, unit, purpose, askedAt }: WaitingView): Html {
  const say = sayIn(frame.lang);
  return html`<div class="card"><h3>${unit}</h3>${facts(frame.lang, [
    { name: say(TEXTS.purpose), value: purpose },
    { name: say(TEXTS.asked), value: formatDateTime(frame.lang, askedAt) },
  ])}<p class="actions"><a class="button" href="${href}">${say(TEXTS.decide)}<span class="hidden">${say(TEXTS.ofUnit, { unit })}</span></a></p></div>`;
}

function card(frame: PageFrame, consent: ConsentView): Html {
  const say = sayIn(frame.lang);
  return html`<div class="card"><div class="card-head"><h2>${consent.unit}</h2>${tag(MARKS[consent.state], say(TEXTS[consent.state]))}</div>
${facts(frame.lang, rowsOf(frame, consent))}
<p class="actions"><a class="button plain" href="${consent.href}">${say(consent.state === 'live' ? TEXTS.open : TEXTS.look)}<span class="hidden">${say(TEXTS.ofUnit, { unit: consent.unit })}</span></a></p></div>`;
}

function rowsOf(frame: PageFrame, consent: ConsentView) {
  const say = sayIn(frame.lang);
  return [
    { name: say(TEXTS.purpose), value: consent.purpose },
    { name: say(TEXTS.matter), value: consent.matter },
    { name: say(TEXTS.given), value: formatDateTime(frame.lang, consent.givenAt) },
    { name: say(TEXTS.until), value: formatDate(frame.lang, new Date(consent.until.getTime() - 1)) },
    { name: say(TEXTS.uses), value: usesWords(frame, consent) },
  ];
}

function usesWords(frame: PageFrame, { uses, maxUses: max, lastUsedAt }: ConsentView): string {
  const say = sayIn(frame.lang);
  if (uses === 0 || lastUsedAt === null) return max === null ? say(TEXTS.usesNone) : say(TEXTS.usesNoneOf, { max });
  const time = formatDateTime(frame.lang, lastUsedAt);
  return max === null ? say(TEXTS.usesLine, { n: uses, time }) : say(TEXTS.usesOf, { n: uses, max, time });
}

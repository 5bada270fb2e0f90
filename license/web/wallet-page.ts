// 我的证照: the holder's licenses, valid ones first, those that are over folded below. A filter where there are many.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { facts, field, identifier, notice } from '../../common/web/parts.ts';
import { filterForm, noHit, selectField, type TimelineEntry, timeline } from '../../common/web/records.ts';
import { formatDateTime, sayIn, type Texts } from '../../common/web/texts.ts';
import { dateWords, isCurrent, isExpiring, type StateView, stateMark, stateTag } from './license-words.ts';
import {
  CONSENTS_PATH,
  navItems,
  type Person,
  PRESENT_PATH,
  personPart,
  SWITCH_PATH,
  WALLET_PATH,
  WALLET_SERVICE,
} from './service.ts';

export type WalletLicense = StateView & {
  /** Page of this license. */
  readonly href: string;
  readonly name: string;
  readonly licenseNumber: string;
  readonly issuingAuthority: string;
  /** YYYY-MM-DD */
  readonly validTo: string;
};

export const WALLET_FILTERS = ['all', 'valid', 'expiring', 'over'] as const;
export type WalletFilter = { readonly name: string; readonly state: (typeof WALLET_FILTERS)[number] };

export type WalletPage = {
  readonly person: Person;
  readonly licenses: readonly WalletLicense[];
  readonly filter: WalletFilter;
  /** What is new, newest first. */
  readonly news?: readonly TimelineEntry[];
  /** Units that wait for a decision whether they may read. */
  readonly waiting?: number;
  /** When the registry could not be reached: of when the list is. */
  readonly asOf?: Date | null;
  /** Said once, after an act that ended here. */
  readonly message?: string | null;
};

const TEXTS = {
  none: {
    zh: '没有查到您的证照。刚办结的，几秒内会出现；仍没有的，请向发证机关查询。',
    en: 'No licenses found. New ones appear within seconds; otherwise ask the issuing authority.',
  },
  noneOfUnit: {
    zh: '没有查到{unit}的证照。刚办结的，几秒内会出现；仍没有的，请向发证机关查询。',
    en: 'No licenses of {unit} found. New ones appear within seconds; otherwise ask the issuing authority.',
  },
  ofUnit: { zh: '{unit}的证照', en: 'Licenses of {unit}' },
  number: { zh: '证照编号', en: 'Number' },
  authority: { zh: '颁发机构', en: 'Issued by' },
  until: { zh: '有效期至', en: 'Valid until' },
  over: { zh: '已失效的证照（{n}）', en: 'No longer valid ({n})' },
  expiring: {
    zh: '有 {n} 张证照即将到期，请及时向颁发机构申请换发。',
    en: 'Licenses that expire soon: {n}. Ask the issuing authority for a renewal.',
  },
  suspended: {
    zh: '有 {n} 张证照被暂扣，原因见证照详情。',
    en: 'Licenses suspended: {n}. The reason is on the page of the license.',
  },
  asOf: {
    zh: '暂时连不上证照库，以下是 {time} 的内容。',
    en: 'The registry cannot be reached; this is as of {time}.',
  },
  waiting: {
    zh: '有 {n} 个单位请求查看您的证照，等您决定。',
    en: 'Units that ask to read your licenses and wait for you: {n}.',
  },
  waitingLink: { zh: '查看并决定', en: 'Look and decide' },
  consents: { zh: '授权记录', en: 'Access given' },
  news: { zh: '最近消息', en: 'News' },
  present: { zh: '出示证照', en: 'Show a license' },
  forUnit: { zh: '查看单位的证照', en: 'See the licenses of a unit' },
  filter: { zh: '按名称或状态查找', en: 'Find by name or state' },
  name: { zh: '证照名称', en: 'Name' },
  state: { zh: '状态', en: 'State' },
  all: { zh: '全部', en: 'All' },
  valid: { zh: '有效', en: 'Valid' },
  soon: { zh: '即将到期', en: 'Expiring soon' },
  ended: { zh: '已失效', en: 'No longer valid' },
} satisfies Texts;

/** From this many licenses on, a filter helps. */
const FILTER_FROM = 6;

export function walletPage(frame: PageFrame, props: WalletPage): string {
  const { person, licenses, filter, message, asOf, news = [], waiting = 0 } = props;
  const say = sayIn(frame.lang);
  const shown = licenses.filter((license) => matches(license, filter));
  const current = shown.filter(isCurrent);
  const over = shown.filter((license) => !isCurrent(license));
  const isFiltered = filter.name !== '' || filter.state !== 'all';
  const title = person.unit === undefined ? say(WALLET_SERVICE) : say(TEXTS.ofUnit, { unit: person.unit });
  return renderPage({
    ...frame,
    service: WALLET_SERVICE,
    title,
    home: WALLET_PATH,
    nav: navItems(frame, 'wallet', person),
    user: personPart(frame, person),
    main: html`${message ? notice({ mark: 'passed', words: html`<p>${message}</p>`, role: 'status' }) : null}
<h1>${title}</h1>
${asOf ? warning(say(TEXTS.asOf, { time: formatDateTime(frame.lang, asOf) })) : null}
${waiting > 0 ? notice({ mark: 'notice', words: html`<p>${say(TEXTS.waiting, { n: waiting })} <a href="${CONSENTS_PATH}">${say(TEXTS.waitingLink)}</a></p>` }) : null}
${warnings(frame, licenses)}
${licenses.some(isCurrent) && !asOf ? html`<p class="actions"><a class="button" href="${PRESENT_PATH}">${say(TEXTS.present)}</a></p>` : null}
${licenses.length >= FILTER_FROM || isFiltered ? html`<details${isFiltered ? html` open` : null}><summary>${say(TEXTS.filter)}</summary>${filters(frame, filter)}</details>` : null}
${licenses.length === 0 ? html`<p class="empty">${person.unit === undefined ? say(TEXTS.none) : say(TEXTS.noneOfUnit, { unit: person.unit })}</p>` : null}
${licenses.length > 0 && shown.length === 0 ? html`<p class="empty">${noHit(frame.lang, WALLET_PATH)}</p>` : null}
${current.length > 0 ? faces(frame, current) : null}
${over.length > 0 ? html`<details${current.length === 0 || isFiltered ? html` open` : null}><summary>${say(TEXTS.over, { n: over.length })}</summary>${faces(frame, over)}</details>` : null}
${news.length > 0 ? html`<h2>${say(TEXTS.news)}</h2>${timeline(frame.lang, news, '')}` : null}
${asOf ? null : html`<p><a class="link" href="${CONSENTS_PATH}">${say(TEXTS.consents)}</a></p>`}
${person.unit === undefined && !asOf ? html`<p><a class="link" href="${SWITCH_PATH}">${say(TEXTS.forUnit)}</a></p>` : null}`,
  });
}

function matches(license: WalletLicense, { name, state }: WalletFilter): boolean {
  const plain = (text: string): string => text.normalize('NFKC').toLowerCase();
  if (!plain(license.name).includes(plain(name))) return false;
  if (state === 'valid') return license.state === 'valid';
  if (state === 'expiring') return isExpiring(license);
  return state === 'all' || !isCurrent(license);
}

function warning(words: string): Html {
  return notice({ mark: 'warning', words: html`<p>${words}</p>` });
}

function warnings(frame: PageFrame, licenses: readonly WalletLicense[]): Html {
  const say = sayIn(frame.lang);
  const suspended = licenses.filter(({ state }) => state === 'suspended').length;
  const expiring = licenses.filter(isExpiring).length;
  return html`${suspended > 0 ? warning(say(TEXTS.suspended, { n: suspended })) : null}${expiring > 0 ? warning(say(TEXTS.expiring, { n: expiring })) : null}`;
}

function filters(frame: PageFrame, { name, state }: WalletFilter): Html {
  const say = sayIn(frame.lang);
  const labels = { all: TEXTS.all, valid: TEXTS.valid, expiring: TEXTS.soon, over: TEXTS.ended };
  const choices = WALLET_FILTERS.map((value) => ({ value, label: say(labels[value]) }));
  return filterForm(frame.lang, {
    action: WALLET_PATH,
    fields: [
      field({ name: 'name', label: say(TEXTS.name), value: name }),
      selectField({ name: 'state', label: say(TEXTS.state), choices, value: state }),
    ],
  });
}

function faces(frame: PageFrame, licenses: readonly WalletLicense[]): Html {
  return html`<ul class="faces">${licenses.map((license) => html`<li>${face(frame, license)}</li>`)}</ul>`;
}

function face(frame: PageFrame, license: WalletLicense): Html {
  const say = sayIn(frame.lang);
  const rows = [
    { name: say(TEXTS.number), value: identifier(license.licenseNumber) },
    { name: say(TEXTS.authority), value: license.issuingAuthority },
    { name: say(TEXTS.until), value: html`<span class="figures">${dateWords(frame.lang, license.validTo)}</span>` },
  ];
  return html`<div class="face ${stateMark(license)}"><div class="face-head"><h2 class="face-name"><a class="whole" href="${license.href}">${license.name}</a></h2>${stateTag(frame.lang, license)}</div>${facts(frame.lang, rows)}</div>`;
}

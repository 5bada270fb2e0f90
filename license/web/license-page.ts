// One license: its state first, then what one can do with it, what its face says, who read it, its versions, what was asked
// of its authority.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { breadcrumb, facts, identifier, notice, verdict } from '../../common/web/parts.ts';
import { type TimelineEntry, timeline } from '../../common/web/records.ts';
import { formatDateTime, sayIn, type Texts } from '../../common/web/texts.ts';
import { type CorrectionEntry, correctionList } from './correction-list.ts';
import { dateWords, listWords, maskCode, periodWords, type StateView, stateMark, stateWords } from './license-words.ts';
import { navItems, type Person, personPart, WALLET_PATH, WALLET_SERVICE } from './service.ts';

export type LicenseVersionEntry = {
  readonly version: number;
  readonly operation: 'issue' | 'renew' | 'change' | 'replace' | 'correct';
  readonly issuedOn: string;
  readonly identifier: string;
  readonly href: string;
  readonly fileHref: string;
};

export type LicensePage = StateView & {
  readonly person: Person;
  readonly identifier: string;
  readonly name: string;
  readonly licenseNumber: string;
  readonly issuingAuthority: { readonly name: string; readonly code: string };
  readonly holders: readonly { readonly name: string; readonly code: string }[];
  /** Dates as YYYY-MM-DD. */
  readonly issuedOn: string;
  readonly validFrom: string;
  readonly validTo: string;
  readonly stateReason: string | null;
  readonly stateChangedAt: Date;
  /** What the license type lists, in its groups, labels and values in the page's language. */
  readonly groups: readonly {
    readonly label: string;
    readonly rows: readonly { readonly label: string; readonly value: string }[];
  }[];
  /** Where to choose what to show; null when the state forbids it. */
  readonly presentHref: string | null;
  /** Address of the PDF. */
  readonly fileHref: string;
  /** The page of the current version, when this is an older one. */
  readonly currentHref: string | null;
  readonly versions: readonly LicenseVersionEntry[];
  readonly readings: {
    readonly entries: readonly TimelineEntry[];
    readonly olderHref: string | null;
    readonly newestHref: string | null;
  };
  /** Who may read it by a consent that stands; at `consentsHref` all are listed, limited and withdrawn. */
  readonly consents: readonly {
    readonly unit: string;
    readonly what: string;
    readonly until: Date;
    readonly href: string;
  }[];
  readonly consentsHref: string;
  readonly corrections: readonly CorrectionEntry[];
  readonly correctionHref: string;
  /** Said once, after an act that ended here. */
  readonly message?: string | null;
};

const TEXTS = {
  present: { zh: '出示这张证照', en: 'Show this license' },
  download: { zh: '下载 PDF', en: 'Download PDF' },
  number: { zh: '证照编号', en: 'Number' },
  identifier: { zh: '电子证照标识', en: 'Identifier' },
  holder: { zh: '持证主体', en: 'Holder' },
  holderCode: { zh: '证件号码', en: 'ID number' },
  authority: { zh: '颁发机构', en: 'Issued by' },
  authorityCode: { zh: '统一社会信用代码', en: 'Unit code' },
  issuedOn: { zh: '颁发日期', en: 'Issued on' },
  period: { zh: '有效期', en: 'Valid' },
  face: { zh: '照面信息', en: 'On the license' },
  about: { zh: '证照信息', en: 'About the license' },
  reason: { zh: '原因：{reason}', en: 'Reason: {reason}' },
  appeal: {
    zh: '对此有异议的，请联系颁发机构，或在本页申请纠错。',
    en: 'If you disagree, ask the issuing authority, or ask for a correction on this page.',
  },
  newest: { zh: '最新的记录', en: 'Newest entries' },
  earlier: { zh: '更早的记录', en: 'Earlier entries' },
  pages: { zh: '翻页', en: 'Pages' },
  since: { zh: '{authority}，{time}', en: '{authority}, {time}' },
  readings: { zh: '谁看过', en: 'Who read it' },
  noReadings: { zh: '还没有单位读取过这张证照。', en: 'No unit has read this license yet.' },
  versions: { zh: '历次版本', en: 'Versions' },
  issue: { zh: '首次颁发', en: 'First issue' },
  renew: { zh: '延续', en: 'Renewed' },
  change: { zh: '变更', en: 'Changed' },
  replace: { zh: '补发', en: 'Replaced' },
  correct: { zh: '更正', en: 'Corrected' },
  versionNo: { zh: '第 {n} 版：{operation}', en: 'Version {n}: {operation}' },
  issuedAt: { zh: '{date} 颁发', en: 'issued on {date}' },
  versionFile: { zh: '下载第 {n} 版 PDF', en: 'PDF of version {n}' },
  consents: { zh: '授权', en: 'Access given' },
  consentsLink: { zh: '全部授权记录', en: 'All access given' },
  noConsents: { zh: '没有单位可以凭您的授权查看这张证照。', en: 'No unit may read this license by your consent.' },
  consentLine: { zh: '{unit}可查看：{what}，{time} 前', en: '{unit} may read {what} until {time}' },
  consentOpen: { zh: '更改或撤回', en: 'Change or withdraw' },
  consentOf: { zh: '对{unit}的授权', en: 'the access of {unit}' },
  corrections: { zh: '纠错和申诉', en: 'Corrections and complaints' },
  wrong: { zh: '信息有误？申请纠错', en: 'Something wrong? Ask for a correction' },
  older: { zh: '以前的版本', en: 'An earlier version' },
  olderWhy: {
    zh: '已由新版本替代，以下是它当时的内容。办事请用现行版本。',
    en: 'A newer one has taken its place; this is what it said. Use the current version.',
  },
  isCurrent: { zh: '现行', en: 'current' },
  isShown: { zh: '本页', en: 'this page' },
  current: { zh: '查看现行版本', en: 'See the current version' },
} satisfies Texts;

export function licensePage(frame: PageFrame, props: LicensePage): string {
  const say = sayIn(frame.lang);
  return renderPage({
    ...frame,
    service: WALLET_SERVICE,
    title: props.name,
    home: WALLET_PATH,
    nav: navItems(frame, 'wallet', props.person),
    user: personPart(frame, props.person),
    main: html`${props.message ? notice({ mark: 'passed', words: html`<p>${props.message}</p>`, role: 'status' }) : null}
${breadcrumb(frame.lang, [{ text: say(WALLET_SERVICE), href: WALLET_PATH }, { text: props.name }])}
<h1>${props.name}</h1>
${props.currentHref === null ? stateBanner(frame, props) : olderBanner(frame, props.currentHref)}
<div class="actions">
${props.presentHref === null ? null : html`<a class="button" href="${props.presentHref}">${say(TEXTS.present)}</a>`}
<a class="button plain" href="${props.fileHref}">${say(TEXTS.download)}</a>
</div>
<div class="card"><h2>${say(TEXTS.about)}</h2>${facts(frame.lang, aboutRows(frame, props))}</div>
${faceCard(frame, props)}
<h2>${say(TEXTS.readings)}</h2>
${timeline(frame.lang, props.readings.entries, say(TEXTS.noReadings))}
${readingPages(frame, props.readings)}
<h2>${say(TEXTS.consents)}</h2>
${consentList(frame, props)}
<h2>${say(TEXTS.versions)}</h2>
${versionList(frame, props)}
<h2 id="corrections">${say(TEXTS.corrections)}</h2>
${correctionList(frame, props.corrections)}
${props.currentHref === null ? html`<p><a class="link" href="${props.correctionHref}">${say(TEXTS.wrong)}</a></p>` : null}`,
  });
}

function stateBanner(frame: PageFrame, props: LicensePage): Html {
  const say = sayIn(frame.lang);
  const time = formatDateTime(frame.lang, props.stateChangedAt);
  const acted = props.state !== 'valid' && props.state !== 'expired';
  return verdict({
    mark: stateMark(props),
    level: 2,
    title: stateWords(frame.lang, props),
    why: acted
      ? say(TEXTS.since, { authority: props.issuingAuthority.name, time })
      : periodWords(frame.lang, props.validFrom, props.validTo),
    next: acted
      ? html`${props.stateReason ? html`${say(TEXTS.reason, { reason: props.stateReason })}<br>` : null}${say(TEXTS.appeal)}`
      : null,
  });
}

/** Nobody counts the entries, so the pages have no numbers. */
function readingPages({ lang }: PageFrame, { newestHref, olderHref }: LicensePage['readings']): Html | null {
  if (newestHref === null && olderHref === null) return null;
  const say = sayIn(lang);
  const link = (href: string | null, words: string): Html | null =>
    href === null ? null : html`<a class="link" href="${href}">${words}</a>`;
  return html`<nav class="pager" aria-label="${say(TEXTS.pages)}">${link(newestHref, say(TEXTS.newest))}${link(olderHref, say(TEXTS.earlier))}</nav>`;
}

/** What the license is now is said of its current version only. */
function olderBanner({ lang }: PageFrame, currentHref: string): Html {
  const say = sayIn(lang);
  const next = html`<a class="link" href="${currentHref}">${say(TEXTS.current)}</a>`;
  return verdict({ mark: 'unknown', level: 2, title: say(TEXTS.older), why: say(TEXTS.olderWhy), next });
}

function aboutRows(frame: PageFrame, props: LicensePage) {
  const say = sayIn(frame.lang);
  const holders = props.holders.flatMap(({ name, code }) => [
    { name: say(TEXTS.holder), value: name },
    { name: say(TEXTS.holderCode), value: identifier(maskCode(code)) },
  ]);
  return [
    ...holders,
    { name: say(TEXTS.number), value: identifier(props.licenseNumber) },
    { name: say(TEXTS.authority), value: props.issuingAuthority.name },
    { name: say(TEXTS.authorityCode), value: identifier(props.issuingAuthority.code, 4) },
    { name: say(TEXTS.issuedOn), value: dateWords(frame.lang, props.issuedOn) },
    { name: say(TEXTS.period), value: periodWords(frame.lang, props.validFrom, props.validTo) },
    { name: say(TEXTS.identifier), value: identifier(props.identifier) },
  ];
}

function faceCard(frame: PageFrame, { groups }: LicensePage): Html | null {
  const filled = groups.filter(({ rows }) => rows.length > 0);
  if (filled.length === 0) return null;
  const isOne = filled.length === 1;
  return html`<div class="card"><h2>${sayIn(frame.lang)(TEXTS.face)}</h2>${filled.map(({ label, rows }) => {
    const list = facts(
      frame.lang,
      rows.map((row) => ({ name: row.label, value: row.value })),
    );
    return isOne ? list : html`<h3>${label}</h3>${list}`;
  })}</div>`;
}

function consentList(frame: PageFrame, { consents, consentsHref }: LicensePage): Html {
  const say = sayIn(frame.lang);
  const all = html`<p><a class="link" href="${consentsHref}">${say(TEXTS.consentsLink)}</a></p>`;
  if (consents.length === 0) return html`<p class="empty">${say(TEXTS.noConsents)}</p>${all}`;
  return html`<ul class="versions">${consents.map(({ unit, what, until, href }) => {
    const words = say(TEXTS.consentLine, { unit, what, time: formatDateTime(frame.lang, until) });
    return html`<li>${words} <a class="link" href="${href}">${say(TEXTS.consentOpen)}<span class="hidden"> ${say(TEXTS.consentOf, { unit })}</span></a></li>`;
  })}</ul>${all}`;
}

function versionList(frame: PageFrame, { versions, identifier: shown, currentHref }: LicensePage): Html {
  const say = sayIn(frame.lang);
  return html`<ul class="versions">${versions.map(
    ({ version, operation, issuedOn, identifier: id, href, fileHref }) => {
      const words = say(TEXTS.versionNo, { n: version, operation: say(TEXTS[operation]) });
      const isCurrent = currentHref === null ? id === shown : href === currentHref;
      const said = [
        say(TEXTS.issuedAt, { date: dateWords(frame.lang, issuedOn) }),
        ...(isCurrent ? [say(TEXTS.isCurrent)] : []),
        ...(id === shown ? [say(TEXTS.isShown)] : []),
      ];
      return html`<li><a class="link" href="${href}">${words}</a> <span class="hint">${listWords(frame.lang, said)}</span> <a class="link" href="${fileHref}">${say(TEXTS.versionFile, { n: version })}</a></li>`;
    },
  )}</ul>`;
}

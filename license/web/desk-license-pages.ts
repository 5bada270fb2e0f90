// 查询: the search among the licenses that the organisation issued, and one of them with its state, versions and record.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { facts, field, hiddenFields, identifier, notice, verdict } from '../../common/web/parts.ts';
import { type Choice, recordTable, selectField, type TimelineEntry, timeline } from '../../common/web/records.ts';
import { formatDateTime, sayIn, type Texts } from '../../common/web/texts.ts';
import type { License, LicenseHead } from '../domain/license-record.ts';
import type { StateAct, VersionAct } from '../domain/license-states.ts';
import { ACT_TEXTS } from './desk-act-page.ts';
import { type DeskFrame, deskPage, deskPath } from './desk-frame.ts';
import {
  dateWords,
  holderNames,
  periodWords,
  type StateView,
  stateMark,
  stateTag,
  stateWords,
} from './license-words.ts';
import { VERSION_TEXTS } from './version-words.ts';

const TEXTS = {
  title: { zh: '查询证照', en: 'Search licenses' },
  lead: { zh: '只能查到{name}颁发的证照。', en: 'Only licenses that {name} issued are found.' },
  words: { zh: '证照标识、证照编号或办件编号', en: 'Identifier, license number or case id' },
  wordsHint: {
    zh: '须完整输入。打开证照或下载文件会记入使用记录，持证人可以看到。',
    en: 'In full. Opening a license or its file is recorded with it, and its holder sees it.',
  },
  search: { zh: '查询', en: 'Search' },
  byHolder: { zh: '按持证主体查询', en: 'Search by holder' },
  byHolderWhy: {
    zh: '须输入完整的证件号码。查询会记入每张证照的使用记录，持证人可以看到。',
    en: 'By the full code. The search is recorded with every license found, and its holder sees it.',
  },
  codeType: { zh: '证件类型', en: 'Kind of code' },
  code: { zh: '证件号码', en: 'Code' },
  results: { zh: '查询结果', en: 'Found' },
  none: { zh: '没有找到。请核对后再查。', en: 'Nothing found. Check what you typed.' },
  name: { zh: '证照', en: 'License' },
  number: { zh: '证照编号', en: 'Number' },
  holder: { zh: '持证主体', en: 'Holder' },
  holderCode: { zh: '证件号码', en: 'Code' },
  state: { zh: '状态', en: 'State' },
  period: { zh: '有效期', en: 'Valid' },
  issuedOn: { zh: '颁发日期', en: 'Issued on' },
  identifier: { zh: '电子证照标识', en: 'Identifier' },
  about: { zh: '证照信息', en: 'About the license' },
  file: { zh: '下载 PDF', en: 'Download PDF' },
  acts: { zh: '变更状态', en: 'Change the state' },
  noActs: { zh: '当前状态下没有可以办理的变更。', en: 'In this state nothing can be done.' },
  next: { zh: '办理新版本', en: 'Make a new version' },
  noNext: { zh: '当前状态下不能办理新版本。', en: 'In this state there can be no new version.' },
  renewable: { zh: '可延续的时间为 {from}至{to}。', en: 'It can be renewed from {from} to {to}.' },
  pending: {
    zh: '这张证照的新版本正在办理，完成后才能再办。',
    en: 'A new version is being made; wait until it is there.',
  },
  versions: { zh: '历次版本', en: 'Versions' },
  version: { zh: '版本', en: 'Version' },
  record: { zh: '办理和使用记录', en: 'Record' },
  noRecord: { zh: '还没有记录。', en: 'No records yet.' },
  newest: { zh: '只列出最近 {n} 条。', en: 'The latest {n} are listed.' },
  reason: { zh: '原因：{reason}', en: 'Reason: {reason}' },
  since: { zh: '自 {time}', en: 'Since {time}' },
  older: { zh: '以前的版本', en: 'An earlier version' },
  olderWhy: {
    zh: '已由新版本替代，以下是它当时的内容。',
    en: 'A newer one has taken its place; this is what it said.',
  },
  current: { zh: '查看现行版本', en: 'See the current version' },
} satisfies Texts;

export type FoundLicense = { readonly license: Pick<License, 'content'>; readonly view: StateView };
/** What the page says of a license beside its content. */
type ShownLicense = Pick<License, 'content' | 'stateReason' | 'isCurrent'> & {
  readonly head: Pick<LicenseHead, 'identifier' | 'stateChangedAt'>;
};
export type SearchPage = {
  readonly words: string;
  readonly codeTypes: readonly Choice[];
  /** Null before anything was asked. */
  readonly found: readonly FoundLicense[] | null;
};

export function deskSearchPage(frame: PageFrame, desk: DeskFrame, { words, codeTypes, found }: SearchPage): string {
  const say = sayIn(frame.lang);
  const action = deskPath(desk, 'licenses');
  return deskPage(frame, desk, {
    place: 'licenses',
    title: say(TEXTS.title),
    main: html`<h1>${say(TEXTS.title)}</h1><p class="lead">${say(TEXTS.lead, { name: desk.organisation.name })}</p>
${found === null ? null : resultTable(frame, desk, found)}
<form class="card" method="get" action="${action}">${field({ name: 'words', label: say(TEXTS.words), hint: say(TEXTS.wordsHint), value: words, autocomplete: 'off' })}<div class="actions"><button class="button" type="submit">${say(TEXTS.search)}</button></div></form>
<form class="card" method="post" action="${action}" novalidate>${hiddenFields({ csrf: desk.person.csrf })}<h2>${say(TEXTS.byHolder)}</h2><p class="hint">${say(TEXTS.byHolderWhy)}</p>
${selectField({ name: 'code_type', label: say(TEXTS.codeType), choices: codeTypes })}
${field({ name: 'code', label: say(TEXTS.code), value: '', autocomplete: 'off' })}
<div class="actions"><button class="button plain" type="submit">${say(TEXTS.byHolder)}</button></div></form>`,
  });
}

function resultTable(frame: PageFrame, desk: DeskFrame, found: readonly FoundLicense[]): Html {
  const say = sayIn(frame.lang);
  return recordTable({
    caption: say(TEXTS.results),
    columns: [
      { name: say(TEXTS.number) },
      { name: say(TEXTS.name) },
      { name: say(TEXTS.holder) },
      { name: say(TEXTS.state) },
      { name: say(TEXTS.period) },
    ],
    rows: found.map(({ license: { content }, view }) => [
      html`<a class="link" href="${deskPath(desk, 'licenses', content.identifier)}">${content.licenseNumber}</a>`,
      content.name,
      holderNames(frame.lang, content),
      stateTag(frame.lang, view),
      periodWords(frame.lang, content.validFrom, content.validTo),
    ]),
    empty: say(TEXTS.none),
  });
}

export type DeskLicense = {
  readonly license: ShownLicense;
  readonly view: StateView;
  readonly groups: readonly {
    readonly label: string;
    readonly rows: readonly { readonly label: string; readonly value: string }[];
  }[];
  /** What the state and the type allow. */
  readonly acts: readonly StateAct[];
  /** `operations`: what can be done now; `window`: when it could be renewed, if not now. */
  readonly next: {
    readonly isPending: boolean;
    readonly operations: readonly VersionAct[];
    readonly window: { readonly opens: string; readonly closes: string } | null;
  };
  readonly versions: readonly { readonly version: number; readonly identifier: string; readonly issuedOn: string }[];
  readonly record: readonly TimelineEntry[];
  /** How many the record lists at most. */
  readonly recordLimit: number;
};

export function deskLicensePage(frame: PageFrame, desk: DeskFrame, props: DeskLicense): string {
  const say = sayIn(frame.lang);
  const { license, record, recordLimit } = props;
  const { content } = license;
  const path = deskPath(desk, 'licenses', content.identifier);
  return deskPage(frame, desk, {
    place: 'licenses',
    title: content.name,
    crumbs: [{ text: say(TEXTS.title), href: deskPath(desk, 'licenses') }],
    main: html`<h1>${content.name}</h1>
${license.isCurrent ? stateBanner(frame, props) : olderBanner(frame, desk, license)}
<p class="actions"><a class="button plain" href="${`${path}/file`}" download>${say(TEXTS.file)}</a></p>
<div class="card"><h2>${say(TEXTS.about)}</h2>${facts(frame.lang, aboutRows(frame, license))}</div>
${props.groups
  .filter(({ rows }) => rows.length > 0)
  .map(
    ({ label, rows }) =>
      html`<div class="card"><h2>${label}</h2>${facts(
        frame.lang,
        rows.map((row) => ({ name: row.label, value: row.value })),
      )}</div>`,
  )}
${license.isCurrent ? nextPart(frame, path, props.next) : null}
${license.isCurrent ? actsPart(frame, path, props.acts) : null}
${versionTable(frame, desk, props)}
<h2>${say(TEXTS.record)}</h2>${record.length < recordLimit ? null : html`<p class="hint">${say(TEXTS.newest, { n: recordLimit })}</p>`}
${timeline(frame.lang, record, say(TEXTS.noRecord))}`,
  });
}

function stateBanner({ lang }: PageFrame, { license, view }: DeskLicense): Html {
  const say = sayIn(lang);
  const { content, head, stateReason } = license;
  const isPlain = view.state === 'valid' || view.state === 'expired';
  return verdict({
    mark: stateMark(view),
    level: 2,
    title: stateWords(lang, view),
    why: isPlain
      ? periodWords(lang, content.validFrom, content.validTo)
      : say(TEXTS.since, { time: formatDateTime(lang, head.stateChangedAt) }),
    next: stateReason && !isPlain ? say(TEXTS.reason, { reason: stateReason }) : null,
  });
}

/** What the license is now is said of its current version only. */
function olderBanner({ lang }: PageFrame, desk: DeskFrame, { head }: ShownLicense): Html {
  const say = sayIn(lang);
  const current = html`<a class="link" href="${deskPath(desk, 'licenses', head.identifier)}">${say(TEXTS.current)}</a>`;
  return verdict({ mark: 'unknown', level: 2, title: say(TEXTS.older), why: say(TEXTS.olderWhy), next: current });
}

function aboutRows({ lang }: PageFrame, { content }: Pick<License, 'content'>) {
  const say = sayIn(lang);
  return [
    ...content.holders.flatMap(({ name, code }) => [
      { name: say(TEXTS.holder), value: name },
      { name: say(TEXTS.holderCode), value: identifier(code) },
    ]),
    { name: say(TEXTS.number), value: identifier(content.licenseNumber) },
    { name: say(TEXTS.issuedOn), value: dateWords(lang, content.issuedOn) },
    { name: say(TEXTS.period), value: periodWords(lang, content.validFrom, content.validTo) },
    { name: say(TEXTS.identifier), value: identifier(content.identifier) },
  ];
}

function nextPart({ lang }: PageFrame, path: string, { isPending, operations, window }: DeskLicense['next']): Html {
  const say = sayIn(lang);
  const link = (act: VersionAct): Html =>
    html`<a class="button plain" href="${`${path}/versions/${act}`}">${say(VERSION_TEXTS[act].name)}</a>`;
  const title = html`<h2>${say(TEXTS.next)}</h2>`;
  if (isPending) return html`${title}${notice({ mark: 'notice', words: say(TEXTS.pending) })}`;
  const words = window && { from: dateWords(lang, window.opens), to: dateWords(lang, window.closes) };
  const when = words && html`<p class="hint">${say(TEXTS.renewable, words)}</p>`;
  const none = operations.length === 0 && window === null ? html`<p>${say(TEXTS.noNext)}</p>` : null;
  const links = operations.length === 0 ? null : html`<div class="actions">${operations.map(link)}</div>`;
  return html`${title}${none}${when}${links}`;
}

function actsPart({ lang }: PageFrame, path: string, acts: readonly StateAct[]): Html {
  const say = sayIn(lang);
  const link = (act: StateAct): Html =>
    html`<a class="button plain" href="${`${path}/acts/${act}`}">${say(ACT_TEXTS[act].name)}</a>`;
  return html`<h2>${say(TEXTS.acts)}</h2>${acts.length === 0 ? html`<p>${say(TEXTS.noActs)}</p>` : html`<div class="actions">${acts.map(link)}</div>`}`;
}

function versionTable({ lang }: PageFrame, desk: DeskFrame, { versions }: DeskLicense): Html {
  const say = sayIn(lang);
  return recordTable({
    caption: say(TEXTS.versions),
    columns: [{ name: say(TEXTS.version) }, { name: say(TEXTS.issuedOn) }, { name: say(TEXTS.identifier) }],
    rows: versions.map(({ version, identifier: id, issuedOn }) => [
      String(version),
      dateWords(lang, issuedOn),
      html`<a class="link" href="${deskPath(desk, 'licenses', id)}"><span class="identifier">${id}</span></a>`,
    ]),
    empty: '',
  });
}

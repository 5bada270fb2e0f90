// 授权记录: what each system was told, when and how often, until when it may go on, and the way to end that.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { facts, hiddenFields, notice, tag } from '../../common/web/parts.ts';
import { formatDate, formatDateTime, sayIn, type Texts } from '../../common/web/texts.ts';
import { accountPage, type Viewer } from './account-layout.ts';
import { claimWords } from './claim-words.ts';

export type SystemAccess = {
  readonly clientId: string;
  readonly name: string;
  readonly operator: string | null;
  /** A system of the platform, which the login itself tells. */
  readonly firstParty: boolean;
  /** Null when it was told nothing about the person so far. */
  readonly told: {
    readonly claims: readonly string[];
    readonly times: number;
    readonly lastAt: Date;
  } | null;
  /** What the person agreed to; null when he never was asked. */
  readonly consent: {
    readonly claims: readonly string[];
    readonly declined: readonly string[];
    /** True: it may go on after the person has logged out. */
    readonly offline: boolean;
    readonly givenAt: Date;
    readonly until: Date;
    readonly state: 'live' | 'over' | 'withdrawn';
  } | null;
};

export type ConsentsPage = {
  readonly viewer: Viewer;
  readonly formFields: Readonly<Record<string, string>>;
  readonly systems: readonly SystemAccess[];
  /** The system whose access was just withdrawn. */
  readonly withdrawnFrom: string | null;
};

const TEXTS = {
  title: { zh: '授权记录', en: 'Access given' },
  lead: {
    zh: '这些系统通过统一登录得到过您的信息。撤回后，系统再要用须重新征得您同意；已经得到的信息由该系统依法保管。',
    en: 'These systems got information about you by the shared login. After you withdraw, a system must ask you again; what it already has it keeps under the law.',
  },
  empty: { zh: '还没有授权过任何系统。', en: 'No system has been given access.' },
  emptyNext: {
    zh: '以后有系统请求使用您的信息，会先征得您同意，并记在这里。',
    en: 'A system that wants to use your information asks you first, and is then listed here.',
  },
  operator: { zh: '主办', en: 'Run by' },
  told: { zh: '得到了', en: 'It got' },
  toldLine: { zh: '{list}（最近 {time}，共 {n} 次）', en: '{list} (last {time}, {n} times in all)' },
  nothing: { zh: '仅账号标识，不含身份信息', en: 'Only an account identifier' },
  agreed: { zh: '您同意提供', en: 'You agreed to' },
  declined: { zh: '您没有同意', en: 'You did not agree to' },
  offline: { zh: '退出登录后', en: 'After you log out' },
  offlineYes: { zh: '仍可取得上述信息', en: 'It may go on getting this' },
  given: { zh: '授权时间', en: 'Given' },
  until: { zh: '有效期至', en: 'Until' },
  live: { zh: '有效', en: 'Valid' },
  over: { zh: '已到期', en: 'Ended' },
  withdrawn: { zh: '已撤回', en: 'Withdrawn' },
  platform: { zh: '平台自有系统', en: 'Part of the platform' },
  platformWhy: {
    zh: '登录时已告知提供的内容，不单独征求同意。',
    en: 'The login page says what it gets; it does not ask separately.',
  },
  withdraw: { zh: '撤回', en: 'Withdraw' },
  withdrawObject: { zh: '{system}的授权', en: ' from {system}' },
  done: {
    zh: '已撤回授权。{system}不能再通过统一登录读取您的信息。',
    en: 'Access withdrawn. {system} can no longer read your information through the shared login.',
  },
} satisfies Texts;

export function consentsPage(frame: PageFrame, props: ConsentsPage): string {
  const say = sayIn(frame.lang);
  const done = props.withdrawnFrom;
  return accountPage(frame, {
    title: say(TEXTS.title),
    viewer: props.viewer,
    current: '/account/consents',
    main: html`${done === null ? null : notice({ mark: 'passed', role: 'status', words: say(TEXTS.done, { system: done }) })}<h1>${say(TEXTS.title)}</h1>
${
  props.systems.length === 0
    ? html`<p class="lead">${say(TEXTS.empty)}</p><p class="hint">${say(TEXTS.emptyNext)}</p>`
    : html`<p class="hint">${say(TEXTS.lead)}</p>${props.systems.map((system) => card(frame, system, props.formFields))}`
}`,
  });
}

function card(frame: PageFrame, system: SystemAccess, formFields: ConsentsPage['formFields']): Html {
  const say = sayIn(frame.lang);
  return html`<div class="card"><div class="card-head"><h2>${system.name}</h2>${stateTag(frame, system)}</div>
${facts(frame.lang, rowsOf(frame, system))}
${
  system.consent?.state === 'live'
    ? html`<form method="post" action="/account/consents/withdraw">${hiddenFields({ ...formFields, client_id: system.clientId })}
<button class="button plain" type="submit">${say(TEXTS.withdraw)}<span class="hidden">${say(TEXTS.withdrawObject, { system: system.name })}</span></button></form>`
    : null
}${system.consent === null && system.firstParty ? html`<p class="hint small">${say(TEXTS.platformWhy)}</p>` : null}</div>`;
}

function stateTag(frame: PageFrame, { consent, firstParty }: SystemAccess): Html | null {
  const say = sayIn(frame.lang);
  if (consent === null) return firstParty ? tag('notice', say(TEXTS.platform)) : null;
  return tag(consent.state === 'live' ? 'passed' : 'unknown', say(TEXTS[consent.state]));
}

function rowsOf(frame: PageFrame, { operator, told, consent }: SystemAccess) {
  const say = sayIn(frame.lang);
  const list = (claims: readonly string[]): string =>
    claims.map((claim) => say(claimWords(claim))).join(frame.lang === 'zh' ? '、' : ', ');
  const toldWords =
    told === null
      ? say(TEXTS.nothing)
      : say(TEXTS.toldLine, {
          list: list(told.claims),
          time: formatDateTime(frame.lang, told.lastAt),
          n: told.times,
        });
  return [
    ...(operator ? [{ name: say(TEXTS.operator), value: operator }] : []),
    { name: say(TEXTS.told), value: toldWords },
    ...(consent === null
      ? []
      : [
          { name: say(TEXTS.agreed), value: consent.claims.length === 0 ? say(TEXTS.nothing) : list(consent.claims) },
          ...(consent.declined.length === 0 ? [] : [{ name: say(TEXTS.declined), value: list(consent.declined) }]),
          ...(consent.offline ? [{ name: say(TEXTS.offline), value: say(TEXTS.offlineYes) }] : []),
          { name: say(TEXTS.given), value: formatDateTime(frame.lang, consent.givenAt) },
          { name: say(TEXTS.until), value: formatDate(frame.lang, consent.until) },
        ]),
  ];
}

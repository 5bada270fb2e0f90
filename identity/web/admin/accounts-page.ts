// 账号管理: nobody is browsed. One account is found by exactly what the person is known by, with a reason; its page shows no
// more than is needed to act: level, state, ways to log in, sessions.
import type { PageFrame } from '../../../common/web/frame.ts';
import { type Html, html } from '../../../common/web/html.ts';
import {
  errorSummary,
  type Fault,
  FOCUS_SUMMARY_SCRIPT,
  facts,
  faultOf,
  field,
  hiddenFields,
  notice,
  phrases,
  tag,
} from '../../../common/web/parts.ts';
import { formatDateTime, sayIn, type Text, type Texts } from '../../../common/web/texts.ts';
import type { AccountStatus } from '../../domain/account.ts';
import type { Level } from '../../domain/assurance.ts';
import { LEVEL_WORDS } from '../level-words.ts';
import type { Typed } from './client-fields.ts';
import { doneNotice } from './clients-page.ts';
import { reasonField } from './fields.ts';
import { type AdminView, adminPage } from './layout.ts';
import { searchForm } from './search-form.ts';

const PATH = '/admin/accounts';

const TEXTS = {
  title: { zh: '账号管理', en: 'Accounts' },
  lead: {
    zh: '每次查找连同原因记入操作记录。',
    en: 'Every look-up goes into the audit log with its reason.',
  },
  none: { zh: '没有符合条件的记录。请核对后重新输入。', en: 'No records match. Please check what you typed.' },
  incident: { zh: '紧急处置', en: 'In an emergency' },
  incidentLead: {
    zh: '怀疑登录状态大面积泄露时，可以让所有人退出，重新登录。',
    en: 'When sessions may have leaked at large, everybody can be logged out and logs in again.',
  },
  everybody: { zh: '全部人员退出', en: 'Log everybody out' },
  name: { zh: '姓名', en: 'Name' },
  login: { zh: '用户名', en: 'User name' },
  phone: { zh: '手机号', en: 'Phone' },
  code: { zh: '证件号码', en: 'Document number' },
  level: { zh: '实名等级', en: 'Level' },
  status: { zh: '状态', en: 'Status' },
  factors: { zh: '登录方式', en: 'Ways to log in' },
  factorCount: { zh: '密码{password}，其他 {n} 种', en: 'password {password}, {n} others' },
  set: { zh: '已设置', en: 'set' },
  unset: { zh: '未设置', en: 'not set' },
  sessions: { zh: '登录会话', en: 'Sessions' },
  sessionCount: { zh: '{n} 个，共进入 {m} 个系统', en: '{n}, in {m} systems' },
  lastLogin: { zh: '最近登录', en: 'Last login' },
  never: { zh: '没有记录', en: 'Not recorded' },
  active: { zh: '正常', en: 'Active' },
  frozen: { zh: '已冻结', en: 'Frozen' },
  closing: { zh: '注销中', en: 'Closing' },
  closed: { zh: '已注销', en: 'Closed' },
  freeze: { zh: '冻结账号', en: 'Freeze the account' },
  unfreeze: { zh: '解冻账号', en: 'Unfreeze the account' },
  logout: { zh: '全部退出', en: 'Log it out everywhere' },
  frozenDone: { zh: '已冻结，并退出了全部会话。', en: 'Frozen, and logged out everywhere.' },
  unfrozenDone: { zh: '已解冻，可以重新登录。', en: 'Unfrozen; it can log in again.' },
  logoutDone: {
    zh: '已退出 {n} 个会话，正在通知 {m} 个系统。',
    en: '{n} sessions ended; {m} systems are being told.',
  },
  freezeTitle: { zh: '冻结这个账号？', en: 'Freeze this account?' },
  freezeWhy: {
    zh: '冻结后立即退出 {n} 个会话，解冻前不能登录任何系统。',
    en: '{n} sessions end now, and it logs in nowhere until it is unfrozen.',
  },
  unfreezeTitle: { zh: '解冻这个账号？', en: 'Unfreeze this account?' },
  unfreezeWhy: { zh: '解冻后可以重新登录。', en: 'It can log in again.' },
  logoutTitle: { zh: '退出这个账号的|全部会话？', en: 'End all sessions |of this account?' },
  logoutWhy: {
    zh: '将退出 {n} 个会话，并通知其中的系统；本人可以重新登录。',
    en: '{n} sessions end and their systems are told; the person can log in again.',
  },
  back: { zh: '不操作，返回', en: 'Do nothing, back' },
  everybodyTitle: { zh: '让全部人员退出？', en: 'Log everybody out?' },
  everybodyWhy: {
    zh: '目前有 {n} 个登录会话，将分批全部退出，包括您自己；长期授权同时失效，各系统陆续收到通知。所有人须重新登录。',
    en: 'There are {n} sessions. All end, batch by batch, yours too; lasting grants end with them and the systems are told. Everybody logs in again.',
  },
  confirm: { zh: '请输入“{words}”以确认', en: 'Type "{words}" to confirm' },
  confirmFault: { zh: '请一字不差地输入“{words}”', en: 'Type exactly "{words}"' },
  everybodyDone: {
    zh: '已下令退出 {n} 个会话，正在分批执行。',
    en: 'The end of {n} sessions was ordered; it is under way.',
  },
} satisfies Texts;

/** What is typed to confirm that everybody is logged out. */
export const EVERYBODY_WORDS: Text = { zh: '全部人员退出', en: 'Log everybody out' };

type Form = { readonly view: AdminView; readonly typed: Typed; readonly faults: readonly Fault[] };

export type AccountsPage = Form & { readonly notFound: boolean; readonly everybody: number | null };

export function accountsPage(frame: PageFrame, props: AccountsPage): string {
  const say = sayIn(frame.lang);
  return whole(frame, {
    ...props,
    title: say(TEXTS.title),
    above: [],
    main: html`${props.everybody === null ? null : doneNotice(say(TEXTS.everybodyDone, { n: props.everybody }))}<h1>${say(TEXTS.title)}</h1>
${props.notFound ? notice({ mark: 'notice', role: 'status', words: say(TEXTS.none) }) : null}
<p class="hint">${say(TEXTS.lead)}</p>
${searchForm(frame, { ...props, action: `${PATH}/find` })}
<h2>${say(TEXTS.incident)}</h2><p>${say(TEXTS.incidentLead)}</p>
<p class="actions"><a class="button danger" href="${PATH}/everybody">${say(TEXTS.everybody)}</a></p>`,
  });
}

export type SeenAccount = {
  readonly name: string;
  readonly loginName: string | null;
  /** Masked. */
  readonly phone: string | null;
  readonly code: string | null;
  readonly level: Level;
  readonly status: AccountStatus;
  readonly hasPassword: boolean;
  readonly factors: number;
  readonly sessions: number;
  readonly systems: number;
  readonly lastLoginAt: Date | null;
};

export type AccountDone = { readonly code: string; readonly sessions: number; readonly clients: number };

export type AccountPage = {
  readonly view: AdminView;
  readonly account: SeenAccount;
  /** Address of an act on this account. */
  readonly hrefOf: (act: AccountAct) => string;
  readonly done: AccountDone | null;
};

export type AccountAct = 'freeze' | 'unfreeze' | 'logout';

export function accountPage(frame: PageFrame, { view, account, hrefOf, done }: AccountPage): string {
  const say = sayIn(frame.lang);
  const title = account.name;
  return adminPage(frame, {
    view,
    duty: 'accounts',
    title,
    main: html`${done === null ? null : doneNotice(doneWords(frame, done))}<div class="card-head"><h1>${title}</h1>${statusTag(frame, account.status)}</div>
<div class="card">${facts(frame.lang, [
      { name: say(TEXTS.login), value: account.loginName },
      { name: say(TEXTS.phone), value: account.phone },
      { name: say(TEXTS.code), value: account.code },
      { name: say(TEXTS.level), value: say(LEVEL_WORDS[account.level].name) },
      {
        name: say(TEXTS.factors),
        value: say(TEXTS.factorCount, {
          password: say(account.hasPassword ? TEXTS.set : TEXTS.unset),
          n: account.factors,
        }),
      },
      {
        name: say(TEXTS.sessions),
        value: say(TEXTS.sessionCount, { n: account.sessions, m: account.systems }),
      },
      {
        name: say(TEXTS.lastLogin),
        value: account.lastLoginAt === null ? say(TEXTS.never) : formatDateTime(frame.lang, account.lastLoginAt),
      },
    ])}</div>
<p class="actions">${account.sessions > 0 ? html`<a class="button" href="${hrefOf('logout')}">${say(TEXTS.logout)}</a>` : null}${
      account.status === 'active'
        ? html`<a class="button danger" href="${hrefOf('freeze')}">${say(TEXTS.freeze)}</a>`
        : account.status === 'frozen'
          ? html`<a class="button" href="${hrefOf('unfreeze')}">${say(TEXTS.unfreeze)}</a>`
          : null
    }</p>`,
  });
}

const ACTS: Readonly<Record<AccountAct, { title: Text; why: Text; go: Text; danger: boolean }>> = {
  freeze: { title: TEXTS.freezeTitle, why: TEXTS.freezeWhy, go: TEXTS.freeze, danger: true },
  unfreeze: { title: TEXTS.unfreezeTitle, why: TEXTS.unfreezeWhy, go: TEXTS.unfreeze, danger: false },
  logout: { title: TEXTS.logoutTitle, why: TEXTS.logoutWhy, go: TEXTS.logout, danger: false },
};

export function accountActPage(
  frame: PageFrame,
  props: Form & {
    readonly act: AccountAct;
    readonly name: string;
    readonly sessions: number;
    readonly action: string;
    readonly backHref: string;
  },
): string {
  const say = sayIn(frame.lang);
  const { title, why, go, danger } = ACTS[props.act];
  return whole(frame, {
    ...props,
    title: say(title).replaceAll('|', ''),
    above: [{ text: props.name, href: props.backHref }],
    main: html`<h1>${phrases(...say(title).split('|'))}</h1><p>${say(why, { n: props.sessions })}</p>
<form method="post" action="${props.action}" novalidate>${hiddenFields(props.view.formFields)}
${reasonField(frame.lang, props.faults, props.typed['reason'])}
${buttons(say(go), props.backHref, say(TEXTS.back), danger)}</form>`,
  });
}

export function everybodyPage(frame: PageFrame, props: Form & { readonly sessions: number }): string {
  const say = sayIn(frame.lang);
  const title = say(TEXTS.everybodyTitle);
  const words = say(EVERYBODY_WORDS);
  return whole(frame, {
    ...props,
    title,
    above: [],
    main: html`<h1>${title}</h1><p>${say(TEXTS.everybodyWhy, { n: props.sessions })}</p>
<form method="post" action="${PATH}/everybody" novalidate>${hiddenFields(props.view.formFields)}
${field({ name: 'confirm', label: say(TEXTS.confirm, { words }), value: props.typed['confirm'] ?? '', fault: faultOf(props.faults, 'confirm') })}
${reasonField(frame.lang, props.faults, props.typed['reason'])}
${buttons(say(TEXTS.everybody), PATH, say(TEXTS.back), true)}</form>`,
  });
}

export function confirmFault(frame: PageFrame): Fault {
  const say = sayIn(frame.lang);
  return { field: 'confirm', words: say(TEXTS.confirmFault, { words: say(EVERYBODY_WORDS) }) };
}

function doneWords(frame: PageFrame, { code, sessions, clients }: AccountDone): string {
  const say = sayIn(frame.lang);
  if (code === 'freeze') return say(TEXTS.frozenDone);
  return code === 'unfreeze' ? say(TEXTS.unfrozenDone) : say(TEXTS.logoutDone, { n: sessions, m: clients });
}

function statusTag(frame: PageFrame, status: AccountStatus): Html {
  return tag(
    status === 'active' ? 'passed' : status === 'frozen' ? 'warning' : 'unknown',
    sayIn(frame.lang)(TEXTS[status]),
  );
}

type Whole = Form & {
  readonly title: string;
  readonly main: Html;
  readonly above: readonly { text: string; href: string }[];
};

function whole(frame: PageFrame, { view, faults, title, main, above }: Whole): string {
  return adminPage(frame, {
    view,
    duty: 'accounts',
    title,
    above,
    faulty: faults.length > 0,
    script: FOCUS_SUMMARY_SCRIPT,
    main: html`${errorSummary(frame.lang, faults)}${main}`,
  });
}

function buttons(button: string, backHref: string, back: string, danger: boolean): Html {
  return html`<div class="actions"><button class="${danger ? 'button danger' : 'button'}" type="submit">${button}</button><a class="link" href="${backHref}">${back}</a></div>`;
}

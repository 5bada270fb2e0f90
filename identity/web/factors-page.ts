// 登录方式: what the account can be proven with, each with its state and its own page for adding and removing.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { tag } from '../../common/web/parts.ts';
import { formatDate, formatDateTime, sayIn, type Text, type Texts } from '../../common/web/texts.ts';
import { accountPage, type Viewer } from './account-layout.ts';
import { METHOD_WORDS } from './method-words.ts';

export type WayKind = 'password' | 'phone' | 'mail' | 'totp' | 'recovery' | 'passkey' | 'certificate';

export type WayEntry = {
  readonly kind: WayKind;
  /** Each one that is set up; one without a name is just there. */
  readonly entries: readonly {
    readonly label: string | null;
    readonly addedAt: Date | null;
    readonly lastUsedAt: Date | null;
  }[];
  /** Where it is added and removed; null when this house has no such page. */
  readonly href: string | null;
};

export type FactorsPage = { readonly viewer: Viewer; readonly ways: readonly WayEntry[] };

const TEXTS = {
  title: { zh: '登录方式', en: 'Ways to log in' },
  lead: {
    zh: '只用密码或只用验证码登录，达到二级；两种不同的方式一起用，或用通行密钥，达到三级；再加刷脸核验达到四级；数字证书达到五级。最高不超过您的实名等级。',
    en: 'A password or a code alone reaches level 2. Two different ways together, or a passkey, reach level 3; a face check on top level 4; a certificate level 5. Never more than your own level.',
  },
  on: { zh: '已启用', en: 'In use' },
  off: { zh: '未启用', en: 'Not in use' },
  manage: { zh: '管理', en: 'Manage' },
  add: { zh: '添加', en: 'Add' },
  left: { zh: '还有 {n} 个没有用过', en: '{n} of them unused' },
  added: { zh: '{date}添加', en: 'added {date}' },
  used: { zh: '最近 {time} 使用', en: 'last used {time}' },
  never: { zh: '还没有用过', en: 'never used' },
} satisfies Texts;

const WAYS: Readonly<Record<WayKind, { readonly name: Text; readonly hint: Text }>> = {
  password: {
    name: METHOD_WORDS.pwd,
    hint: { zh: '修改密码会退出其他全部设备。', en: 'A new one logs out all other devices.' },
  },
  phone: {
    name: METHOD_WORDS.sms,
    hint: { zh: '发到您的手机号。', en: 'Sent to your phone.' },
  },
  mail: {
    name: METHOD_WORDS.mail,
    hint: { zh: '发到您的电子邮箱。', en: 'Sent to your mail address.' },
  },
  totp: {
    name: METHOD_WORDS.totp,
    hint: { zh: '手机应用每 30 秒产生的 6 位数字。', en: 'Six digits that an app makes every 30 seconds.' },
  },
  recovery: {
    name: METHOD_WORDS.recovery,
    hint: { zh: '手机丢失时使用，每个只能用一次。', en: 'For when your phone is lost; each works once.' },
  },
  passkey: {
    name: METHOD_WORDS.passkey,
    hint: { zh: '用设备的指纹、面容或锁屏密码登录。', en: 'By the finger, face or PIN of a device.' },
  },
  certificate: {
    name: METHOD_WORDS.cert,
    hint: { zh: '用 USB Key 等证书介质登录。', en: 'On a USB key or card.' },
  },
};

export function factorsPage(frame: PageFrame, { viewer, ways }: FactorsPage): string {
  const say = sayIn(frame.lang);
  return accountPage(frame, {
    title: say(TEXTS.title),
    viewer,
    current: '/account/factors',
    main: html`<h1>${say(TEXTS.title)}</h1>
<p class="hint">${say(TEXTS.lead)}</p>
${ways.map((way) => card(frame, way))}`,
  });
}

function card(frame: PageFrame, way: WayEntry): Html {
  const say = sayIn(frame.lang);
  const { name, hint } = WAYS[way.kind];
  const isOn = way.entries.length > 0;
  const verb = say(isOn ? TEXTS.manage : TEXTS.add);
  return html`<div class="card"><div class="card-head"><h2>${say(name)}</h2>${tag(isOn ? 'passed' : 'unknown', say(isOn ? TEXTS.on : TEXTS.off))}</div>
<p class="hint">${say(hint)}</p>
${entriesOf(frame, way)}
${way.href === null ? null : html`<p><a class="link" href="${way.href}">${verb}<span class="hidden"> ${say(name)}</span></a></p>`}</div>`;
}

function entriesOf(frame: PageFrame, { kind, entries }: WayEntry): Html | null {
  const say = sayIn(frame.lang);
  if (entries.length === 0) return null;
  if (kind === 'recovery') return html`<p>${say(TEXTS.left, { n: entries.length })}</p>`;
  const lines = entries.flatMap(({ label, addedAt, lastUsedAt }) => {
    const parts = [
      ...(label === null ? [] : [label]),
      ...(addedAt === null ? [] : [say(TEXTS.added, { date: formatDate(frame.lang, addedAt) })]),
      ...(addedAt === null
        ? []
        : [lastUsedAt === null ? say(TEXTS.never) : say(TEXTS.used, { time: formatDateTime(frame.lang, lastUsedAt) })]),
    ];
    return parts.length === 0 ? [] : [parts.join(frame.lang === 'zh' ? '，' : ', ')];
  });
  return lines.length === 0 ? null : html`<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
}

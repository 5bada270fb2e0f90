// 账号资料: the level first, with what it opens and how to raise it, then what is known of the person, codes masked, then
// where to change things.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { facts, hiddenFields, identifier } from '../../common/web/parts.ts';
import { sayIn, type Text, type Texts } from '../../common/web/texts.ts';
import type { Level } from '../domain/assurance.ts';
import { accountPage, type Viewer } from './account-layout.ts';
import { ADDRESS_PATHS } from './address-page.ts';
import { LEVEL_WORDS } from './level-words.ts';

const ADDRESS_LINKS = {
  phone: { zh: '更换手机号', en: 'Change phone' },
  mail: { zh: '更换电子邮箱', en: 'Change mail address' },
} satisfies Texts;

/** Other pages that the profile leads to. */
const PROFILE_LINKS = [
  { href: '/account/factors/password', text: { zh: '修改密码', en: 'Change password' } },
  { href: '/account/data', text: { zh: '下载我的数据', en: 'Download my data' } },
  { href: '/account/close', text: { zh: '注销账号', en: 'Close account' } },
] as const satisfies readonly { readonly href: string; readonly text: Text }[];

/** Where a level is raised. */
const PROVE_PATH = '/prove';

export type ProfilePage = {
  readonly viewer: Viewer;
  readonly formFields: Readonly<Record<string, string>>;
  /** 实名等级 of the account. */
  readonly level: Level;
  /** What this session has proven; at most `level`. */
  readonly sessionLevel: Level;
  readonly loginName: string | null;
  readonly name: string;
  /** Masked unless `uncovered`. */
  readonly holderCode: string | null;
  readonly phone: string | null;
  readonly mail: string | null;
  /** What can be changed here. */
  readonly addressKinds: readonly ('phone' | 'mail')[];
  readonly uncovered: boolean;
};

const TEXTS = {
  title: { zh: '账号资料', en: 'Profile' },
  level: { zh: '实名等级：{level}（{meaning}）', en: '{level}: {meaning}' },
  opens: { zh: '可办：{list}', en: 'It opens: {list}' },
  session: {
    zh: '本次登录达到{level}；办理时需要更高的，会请您再验证一次。',
    en: 'This login reached {level}; what needs more asks for one more check.',
  },
  raise: { zh: '提升等级', en: 'Raise level' },
  data: { zh: '个人信息', en: 'Personal details' },
  name: { zh: '姓名', en: 'Name' },
  loginName: { zh: '用户名', en: 'User name' },
  holderCode: { zh: '证件号码', en: 'ID number' },
  phone: { zh: '手机号', en: 'Phone' },
  mail: { zh: '电子邮箱', en: 'Mail address' },
  uncover: { zh: '显示', en: 'Show' },
  uncoverObject: { zh: '完整号码', en: ' the numbers in full' },
  uncoverHint: { zh: '每次显示都会留下记录。', en: 'Each time is recorded.' },
  uncovered: { zh: '以上号码只显示这一次。', en: 'They are shown this once.' },
  more: { zh: '其他', en: 'More' },
} satisfies Texts;

export function profilePage(frame: PageFrame, props: ProfilePage): string {
  const say = sayIn(frame.lang);
  const addresses = props.addressKinds.map((kind) => ({ href: ADDRESS_PATHS[kind], text: ADDRESS_LINKS[kind] }));
  const links: readonly { readonly href: string; readonly text: Text }[] = [...addresses, ...PROFILE_LINKS];
  return accountPage(frame, {
    title: say(TEXTS.title),
    viewer: props.viewer,
    current: '/account',
    main: html`<h1>${say(TEXTS.title)}</h1>
${levelCard(frame, props)}
<div class="card"><h2>${say(TEXTS.data)}</h2>
${facts(frame.lang, [
  { name: say(TEXTS.name), value: props.name },
  ...(props.loginName === null ? [] : [{ name: say(TEXTS.loginName), value: props.loginName }]),
  { name: say(TEXTS.holderCode), value: numberOf(props.holderCode) },
  { name: say(TEXTS.phone), value: numberOf(props.phone) },
  { name: say(TEXTS.mail), value: props.mail },
])}
${
  props.uncovered
    ? html`<p class="hint" role="status">${say(TEXTS.uncovered)}</p>`
    : html`<form method="post" action="/account/show">${hiddenFields(props.formFields)}
<button class="button plain" type="submit">${say(TEXTS.uncover)}${say(TEXTS.uncoverObject)}</button>
<p class="hint small">${say(TEXTS.uncoverHint)}</p></form>`
}</div>
<h2>${say(TEXTS.more)}</h2><ul class="links">${links.map(({ href, text }) => html`<li><a class="link" href="${href}">${say(text)}</a></li>`)}</ul>`,
  });
}

function levelCard(frame: PageFrame, { level, sessionLevel }: ProfilePage): Html {
  const say = sayIn(frame.lang);
  const words = LEVEL_WORDS[level];
  return html`<div class="card"><h2>${say(TEXTS.level, { level: say(words.name), meaning: say(words.meaning) })}</h2>
<p>${say(TEXTS.opens, { list: say(words.opens) })}</p>
${sessionLevel < level ? html`<p class="hint">${say(TEXTS.session, { level: say(LEVEL_WORDS[sessionLevel].name) })}</p>` : null}
${words.raise === null ? null : html`<p class="hint">${say(words.raise)}</p>`}
${words.raise !== null ? html`<p><a class="button plain" href="${PROVE_PATH}">${say(TEXTS.raise)}</a></p>` : null}</div>`;
}

function numberOf(text: string | null): Html | null {
  return text === null ? null : identifier(text);
}

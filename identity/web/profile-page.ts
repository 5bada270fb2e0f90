// 账号资料: level first, with what it opens, then what is known of the person, codes masked.
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import { facts, hiddenFields, identifier } from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import type { Level } from '../domain/assurance.ts';
import { accountPage, type Viewer } from './account-layout.ts';
import { LEVEL_WORDS } from './level-words.ts';

export type ProfilePage = {
  readonly viewer: Viewer;
  readonly formFields: Readonly<Record<string, string>>;
  /** What this session has proven. */
  readonly level: Level;
  readonly name: string;
  /** Masked unless `uncovered`. */
  readonly holderCode: string | null;
  readonly phone: string | null;
  readonly uncovered: boolean;
};

const TEXTS = {
  title: { zh: '账号资料', en: 'Profile' },
  level: { zh: '本次登录：{level}（{meaning}）', en: 'This login: {level} ({meaning})' },
  opens: { zh: '可办：{list}', en: 'It opens: {list}' },
  data: { zh: '个人信息', en: 'Personal details' },
  name: { zh: '姓名', en: 'Name' },
  holderCode: { zh: '身份证号码', en: 'ID number' },
  phone: { zh: '手机号', en: 'Phone' },
  uncover: { zh: '显示完整号码', en: 'Show in full' },
  uncoverHint: { zh: '每次显示都会留下记录。', en: 'Each time is recorded.' },
  uncovered: { zh: '以上号码只显示这一次。', en: 'They are shown this once.' },
} satisfies Texts;

export function profilePage(frame: PageFrame, props: ProfilePage): string {
  const say = sayIn(frame.lang);
  const words = LEVEL_WORDS[props.level];
  return accountPage(frame, {
    title: say(TEXTS.title),
    viewer: props.viewer,
    current: '/account',
    main: html`<h1>${say(TEXTS.title)}</h1>
<div class="card"><h2>${say(TEXTS.level, { level: say(words.name), meaning: say(words.meaning) })}</h2>
<p>${say(TEXTS.opens, { list: say(words.opens) })}</p></div>
<div class="card"><h2>${say(TEXTS.data)}</h2>
${facts(frame.lang, [
  { name: say(TEXTS.name), value: props.name },
  { name: say(TEXTS.holderCode), value: props.holderCode === null ? null : identifier(props.holderCode) },
  { name: say(TEXTS.phone), value: props.phone === null ? null : identifier(props.phone) },
])}
${
  props.uncovered
    ? html`<p class="hint" role="status">${say(TEXTS.uncovered)}</p>`
    : html`<form method="post" action="/account/show">${hiddenFields(props.formFields)}
<button class="button plain" type="submit">${say(TEXTS.uncover)}</button>
<p class="hint small">${say(TEXTS.uncoverHint)}</p></form>`
}</div>`,
  });
}

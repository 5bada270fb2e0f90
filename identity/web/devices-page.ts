// 设备: where the account is logged in, this device first; one or all others are logged out from here.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { facts, hiddenFields, notice, tag } from '../../common/web/parts.ts';
import { formatDateTime, sayIn, type Texts } from '../../common/web/texts.ts';
import { accountPage, type Viewer } from './account-layout.ts';

export type DeviceSession = {
  /** Names the session in the form; null for the one that looks at this page. */
  readonly reference: string | null;
  /** Browser and system. */
  readonly device: string | null;
  readonly place: string | null;
  readonly lastUsedAt: Date;
  readonly loggedInAt: Date | null;
  /** Names of the systems in it. */
  readonly systems: readonly string[];
};

/** What the kick before came to. */
export type KickResult = {
  readonly sessions: number;
  readonly told: number;
  readonly unanswered: number;
  /** True when a new password ended them. */
  readonly newPassword: boolean;
};

export type DevicesPage = {
  readonly viewer: Viewer;
  readonly formFields: Readonly<Record<string, string>>;
  /** This one first. */
  readonly sessions: readonly DeviceSession[];
  readonly result: KickResult | null;
};

const TEXTS = {
  title: { zh: '设备', en: 'Devices' },
  lead: { zh: '您的账号在以下设备上处于登录状态。', en: 'Your account is logged in on these devices.' },
  here: { zh: '本机', en: 'This device' },
  unknown: { zh: '未知设备', en: 'Unknown device' },
  used: { zh: '最近使用', en: 'Last used' },
  since: { zh: '登录时间', en: 'Logged in' },
  place: { zh: '地点', en: 'Place' },
  systems: { zh: '已进入的系统', en: 'Systems in use' },
  none: { zh: '没有', en: 'None' },
  kick: { zh: '退出此设备', en: 'Log out this device' },
  kickObject: { zh: '：{device}，{time}', en: ': {device}, {time}' },
  kickOthers: { zh: '退出其他全部设备', en: 'Log out all others' },
  only: { zh: '没有在其他设备上登录。', en: 'You are logged in nowhere else.' },
  doneSystems: { zh: '已退出 {n} 台设备、{told} 个系统。', en: '{n} devices and {told} systems logged out.' },
  doneWaiting: {
    zh: '已退出 {n} 台设备、{told} 个系统；{m} 个系统暂未回应，将继续通知。',
    en: '{n} devices and {told} systems logged out; {m} have not answered yet, we keep trying.',
  },
  newPassword: { zh: '密码已修改。', en: 'Your password is changed.' },
  gone: { zh: '该设备此前已退出。', en: 'That device was logged out before.' },
} satisfies Texts;

export function devicesPage(frame: PageFrame, props: DevicesPage): string {
  const say = sayIn(frame.lang);
  const others = props.sessions.filter(({ reference }) => reference !== null);
  return accountPage(frame, {
    title: say(TEXTS.title),
    viewer: props.viewer,
    current: '/account/devices',
    main: html`${resultNotice(frame, props.result)}<h1>${say(TEXTS.title)}</h1>
<p class="hint">${say(TEXTS.lead)}</p>
${props.sessions.map((session) => card(frame, session, props.formFields))}
${
  others.length === 0
    ? html`<p>${say(TEXTS.only)}</p>`
    : html`<form method="post" action="/account/devices/end-others" class="actions">${hiddenFields(props.formFields)}
<button class="button" type="submit">${say(TEXTS.kickOthers)}</button></form>`
}`,
  });
}

function card(frame: PageFrame, session: DeviceSession, formFields: DevicesPage['formFields']): Html {
  const say = sayIn(frame.lang);
  const device = session.device ?? say(TEXTS.unknown);
  const time = formatDateTime(frame.lang, session.lastUsedAt);
  const systems = session.systems.join(frame.lang === 'zh' ? '、' : ', ');
  return html`<div class="card"><div class="card-head"><h2>${device}</h2>${session.reference === null ? tag('notice', say(TEXTS.here)) : null}</div>
${facts(frame.lang, [
  { name: say(TEXTS.used), value: time },
  ...(session.loggedInAt === null
    ? []
    : [{ name: say(TEXTS.since), value: formatDateTime(frame.lang, session.loggedInAt) }]),
  ...(session.place === null ? [] : [{ name: say(TEXTS.place), value: session.place }]),
  { name: say(TEXTS.systems), value: systems === '' ? say(TEXTS.none) : systems },
])}
${
  session.reference === null
    ? null
    : html`<form method="post" action="/account/devices/end">${hiddenFields({ ...formFields, session: session.reference })}
<button class="button plain" type="submit">${say(TEXTS.kick)}<span class="hidden">${say(TEXTS.kickObject, { device, time })}</span></button></form>`
}</div>`;
}

function resultNotice(frame: PageFrame, result: KickResult | null): Html | null {
  if (result === null) return null;
  const say = sayIn(frame.lang);
  const { sessions: n, told, unanswered: m, newPassword } = result;
  if (newPassword) {
    const words = html`${say(TEXTS.newPassword)} ${say(m === 0 ? TEXTS.doneSystems : TEXTS.doneWaiting, { n, told, m })}`;
    return notice({ mark: m === 0 ? 'passed' : 'warning', role: 'status', words });
  }
  if (n === 0) return notice({ mark: 'notice', role: 'status', words: say(TEXTS.gone) });
  return m === 0
    ? notice({ mark: 'passed', role: 'status', words: say(TEXTS.doneSystems, { n, told }) })
    : notice({ mark: 'warning', role: 'status', words: say(TEXTS.doneWaiting, { n, told, m }) });
}

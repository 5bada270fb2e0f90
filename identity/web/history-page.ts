// 登录记录: when, into which system, how, from where; newest first. And the way out for who finds a stranger in it.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { pager, recordTable } from '../../common/web/records.ts';
import { formatDateTime, sayIn, type Texts } from '../../common/web/texts.ts';
import type { Level, Method } from '../domain/assurance.ts';
import { accountPage, type Viewer } from './account-layout.ts';
import { LEVEL_WORDS } from './level-words.ts';
import { METHOD_WORDS } from './method-words.ts';

export type HistoryEntry = {
  readonly at: Date;
  /** Null when the person came by himself. */
  readonly system: string | null;
  readonly method: Method;
  /** True when a session that was there already proved more. */
  readonly stepUp: boolean;
  readonly level: Level;
  /** Network address, or the name of its network. */
  readonly place: string | null;
  readonly device: string | null;
  /** True for the session that looks at this page. */
  readonly here: boolean;
};

export type HistoryPage = {
  readonly viewer: Viewer;
  readonly entries: readonly HistoryEntry[];
  readonly page: number;
  readonly pages: number;
};

const TEXTS = {
  title: { zh: '登录记录', en: 'Login history' },
  caption: { zh: '最近的在最前；保留至少 6 个月', en: 'Newest first; kept for at least 6 months' },
  time: { zh: '时间', en: 'Time' },
  system: { zh: '系统', en: 'System' },
  way: { zh: '方式', en: 'Way' },
  level: { zh: '达到', en: 'Reached' },
  place: { zh: '地点', en: 'Place' },
  device: { zh: '设备', en: 'Device' },
  own: { zh: '用户中心', en: 'My account' },
  stepUp: { zh: '加强验证：{way}', en: 'One more check: {way}' },
  here: { zh: '本次登录', en: 'this login' },
  unknown: { zh: '未记录', en: 'Not recorded' },
  notMe: { zh: '不是我本人？', en: 'Was this not you?' },
  notMeWhy: {
    zh: '有不认识的登录，请马上改密码并退出其他全部设备：',
    en: 'If you do not know one of these, change your password and log out all other devices at once:',
  },
  empty: { zh: '还没有记录。以后每次登录都会记在这里。', en: 'Nothing yet. Every login will be listed here.' },
} satisfies Texts;

export function historyPage(frame: PageFrame, props: HistoryPage): string {
  const say = sayIn(frame.lang);
  const columns = [TEXTS.time, TEXTS.system, TEXTS.way, TEXTS.level, TEXTS.place, TEXTS.device];
  const { page, pages } = props;
  return accountPage(frame, {
    title: say(TEXTS.title),
    viewer: props.viewer,
    current: '/account/history',
    wide: true,
    main: html`<h1>${say(TEXTS.title)}</h1>
<p>${say(TEXTS.notMeWhy)} <a class="link" href="/account/factors/password?why=not-me">${say(TEXTS.notMe)}</a></p>
${recordTable({
  caption: say(TEXTS.caption),
  columns: columns.map((name) => ({ name: say(name) })),
  rows: props.entries.map((entry) => rowOf(frame, entry)),
  empty: say(TEXTS.empty),
})}
${pager(frame.lang, {
  page,
  pages,
  previousHref: page > 1 ? `/account/history?page=${page - 1}` : null,
  nextHref: page < pages ? `/account/history?page=${page + 1}` : null,
})}`,
  });
}

function rowOf(frame: PageFrame, entry: HistoryEntry): readonly (string | Html)[] {
  const say = sayIn(frame.lang);
  const way = say(METHOD_WORDS[entry.method]);
  const time = html`<time datetime="${entry.at.toISOString()}">${formatDateTime(frame.lang, entry.at)}</time>`;
  return [
    entry.here ? html`${time} · ${say(TEXTS.here)}` : time,
    entry.system ?? say(TEXTS.own),
    entry.stepUp ? say(TEXTS.stepUp, { way }) : way,
    say(LEVEL_WORDS[entry.level].name),
    entry.place ?? say(TEXTS.unknown),
    entry.device ?? say(TEXTS.unknown),
  ];
}

// 系统管理: the systems, how it goes with each today, and the way to one of them.
import type { PageFrame } from '../../../common/web/frame.ts';
import { type Html, type HtmlValue, html } from '../../../common/web/html.ts';
import { field, notice, tag } from '../../../common/web/parts.ts';
import { filterForm, noHit, pager, recordTable, selectField } from '../../../common/web/records.ts';
import { formatDate, formatDateTime, sayIn, type Text, type Texts } from '../../../common/web/texts.ts';
import type { Client } from '../../domain/client.ts';
import { type AdminView, adminPage } from './layout.ts';

export type ClientRow = {
  readonly client: Pick<Client, 'clientId' | 'name' | 'organisation' | 'status' | 'authMethod'>;
  readonly entries: number;
  readonly logins: number;
  readonly refused: number;
  readonly lastRefusal: { readonly kind: string; readonly reason: string | null; readonly at: Date } | null;
  readonly keyedAt: Date | null;
};

export type ClientsPage = {
  readonly view: AdminView;
  readonly rows: readonly ClientRow[];
  readonly total: number;
  readonly page: number;
  readonly pages: number;
  readonly search: string;
  readonly status: Client['status'] | null;
};

const PATH = '/admin/clients';

const TEXTS = {
  title: { zh: '系统管理', en: 'Systems' },
  add: { zh: '登记新系统', en: 'Register a system' },
  search: { zh: '名称、单位或标识', en: 'Name, organisation or id' },
  status: { zh: '状态', en: 'Status' },
  all: { zh: '全部', en: 'All' },
  active: { zh: '使用中', en: 'In use' },
  suspended: { zh: '已停用', en: 'Suspended' },
  caption: { zh: '共 {n} 个系统', en: '{n} systems' },
  system: { zh: '系统', en: 'System' },
  organisation: { zh: '单位', en: 'Organisation' },
  entries: { zh: '今日登录', en: 'Logins today' },
  rate: { zh: '成功率', en: 'Success' },
  last: { zh: '最近失败原因', en: 'Last failure' },
  key: { zh: '密钥启用', en: 'Key since' },
  none: { zh: '没有', en: 'None' },
  unknown: { zh: '未记录', en: 'Not recorded' },
  noKey: { zh: '不用密钥', en: 'Uses no key' },
  empty: { zh: '还没有接入的系统。', en: 'No system is registered yet.' },
} satisfies Texts;

/** Why a login was refused, as the events name it. */
const REFUSALS: Readonly<Record<string, Text>> = {
  'login.refused': { zh: '账号、密码或证明有误', en: 'Wrong account, password or proof' },
  'login.paused': { zh: '尝试过多，已暂停', en: 'Too many tries, paused' },
};

export function clientStatusTag(frame: PageFrame, status: Client['status']): Html {
  return tag(status === 'active' ? 'passed' : 'warning', sayIn(frame.lang)(TEXTS[status]));
}

export function clientsPage(frame: PageFrame, props: ClientsPage): string {
  const say = sayIn(frame.lang);
  const { page, pages, total } = props;
  const hrefOf = (at: number): string =>
    `${PATH}?${new URLSearchParams({
      ...(props.search === '' ? {} : { search: props.search }),
      ...(props.status === null ? {} : { status: props.status }),
      page: String(at),
    })}`;
  const isFiltered = props.search !== '' || props.status !== null;
  const statuses = ['active', 'suspended'] as const;
  return adminPage(frame, {
    view: props.view,
    duty: 'clients',
    title: say(TEXTS.title),
    main: html`<h1>${say(TEXTS.title)}</h1>
<p class="actions"><a class="button" href="${PATH}/new">${say(TEXTS.add)}</a></p>
${filterForm(frame.lang, {
  action: PATH,
  fields: [
    field({ name: 'search', label: say(TEXTS.search), value: props.search }),
    selectField({
      name: 'status',
      label: say(TEXTS.status),
      value: props.status ?? '',
      choices: [
        { value: '', label: say(TEXTS.all) },
        ...statuses.map((status) => ({ value: status, label: say(TEXTS[status]) })),
      ],
    }),
  ],
})}
${recordTable({
  caption: say(TEXTS.caption, { n: total }),
  columns: [
    { name: say(TEXTS.system) },
    { name: say(TEXTS.organisation) },
    { name: say(TEXTS.status) },
    { name: say(TEXTS.entries), figures: true },
    { name: say(TEXTS.rate), figures: true },
    { name: say(TEXTS.last) },
    { name: say(TEXTS.key) },
  ],
  rows: props.rows.map((row) => cellsOf(frame, row)),
  empty: isFiltered ? noHit(frame.lang, PATH) : say(TEXTS.empty),
})}
${pager(frame.lang, {
  page,
  pages,
  previousHref: page > 1 ? hrefOf(page - 1) : null,
  nextHref: page < pages ? hrefOf(page + 1) : null,
})}`,
  });
}

function cellsOf(frame: PageFrame, { client, ...row }: ClientRow): readonly HtmlValue[] {
  const say = sayIn(frame.lang);
  return [
    html`<a class="link" href="${`${PATH}/${client.clientId}`}">${client.name}</a>`,
    client.organisation,
    clientStatusTag(frame, client.status),
    row.entries.toLocaleString('en-US'),
    rateOf(frame, row),
    refusalWords(frame, row.lastRefusal),
    client.authMethod === 'none'
      ? say(TEXTS.noKey)
      : row.keyedAt === null
        ? say(TEXTS.unknown)
        : formatDate(frame.lang, row.keyedAt),
  ];
}

/** Of the logins that were begun and of the tries that were refused today. */
export function rateOf(frame: PageFrame, { logins, refused }: Pick<ClientRow, 'logins' | 'refused'>): string {
  const tries = logins + refused;
  return tries === 0 ? sayIn(frame.lang)(TEXTS.none) : `${((100 * logins) / tries).toFixed(1)}%`;
}

export function refusalWords(frame: PageFrame, last: ClientRow['lastRefusal']): string {
  const say = sayIn(frame.lang);
  if (last === null) return say(TEXTS.none);
  const words = REFUSALS[last.kind];
  const why = words === undefined ? last.kind : say(words);
  return `${why}${frame.lang === 'zh' ? '，' : ', '}${formatDateTime(frame.lang, last.at)}`;
}

/** After an act that leads back to a list. */
export function doneNotice(words: HtmlValue): Html {
  return notice({ mark: 'passed', role: 'status', words });
}

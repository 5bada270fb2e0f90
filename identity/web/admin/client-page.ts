// One system: a `dl` a topic with 修改, the approvals, what was done with it, and the ways to suspend and resume it.
import type { PageFrame } from '../../../common/web/frame.ts';
import { type Html, type HtmlValue, html } from '../../../common/web/html.ts';
import { type Fact, facts, identifier } from '../../../common/web/parts.ts';
import { timeline } from '../../../common/web/records.ts';
import { formatDateTime, sayIn, type Text, type Texts } from '../../../common/web/texts.ts';
import type { Client } from '../../domain/client.ts';
import { LEVEL_WORDS } from '../level-words.ts';
import {
  CLIENT_TEXTS,
  DEMANDS,
  grantWords,
  methodWords,
  scopeWords,
  TOPIC_WORDS,
  type Topic,
} from './client-fields.ts';
import { type ClientRow, clientStatusTag, doneNotice, rateOf, refusalWords } from './clients-page.ts';
import { type AdminView, adminPage } from './layout.ts';

export type ClientEvent = {
  readonly at: Date;
  readonly kind: string;
  readonly who: string;
  readonly topic: string | null;
  readonly reason: string | null;
};

export type ClientPage = {
  readonly view: AdminView;
  readonly client: Client;
  readonly figures: Omit<ClientRow, 'client'>;
  /** Ends of sessions that it was not told of. */
  readonly untold: { readonly waiting: number; readonly dead: number; readonly lastError: string | null };
  /** Live secrets, newest first. */
  readonly secrets: readonly { readonly addedAt: Date; readonly endsAt: Date | null }[];
  /** Names of its keys (RFC 7638), newest first. */
  readonly keys: readonly string[];
  /** Scopes that need an approval and are registered. */
  readonly approvals: readonly { readonly scope: string; readonly approved: boolean }[];
  readonly events: readonly ClientEvent[];
  readonly done: ClientDone | null;
};

export type ClientDone =
  | { readonly code: 'changed' | 'registered' | 'resumed' | 'approved' | 'withdrawn' | 'ended' }
  | { readonly code: 'suspended'; readonly sessions: number }
  | { readonly code: 'retold'; readonly notices: number };

const TEXTS = {
  today: { zh: '今日', en: 'Today' },
  entries: { zh: '登录人次', en: 'People who entered' },
  rate: { zh: '登录成功率', en: 'Logins that succeeded' },
  last: { zh: '最近失败原因', en: 'Last failure' },
  edit: { zh: '修改', en: 'Edit' },
  yes: { zh: '是', en: 'Yes' },
  no: { zh: '否', en: 'No' },
  status: { zh: '状态', en: 'Status' },
  type: { zh: '类型', en: 'Kind' },
  web: { zh: '网站', en: 'Web' },
  native: { zh: '本机程序', en: 'Program on a person’s machine' },
  firstParty: { zh: '平台自有，不另征求同意', en: 'Part of the platform, no consent asked' },
  key: { zh: '公钥', en: 'Public key' },
  newest: { zh: '使用中', en: 'in use' },
  old: { zh: '旧公钥，轮换期间仍可用', en: 'the one before, still good' },
  secret: { zh: '密钥', en: 'Secret' },
  since: { zh: '{time} 启用', en: 'Since {time}' },
  until: { zh: '旧密钥，{time} 前仍可用', en: 'The one before, good until {time}' },
  noSecret: { zh: '还没有密钥', en: 'None yet' },
  rotate: { zh: '更换密钥', en: 'New secret' },
  endOld: { zh: '现在停用旧密钥', en: 'End the old secret now' },
  addKey: { zh: '更换公钥', en: 'New public key' },
  dropKey: { zh: '停用旧公钥', en: 'End the old key' },
  approvals: { zh: '须批准的信息', en: 'Information that needs approval' },
  approved: { zh: '已批准', en: 'Approved' },
  waiting: { zh: '未批准，系统取不到', en: 'Not approved, it gets nothing' },
  approve: { zh: '批准', en: 'Approve' },
  withdraw: { zh: '撤回批准', en: 'Withdraw approval' },
  events: { zh: '操作记录', en: 'What was done' },
  operator: { zh: '命令行', en: 'Command line' },
  noEvents: { zh: '还没有记录。', en: 'Nothing yet.' },
  suspend: { zh: '停用该系统', en: 'Suspend this system' },
  resume: { zh: '恢复使用', en: 'Resume this system' },
  changed: { zh: '已保存修改，几秒内生效。', en: 'Saved; in force within seconds.' },
  registered: { zh: '已登记。', en: 'Registered.' },
  resumed: { zh: '已恢复使用。', en: 'Resumed.' },
  approvedDone: { zh: '已批准。', en: 'Approved.' },
  withdrawn: { zh: '已撤回批准。', en: 'Approval withdrawn.' },
  ended: { zh: '旧密钥已停用。', en: 'The old one is no longer good.' },
  untold: { zh: '退出通知送达情况', en: 'Logouts that it was told of' },
  allTold: { zh: '没有积压，都已送达。', en: 'Nothing is owed; every logout was told.' },
  untoldWaiting: { zh: '未送达，正在重试', en: 'Not told yet, being retried' },
  untoldDead: { zh: '多次重试后放弃', en: 'Given up after many tries' },
  untoldError: { zh: '最近一次错误', en: 'Last error' },
  untoldWhy: {
    zh: '未送达的用户可能仍登录在该系统中。',
    en: 'Until it is told, these people may still be logged in over there.',
  },
  retell: { zh: '重新通知', en: 'Tell it again' },
  retold: { zh: '正在重新通知 {n} 次退出。', en: '{n} logouts are being told again.' },
  suspended: {
    zh: '已停用。该系统退出了 {n} 个登录会话，不能再登录和取得令牌。',
    en: 'Suspended. It left {n} sessions; nobody logs in through it and it gets no tokens.',
  },
} satisfies Texts;

const KINDS: Readonly<Record<string, Text>> = {
  'client.registered': { zh: '登记或更新', en: 'Registered or updated' },
  'client.changed': { zh: '修改', en: 'Changed' },
  'client.suspended': { zh: '停用', en: 'Suspended' },
  'client.resumed': { zh: '恢复', en: 'Resumed' },
  'client.secret-made': { zh: '更换密钥', en: 'New secret' },
  'client.secret-ended': { zh: '停用旧密钥', en: 'Ended the old secret' },
  'client.claims-approved': { zh: '批准信息', en: 'Approved information' },
  'client.logouts-requeued': { zh: '重新通知退出', en: 'Told logouts again' },
  'client.claims-withdrawn': { zh: '撤回批准', en: 'Withdrew an approval' },
};

const DONE: Readonly<Record<Exclude<ClientDone['code'], 'suspended' | 'retold'>, Text>> = {
  changed: TEXTS.changed,
  registered: TEXTS.registered,
  resumed: TEXTS.resumed,
  approved: TEXTS.approvedDone,
  withdrawn: TEXTS.withdrawn,
  ended: TEXTS.ended,
};

export function clientPage(frame: PageFrame, props: ClientPage): string {
  const say = sayIn(frame.lang);
  const { client, done, figures } = props;
  const path = `/admin/clients/${client.clientId}`;
  const topics: readonly Topic[] = ['about', 'addresses', 'claims', 'rules'];
  return adminPage(frame, {
    view: props.view,
    duty: 'clients',
    title: client.name,
    main: html`${done === null ? null : doneNotice(doneWords(frame, done))}<h1>${client.name}</h1>
<div class="card"><h2>${say(TEXTS.today)}</h2>${facts(frame.lang, [
      { name: say(TEXTS.status), value: clientStatusTag(frame, client.status) },
      { name: say(TEXTS.entries), value: figures.entries.toLocaleString('en-US') },
      { name: say(TEXTS.rate), value: rateOf(frame, figures) },
      { name: say(TEXTS.last), value: refusalWords(frame, figures.lastRefusal) },
    ])}</div>
${topics.map(
  (topic) =>
    html`<div class="card"><div class="card-head"><h2>${say(TOPIC_WORDS[topic])}</h2>${link(`${path}/${topic}`, say(TEXTS.edit), say(TOPIC_WORDS[topic]))}</div>${facts(frame.lang, topicFacts(frame, topic, client))}</div>`,
)}
${keysCard(frame, path, props)}
${approvalsCard(frame, path, props)}
${untoldCard(frame, path, props)}
<h2>${say(TEXTS.events)}</h2>
${timeline(
  frame.lang,
  props.events.map(({ at, kind, who, topic, reason }) => ({
    at,
    what: [
      `${who === 'operator' ? say(TEXTS.operator) : who} · ${say(KINDS[kind] ?? { zh: kind, en: kind })}`,
      topicOf(frame, topic),
    ]
      .filter((part) => part !== '')
      .join(' · '),
    why: reason,
  })),
  say(TEXTS.noEvents),
)}
<p class="actions">${
      client.status === 'active'
        ? html`<a class="button danger" href="${path}/suspend">${say(TEXTS.suspend)}</a>`
        : html`<a class="button" href="${path}/resume">${say(TEXTS.resume)}</a>`
    }</p>`,
  });
}

function doneWords(frame: PageFrame, done: ClientDone): string {
  const say = sayIn(frame.lang);
  if (done.code === 'suspended') return say(TEXTS.suspended, { n: done.sessions });
  return done.code === 'retold' ? say(TEXTS.retold, { n: done.notices }) : say(DONE[done.code]);
}

function topicFacts(frame: PageFrame, topic: Topic, client: Client): readonly Fact[] {
  const say = sayIn(frame.lang);
  const fact = (name: Exclude<keyof typeof CLIENT_TEXTS, Topic>, value: HtmlValue): Fact => ({
    name: say(CLIENT_TEXTS[name]),
    value,
  });
  const join = (values: readonly string[]): string => values.join(frame.lang === 'zh' ? '、' : ', ');
  const lines = (values: readonly string[]): HtmlValue =>
    values.length === 0 ? null : values.map((one) => html`<div class="identifier">${one}</div>`);
  switch (topic) {
    case 'about':
      return [
        fact('clientId', identifier(client.clientId)),
        fact('name', client.name),
        fact('organisation', client.organisation),
        fact('purpose', client.purpose),
        fact('sector', identifier(client.sector)),
        { name: say(TEXTS.type), value: say(client.applicationType === 'web' ? TEXTS.web : TEXTS.native) },
        { name: say(TEXTS.firstParty), value: say(client.firstParty ? TEXTS.yes : TEXTS.no) },
      ];
    case 'addresses':
      return [
        fact('redirectUris', lines(client.redirectUris)),
        fact('postLogoutRedirectUris', lines(client.postLogoutRedirectUris)),
        fact('backchannelLogoutUri', client.backchannelLogoutUri && identifier(client.backchannelLogoutUri)),
      ];
    case 'claims':
      return [
        fact('scopes', join(client.scopes.map((scope) => scopeWords(frame.lang, scope)))),
        fact('optionalScopes', join(client.optionalScopes.map((scope) => scopeWords(frame.lang, scope)))),
      ];
    default:
      return [
        fact('authMethod', methodWords(frame.lang, client.authMethod)),
        fact('grantTypes', join(client.grantTypes.map((grant) => grantWords(frame.lang, grant)))),
        fact('minLevel', say(client.minLevel === null ? CLIENT_TEXTS.noLevel : LEVEL_WORDS[client.minLevel].name)),
        fact('profile', say(CLIENT_TEXTS[client.profile])),
        fact('demands', join(DEMANDS.filter((name) => client[name]).map((name) => say(CLIENT_TEXTS[name])))),
      ];
  }
}

function keysCard(frame: PageFrame, path: string, { client, secrets, keys }: ClientPage): Html | null {
  if (client.applicationType === 'native') return null;
  const say = sayIn(frame.lang);
  const time = (at: Date): string => formatDateTime(frame.lang, at);
  const usesSecret = client.authMethod.startsWith('client_secret');
  const keyRows = keys.map((name, at) => ({
    name: say(TEXTS.key),
    value: html`${identifier(name)} · ${say(at === 0 ? TEXTS.newest : TEXTS.old)}`,
  }));
  const secretRows = secrets.map(({ addedAt, endsAt }) => ({
    name: say(TEXTS.secret),
    value: endsAt === null ? say(TEXTS.since, { time: time(addedAt) }) : say(TEXTS.until, { time: time(endsAt) }),
  }));
  const noSecret = usesSecret && secrets.length === 0 ? [{ name: say(TEXTS.secret), value: say(TEXTS.noSecret) }] : [];
  return html`<div class="card"><h2>${say(TOPIC_WORDS.keys)}</h2>${facts(frame.lang, [...secretRows, ...noSecret, ...keyRows])}
<p class="actions">${usesSecret ? link(`${path}/secret`, say(TEXTS.rotate)) : null}${secrets.length > 1 ? link(`${path}/end-secret`, say(TEXTS.endOld)) : null}${link(`${path}/keys`, say(TEXTS.addKey))}${keys.length > 1 ? link(`${path}/end-key`, say(TEXTS.dropKey)) : null}</p></div>`;
}

function approvalsCard(frame: PageFrame, path: string, { approvals }: ClientPage): Html | null {
  if (approvals.length === 0) return null;
  const say = sayIn(frame.lang);
  return html`<div class="card"><h2>${say(TEXTS.approvals)}</h2>${facts(
    frame.lang,
    approvals.map(({ scope, approved }) => ({
      name: scopeWords(frame.lang, scope),
      value: html`${say(approved ? TEXTS.approved : TEXTS.waiting)} ${link(`${path}/${approved ? 'withdraw' : 'approve'}?scope=${scope}`, say(approved ? TEXTS.withdraw : TEXTS.approve), scopeWords(frame.lang, scope))}`,
    })),
  )}</div>`;
}

/** Of a system that takes them. */
function untoldCard(frame: PageFrame, path: string, { client, untold }: ClientPage): Html | null {
  if (client.backchannelLogoutUri === null) return null;
  const say = sayIn(frame.lang);
  const { waiting, dead, lastError } = untold;
  if (waiting + dead === 0)
    return html`<div class="card"><h2>${say(TEXTS.untold)}</h2><p>${say(TEXTS.allTold)}</p></div>`;
  return html`<div class="card"><h2>${say(TEXTS.untold)}</h2><p>${say(TEXTS.untoldWhy)}</p>${facts(frame.lang, [
    { name: say(TEXTS.untoldWaiting), value: waiting.toLocaleString('en-US') },
    { name: say(TEXTS.untoldDead), value: dead.toLocaleString('en-US') },
    { name: say(TEXTS.untoldError), value: lastError && html`<span lang="en">${lastError}</span>` },
  ])}${dead === 0 ? null : html`<p class="actions">${link(`${path}/retell`, say(TEXTS.retell))}</p>`}</div>`;
}

function topicOf(frame: PageFrame, topic: string | null): string {
  if (topic === null) return '';
  const words = Object.hasOwn(TOPIC_WORDS, topic) ? TOPIC_WORDS[topic as Topic] : undefined;
  return words === undefined ? topic : sayIn(frame.lang)(words);
}

function link(href: string, words: string, object = ''): Html {
  return html`<a class="link" href="${href}">${words}${object === '' ? null : html`<span class="hidden"> ${object}</span>`}</a>`;
}

// 角色管理: who is what for which organisation, from when to when; given and ended here, never deleted.
import { ROLE_NAMES, type RoleName } from '../../../common/contract/roles.ts';
import type { PageFrame } from '../../../common/web/frame.ts';
import { type Html, type HtmlValue, html } from '../../../common/web/html.ts';
import {
  errorSummary,
  type Fault,
  FOCUS_SUMMARY_SCRIPT,
  facts,
  faultOf,
  field,
  hiddenFields,
  identifier,
  tag,
} from '../../../common/web/parts.ts';
import { filterForm, noHit, pager, recordTable, selectField } from '../../../common/web/records.ts';
import { formatDate, sayIn, type Text, type Texts } from '../../../common/web/texts.ts';
import type { AssignedRole } from '../../domain/role.ts';
import type { Typed } from './client-fields.ts';
import { doneNotice } from './clients-page.ts';
import { dateFields, reasonField } from './fields.ts';
import { ADMIN_ROLE_WORDS, type AdminView, adminPage } from './layout.ts';

export const ROLE_WORDS: Readonly<Record<RoleName, Text>> = {
  'seal-applicant': { zh: '印章申请人员', en: 'Applies for seals' },
  'seal-approver': { zh: '印章审批人员', en: 'Approves seals' },
  'seal-maker': { zh: '印章制作备案人员', en: 'Makes and files seals' },
  'seal-keeper': { zh: '印章保管人员', en: 'Keeps seals' },
  'seal-auditor': { zh: '用章审计人员', en: 'Audits the use of seals' },
  'license-clerk': { zh: '制证人员', en: 'Issues licenses' },
  'license-admin': { zh: '证照管理人员', en: 'Administers licenses' },
  ...ADMIN_ROLE_WORDS,
};

export type RoleState = 'live' | 'coming' | 'over';
export type RoleRow = AssignedRole & { readonly state: RoleState; readonly endHref: string };

export type RolesPage = {
  readonly view: AdminView;
  readonly rows: readonly RoleRow[];
  readonly total: number;
  readonly page: number;
  readonly pages: number;
  readonly org: string;
  readonly loginName: string;
  readonly done: 'added' | 'ended' | null;
};

const PATH = '/admin/roles';

const TEXTS = {
  title: { zh: '角色管理', en: 'Roles' },
  add: { zh: '授予角色', en: 'Give a role' },
  org: { zh: '统一社会信用代码', en: 'Code of the organisation' },
  login: { zh: '用户名', en: 'User name' },
  caption: { zh: '共 {n} 条', en: '{n} in all' },
  person: { zh: '人员', en: 'Person' },
  unit: { zh: '内设机构', en: 'Unit' },
  role: { zh: '角色', en: 'Role' },
  term: { zh: '期限', en: 'Term' },
  state: { zh: '状态', en: 'State' },
  act: { zh: '操作', en: 'Act' },
  live: { zh: '有效', en: 'Valid' },
  coming: { zh: '未开始', en: 'Not begun' },
  over: { zh: '已结束', en: 'Ended' },
  until: { zh: '{from} 至 {to}', en: '{from} to {to}' },
  open: { zh: '{from} 起', en: 'From {from}' },
  end: { zh: '收回', en: 'End' },
  empty: { zh: '还没有授予过角色。', en: 'No role was given yet.' },
  from: { zh: '开始日期（选填，不填为现在）', en: 'From (optional; now unless given)' },
  to: { zh: '截止日期（选填，当日有效）', en: 'Until the end of (optional)' },
  go: { zh: '授予角色', en: 'Give the role' },
  endTitle: { zh: '收回这个角色？', en: 'End this role?' },
  endWhy: {
    zh: '收回后立即失效；已发出的令牌最多再用 5 分钟。记录保留。',
    en: 'It ends now; tokens given under it last five minutes at most. The record stays.',
  },
  endGo: { zh: '收回角色', en: 'End the role' },
  back: { zh: '不操作，返回', en: 'Do nothing, back' },
  added: { zh: '已授予角色。', en: 'The role is given.' },
  ended: { zh: '已收回角色。', en: 'The role has ended.' },
} satisfies Texts;

export function rolesPage(frame: PageFrame, props: RolesPage): string {
  const say = sayIn(frame.lang);
  const { page, pages } = props;
  const hrefOf = (at: number): string =>
    `${PATH}?${new URLSearchParams({ org: props.org, login: props.loginName, page: String(at) })}`;
  const columns = [TEXTS.person, TEXTS.role, TEXTS.unit, TEXTS.org, TEXTS.term, TEXTS.state, TEXTS.act];
  return adminPage(frame, {
    view: props.view,
    duty: 'roles',
    title: say(TEXTS.title),
    main: html`${props.done === null ? null : doneNotice(say(TEXTS[props.done]))}<h1>${say(TEXTS.title)}</h1>
<p class="actions"><a class="button" href="${PATH}/new">${say(TEXTS.add)}</a></p>
${filterForm(frame.lang, {
  action: PATH,
  fields: [
    field({ name: 'org', label: say(TEXTS.org), value: props.org }),
    field({ name: 'login', label: say(TEXTS.login), value: props.loginName }),
  ],
})}
${recordTable({
  caption: say(TEXTS.caption, { n: props.total }),
  columns: columns.map((name) => ({ name: say(name) })),
  rows: props.rows.map((row) => cellsOf(frame, row)),
  empty: props.org === '' && props.loginName === '' ? say(TEXTS.empty) : noHit(frame.lang, PATH),
})}
${pager(frame.lang, {
  page,
  pages,
  previousHref: page > 1 ? hrefOf(page - 1) : null,
  nextHref: page < pages ? hrefOf(page + 1) : null,
})}`,
  });
}

function cellsOf(frame: PageFrame, row: RoleRow): readonly HtmlValue[] {
  const say = sayIn(frame.lang);
  const role = say(ROLE_WORDS[row.role]);
  return [
    `${row.name} ${row.loginName}`.trim(),
    role,
    row.unit,
    identifier(row.org),
    termOf(frame, row),
    tag(row.state === 'live' ? 'passed' : row.state === 'coming' ? 'notice' : 'unknown', say(TEXTS[row.state])),
    row.state === 'over'
      ? ''
      : html`<a class="link" href="${row.endHref}">${say(TEXTS.end)}<span class="hidden"> ${row.name} ${role}</span></a>`,
  ];
}

function termOf(frame: PageFrame, { beginsAt, endsAt }: AssignedRole): string {
  const say = sayIn(frame.lang);
  const from = formatDate(frame.lang, beginsAt);
  if (endsAt === null) return say(TEXTS.open, { from });
  return say(TEXTS.until, { from, to: formatDate(frame.lang, new Date(endsAt.getTime() - 1)) });
}

type Form = { readonly view: AdminView; readonly typed: Typed; readonly faults: readonly Fault[] };

export function roleNewPage(frame: PageFrame, props: Form): string {
  const say = sayIn(frame.lang);
  const { typed, faults } = props;
  const text = (name: 'login' | 'org' | 'unit'): Html =>
    field({
      name,
      label: say(TEXTS[name]),
      value: typed[name] ?? '',
      autocomplete: 'off',
      fault: faultOf(faults, name),
    });
  const date = (name: 'from' | 'to'): Html =>
    dateFields(frame.lang, { name, label: say(TEXTS[name]), values: typed, fault: faultOf(faults, name) });
  return whole(frame, props, {
    title: say(TEXTS.add),
    main: html`<h1>${say(TEXTS.add)}</h1>
<form method="post" action="${PATH}/new" novalidate>${hiddenFields(props.view.formFields)}
${text('login')}${text('org')}${text('unit')}
${selectField({
  name: 'role',
  label: say(TEXTS.role),
  value: typed['role'] ?? '',
  choices: ROLE_NAMES.map((value) => ({ value, label: say(ROLE_WORDS[value]) })),
})}
${date('from')}${date('to')}
${reasonField(frame.lang, faults, typed['reason'])}
${buttons(say(TEXTS.go), say(TEXTS.back), false)}</form>`,
  });
}

export type NamedRole = {
  readonly login: string;
  readonly org: string;
  readonly unit: string;
  readonly role: RoleName;
};

export function roleEndPage(frame: PageFrame, props: Form & { readonly named: NamedRole }): string {
  const say = sayIn(frame.lang);
  const { login, org, unit, role } = props.named;
  return whole(frame, props, {
    title: say(TEXTS.endTitle),
    main: html`<h1>${say(TEXTS.endTitle)}</h1><p>${say(TEXTS.endWhy)}</p>
<div class="card">${facts(frame.lang, [
      { name: say(TEXTS.login), value: login },
      { name: say(TEXTS.role), value: say(ROLE_WORDS[role]) },
      { name: say(TEXTS.unit), value: unit },
      { name: say(TEXTS.org), value: identifier(org) },
    ])}</div>
<form method="post" action="${PATH}/end" novalidate>${hiddenFields({ ...props.view.formFields, ...props.named })}
${reasonField(frame.lang, props.faults, props.typed['reason'])}
${buttons(say(TEXTS.endGo), say(TEXTS.back), true)}</form>`,
  });
}

function whole(frame: PageFrame, { view, faults }: Form, { title, main }: { title: string; main: Html }): string {
  return adminPage(frame, {
    view,
    duty: 'roles',
    title,
    faulty: faults.length > 0,
    script: FOCUS_SUMMARY_SCRIPT,
    main: html`${errorSummary(frame.lang, faults)}${main}`,
  });
}

function buttons(button: string, back: string, danger: boolean): Html {
  return html`<div class="actions"><button class="${danger ? 'button danger' : 'button'}" type="submit">${button}</button><a class="link" href="${PATH}">${back}</a></div>`;
}

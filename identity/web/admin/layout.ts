// The frame of the administrators' pages: a console whose navigation holds what this administrator may do, no more.
import type { AdminDuty, ConsoleRole } from '../../../common/contract/roles.ts';
import type { PageFrame } from '../../../common/web/frame.ts';
import type { Html } from '../../../common/web/html.ts';
import type { Crumb } from '../../../common/web/parts.ts';
import { sayIn, type Text, type Texts } from '../../../common/web/texts.ts';
import { consolePage, type Viewer } from '../account-layout.ts';

export const ADMIN_SERVICE: Text = { zh: '统一身份认证管理', en: 'Identity administration' };

/** What every page of an administrator is given. */
export type AdminView = {
  readonly viewer: Viewer;
  readonly duties: readonly AdminDuty[];
  /** Hidden fields of every form. */
  readonly formFields: Readonly<Record<string, string>>;
};

export const ADMIN_ROLE_WORDS: Readonly<Record<ConsoleRole, Text>> = {
  'system-admin': { zh: '系统管理员', en: 'System administrator' },
  'security-admin': { zh: '安全管理员', en: 'Security administrator' },
  'audit-admin': { zh: '审计管理员', en: 'Audit administrator' },
  'counter-clerk': { zh: '窗口核验人员', en: 'Counter clerk' },
};

export const DUTY_PAGES: Readonly<Record<AdminDuty, { readonly text: Text; readonly href: string }>> = {
  clients: { text: { zh: '系统管理', en: 'Systems' }, href: '/admin/clients' },
  accounts: { text: { zh: '账号管理', en: 'Accounts' }, href: '/admin/accounts' },
  roles: { text: { zh: '角色管理', en: 'Roles' }, href: '/admin/roles' },
  audit: { text: { zh: '操作记录', en: 'Audit log' }, href: '/admin/audit' },
  counter: { text: { zh: '窗口核验', en: 'Counter check' }, href: '/admin/counter' },
};

const TEXTS = {
  home: { zh: '管理首页', en: 'Administration' },
} satisfies Texts;

export type AdminPage = {
  readonly view: AdminView;
  /** The part of the console that the page belongs to; null for its first page. */
  readonly duty: AdminDuty | null;
  readonly title: string;
  readonly main: Html;
  readonly faulty?: boolean;
  readonly script?: string;
  /** Pages between the part's first page and this one. */
  readonly above?: readonly Required<Crumb>[];
};

export function adminPage(frame: PageFrame, page: AdminPage): string {
  const { view, duty, above = [], ...rest } = page;
  const say = sayIn(frame.lang);
  const part = duty === null ? null : DUTY_PAGES[duty];
  const isPart = part !== null && say(part.text) === page.title;
  const crumbs: readonly Crumb[] = [
    { text: say(TEXTS.home), href: '/admin' },
    ...(part === null || isPart ? [] : [{ text: say(part.text), href: part.href }]),
    ...above,
    { text: page.title },
  ];
  return consolePage(frame, {
    ...rest,
    service: ADMIN_SERVICE,
    home: '/admin',
    viewer: view.viewer,
    nav: view.duties.map((one) => DUTY_PAGES[one]),
    current: part?.href ?? null,
    ...(duty === null ? {} : { crumbs }),
  });
}

// The frame of the pages that a person sees of himself: navigation, his name and the way out. And the wider one of the
// consoles, with a breadcrumb. Which entries a navigation has is a table; the page says which one it is under.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { type NavItem, type Page, renderPage } from '../../common/web/layout.ts';
import { breadcrumb, type Crumb } from '../../common/web/parts.ts';
import { sayIn, type Text, type Texts } from '../../common/web/texts.ts';
import { IDENTITY_SERVICE } from './service.ts';

/** Who is logged in, as the header shows him. */
export type Viewer = { readonly name: string };

export type OwnPage = Pick<Page, 'title' | 'main' | 'faulty' | 'script' | 'now'> & {
  readonly viewer: Viewer;
  /** Path of the navigation's entry that this page is under; null for none. */
  readonly current: string | null;
  /** For a table: as wide as a console. */
  readonly wide?: boolean;
};

export type ConsolePage = OwnPage & {
  readonly service: Text;
  /** Where the service's name leads to. */
  readonly home: string;
  readonly nav: readonly NavEntry[];
  /** The last one is this page and has no address. */
  readonly crumbs?: readonly Crumb[];
};

export type NavEntry = { readonly text: Text; readonly href: string };

const TEXTS = {
  logout: { zh: '退出', en: 'Log out' },
} satisfies Texts;

const ACCOUNT_NAV: readonly NavEntry[] = [
  { text: { zh: '账号资料', en: 'Profile' }, href: '/account' },
  { text: { zh: '登录方式', en: 'Ways to log in' }, href: '/account/factors' },
  { text: { zh: '设备', en: 'Devices' }, href: '/account/devices' },
  { text: { zh: '登录记录', en: 'Login history' }, href: '/account/history' },
  { text: { zh: '授权记录', en: 'Access given' }, href: '/account/consents' },
];

/** RP-initiated logout; its page asks once more and says what it ends. */
const LOGOUT_PATH = '/oidc/session/end';

/** A page of the user centre, 736 px wide. */
export function accountPage(frame: PageFrame, page: OwnPage): string {
  return renderPage({
    ...frame,
    ...page,
    service: IDENTITY_SERVICE,
    column: page.wide ? 'console' : 'reading',
    nav: navItems(frame, ACCOUNT_NAV, page.current),
    user: viewerPart(frame, page.viewer),
  });
}

/** A page of a console, 1120 px wide. */
export function consolePage(frame: PageFrame, page: ConsolePage): string {
  return renderPage({
    ...frame,
    ...page,
    column: 'console',
    nav: navItems(frame, page.nav, page.current),
    user: viewerPart(frame, page.viewer),
    main: html`${page.crumbs === undefined ? null : breadcrumb(frame.lang, page.crumbs)}${page.main}`,
  });
}

function navItems(frame: PageFrame, entries: readonly NavEntry[], current: string | null): readonly NavItem[] {
  const say = sayIn(frame.lang);
  return entries.map(({ text, href }) => ({ text: say(text), href, current: href === current }));
}

/** His name and the way out. */
export function viewerPart(frame: PageFrame, { name }: Viewer): Html {
  return html`<p class="user"><span>${name}</span><a class="link" href="${LOGOUT_PATH}">${sayIn(frame.lang)(TEXTS.logout)}</a></p>`;
}

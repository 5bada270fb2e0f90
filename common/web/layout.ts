// The one layout: skip link, development band, header with large type and language, the page, the print foot.
// A page gives its title, column and main; a script only as text of ours with this answer's nonce.
import type { PageFrame, Size } from './frame.ts';
import { attribute, type Html, html, toMarkup, trustedHtml } from './html.ts';
import { sessionLine, sessionWarning } from './session-part.ts';
import { siteFoot } from './site-foot.ts';
import { ICON_PATH, SESSION_SCRIPT_PATH, STYLE_PATH } from './style.ts';
import { formatDateTime, langTag, sayIn, type Text, type Texts } from './texts.ts';

export type NavItem = { readonly text: string; readonly href: string; readonly current?: boolean };

export type Page = PageFrame & {
  readonly service: Text;
  /** Becomes `{title} - {service}`. */
  readonly title: string;
  readonly main: Html;
  /** Where the service's name leads to; default `/`. */
  readonly home?: string;
  /** At most five. Left out inside a login flow. */
  readonly nav?: readonly NavItem[];
  /** Name of the person and the way out. */
  readonly user?: Html;
  /** task 480 px, reading 736, console 1120. */
  readonly column?: 'task' | 'reading' | 'console';
  /** True after a form with faults: the title says so first. */
  readonly faulty?: boolean;
  /** A script of ours; it must not hold anything that came from outside. */
  readonly script?: string;
  /** Leads on at once, for the page that leaves to another site. */
  readonly forwardTo?: string;
  /** Printed at the foot. */
  readonly now?: Date;
};

const TEXTS = {
  skip: { zh: '跳到正文', en: 'Skip to content' },
  largeType: { zh: '长辈版', en: 'Large type' },
  large: { zh: '大', en: 'Large' },
  larger: { zh: '特大', en: 'Larger' },
  largest: { zh: '最大', en: 'Largest' },
  standard: { zh: '退出长辈版', en: 'Standard view' },
  tools: { zh: '显示设置', en: 'Display' },
  nav: { zh: '主导航', en: 'Main' },
  development: { zh: '开发环境，数据均为样例', en: 'Development, sample data' },
  error: { zh: '错误：', en: 'Error: ' },
  printed: { zh: '打印时间', en: 'Printed' },
} satisfies Texts;

/** The whole document. */
export function renderPage(page: Page): string {
  const say = sayIn(page.lang);
  const title = `${page.faulty ? say(TEXTS.error) : ''}${page.title} - ${say(page.service)}`;
  const session = shownSession(page);
  const document = html`<!doctype html>
<html lang="${langTag(page.lang)}"${attribute('data-size', page.size === 'standard' ? null : page.size)}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
${page.forwardTo === undefined ? null : html`<meta http-equiv="refresh" content="${`0;url=${page.forwardTo}`}">\n`}<link rel="stylesheet" href="${STYLE_PATH}">
<link rel="icon" type="image/svg+xml" href="${ICON_PATH}">
</head>
<body>
<a class="skip" href="#main">${say(TEXTS.skip)}</a>
${header(page)}
<main id="main" tabindex="-1" class="${page.column ?? 'reading'}">
${page.main}
</main>
${session === undefined ? null : sessionWarning(page.lang, page.path, session)}<footer class="footer">${siteFoot(page.lang, page.site)}<p>${say(page.service)}<span class="print-only">${page.path}${page.now === undefined ? null : html` · ${say(TEXTS.printed)} ${formatDateTime(page.lang, page.now)}`}</span></p></footer>
${page.script === undefined ? null : html`<script nonce="${page.nonce}">${trustedHtml(page.script)}</script>`}
${session === undefined ? null : html`<script nonce="${page.nonce}" src="${SESSION_SCRIPT_PATH}" defer></script>\n`}</body>
</html>
`;
  return toMarkup(document);
}

function header(page: Page): Html {
  const say = sayIn(page.lang);
  const session = shownSession(page);
  const back = `${new URLSearchParams({ return: page.path })}`;
  return html`<header class="header">${page.development ? html`<div class="band">${say(TEXTS.development)}</div>` : null}<div class="header-row">
<a class="service" href="${page.home ?? '/'}">${say(page.service)}</a>
${
  page.nav === undefined || page.nav.length === 0
    ? null
    : html`<nav aria-label="${say(TEXTS.nav)}">${page.nav.map((item) => html`<a href="${item.href}"${attribute('aria-current', item.current ? 'page' : null)}>${item.text}</a>`)}</nav>`
}
<div class="tools" role="group" aria-label="${say(TEXTS.tools)}">${sizeLinks(page, back)}${languageLink(page, back)}</div>
${page.user ?? null}${session === undefined ? null : sessionLine(page.lang, session)}
</div></header>`;
}

/** Pages that show nobody, such as those that lead away, show no end of his login either. */
function shownSession({ user, session }: Page): Page['session'] {
  return user === undefined ? undefined : session;
}

/** `back`: the parameter that says where the switch returns to. */
function sizeLinks(page: Page, back: string): Html {
  const say = sayIn(page.lang);
  const link = (size: Size, text: Text) =>
    html`<a href="${`/preferences?size=${size}&${back}`}"${attribute('aria-current', page.size === size ? 'true' : null)}>${say(text)}</a>`;
  // 特大 is the first choice of 长辈版: body text of 24 px.
  if (page.size === 'standard') return link('larger', TEXTS.largeType);
  return html`${link('large', TEXTS.large)}${link('larger', TEXTS.larger)}${link('largest', TEXTS.largest)}${link('standard', TEXTS.standard)}`;
}

function languageLink(page: Page, back: string): Html {
  const other =
    page.lang === 'zh' ? ({ lang: 'en', text: 'English' } as const) : ({ lang: 'zh', text: '中文' } as const);
  const tag = langTag(other.lang);
  return html`<a href="${`/preferences?lang=${other.lang}&${back}`}" lang="${tag}" hreflang="${tag}">${other.text}</a>`;
}

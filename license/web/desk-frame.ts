// What every page of the desk wears: the service's name, its places, the organisation for which the clerk works.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { breadcrumb, type Crumb } from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import { DESK_PATH, DESK_SERVICE, type Person, personPart } from './service.ts';

export type DeskFrame = {
  readonly person: Person;
  readonly organisation: { readonly code: string; readonly name: string };
};
export type DeskPlace = 'home' | 'licenses' | 'batches' | 'corrections';

const TEXTS = {
  home: { zh: '首页', en: 'Home' },
  issue: { zh: '签发', en: 'Issue' },
  licenses: { zh: '查询', en: 'Search' },
  batches: { zh: '批量', en: 'Lists' },
  corrections: { zh: '纠错申请', en: 'Corrections' },
} satisfies Texts;

export function deskPath(desk: DeskFrame, ...parts: readonly string[]): string {
  return [DESK_PATH, desk.organisation.code, ...parts.map(encodeURIComponent)].join('/');
}

export type DeskPage = {
  readonly place: DeskPlace;
  readonly title: string;
  /** Between the home and this page. */
  readonly crumbs?: readonly Crumb[];
  readonly main: Html;
  readonly script?: string | undefined;
  readonly faulty?: boolean;
};

export function deskPage(frame: PageFrame, desk: DeskFrame, page: DeskPage): string {
  const say = sayIn(frame.lang);
  const item = (place: DeskPlace, text: string, ...path: readonly string[]) => ({
    text,
    href: deskPath(desk, ...path),
    ...(place === page.place ? { current: true } : {}),
  });
  const home = deskPath(desk);
  const crumbs = [{ text: desk.organisation.name, href: home }, ...(page.crumbs ?? []), { text: page.title }];
  return renderPage({
    ...frame,
    service: DESK_SERVICE,
    title: page.title,
    home,
    nav: [
      item('home', say(TEXTS.issue)),
      item('batches', say(TEXTS.batches), 'batches'),
      item('licenses', say(TEXTS.licenses), 'licenses'),
      item('corrections', say(TEXTS.corrections), 'corrections'),
    ],
    user: personPart(frame, desk.person),
    column: 'console',
    faulty: page.faulty ?? false,
    ...(page.script === undefined ? {} : { script: page.script }),
    main:
      page.place === 'home' && page.crumbs === undefined
        ? page.main
        : html`${breadcrumb(frame.lang, crumbs)}${page.main}`,
  });
}

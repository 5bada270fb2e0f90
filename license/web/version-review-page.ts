// 核对: what a next version will say differently from the version before, what stays, before it is issued and sealed; and why
// none can be made.
import { PROBLEMS, type TrustError } from '../../common/errors.ts';
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, type HtmlValue, html } from '../../common/web/html.ts';
import { facts, hiddenFields, identifier, notice, verdict } from '../../common/web/parts.ts';
import { recordTable } from '../../common/web/records.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import type { Follows } from '../domain/draft.ts';
import type { LicenseType } from '../domain/license-type.ts';
import type { compareVersions } from '../domain/version-draft.ts';
import { type DeskFrame, deskPage, deskPath } from './desk-frame.ts';
import { faultWords } from './fault-words.ts';
import { columnLabel, columnValue } from './form-words.ts';
import { reviewActions } from './review-actions.ts';
import { VERSION_TEXTS, versionTitle } from './version-words.ts';

const TEXTS = {
  search: { zh: '查询证照', en: 'Search licenses' },
  title: { zh: '核对{title}', en: 'Review. {title}' },
  lead: {
    zh: '请逐项核对。签发后新版本立即替代现行版本，持证人可以看到。',
    en: 'Check every entry. The new version takes the place of the current one at once, and its holder sees it.',
  },
  changed: { zh: '有变化的内容', en: 'What becomes different' },
  entry: { zh: '项目', en: 'Entry' },
  before: { zh: '现行版本', en: 'Current version' },
  after: { zh: '新版本', en: 'New version' },
  empty: { zh: '未填写', en: 'Left empty' },
  noPhoto: { zh: '无', en: 'None' },
  same: { zh: '内容没有变化。', en: 'Nothing becomes different.' },
  kept: { zh: '没有变化的内容', en: 'What stays' },
  case: { zh: '办件', en: 'Case' },
  version: { zh: '现行版本标识', en: 'Identifier of the current version' },
  photo: { zh: '照片', en: 'Photo' },
  photoBefore: { zh: '现在的照片', en: 'The present photo' },
  photoAfter: { zh: '新照片', en: 'The new photo' },
  refused: { zh: '不能办理{act}', en: '{act}: not possible' },
  superseded: {
    zh: '这个版本已由新版本替代，请从现行版本办理。',
    en: 'A newer version has taken the place of this one; begin with the current version.',
  },
  pending: {
    zh: '另一办件正在生成这张证照的新版本，完成后再从新的现行版本办理。',
    en: 'Another case is making the next version of this license. Begin again with that one once it is there.',
  },
  current: { zh: '查看现行版本', en: 'See the current version' },
  license: { zh: '查看证照', en: 'See the license' },
} satisfies Texts;

export type VersionReview = ReturnType<typeof compareVersions> & {
  readonly type: LicenseType;
  readonly follows: Follows;
  readonly draftId: string;
  readonly licenseNumber: string;
  readonly caseId: string;
  /** When another photo was sent: the addresses of the one before, if there is one, and of the new one. */
  readonly photos: { readonly before: string | null; readonly after: string } | null;
};

export function versionReviewPage(frame: PageFrame, desk: DeskFrame, review: VersionReview): string {
  const { lang } = frame;
  const say = sayIn(lang);
  const { type, follows, draftId, kept, caseId } = review;
  const title = say(TEXTS.title, { title: versionTitle(lang, follows.operation, type) });
  const path = deskPath(desk, 'drafts', draftId);
  const stays = Object.entries(kept).map(([column, value]) => ({
    name: columnLabel(lang, type, column),
    value: columnValue(lang, type, column, value),
  }));
  const about = [
    { name: columnLabel(lang, type, 'case_id'), value: identifier(caseId) },
    { name: say(TEXTS.version), value: identifier(follows.identifier) },
  ];
  return deskPage(frame, desk, {
    place: 'licenses',
    title,
    crumbs: crumbsOf(frame, desk, follows, review.licenseNumber),
    main: html`<h1>${title}</h1>${notice({ mark: 'notice', words: say(TEXTS.lead) })}
${changedTable(frame, review)}
<div class="card"><h2>${say(TEXTS.case)}</h2>${facts(lang, about)}</div>
<div class="card"><h2>${say(TEXTS.kept)}</h2>${facts(lang, stays)}</div>
<form method="post" action="${`${path}/issue`}">${hiddenFields({ csrf: desk.person.csrf })}${reviewActions(frame, path)}</form>`,
  });
}

function changedTable({ lang }: PageFrame, { type, changed, photos }: VersionReview): Html {
  const say = sayIn(lang);
  const shown = (column: string, value: string | null): string =>
    value === null ? say(TEXTS.empty) : columnValue(lang, type, column, value);
  const rows: (readonly HtmlValue[])[] = changed.map(({ column, before, after }) => [
    columnLabel(lang, type, column),
    shown(column, before),
    html`<strong>${shown(column, after)}</strong>`,
  ]);
  const image = (href: string | null, alt: string): HtmlValue =>
    href === null ? say(TEXTS.noPhoto) : html`<img class="photo" src="${href}" alt="${alt}" width="120">`;
  const photo = photos && [
    say(TEXTS.photo),
    image(photos.before, say(TEXTS.photoBefore)),
    image(photos.after, say(TEXTS.photoAfter)),
  ];
  return recordTable({
    caption: say(TEXTS.changed),
    columns: [{ name: say(TEXTS.entry) }, { name: say(TEXTS.before) }, { name: say(TEXTS.after) }],
    rows: photo ? [...rows, photo] : rows,
    empty: say(TEXTS.same),
  });
}

/** Refusals that no other entry mends: what is shown in place of the form. */
export const VERSION_REFUSALS = ['license-superseded', 'license-pending', 'license-state-forbids'] as const;

export type VersionRefused = {
  readonly type: LicenseType;
  readonly follows: Follows;
  readonly licenseNumber: string;
  readonly error: TrustError;
};

export function versionRefusedPage(frame: PageFrame, desk: DeskFrame, refused: VersionRefused): string {
  const { lang } = frame;
  const say = sayIn(lang);
  const { type, follows, licenseNumber, error } = refused;
  const title = say(TEXTS.refused, { act: say(VERSION_TEXTS[follows.operation].name) });
  const { successor } = error;
  const path = deskPath(desk, 'licenses', successor ?? follows.identifier);
  return deskPage(frame, desk, {
    place: 'licenses',
    title,
    crumbs: crumbsOf(frame, desk, follows, licenseNumber),
    main: html`${verdict({ mark: 'failed', title, why: whyRefused(frame, type, error) })}
<div class="actions"><a class="button" href="${path}">${say(successor === undefined ? TEXTS.license : TEXTS.current)}</a></div>`,
  });
}

function whyRefused({ lang }: PageFrame, type: LicenseType, error: TrustError): string {
  const say = sayIn(lang);
  if (error.code === 'license-superseded') return say(TEXTS.superseded);
  if (error.code === 'license-pending') return say(TEXTS.pending);
  const words = faultWords(lang, type, { problem: error.code, fault: error.message, pointer: null });
  return lang === 'zh' ? `${words}。` : `${PROBLEMS[error.code].title}: ${words}.`;
}

function crumbsOf({ lang }: PageFrame, desk: DeskFrame, { identifier: id }: Follows, licenseNumber: string) {
  return [
    { text: sayIn(lang)(TEXTS.search), href: deskPath(desk, 'licenses') },
    { text: licenseNumber, href: deskPath(desk, 'licenses', id) },
  ];
}

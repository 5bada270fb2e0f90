// The desk's first page: what the organisation issues, one by one or as a list; and the choice for who works for several.
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { recordTable } from '../../common/web/records.ts';
import { formatDateTime, sayIn, type Texts } from '../../common/web/texts.ts';
import type { VersionAct } from '../domain/license-states.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { type DeskFrame, deskPage, deskPath } from './desk-frame.ts';
import { typeName } from './license-words.ts';
import { DESK_PATH, DESK_SERVICE, type Person, personPart } from './service.ts';
import { versionTitle } from './version-words.ts';

const TEXTS = {
  title: { zh: '签发证照', en: 'Issue licenses' },
  caption: { zh: '{name}可以签发的证照', en: 'Licenses that {name} issues' },
  type: { zh: '证照类型', en: 'License type' },
  code: { zh: '类型代码', en: 'Type code' },
  one: { zh: '签发一张', en: 'Issue one' },
  list: { zh: '批量签发', en: 'Issue a list' },
  begin: { zh: '填写', en: 'Fill in' },
  upload: { zh: '上传清单', en: 'Send a list' },
  none: {
    zh: '本单位还不能签发任何证照。请联系证照管理人员登记颁发机构、证照类型和印章。',
    en: 'Your organisation issues no licenses yet. Ask an administrator of licenses to register the authority, its types and its seal.',
  },
  drafts: { zh: '我的草稿', en: 'My drafts' },
  draft: { zh: '草稿', en: 'Draft' },
  number: { zh: '证照编号', en: 'Number' },
  holder: { zh: '持证主体', en: 'Holder' },
  changedAt: { zh: '最后修改', en: 'Changed' },
  noDrafts: {
    zh: '没有草稿。填写时选“保存草稿”，下次从这里继续。',
    en: 'No drafts. Save one while you fill in a form, and go on with it here.',
  },
  kept: { zh: '30 天没有改动的草稿会被清除。', en: 'A draft that nobody changes for 30 days is removed.' },
  choose: { zh: '请选择为哪个单位办理', en: 'For which organisation do you work now?' },
} satisfies Texts;

export type DraftView = {
  readonly draftId: string;
  /** Null for a type that the organisation does not issue any more. */
  readonly type: LicenseType | null;
  /** Null for a license that is to be. */
  readonly operation: VersionAct | null;
  readonly number: string;
  readonly holder: string;
  readonly changedAt: Date;
};

export function deskHomePage(
  frame: PageFrame,
  desk: DeskFrame,
  types: readonly LicenseType[],
  drafts: readonly DraftView[],
): string {
  const say = sayIn(frame.lang);
  return deskPage(frame, desk, {
    place: 'home',
    title: say(TEXTS.title),
    main: html`<h1>${say(TEXTS.title)}</h1>
${recordTable({
  caption: say(TEXTS.caption, { name: desk.organisation.name }),
  columns: [{ name: say(TEXTS.type) }, { name: say(TEXTS.code) }, { name: say(TEXTS.one) }, { name: say(TEXTS.list) }],
  rows: types.map((type) => [
    typeName(frame.lang, type),
    html`<span class="identifier">${type.code}</span>`,
    html`<a class="link" href="${deskPath(desk, 'issue', type.code)}">${say(TEXTS.begin)}<span class="hidden"> ${typeName(frame.lang, type)}</span></a>`,
    html`<a class="link" href="${`${deskPath(desk, 'batches', 'new')}?type=${type.code}`}">${say(TEXTS.upload)}<span class="hidden"> ${typeName(frame.lang, type)}</span></a>`,
  ]),
  empty: say(TEXTS.none),
})}
<h2>${say(TEXTS.drafts)}</h2>
${drafts.length === 0 ? null : html`<p class="hint">${say(TEXTS.kept)}</p>`}
${recordTable({
  caption: html`<span class="hidden">${say(TEXTS.drafts)}</span>`,
  columns: [
    { name: say(TEXTS.draft) },
    { name: say(TEXTS.number) },
    { name: say(TEXTS.holder) },
    { name: say(TEXTS.changedAt) },
  ],
  rows: drafts.map(({ draftId, type, operation, number, holder, changedAt }) => [
    html`<a class="link" href="${deskPath(desk, 'drafts', draftId, 'edit')}">${draftName(frame, type, operation)}</a>`,
    number,
    holder,
    formatDateTime(frame.lang, changedAt),
  ]),
  empty: say(TEXTS.noDrafts),
})}`,
  });
}

function draftName({ lang }: PageFrame, type: LicenseType | null, operation: VersionAct | null): string {
  if (type === null) return sayIn(lang)(TEXTS.draft);
  return operation === null ? typeName(lang, type) : versionTitle(lang, operation, type);
}

export function chooseDeskPage(
  frame: PageFrame,
  person: Person,
  organisations: readonly { readonly code: string; readonly name: string }[],
): string {
  const say = sayIn(frame.lang);
  return renderPage({
    ...frame,
    service: DESK_SERVICE,
    title: say(TEXTS.choose),
    home: DESK_PATH,
    user: personPart(frame, person),
    column: 'task',
    main: html`<h1>${say(TEXTS.choose)}</h1><ul class="plain-list">${organisations.map(({ code, name }) => html`<li><a class="link" href="${`${DESK_PATH}/${code}`}">${name}</a></li>`)}</ul>`,
  });
}

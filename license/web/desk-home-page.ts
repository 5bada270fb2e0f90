// The desk's first page: what the organisation issues, one by one or as a list; and the choice for who works for several.
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { recordTable } from '../../common/web/records.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { type DeskFrame, deskPage, deskPath } from './desk-frame.ts';
import { DESK_PATH, DESK_SERVICE, type Person, personPart } from './service.ts';

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
    zh: '本单位还不能签发任何证照。请系统管理员先登记可签发的证照类型和印章。',
    en: 'Your organisation issues no licenses yet. Ask an administrator to register types and a seal.',
  },
  choose: { zh: '请选择为哪个单位办理', en: 'For which organisation do you work now?' },
} satisfies Texts;

export function deskHomePage(frame: PageFrame, desk: DeskFrame, types: readonly LicenseType[]): string {
  const say = sayIn(frame.lang);
  const nameOf = ({ name, name_en }: LicenseType) => (frame.lang === 'zh' ? name : name_en);
  return deskPage(frame, desk, {
    place: 'home',
    title: say(TEXTS.title),
    main: html`<h1>${say(TEXTS.title)}</h1>
${recordTable({
  caption: say(TEXTS.caption, { name: desk.organisation.name }),
  columns: [{ name: say(TEXTS.type) }, { name: say(TEXTS.code) }, { name: say(TEXTS.one) }, { name: say(TEXTS.list) }],
  rows: types.map((type) => [
    nameOf(type),
    html`<span class="identifier">${type.code}</span>`,
    html`<a class="link" href="${deskPath(desk, 'issue', type.code)}">${say(TEXTS.begin)}<span class="hidden"> ${nameOf(type)}</span></a>`,
    html`<a class="link" href="${`${deskPath(desk, 'batches', 'new')}?type=${type.code}`}">${say(TEXTS.upload)}<span class="hidden"> ${nameOf(type)}</span></a>`,
  ]),
  empty: say(TEXTS.none),
})}`,
  });
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

// One license: its state first, then what one can do with it, then everything that its face says.
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { breadcrumb, facts, hiddenFields, identifier, verdict } from '../../common/web/parts.ts';
import { formatDateTime, sayIn, type Texts } from '../../common/web/texts.ts';
import { dateWords, maskCode, type StateView, stateMark, stateWords } from './license-words.ts';
import { navItems, type Person, personPart, WALLET_PATH, WALLET_SERVICE } from './service.ts';

export type LicensePage = StateView & {
  readonly person: Person;
  readonly identifier: string;
  readonly name: string;
  readonly licenseNumber: string;
  readonly issuingAuthority: { readonly name: string; readonly code: string };
  readonly holder: { readonly name: string; readonly code: string };
  /** Dates as YYYY-MM-DD. */
  readonly issuedOn: string;
  readonly validFrom: string;
  readonly validTo: string;
  readonly stateReason: string | null;
  readonly stateChangedAt: Date;
  /** What the license type lists, in its order, labels in the page's language. */
  readonly fields: readonly { readonly label: string; readonly value: string }[];
  /** POST address that makes a presentation code (field `csrf`); null when the state forbids it. */
  readonly presentAction: string | null;
  /** Address of the PDF. */
  readonly fileHref: string;
};

const TEXTS = {
  present: { zh: '出示这张证照', en: 'Show this license' },
  download: { zh: '下载 PDF', en: 'Download PDF' },
  number: { zh: '证照编号', en: 'Number' },
  identifier: { zh: '电子证照标识', en: 'Identifier' },
  holder: { zh: '持证主体', en: 'Holder' },
  holderCode: { zh: '身份证号码', en: 'ID number' },
  authority: { zh: '颁发机构', en: 'Issued by' },
  authorityCode: { zh: '统一社会信用代码', en: 'Unit code' },
  issuedOn: { zh: '颁发日期', en: 'Issued on' },
  period: { zh: '有效期', en: 'Valid' },
  fromTo: { zh: '{from}至{to}', en: '{from} to {to}' },
  face: { zh: '照面信息', en: 'On the license' },
  about: { zh: '证照信息', en: 'About the license' },
  reason: { zh: '原因：{reason}', en: 'Reason: {reason}' },
  since: { zh: '{authority}，{time}', en: '{authority}, {time}' },
  wrong: {
    zh: '信息有误？请联系颁发机构申请更正。',
    en: 'Something wrong? Ask the issuing authority for a correction.',
  },
} satisfies Texts;

export function licensePage(frame: PageFrame, props: LicensePage): string {
  const say = sayIn(frame.lang);
  return renderPage({
    ...frame,
    service: WALLET_SERVICE,
    title: props.name,
    home: WALLET_PATH,
    nav: navItems(frame, 'wallet'),
    user: personPart(frame, props.person),
    main: html`${breadcrumb(frame.lang, [{ text: say(WALLET_SERVICE), href: WALLET_PATH }, { text: props.name }])}
<h1>${props.name}</h1>
${stateBanner(frame, props)}
<div class="actions">
${props.presentAction === null ? null : html`<form method="post" action="${props.presentAction}">${hiddenFields({ csrf: props.person.csrf })}<button class="button" type="submit">${say(TEXTS.present)}</button></form>`}
<a class="button plain" href="${props.fileHref}">${say(TEXTS.download)}</a>
</div>
<div class="card"><h2>${say(TEXTS.about)}</h2>${facts(frame.lang, aboutRows(frame, props))}</div>
<div class="card"><h2>${say(TEXTS.face)}</h2>${facts(
      frame.lang,
      props.fields.map((row) => ({ name: row.label, value: fieldWords(frame, row.value) })),
    )}</div>
<p class="hint">${say(TEXTS.wrong)}</p>`,
  });
}

/** A date is written out; every other value stands as it was issued. */
function fieldWords(frame: PageFrame, value: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(value) ? dateWords(frame.lang, value) : value;
}

function stateBanner(frame: PageFrame, props: LicensePage) {
  const say = sayIn(frame.lang);
  const time = formatDateTime(frame.lang, props.stateChangedAt);
  const acted = props.state !== 'valid' && props.state !== 'expired';
  return verdict({
    mark: stateMark(props),
    level: 2,
    title: stateWords(frame.lang, props),
    why: acted ? say(TEXTS.since, { authority: props.issuingAuthority.name, time }) : period(frame, props),
    next: props.stateReason ? say(TEXTS.reason, { reason: props.stateReason }) : null,
  });
}

function aboutRows(frame: PageFrame, props: LicensePage) {
  const say = sayIn(frame.lang);
  return [
    { name: say(TEXTS.holder), value: props.holder.name },
    { name: say(TEXTS.holderCode), value: identifier(maskCode(props.holder.code)) },
    { name: say(TEXTS.number), value: identifier(props.licenseNumber) },
    { name: say(TEXTS.authority), value: props.issuingAuthority.name },
    { name: say(TEXTS.authorityCode), value: identifier(props.issuingAuthority.code, 4) },
    { name: say(TEXTS.issuedOn), value: dateWords(frame.lang, props.issuedOn) },
    { name: say(TEXTS.period), value: period(frame, props) },
    { name: say(TEXTS.identifier), value: identifier(props.identifier) },
  ];
}

function period(frame: PageFrame, props: LicensePage): string {
  const [from, to] = [dateWords(frame.lang, props.validFrom), dateWords(frame.lang, props.validTo)];
  return sayIn(frame.lang)(TEXTS.fromTo, { from, to });
}

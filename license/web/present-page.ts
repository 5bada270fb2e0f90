// 亮证, the choice: which licenses (one or several, 一业一证) and what of each. Required parts are said in words, the usual
// ones ticked, numbers of persons never. The values stand beside the boxes, so that one sees what one shows.
import type { PageFrame } from '../../common/web/frame.ts';
import { attribute, type Html, html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { breadcrumb, errorSummary, FOCUS_SUMMARY_SCRIPT, hiddenFields } from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import { type StateView, stateTag } from './license-words.ts';
import { navItems, type Person, PRESENT_PATH, personPart, WALLET_PATH, WALLET_SERVICE } from './service.ts';

export type PresentablePart = {
  /** Name of domain/shown-parts.ts. */
  readonly part: string;
  readonly label: string;
  /** In words; masked where it is sensitive. */
  readonly value: string;
  readonly isTicked: boolean;
};

export type PresentableLicense = StateView & {
  readonly identifier: string;
  readonly name: string;
  readonly licenseNumber: string;
  readonly isChosen: boolean;
  readonly parts: readonly PresentablePart[];
};

export type PresentPage = {
  readonly person: Person;
  /** Those whose state allows it, the one that was asked for first. */
  readonly licenses: readonly PresentableLicense[];
  readonly fault: 'none-chosen' | 'too-many' | null;
  readonly maxLicenses: number;
};

const TEXTS = {
  title: { zh: '选择要出示的证照和内容', en: 'Choose what to show' },
  crumb: { zh: '亮证', en: 'Show' },
  lead: {
    zh: '对方只能看到您勾选的内容。亮证码 60 秒内有效，限用一次。',
    en: 'Others see only what you tick. A code is good for 60 seconds and one use.',
  },
  always: { zh: '总会出示：证照名称、颁发机构、状态', en: 'Always shown: name, issuing authority, state' },
  parts: { zh: '{name}：出示的内容', en: '{name}: what to show' },
  colon: { zh: '{label}：', en: '{label}: ' },
  make: { zh: '生成亮证码', en: 'Make code' },
  none: {
    zh: '您没有可以出示的证照。',
    en: 'You have no license that can be shown.',
  },
  back: { zh: '返回我的证照', en: 'Back to my licenses' },
  'none-chosen': { zh: '请选择要出示的证照', en: 'Choose at least one license' },
  'too-many': { zh: '一次最多出示 {n} 张证照', en: 'At most {n} licenses at a time' },
} satisfies Texts;

/** Parts that are codes: set in figures of one width, broken anywhere. */
const CODES: readonly string[] = ['license_number', 'holder_code', 'identifier'];

export function presentPage(frame: PageFrame, props: PresentPage): string {
  const say = sayIn(frame.lang);
  const { licenses, fault } = props;
  const faults = fault === null ? [] : [{ field: 'license-0', words: say(TEXTS[fault], { n: props.maxLicenses }) }];
  const title = say(TEXTS.title);
  return renderPage({
    ...frame,
    service: WALLET_SERVICE,
    title,
    home: WALLET_PATH,
    nav: navItems(frame, 'present', props.person),
    user: personPart(frame, props.person),
    column: 'task',
    faulty: fault !== null,
    ...(fault === null ? {} : { script: FOCUS_SUMMARY_SCRIPT }),
    main: html`${errorSummary(frame.lang, faults)}${breadcrumb(frame.lang, [{ text: say(WALLET_SERVICE), href: WALLET_PATH }, { text: say(TEXTS.crumb) }])}
<h1>${title}</h1>
${
  licenses.length === 0
    ? html`<p class="empty">${say(TEXTS.none)}</p><p><a class="link" href="${WALLET_PATH}">${say(TEXTS.back)}</a></p>`
    : html`<p class="lead">${say(TEXTS.lead)}</p>
<form method="post" action="${PRESENT_PATH}" novalidate>${hiddenFields({ csrf: props.person.csrf })}
${licenses.map((license, index) => licenseCard(frame, license, index, licenses.length === 1))}
<div class="actions"><button class="button" type="submit">${say(TEXTS.make)}</button></div></form>`
}`,
  });
}

function licenseCard(frame: PageFrame, license: PresentableLicense, index: number, isOnly: boolean): Html {
  const say = sayIn(frame.lang);
  const { name, licenseNumber, identifier, isChosen, parts } = license;
  const box = html`<input id="field-license-${index}" type="checkbox" name="license.${index}" value="${identifier}"${attribute('checked', isChosen || isOnly)}>`;
  return html`<div class="card"><div class="card-head"><label class="choice">${box}<span>${name}<br><span class="hint small identifier">${licenseNumber}</span></span></label>${stateTag(frame.lang, license)}</div>
<details${attribute('open', isChosen || isOnly || frame.size !== 'standard')}><summary>${say(TEXTS.parts, { name })}</summary>
<fieldset class="cards"><legend class="hint small">${say(TEXTS.always)}</legend>
${parts.map(({ part, label, value, isTicked }) => html`<label class="choice"><input type="checkbox" name="part.${index}.${part}"${attribute('checked', isTicked)}><span>${say(TEXTS.colon, { label })}${CODES.includes(part) ? html`<span class="identifier">${value}</span>` : value}</span></label>`)}
</fieldset></details></div>`;
}

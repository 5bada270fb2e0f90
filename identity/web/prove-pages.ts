// 提升等级: what is next for this person's level, each a page of its own: name and number, the face, a unit.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import {
  errorSummary,
  type Fault,
  FOCUS_SUMMARY_SCRIPT,
  faultOf,
  field,
  hiddenFields,
  notice,
} from '../../common/web/parts.ts';
import { sayIn, type Text, type Texts } from '../../common/web/texts.ts';
import type { Level } from '../domain/assurance.ts';
import { accountPage, type Viewer } from './account-layout.ts';
import { identityFields, type TypedIdentity } from './identity-fields.ts';
import { LEVEL_WORDS } from './level-words.ts';

const TEXTS = {
  title: { zh: '提升实名等级', en: 'Raise your level' },
  now: { zh: '现在是{level}：{meaning}。', en: 'You are at {level}: {meaning}.' },
  identity: { zh: '核对姓名和证件号码', en: 'Check name and number' },
  identityWhy: { zh: '核对一致后为三级。', en: 'When they match you are at level 3.' },
  face: { zh: '刷脸核验', en: 'Face check' },
  faceWhy: {
    zh: '请在光线充足处拍一张正面照片，核验通过后为四级。照片只用于本次核验，不保存。',
    en: 'Take a picture of your face in good light. When it fits you are at level 4. The picture is used once and not kept.',
  },
  picture: { zh: '正面照片', en: 'Picture of your face' },
  pictureHint: { zh: 'JPEG 或 PNG，最大 4 MB', en: 'JPEG or PNG, up to 4 MB' },
  counter: {
    zh: '五级需要数字证书，或携带证件到办事窗口核验。',
    en: 'Level 5 needs a certificate, or your document at a service hall.',
  },
  unitLink: { zh: '我是单位的法定代表人', en: 'I am the legal representative of a unit' },
  unitTitle: { zh: '核对法定代表人身份', en: 'Prove that you represent a unit' },
  unitWhy: {
    zh: '按法人库登记核对。核对一致后，登录业务系统时可以选择以该单位的身份办理。',
    en: 'Checked against the register of legal persons. Afterwards you can choose to act for the unit when you log in.',
  },
  unitCode: { zh: '统一社会信用代码', en: 'Unified social credit code' },
  unitName: { zh: '单位名称', en: 'Name of the unit' },
  check: { zh: '核对', en: 'Check' },
  proven: { zh: '核验通过，实名等级{level}。', en: 'Proven. {level}.' },
  unitProven: { zh: '核对一致，您是{unit}的法定代表人。', en: 'You are the legal representative of {unit}.' },
  mismatched: {
    zh: '姓名与人口库登记不一致。近期改过名的，数据可能晚几天更新，可携带证件到窗口核验。',
    en: 'The name differs from the population register; recent changes can take some days. You can also prove it at a service hall.',
  },
  faceMismatched: {
    zh: '没有通过刷脸核验。光线充足、摘下口罩后再试。',
    en: 'The face check did not succeed. Try again in good light, without a mask.',
  },
  unitMismatched: {
    zh: '与法人库登记不一致，请核对代码、名称；刚变更法定代表人的，数据可能晚几天更新。',
    en: 'This differs from the register of legal persons. Check code and name; recent changes can take some days.',
  },
  kept: {
    zh: '人口库暂时没有回应，您填写的内容已保存，稍后会自动核对并短信通知。',
    en: 'The register did not answer. Your entries are saved; we will check and text you.',
  },
  unavailable: { zh: '核验服务暂时没有回应，请稍后再试。', en: 'The check did not answer. Please try again later.' },
  taken: {
    zh: '同一证件已有账号，请登录该账号；不是您的账号的，请携带证件到办事窗口。',
    en: 'An account exists for this ID: log in to it. If it is not yours, bring your document to a service hall.',
  },
} satisfies Texts;

export type ProveOutcome =
  | 'proven'
  | 'unitProven'
  | 'mismatched'
  | 'faceMismatched'
  | 'unitMismatched'
  | 'kept'
  | 'unavailable'
  | 'taken';

export type ProvePage = {
  readonly viewer: Viewer;
  readonly formFields: Readonly<Record<string, string>>;
  readonly level: Level;
  readonly faults: readonly Fault[];
  /** What the last check said. */
  readonly outcome: ProveOutcome | null;
  readonly typed: TypedIdentity;
};

const GOOD: ReadonlySet<ProveOutcome> = new Set(['proven', 'unitProven']);

export function provePage(frame: PageFrame, props: ProvePage): string {
  const say = sayIn(frame.lang);
  const { name, meaning } = LEVEL_WORDS[props.level];
  return page(frame, props, TEXTS.title, {
    outcomeValues: { level: say(name) },
    body: html`<p>${say(TEXTS.now, { level: say(name), meaning: say(meaning) })}</p>
${props.level === 2 ? identityForm(frame, props) : null}
${props.level === 3 ? faceForm(frame, props) : null}
<p class="hint">${say(TEXTS.counter)}</p>
${props.level > 2 ? html`<p><a class="link" href="/prove/unit">${say(TEXTS.unitLink)}</a></p>` : null}`,
  });
}

export function proveUnitPage(
  frame: PageFrame,
  props: Omit<ProvePage, 'typed' | 'level'> & { readonly code: string; readonly name: string },
): string {
  const say = sayIn(frame.lang);
  return page(frame, props, TEXTS.unitTitle, {
    outcomeValues: { unit: props.name },
    body: html`<p>${say(TEXTS.unitWhy)}</p>
<form method="post" action="/prove/unit" novalidate>
${hiddenFields(props.formFields)}
${field({ name: 'code', label: say(TEXTS.unitCode), value: props.code, autocomplete: 'off', fault: faultOf(props.faults, 'code') })}
${field({ name: 'name', label: say(TEXTS.unitName), value: props.name, autocomplete: 'organization', fault: faultOf(props.faults, 'name') })}
<div class="actions"><button class="button" type="submit">${say(TEXTS.check)}</button></div>
</form>`,
  });
}

/** The field for a picture: the camera of a phone, a file elsewhere; also of recovery. */
export function pictureField(lang: PageFrame['lang'], fault: string | undefined): Html {
  const say = sayIn(lang);
  return field({
    name: 'picture',
    label: say(TEXTS.picture),
    hint: say(TEXTS.pictureHint),
    type: 'file',
    accept: 'image/jpeg,image/png',
    fault,
  });
}

function identityForm(frame: PageFrame, { formFields, typed, faults }: ProvePage): Html {
  const say = sayIn(frame.lang);
  return html`<h2>${say(TEXTS.identity)}</h2><p>${say(TEXTS.identityWhy)}</p>
<form method="post" action="/prove" novalidate>
${hiddenFields(formFields)}
${identityFields(frame.lang, typed, faults)}
<div class="actions"><button class="button" type="submit">${say(TEXTS.check)}</button></div>
</form>`;
}

function faceForm(frame: PageFrame, { formFields, faults }: ProvePage): Html {
  const say = sayIn(frame.lang);
  return html`<h2>${say(TEXTS.face)}</h2><p>${say(TEXTS.faceWhy)}</p>
<form method="post" action="/prove/face" enctype="multipart/form-data" novalidate>
${hiddenFields(formFields)}
${pictureField(frame.lang, faultOf(faults, 'picture'))}
<div class="actions"><button class="button" type="submit">${say(TEXTS.check)}</button></div>
</form>`;
}

function page(
  frame: PageFrame,
  props: Pick<ProvePage, 'viewer' | 'faults' | 'outcome'>,
  title: Text,
  { body, outcomeValues }: { body: Html; outcomeValues: Readonly<Record<string, string>> },
): string {
  const say = sayIn(frame.lang);
  const { outcome } = props;
  return accountPage(frame, {
    title: say(title),
    viewer: props.viewer,
    current: '/account',
    faulty: props.faults.length > 0,
    script: FOCUS_SUMMARY_SCRIPT,
    main: html`${errorSummary(frame.lang, props.faults)}
<h1>${say(title)}</h1>
${outcome === null ? null : notice({ mark: GOOD.has(outcome) ? 'passed' : 'warning', role: 'status', words: html`<p>${say(TEXTS[outcome], outcomeValues)}</p>` })}
${body}`,
  });
}

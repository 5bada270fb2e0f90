// Name and document of a person, as fields of a form.
import { HOLDER_CODE_TYPES, PERSON_CODE_TYPES } from '../../common/codes/holder-code.ts';
import { attribute, type Html, html } from '../../common/web/html.ts';
import { type Fault, faultOf, field } from '../../common/web/parts.ts';
import { type Lang, sayIn, type Texts } from '../../common/web/texts.ts';
import { CITIZEN_NUMBER } from '../domain/account.ts';

export type TypedIdentity = { readonly name: string; readonly codeType: string; readonly code: string };

const TEXTS = {
  name: { zh: '姓名', en: 'Name' },
  nameHint: { zh: '与证件上的一致', en: 'As on your document' },
  type: { zh: '证件类型', en: 'Document' },
  code: { zh: '证件号码', en: 'Document number' },
  citizen: {
    zh: '居民身份证、港澳台居民居住证',
    en: 'Resident ID card, residence permit (Hong Kong, Macao, Taiwan)',
  },
  other: { zh: '其他证件（含外国人永久居留身份证）', en: 'Other, such as a permanent residence card' },
} satisfies Texts;

/** `own`: the person who types is the one of the document. */
export function identityFields(lang: Lang, typed: TypedIdentity, faults: readonly Fault[], own = true): Html {
  const say = sayIn(lang);
  return html`${field({ name: 'name', label: say(TEXTS.name), hint: say(TEXTS.nameHint), value: typed.name, autocomplete: own ? 'name' : 'off', fault: faultOf(faults, 'name') })}
<div class="field"><label for="field-code_type">${say(TEXTS.type)}</label><select id="field-code_type" name="code_type">${PERSON_CODE_TYPES.map(
    (type) =>
      html`<option value="${type}"${attribute('selected', type === typed.codeType)}${attribute('lang', lang === 'en' && HOLDER_CODE_TYPES.get(type) === documentName(lang, type) ? 'zh-CN' : null)}>${documentName(lang, type)}</option>`,
  )}</select></div>
${field({ name: 'code', label: say(TEXTS.code), value: typed.code, autocomplete: 'off', fault: faultOf(faults, 'code') })}`;
}

/** What a type of document is called to people; the names of GB/T 36903 are Chinese. */
export function documentName(lang: Lang, type: string): string {
  const say = sayIn(lang);
  if (type === CITIZEN_NUMBER) return say(TEXTS.citizen);
  return type === OTHER_DOCUMENT ? say(TEXTS.other) : (HOLDER_CODE_TYPES.get(type) ?? type);
}

/** 其他自然人有效证件代码 */
const OTHER_DOCUMENT = '999';

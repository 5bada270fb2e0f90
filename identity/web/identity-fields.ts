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
  citizen: { zh: '居民身份证', en: 'Resident ID card' },
} satisfies Texts;

/** `own`: the person who types is the one of the document. */
export function identityFields(lang: Lang, typed: TypedIdentity, faults: readonly Fault[], own = true): Html {
  const say = sayIn(lang);
  const nameOf = (type: string): string =>
    type === CITIZEN_NUMBER ? say(TEXTS.citizen) : (HOLDER_CODE_TYPES.get(type) ?? type);
  return html`${field({ name: 'name', label: say(TEXTS.name), hint: say(TEXTS.nameHint), value: typed.name, autocomplete: own ? 'name' : 'off', fault: faultOf(faults, 'name') })}
<div class="field"><label for="field-code_type">${say(TEXTS.type)}</label><select id="field-code_type" name="code_type">${PERSON_CODE_TYPES.map(
    (type) =>
      html`<option value="${type}"${attribute('selected', type === typed.codeType)}${attribute('lang', lang === 'en' && type !== CITIZEN_NUMBER ? 'zh-CN' : null)}>${nameOf(type)}</option>`,
  )}</select></div>
${field({ name: 'code', label: say(TEXTS.code), value: typed.code, autocomplete: 'off', fault: faultOf(faults, 'code') })}`;
}

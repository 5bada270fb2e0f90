// Looking for one account, at a counter and in the administration: by exactly its number or name, or by the number of a document
// of any type of GB/T 36903, with a reason. Nobody is browsed.
import { HOLDER_CODE_TYPES, PERSON_CODE_TYPES } from '../../../common/codes/holder-code.ts';
import type { PageFrame } from '../../../common/web/frame.ts';
import { attribute, type Html, html } from '../../../common/web/html.ts';
import { type Fault, faultOf, field, hiddenFields } from '../../../common/web/parts.ts';
import { sayIn, type Texts } from '../../../common/web/texts.ts';
import { CITIZEN_NUMBER } from '../../domain/account.ts';
import { documentName } from '../identity-fields.ts';
import type { Typed } from './client-fields.ts';
import { reasonField } from './fields.ts';
import type { AdminView } from './layout.ts';

const TEXTS = {
  by: { zh: '查找方式', en: 'Look for' },
  any: { zh: '手机号、邮箱、公民身份号码或用户名', en: 'Phone, mail, citizen number or user name' },
  typed: { zh: '号码或名称', en: 'Number or name' },
  typedHint: {
    zh: '须完整输入。居民身份证和港澳台居民居住证的号码是公民身份号码。',
    en: 'In full. Resident ID cards and residence permits of Hong Kong, Macao and Taiwan bear a citizen number.',
  },
  typedFault: { zh: '请输入完整的号码或名称', en: 'Enter the whole number or name' },
  documentFault: {
    zh: '没有这种形式的证件号码，请核对证件类型和号码',
    en: 'No document of this type has such a number; check type and number',
  },
  find: { zh: '查找账号', en: 'Find the account' },
} satisfies Texts;

export function searchForm(
  frame: PageFrame,
  of: { readonly view: AdminView; readonly action: string; readonly typed: Typed; readonly faults: readonly Fault[] },
): Html {
  const say = sayIn(frame.lang);
  const { typed, faults } = of;
  const chosen = typed['code_type'] ?? '';
  const option = (type: string, label: string) =>
    html`<option value="${type}"${attribute('selected', type === chosen)}${attribute('lang', frame.lang === 'en' && HOLDER_CODE_TYPES.get(type) === label ? 'zh-CN' : null)}>${label}</option>`;
  const types = PERSON_CODE_TYPES.filter((type) => type !== CITIZEN_NUMBER);
  return html`<form method="post" action="${of.action}" autocomplete="off" novalidate>${hiddenFields(of.view.formFields)}
<div class="field"><label for="field-code_type">${say(TEXTS.by)}</label><select id="field-code_type" name="code_type">${option('', say(TEXTS.any))}${types.map((type) => option(type, documentName(frame.lang, type)))}</select></div>
${field({ name: 'typed', label: say(TEXTS.typed), hint: say(TEXTS.typedHint), value: typed['typed'] ?? '', autocomplete: 'off', fault: faultOf(faults, 'typed') })}
${reasonField(frame.lang, faults, typed['reason'])}
<div class="actions"><button class="button" type="submit">${say(TEXTS.find)}</button></div></form>`;
}

/** The fault of a look-up without anything to look for. */
export function typedFault(frame: PageFrame): Fault {
  return { field: 'typed', words: sayIn(frame.lang)(TEXTS.typedFault) };
}

export function documentFault(frame: PageFrame): Fault {
  return { field: 'typed', words: sayIn(frame.lang)(TEXTS.documentFault) };
}

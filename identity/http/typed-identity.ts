// Name and document as they come from a form, and the faults that parsing finds, at their fields.
import { isTrustError } from '../../common/errors.ts';
import type { Fault } from '../../common/web/parts.ts';
import { type Lang, sayIn, type Text, type Texts } from '../../common/web/texts.ts';
import { CITIZEN_NUMBER } from '../domain/account.ts';
import type { Identity } from '../domain/proofing.ts';
import { parseIdentity } from '../flow/prove-identity.ts';
import type { TypedIdentity } from '../web/identity-fields.ts';

const TEXTS = {
  nameMissing: { zh: '请填写姓名', en: 'Enter your name' },
  codeMissing: { zh: '请填写证件号码', en: 'Enter your document number' },
  codeCheck: {
    zh: '证件号码第 18 位校验不符，请逐位核对',
    en: 'The 18th character does not fit, check each digit',
  },
  codeForm: {
    zh: '证件号码格式不正确，请逐位核对',
    en: 'The document number does not have the right form; check each character',
  },
  name: { zh: '姓名最多 100 个字', en: 'The name may have at most 100 characters' },
} satisfies Texts;

export function typedIdentity(form: Readonly<Record<string, string>>): TypedIdentity {
  return { name: form['name'] ?? '', codeType: form['code_type'] ?? CITIZEN_NUMBER, code: form['code'] ?? '' };
}

/** The identity in its stored form, or the faults at the fields `name` and `code`. */
export function judgeIdentity(
  typed: TypedIdentity,
  now: Date,
  lang: Lang,
): { readonly identity: Identity } | { readonly faults: readonly Fault[] } {
  const say = sayIn(lang);
  const fault = (field: string, text: Text): Fault => ({ field, words: say(text) });
  const missing = [
    ...(typed.name.trim() === '' ? [fault('name', TEXTS.nameMissing)] : []),
    ...(typed.code.trim() === '' ? [fault('code', TEXTS.codeMissing)] : []),
  ];
  if (missing.length > 0) return { faults: missing };
  try {
    return { identity: parseIdentity({ name: typed.name, holder: { type: typed.codeType, code: typed.code } }, now) };
  } catch (error) {
    if (!isTrustError(error, 'code-check') && !isTrustError(error, 'invalid-request')) throw error;
    if (error.pointer === '/name') return { faults: [fault('name', TEXTS.name)] };
    return { faults: [fault('code', /character 18/.test(error.message) ? TEXTS.codeCheck : TEXTS.codeForm)] };
  }
}

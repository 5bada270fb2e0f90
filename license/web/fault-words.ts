// Refusals of the rules in a clerk's language. The domain says one English sentence a fault, for programs; here each of its
// forms has a Chinese one, which names what is expected and, where a date or another value is meant, which. A sentence that
// is not in the table is told by the title of its problem: never in another language than the page's.
import { PROBLEMS, type ProblemCode } from '../../common/errors.ts';
import type { Lang, Text } from '../../common/web/texts.ts';
import { LICENSE_ACTS } from '../domain/license-acts.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { STATE_TEXTS } from './license-words.ts';

/** What a fault is known by, wherever it was kept. */
export type KeptFault = { readonly problem: string; readonly fault: string; readonly pointer: string | null };

/** Names that rules refer to, beside the fields of the type. */
const NAMES: Readonly<Record<string, Text>> = {
  case_id: { zh: '办件编号', en: 'Case id' },
  issued_on: { zh: '颁发日期', en: 'Issued on' },
  valid_from: { zh: '有效期起', en: 'Valid from' },
  valid_to: { zh: '有效期止', en: 'Valid to' },
  license_number: { zh: '证照编号', en: 'License number' },
  holder_name: { zh: '持证主体名称', en: 'Name of the holder' },
  holder_code: { zh: '持证主体代码', en: 'Code of the holder' },
  holder_code_type: { zh: '持证主体代码类型', en: 'Kind of code' },
};

type Name = (word: string) => string;
type Form = readonly [form: RegExp, words: (found: readonly string[], name: Name) => string];

const FORMS: readonly Form[] = [
  [/ is missing$/, () => '未填写'],
  [/ is missing; it is wanted when (\S+) is (.+)$/, ([, field = '', is], name) => `${name(field)}为“${is}”时应填写`],
  [/ is only for when (\S+) is (.+)$/, ([, field = '', is], name) => `只有${name(field)}为“${is}”时才填写`],
  [
    / has (\d+) characters, expected (\d+) to (\d+)$/,
    ([, n, least, most]) => `现有 ${n} 个字，应为 ${least} 至 ${most} 个字`,
  ],
  [/is none of (.+)$/, ([, some]) => `应为以下之一：${some?.replaceAll(', ', '、')}`],
  [/: expected a number such as/, () => '应为数字，例如 120.50，整数不超过 15 位，小数不超过 6 位'],
  [/expected a date of the calendar/, () => '应为日历上有的日期，例如 2026-11-20'],
  [/expected a text without blanks around it/, () => '前后不能有空格，也不能为空'],
  [/^U\+([0-9A-F]+) cannot be printed$/, ([, code]) => `含有不能印制的字符 U+${code}`],
  [/^U\+([0-9A-F]+).* has no glyph/, ([, code]) => `字库中没有字符 U+${code}，请核对是否为生僻字`],
  [/ has no glyph in the fonts/, () => '含有字库中没有的字，请核对是否为生僻字'],
  [/the number is not as this type numbers: (.+)$/, ([, says]) => `编号规则：${says}`],
  [
    /^this type has (.+) holders, not (\d+)$/,
    ([, want, n]) => `应有 ${want?.replace(' to ', ' 至 ')} 个持证主体，现有 ${n} 个`,
  ],
  [/^this type is held under code types (.+)$/, ([, types]) => `证件类型应为：${types?.replaceAll(', ', '、')}`],
  [/^the same holder is named twice$/, () => '同一持证主体重复填写'],
  [/^the license type has no such field$/, () => '该证照类型没有此项'],
  [/^the photo is missing$/, () => '缺少照片'],
  [/^this license type has no photo$/, () => '该证照类型不需要照片'],
  [/^the photo has (\d+) bytes/, () => '照片超过 50 KB，请压缩后再传'],
  [/^the photo is neither JPEG nor PNG$/, () => '照片应为 JPEG 或 PNG 格式'],
  [/^the (?:photo|JPEG|PNG) cannot be used/, () => '照片文件无法使用，请另存为 JPEG 后再传'],
  [/: expected (.+)$/, ([, says]) => `格式应为：${says}`],
  [/ is not a 统一社会信用代码$/, () => '不是正确的统一社会信用代码，请逐位核对'],
  [/ is not a 公民身份号码$/, () => '不是正确的公民身份号码，请逐位核对'],
  [
    /^character (\d+) should be (.), found (.)$/,
    ([, place, want, found]) => `第 ${place} 位应为 ${want}，现为 ${found}`,
  ],
  [/ is not before (\S+?)(?:, (\S+))?$/, ([, other = '', date], name) => `应早于${name(other)}${inBrackets(date)}`],
  [/ is not after (\S+?)(?:, (\S+))?$/, ([, other = '', date], name) => `应晚于${name(other)}${inBrackets(date)}`],
  [
    / is (\d+) days (before|after) (\S+); (\d+) are allowed$/,
    ([, , side, other = '', days], name) => `应在${name(other)}${side === 'before' ? '之前' : '之后'} ${days} 天以内`,
  ],
  [/^issued_on is after today, (\S+)$/, ([, date]) => `不能晚于今天（${date}）`],
  [/^valid_to is before valid_from$/, () => '有效期止早于有效期起'],
  [/^this license type needs valid_to$/, () => '应填写有效期止'],
  [/^valid_to is the end of none of (.+): expected (.+)$/, ([, words, ends]) => `有效期应为${words}，即止于 ${ends}`],
  [/^the latest end that this type allows is (\S+)$/, ([, date]) => `最晚为 ${date}`],
  [/ is after (\S+?)(?:, (\S+))?$/, ([, other = '', date], name) => `不能晚于${name(other)}${inBrackets(date)}`],
  [/ is before (\S+?)(?:, (\S+))?$/, ([, other = '', date], name) => `不能早于${name(other)}${inBrackets(date)}`],
  [/ has more than (\d+) digits after the point$/, ([, n]) => `小数不超过 ${n} 位`],
  [/ is less than (\S+)$/, ([, least]) => `不能小于 ${least}`],
  [/ is more than (\S+)$/, ([, most]) => `不能大于 ${most}`],
  [/ is above (\S+), (\S+)$/, ([, other = '', value], name) => `不能大于${name(other)}（${value}）`],
  [/ is not the same as (\S+)$/, ([, other = ''], name) => `应与${name(other)}一致`],
  [/ is the same as (\S+)$/, ([, other = ''], name) => `不能与${name(other)}相同`],
  [/^the same as in line (\d+)$/, ([, line]) => `与第 ${line} 行重复`],
  [/^(\w+) does not touch this field; it touches (.+)$/, () => '这种办理不能改动此项'],
  [/^(\w+) does not touch/, () => '这种办理不能改动此项'],
  [/^there is nothing to/, () => '没有任何改动'],
  [/^a case id has 1 to 128/, () => '只能有字母、数字和半角符号，不含空格和汉字，最多 128 个'],
  [/^too long, or not of the expected form$/, () => '过长，或格式不对'],
  [
    /^the case was begun with another request/,
    () => '该办件已用其他内容签发过，请核对办件编号；要改已签发的证照请办理变更或更正',
  ],
  [/^the version before was issued on (\S+)$/, ([, date]) => `不能早于上一版本的颁发日期 ${date}`],
  [/^it can be renewed from (\S+) to (\S+); today is/, ([, from, to]) => `可延续的时间为 ${from} 至 ${to}`],
  [
    /^a license that is (\S+) takes no (\S+);/,
    ([, state = '', act = '']) => `证照现在“${stateWord(state)}”，不能办理${actWord(act)}`,
  ],
  [/^this license type knows no (\w+)/, ([, act = '']) => `这类证照不办理${actWord(act)}`],
  [/^the period would begin after (\S+)/, ([, date]) => `应不晚于 ${date} 开始，否则有效期会中断`],
  [/^the license is valid until (\S+) already$/, ([, date]) => `证照已有效至 ${date}，延续后应更晚`],
  [/does not fit (?:on|into)/, () => '内容过长，照面放不下'],
  [/^another license bears this number$/, () => '此编号已用于另一张证照'],
  [/a document number has letters/, () => '证件号码只含字母、数字、连字符和括号，至少一位数字'],
  [/a passport number has/, () => '护照号码为 5 至 9 位数字和字母'],
  [/台湾居民来往大陆通行证/, () => '台湾居民来往大陆通行证为 8 位数字，或 10 位数字加 1 位字母'],
  [/港澳居民来往内地通行证/, () => '港澳居民来往内地通行证为 H 或 M 加 8 位或 10 位数字'],
  [/15 digits of before 1999/, () => '15 位旧号码已停用，应填 18 位公民身份号码'],
  [/^a 统一社会信用代码 has/, () => '统一社会信用代码为 18 位，不含 I O S V Z'],
  [/birth|date of birth/, () => '身份证号码中的出生日期不正确'],
  [/17 digits/, () => '公民身份号码为 17 位数字加 1 位校验码'],
];

/** What is wrong and what is expected, without the name of the field. */
export function faultWords(lang: Lang, type: Pick<LicenseType, 'fields'>, { problem, fault }: KeptFault): string {
  if (lang === 'en') return namedInEnglish(type, fault);
  const name: Name = (word) =>
    /^\d{4}-\d\d-\d\d$/.test(word)
      ? word
      : (NAMES[word]?.zh ?? type.fields.find((field) => field.name === word)?.label ?? word);
  for (const [form, words] of FORMS) {
    const found = form.exec(fault);
    if (found) return words(found, name);
  }
  return Object.hasOwn(PROBLEMS, problem) ? PROBLEMS[problem as ProblemCode].titleZh : '请核对此项';
}

/** The sentence with the labels of the form for the names that it compares with; its subject is named by the form. */
function namedInEnglish({ fields }: Pick<LicenseType, 'fields'>, fault: string): string {
  const label = (word: string): string | undefined =>
    NAMES[word]?.en ?? fields.find(({ name }) => name === word)?.label_en;
  return fault.replace(COMPARED, (whole, relation: string, word: string) => {
    const named = label(word);
    return named === undefined ? whole : `${relation} “${named}”`;
  });
}

const COMPARED = /\b(before|after|above|as|when) ([a-z][a-z0-9_]*)\b/g;
const actWord = (act: string): string => (LICENSE_ACTS as Readonly<Record<string, string>>)[act] ?? act;
const stateWord = (state: string): string =>
  (STATE_TEXTS as Readonly<Record<string, { readonly zh: string }>>)[state]?.zh ?? state;
const inBrackets = (date: string | undefined): string => (date === undefined ? '' : `（${date}）`);

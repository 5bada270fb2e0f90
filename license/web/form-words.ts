// The columns of a license type in the words of its form: labels, hints, conditions, options, values. Fields of the type bring
// their own words; those that every license has are here.
import { holderCodeWords } from '../../common/web/holder-code-words.ts';
import type { Choice } from '../../common/web/records.ts';
import { type Lang, sayIn, type Text, type Texts } from '../../common/web/texts.ts';
import { holderPrefix } from '../domain/batch-columns.ts';
import type { DraftFault } from '../domain/draft.ts';
import { optionsOf } from '../domain/field-text.ts';
import type { LicenseType } from '../domain/license-type.ts';
import type { LicenseTypeField } from '../domain/type-field.ts';
import { faultWords } from './fault-words.ts';
import { dateWords, labelWords, valueWords } from './license-words.ts';

const TEXTS = {
  optional: { zh: '{label}（选填）', en: '{label} (optional)' },
  date: { zh: '例如 2026-11-20 或 2026年11月20日', en: 'For example 2026-11-20' },
  when: { zh: '{field}为“{values}”时填写', en: 'When {field} is {values}' },
  number: { zh: '单位：{unit}', en: 'In {unit}' },
  or: { zh: '”或“', en: ' or ' },
  labelled: { zh: '{label}：{words}', en: '{label}: {words}' },
} satisfies Texts;

/** What every license has, beside its holders. */
export const OWN_TEXTS = {
  case_id: { zh: '办件编号', en: 'Case id' },
  license_number: { zh: '证照编号', en: 'License number' },
  issued_on: { zh: '颁发日期', en: 'Issued on' },
  valid_from: { zh: '有效期起', en: 'Valid from' },
  valid_to: { zh: '有效期止', en: 'Valid to' },
  photo: { zh: '照片', en: 'Photo' },
} satisfies Record<string, Text>;
export type OwnColumn = keyof typeof OWN_TEXTS;

const HOLDER_TEXTS = {
  name: { zh: '持证主体{n}名称', en: 'Name of holder {n}' },
  code_type: { zh: '持证主体{n}证件类型', en: 'Kind of code of holder {n}' },
  code: { zh: '持证主体{n}证件号码', en: 'Code of holder {n}' },
} satisfies Texts;
const ONLY_HOLDER_TEXTS = {
  name: { zh: '持证主体名称', en: 'Name of the holder' },
  code_type: { zh: '持证主体证件类型', en: 'Kind of code' },
  code: { zh: '持证主体证件号码', en: 'Code of the holder' },
} satisfies Texts;
export type HolderPart = keyof typeof HOLDER_TEXTS;

export function holderLabel(lang: Lang, type: LicenseType, index: number, part: HolderPart): string {
  const say = sayIn(lang);
  return type.holder.max_holders === 1 ? say(ONLY_HOLDER_TEXTS[part]) : say(HOLDER_TEXTS[part], { n: index + 1 });
}

export function holderColumn(index: number, part: HolderPart): string {
  return `${holderPrefix(index)}_${part}`;
}

export function optionalLabel(lang: Lang, label: string): string {
  return sayIn(lang)(TEXTS.optional, { label });
}

/** Condition, what the type says, how a date is written, the unit: what there is of it. */
export function fieldHint(lang: Lang, type: LicenseType, field: LicenseTypeField): string | undefined {
  const say = sayIn(lang);
  const own = lang === 'zh' ? field.hint : field.hint_en;
  const parts = [
    conditionWords(lang, type, field),
    own,
    field.kind === 'date' ? say(TEXTS.date) : undefined,
    field.kind === 'number' && field.unit !== undefined ? say(TEXTS.number, { unit: field.unit }) : undefined,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(lang === 'zh' ? '。' : '. ');
}

export const dateHint = (lang: Lang): string => sayIn(lang)(TEXTS.date);

function conditionWords(lang: Lang, type: LicenseType, { required_if: condition }: LicenseTypeField) {
  if (condition === undefined) return undefined;
  const say = sayIn(lang);
  const other = type.fields.find(({ name }) => name === condition.field);
  const field = other === undefined ? columnLabel(lang, type, condition.field) : labelWords(lang, other);
  const values = condition.equals.map((value) => valueWords(lang, type, condition.field, value));
  return say(TEXTS.when, { field, values: values.join(say(TEXTS.or)) });
}

export function choicesOf(lang: Lang, type: LicenseType, field: LicenseTypeField): readonly Choice[] {
  return optionsOf(type, field).map(({ value, label, labelEn }) => ({ value, label: lang === 'zh' ? label : labelEn }));
}

export function codeTypeChoices(lang: Lang, { holder }: LicenseType): readonly Choice[] {
  return holder.code_types.map((code) => ({ value: code, label: holderCodeWords(lang, code) }));
}

/** What a column is called on the form; its name where the form has none. */
export function columnLabel(lang: Lang, type: LicenseType, column: string): string {
  if (Object.hasOwn(OWN_TEXTS, column)) return sayIn(lang)(OWN_TEXTS[column as OwnColumn]);
  const [, number, part] = /^holder(?:_(\d+))?_(name|code_type|code)$/.exec(column) ?? [];
  if (part !== undefined) return holderLabel(lang, type, Number(number ?? 1) - 1, part as HolderPart);
  const field = type.fields.find(({ name }) => name === column);
  return field === undefined ? column : labelWords(lang, field);
}

/** What a column says, as people read it: codes by their word, dates written out. */
export function columnValue(lang: Lang, type: LicenseType, column: string, value: string): string {
  if (/^holder(?:_\d+)?_code_type$/.test(column)) return holderCodeWords(lang, value);
  const isOwnDate = column === 'issued_on' || column === 'valid_from' || column === 'valid_to';
  return isOwnDate ? dateWords(lang, value) : valueWords(lang, type, column, value);
}

/** A fault as it stands beside its field and in the summary. */
export function columnFault(lang: Lang, type: LicenseType, { column, problem, fault }: DraftFault): string {
  const words = faultWords(lang, type, { problem, fault, pointer: null });
  if (column === null) return words;
  const label = columnLabel(lang, type, column);
  if (lang === 'zh') return sayIn(lang)(TEXTS.labelled, { label, words });
  // The domain's sentence begins with the column's name, or the field's Chinese label, where it has a subject.
  const field = type.fields.find(({ name }) => name === column);
  const subject = [column, field?.label ?? column].find((name) => words.startsWith(name));
  return subject === undefined ? `${label}: ${words}` : `${label}${words.slice(subject.length)}`;
}

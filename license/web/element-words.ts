// What can be shared of a license, in words: elements of GB/T 36903, items of the license type, the file; and whose number
// is masked where it is only looked at.
import { type Lang, sayIn, type Text } from '../../common/web/texts.ts';
import { METADATA_ELEMENTS } from '../domain/license-metadata.ts';
import { WHOLE_FILE } from '../domain/shared-elements.ts';
import { dateWords, labelWords, listWords, maskCode } from './license-words.ts';

const TEXTS: Readonly<Record<string, Text>> = {
  ZZBH: { zh: '证照编号', en: 'Number' },
  ZZBFRQ: { zh: '颁发日期', en: 'Issued on' },
  CZZT: { zh: '持证主体', en: 'Holder' },
  CZZTDM: { zh: '证件号码', en: 'ID number' },
  CZZTDMLX: { zh: '证件类型', en: 'Kind of ID' },
  CZZTDMLXDM: { zh: '证件类型代码', en: 'Code of the kind of ID' },
  ZZYXQQSRQ: { zh: '有效期起始日期', en: 'Valid from' },
  ZZYXQJZRQ: { zh: '有效期截止日期', en: 'Valid until' },
  [WHOLE_FILE]: { zh: '证照文件（加注件，含全部照面信息）', en: 'The file (annotated copy, the whole face)' },
};

/** Labels of the items of one license type. */
export type ElementLabels = readonly {
  readonly metadata_name: string;
  readonly label: string;
  readonly label_en: string;
}[];

export function elementWords(lang: Lang, name: string, labels: ElementLabels): string {
  const text = TEXTS[name];
  if (text) return sayIn(lang)(text);
  const item = labels.find((one) => one.metadata_name === name);
  if (item) return labelWords(lang, item);
  return METADATA_ELEMENTS.get(name)?.label ?? name;
}

/** Numbers of persons are masked, dates written out, several values set apart. */
export function elementValue(lang: Lang, name: string, values: readonly string[]): string {
  const shown = values.map((value) => {
    if (name === 'CZZTDM') return maskCode(value);
    return /^\d{4}-\d{2}-\d{2}$/.test(value) ? dateWords(lang, value) : value;
  });
  return listWords(lang, shown);
}

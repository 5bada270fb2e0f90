// What is told of a person, in words: one table for consent, the list of consents and the history.
import type { Text } from '../../common/web/texts.ts';

const CLAIM_WORDS: Readonly<Record<string, Text>> = {
  name: { zh: '姓名', en: 'Name' },
  phone_number: { zh: '手机号', en: 'Phone' },
  email: { zh: '电子邮箱', en: 'Mail address' },
  level: { zh: '实名等级', en: 'Assurance level' },
  holder_code: { zh: '身份证号码', en: 'ID number' },
  holder_code_type: { zh: '证件类型', en: 'Kind of document' },
  acting_for: { zh: '代表的单位', en: 'Unit acted for' },
};

/** The words for a claim; one that has none is shown as systems call it, so that nothing told is hidden. */
export function claimWords(claim: string): Text {
  return CLAIM_WORDS[claim] ?? { zh: claim, en: claim };
}

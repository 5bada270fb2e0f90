// Invented holders with codes that obey the rule of their type (GB 11643, GB 32100, the forms of GB/T 36903, Annex A).
import { citizenNumberCheckCharacter } from '../../common/codes/citizen-number.ts';
import { creditCodeCheckCharacter } from '../../common/codes/credit-code.ts';
import { PERSON_CODE_TYPES } from '../../common/codes/holder-code.ts';
import { organisationCodeCheckCharacter } from '../../common/codes/organisation-code.ts';
import { parsePattern, samplePattern } from '../../license/domain/pattern.ts';

export type Random = () => number;
export type SampleHolder = { readonly name: string; readonly code_type: string; readonly code: string };

/** Patterns of the types that have no check character; every other one takes letters and digits. */
const FORMS: Readonly<Record<string, string>> = {
  '511': '\\d{8}',
  '516': '[HM]\\d{8}',
  '411': 'D[A-Z]\\d{7}',
  '412': 'S[A-Z]\\d{7}',
  '413': 'P[A-Z]\\d{7}',
  '414': 'E[A-HJ-NP-Z]\\d{7}',
};

export function sampleHolder(codeType: string, random: Random): SampleHolder {
  const name = PERSON_CODE_TYPES.includes(codeType)
    ? '[张王李赵陈林周吴][伟芳娜敏静强磊洋艳勇]{1,2}'
    : '示例[一-龥]{2,6}有限公司';
  return { name: sample(name, random), code_type: codeType, code: sampleCode(codeType, random) };
}

export function sampleCode(codeType: string, random: Random): string {
  if (codeType === '111') return sampleCitizenNumber(random);
  if (codeType === '001') return sampleCreditCode(random);
  return sample(FORMS[codeType] ?? '[A-Z]{2}\\d{6,10}', random);
}

/** Of Nanchang, born from 1950 to 1999. */
export function sampleCitizenNumber(random: Random): string {
  const first = sample('36010219[5-9]\\d(?:0[1-9]|1[0-2])(?:0[1-9]|1\\d|2[0-8])\\d{3}', random);
  return first + citizenNumberCheckCharacter(first);
}

/** A company of Nanchang. */
export function sampleCreditCode(random: Random): string {
  const body = sample('MA[0-9A-HJ-NPQRTUWXY]{5}', random) + sample('[0-9A-HJ-NPQRTUWXY]', random);
  const organisation = body + organisationCodeCheckCharacter(body);
  const first = `91360102${organisation}`;
  return first + creditCodeCheckCharacter(first);
}

export function sample(pattern: string, random: Random): string {
  return samplePattern(parsePattern(pattern), random);
}

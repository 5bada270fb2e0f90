// The types of holder codes (GB/T 36903, Annex A) in the page's language. The standard names them in Chinese; the English
// ones are what the documents call themselves, where they do.
import { HOLDER_CODE_TYPES } from '../codes/holder-code.ts';
import type { Lang } from './texts.ts';

const ENGLISH: Readonly<Record<string, string>> = {
  '001': 'Unified social credit code',
  '099': 'Other document of an organisation',
  '111': 'Citizen identity number',
  '114': 'Military officer’s card',
  '115': 'Armed police officer’s card',
  '118': 'Soldier’s card',
  '119': 'Armed police soldier’s card',
  '120': 'Military civilian staff card',
  '122': 'Armed police civilian staff card',
  '411': 'Diplomatic passport',
  '412': 'Service passport',
  '413': 'Passport for public affairs',
  '414': 'Passport',
  '511': 'Mainland Travel Permit for Taiwan Residents',
  '516': 'Mainland Travel Permit for Hong Kong and Macao Residents',
  '999': 'Other document of a person',
};

/** The code itself for a type that the standard does not have. */
export function holderCodeWords(lang: Lang, codeType: string): string {
  const words = lang === 'zh' ? HOLDER_CODE_TYPES.get(codeType) : ENGLISH[codeType];
  return words ?? HOLDER_CODE_TYPES.get(codeType) ?? codeType;
}

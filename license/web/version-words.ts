// 延续, 变更, 补发, 更正 in the words of the desk: their names, and what each of them does.
import { type Lang, sayIn, type Text, type Texts } from '../../common/web/texts.ts';
import type { VersionAct } from '../domain/license-states.ts';
import type { LicenseType } from '../domain/license-type.ts';
import { typeName } from './license-words.ts';

/** `issuedOn`: the day of issue when none is typed. */
export const VERSION_TEXTS = {
  renew: {
    name: { zh: '延续', en: 'Renew' },
    lead: {
      zh: '请按这次审查的结果填写。新版本的有效期重新计算，编号和持证主体不变。',
      en: 'Fill in what was found this time. The new version has a new period; number and holder stay.',
    },
    issuedOn: { zh: '不填为今天', en: 'today when left empty' },
  },
  change: {
    name: { zh: '变更', en: 'Change' },
    lead: {
      zh: '请填写变更后的内容。有效期和编号不变。',
      en: 'Fill in what it shall say from now on. Period and number stay.',
    },
    issuedOn: { zh: '不填为今天', en: 'today when left empty' },
  },
  replace: {
    name: { zh: '补发', en: 'Replace' },
    lead: {
      zh: '内容和有效期都不变，换发一个新版本。',
      en: 'The same content and period once more, as a new version.',
    },
    issuedOn: { zh: '不填则与原来相同', en: 'as before when left empty' },
  },
  correct: {
    name: { zh: '更正', en: 'Correct' },
    lead: {
      zh: '请改正有误的内容。有效期和编号不变。',
      en: 'Put right what is wrong. Period and number stay.',
    },
    issuedOn: { zh: '不填则与原来相同', en: 'as before when left empty' },
  },
} satisfies Record<VersionAct, { readonly name: Text; readonly lead: Text; readonly issuedOn: Text }>;

const TEXTS = { title: { zh: '{act}：{type}', en: '{act}: {type}' } } satisfies Texts;

/** `延续：从业人员健康证明`. */
export function versionTitle(lang: Lang, act: VersionAct, type: Pick<LicenseType, 'name' | 'name_en'>): string {
  const say = sayIn(lang);
  return say(TEXTS.title, { act: say(VERSION_TEXTS[act].name), type: typeName(lang, type) });
}

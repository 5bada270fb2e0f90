// What is said about a new password: the rules before, the fault after.
import { type Html, html } from '../../common/web/html.ts';
import { type Lang, sayIn, type Texts } from '../../common/web/texts.ts';
import type { PasswordFault } from '../domain/password-rules.ts';

const TEXTS = {
  length: { zh: '至少 {min} 位', en: 'At least {min} characters' },
  phrase: { zh: '可以用一句话', en: 'A sentence is fine' },
  personal: {
    zh: '不用手机号、证件号码、生日、姓名及其拼音',
    en: 'Not your phone, ID number, birthday or name',
  },
  missing: { zh: '请填写密码', en: 'Enter a password' },
  short: { zh: '密码至少 {min} 位', en: 'The password needs at least {min} characters' },
  long: { zh: '密码最多 {max} 位', en: 'The password may have at most {max} characters' },
  known: { zh: '这个密码曾经泄露，请换一个', en: 'This password has leaked before; choose another' },
  guessable: {
    zh: '密码用了您的手机号、证件号码、生日或姓名，请换一个',
    en: 'The password is made of your phone, ID number, birthday or name; choose another',
  },
  simple: {
    zh: '密码只有少数几个字符或连续的字符，请换一个',
    en: 'The password repeats a few characters; choose another',
  },
} satisfies Texts;

export function passwordRules(lang: Lang, minLength: number): Html {
  const say = sayIn(lang);
  const rules = [say(TEXTS.length, { min: minLength }), say(TEXTS.phrase), say(TEXTS.personal)];
  return html`<ul class="hint">${rules.map((rule) => html`<li>${rule}</li>`)}</ul>`;
}

/** `missing`: nothing was typed. */
export function sayPasswordFault(lang: Lang, fault: PasswordFault | { readonly kind: 'missing' }): string {
  const say = sayIn(lang);
  if (fault.kind === 'short') return say(TEXTS.short, { min: fault.min });
  if (fault.kind === 'long') return say(TEXTS.long, { max: fault.max });
  if (fault.kind === 'personal') return say(TEXTS.guessable);
  return say(TEXTS[fault.kind]);
}

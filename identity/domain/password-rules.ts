// What is accepted as a new password, in the manner of NIST SP 800-63B: long enough, nothing that stands on lists, nothing
// that anybody who knows the person would try first; no rules about kinds of characters, no regular changes.
import { birthDateOf } from '../../common/codes/citizen-number.ts';
import { type AccountDocument, CITIZEN_NUMBER } from './account.ts';

const MAX_PASSWORD_LENGTH = 128;

export type PasswordFault =
  | { readonly kind: 'short'; readonly min: number }
  | { readonly kind: 'long'; readonly max: number }
  /** 这个密码曾经泄露, or is among the most used ones. */
  | { readonly kind: 'known' }
  /** Made of phone, number, birthday, name or login name. */
  | { readonly kind: 'personal' }
  /** The same few characters again and again, or a row of them. */
  | { readonly kind: 'simple' };

export type AboutPerson = Partial<AccountDocument> & {
  readonly loginName?: string | null;
  /** The name in Latin letters: one word a character, 张三 -> zhang san. */
  readonly pinyin?: readonly (readonly string[])[];
};

/** What has nothing to do with the length: this much must remain when all that is personal is taken out. */
const OWN_CHARACTERS = 6;

/** The first fault; null for a password that is accepted. `isKnown`: of the password in small letters. */
export function findPasswordFault(
  password: string,
  { minLength, person, isKnown }: { minLength: number; person: AboutPerson; isKnown: (text: string) => boolean },
): PasswordFault | null {
  const text = password.normalize('NFKC').toLowerCase();
  const length = [...text].length;
  if (length < minLength) return { kind: 'short', min: minLength };
  if (length > MAX_PASSWORD_LENGTH) return { kind: 'long', max: MAX_PASSWORD_LENGTH };
  if (isKnown(text)) return { kind: 'known' };
  if (isSimple(text)) return { kind: 'simple' };
  return isPersonal(text, person) ? { kind: 'personal' } : null;
}

/** Fewer than four different characters, or one row upwards or downwards. */
function isSimple(text: string): boolean {
  if (new Set(text).size < 4) return true;
  const codes = [...text].map((character) => character.codePointAt(0)!);
  const steps = new Set(codes.slice(1).map((code, index) => code - codes[index]!));
  return steps.size === 1;
}

function isPersonal(text: string, person: AboutPerson): boolean {
  // The longest first: what is left of a number shall not hide what is left of a date.
  const parts = [...personalParts(person)].sort((a, b) => b.length - a.length);
  const rest = parts.reduce((left, part) => left.replaceAll(part, ''), text);
  return rest !== text && [...rest].length < OWN_CHARACTERS;
}

/** Texts that belong to the person, in small letters, of at least three characters; Chinese names from two on. */
function personalParts({ phone, holder, name, mail, loginName, pinyin = [] }: AboutPerson): ReadonlySet<string> {
  const parts = [
    ...(phone === undefined ? [] : [phone, phone.slice(-8), phone.slice(-6), phone.slice(0, 7)]),
    ...(holder === undefined ? [] : [holder.code.toLowerCase(), holder.code.slice(-6).toLowerCase()]),
    ...(holder?.type === CITIZEN_NUMBER ? birthdayParts(birthDateOf(holder.code)) : []),
    ...(mail === undefined ? [] : [mail, mail.slice(0, mail.indexOf('@'))]),
    ...(loginName ? [loginName] : []),
    ...pinyin.flatMap(pinyinParts),
  ].filter((part) => part.length >= 3);
  return new Set([...parts, ...(name && name.length > 1 ? [name.toLowerCase()] : [])]);
}

function birthdayParts(date: string): string[] {
  const [year = '', month = '', day = ''] = date.split('-');
  const short = year.slice(2);
  return [year + month + day, day + month + year, month + day + year, short + month + day, year + month, year];
}

/** zhang san -> zhangsan, sanzhang, zhang, zhangs, san, zs is too short. */
function pinyinParts(syllables: readonly string[]): string[] {
  const [surname = '', ...given] = syllables.map((syllable) => syllable.toLowerCase());
  const rest = given.join('');
  const initials = given.map((syllable) => syllable.charAt(0)).join('');
  return [surname + rest, rest + surname, surname + initials, surname.charAt(0) + rest, surname, rest];
}

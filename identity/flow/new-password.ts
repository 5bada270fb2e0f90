// Judges a new password: the rules (domain/password-rules.ts) with the lists that they need.
import { dictionary } from '@zxcvbn-ts/language-common';
import { pinyin } from 'pinyin-pro';
import { type AboutPerson, findPasswordFault, type PasswordFault } from '../domain/password-rules.ts';
import { type BreachFile, openBreachFile } from './breach-file.ts';
import type { PasswordWork } from './password.ts';

/** Settings of the house about passwords. */
export type PasswordPolicy = {
  readonly minLength: number;
  readonly work: PasswordWork;
  readonly breachFile: BreachFile | null;
};

export type PasswordSettings = {
  readonly passwordMinLength: number;
  readonly passwordMemoryKib: number;
  readonly passwordPasses: number;
  readonly passwordLanes: number;
  readonly breachFile: string | null;
};

/** Errors: config-invalid for a breach file that is none. */
export async function openPasswordPolicy(settings: PasswordSettings): Promise<PasswordPolicy> {
  const { passwordMinLength, passwordMemoryKib, passwordPasses, passwordLanes, breachFile } = settings;
  return {
    minLength: passwordMinLength,
    work: { memoryKib: passwordMemoryKib, passes: passwordPasses, lanes: passwordLanes },
    breachFile: breachFile === null ? null : await openBreachFile(breachFile),
  };
}

let common: ReadonlySet<string> | undefined;

/** The first fault, or null. The password goes nowhere but into this answer. */
export async function judgeNewPassword(
  { minLength, breachFile }: PasswordPolicy,
  password: string,
  person: AboutPerson,
): Promise<PasswordFault | null> {
  const pinyinOfName = person.name === undefined ? [] : listPinyin(person.name);
  const fault = findPasswordFault(password, {
    minLength,
    person: { ...person, pinyin: pinyinOfName },
    isKnown: isCommon,
  });
  if (fault !== null || breachFile === null) return fault;
  return (await breachFile.has(password)) ? { kind: 'known' } : null;
}

/** The most used passwords of the world; read at the first question. */
function isCommon(text: string): boolean {
  common ??= new Set(dictionary['passwords-common'].map((word) => String(word).toLowerCase()));
  return common.has(text);
}

/** As it is read by itself, and as a surname is read: 单 dan and shan. */
function listPinyin(name: string): readonly (readonly string[])[] {
  if (!/\p{Script=Han}/u.test(name))
    return [
      name
        .toLowerCase()
        .split(/[^a-z]+/)
        .filter((part) => part !== ''),
    ];
  const options = { toneType: 'none', type: 'array', nonZh: 'removed', v: true } as const;
  return [pinyin(name, options), pinyin(name, { ...options, surname: 'head' })];
}

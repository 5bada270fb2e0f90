// A natural person's account: what it holds and what is accepted of it. Legal persons are in legal-person.ts.
// `sub` names the account inside this room, clients know a pairwise one (subject.ts); `id` never leaves this room.
import { canonicalHolderCode, checkHolderCode, PERSON_CODE_TYPES } from '../../common/codes/holder-code.ts';
import { TrustError } from '../../common/errors.ts';
import type { Level } from './assurance.ts';

/** Type of a holder code: a citizen identity number. */
export const CITIZEN_NUMBER = '111';

export type Holder = {
  /** 持证主体代码 */
  readonly code: string;
  /** 持证主体代码类型, three digits */
  readonly type: string;
};

/**
 * active; frozen by an administrator: nobody logs in; closing: the person asked for the end and may still change his mind;
 * closed: nothing personal is left.
 */
export type AccountStatus = 'active' | 'frozen' | 'closing' | 'closed';

export type Account = {
  readonly id: number;
  readonly sub: string;
  readonly loginName: string | null;
  /** Empty when the account is closed. */
  readonly name: string;
  /** 实名等级: how far the identity is proven. */
  readonly level: Level;
  readonly status: AccountStatus;
  readonly hasPassword: boolean;
  /** When a closing account ends. */
  readonly closesAt: Date | null;
  /** True for the proven legal representative of at least one active unit. */
  readonly representsUnits: boolean;
};

/** What is personal, kept together in one sealed box. An account without document is not proven. */
export type AccountDocument = {
  readonly name: string;
  readonly holder?: Holder;
  readonly phone?: string;
  readonly mail?: string;
};

export type AccountRegistration = AccountDocument & {
  readonly loginName?: string;
  readonly password?: string;
};

/** May log in: also who is closing, so that he can take it back. */
export function mayLogIn({ status }: Account): boolean {
  return status === 'active' || status === 'closing';
}

/**
 * The registration in its stored form. Full-width letters and blanks are accepted. Throws `invalid-request` or `code-check`
 * with a pointer; `today` is YYYY-MM-DD. The rules for passwords are in password-rules.ts.
 */
export function parseRegistration(input: AccountRegistration, today: string): AccountRegistration {
  const { loginName, password, holder, phone, mail } = input;
  return {
    ...(loginName === undefined ? {} : { loginName: parseLoginName(loginName) }),
    ...(password === undefined ? {} : { password }),
    name: parseName(input.name),
    ...(holder === undefined ? {} : { holder: parseHolder(holder, today) }),
    ...(phone === undefined ? {} : { phone: parsePhone(phone) }),
    ...(mail === undefined ? {} : { mail: parseMail(mail) }),
  };
}

function parseLoginName(text: string): string {
  const loginName = normaliseLogin(text).toLowerCase();
  refuse(!/^[a-z][a-z0-9_.-]{2,31}$/.test(loginName), '/loginName', 'a letter, then 2 to 31 letters, digits, _ . -');
  return loginName;
}

/** Blanks inside stay, as they are part of foreign names; those around and doubled ones do not. */
export function parseName(text: string): string {
  const name = text.normalize('NFKC').trim().replace(/\s+/gu, ' ').replaceAll('•', '·');
  refuse(name.length < 1 || name.length > 100 || /\p{C}/u.test(name), '/name', '1 to 100 characters');
  return name;
}

/** A document of a natural person (GB/T 36903). */
export function parseHolder(input: Holder, today: string): Holder {
  refuse(!PERSON_CODE_TYPES.includes(input.type), '/holder/type', `one of ${PERSON_CODE_TYPES.join(', ')}`);
  const code = canonicalHolderCode(input.code);
  checkHolderCode(input.type, code, today);
  return { type: input.type, code };
}

export function parsePhone(text: string): string {
  const phone = normaliseLogin(text)
    .replaceAll('-', '')
    .replace(/^\+?86(?=1\d{10}$)/, '');
  refuse(!/^1\d{10}$/.test(phone), '/phone', '11 digits that begin with 1');
  return phone;
}

export function parseMail(text: string): string {
  const mail = normaliseLogin(text).toLowerCase();
  refuse(mail.length > 254 || !/^[^@<>()",;:]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(mail), '/mail', 'a mail address');
  return mail;
}

/** What a person typed as 手机号、证件号码或用户名: full-width to half-width, no blanks and control characters. The forms cannot be confused. */
export function normaliseLogin(text: string): string {
  return text.normalize('NFKC').replace(/[\s\p{C}]/gu, '');
}

function refuse(wrong: boolean, pointer: string, expected: string): void {
  if (wrong)
    throw new TrustError('invalid-request', `${pointer.slice(1)} is not accepted; expected ${expected}`, { pointer });
}

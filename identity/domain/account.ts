// A natural person's account: what it holds and what is accepted at registration. Legal persons come later.
// `sub` names the account inside this room, clients know a pairwise one (subject.ts); `id` never leaves this room.
import { checkCitizenNumber } from '../../common/codes/citizen-number.ts';
import { TrustError } from '../../common/errors.ts';

/** Type of a holder code: a citizen identity number. */
export const CITIZEN_NUMBER = '111';

export type Holder = {
  /** 持证主体代码 */
  readonly code: string;
  /** 持证主体代码类型, three digits */
  readonly type: string;
};

export type Account = {
  readonly id: number;
  readonly sub: string;
  readonly name: string;
  readonly status: 'active' | 'closed';
};

/** Kept together in one sealed box. */
export type AccountDocument = { readonly holder: Holder; readonly phone?: string };

export type AccountRegistration = {
  readonly loginName: string;
  readonly password: string;
  readonly name: string;
  readonly holder: Holder;
  readonly phone?: string;
};

/**
 * The registration in its stored form. Full-width letters and blanks are accepted. Throws `invalid-request` or `code-check`
 * with a pointer; `today` is YYYY-MM-DD.
 */
export function parseRegistration(input: AccountRegistration, today: string): AccountRegistration {
  const loginName = normaliseLogin(input.loginName).toLowerCase();
  refuse(!/^[a-z][a-z0-9_.-]{2,31}$/.test(loginName), '/loginName', 'a letter, then 2 to 31 letters, digits, _ . -');
  refuse(input.password.length < 8 || input.password.length > 128, '/password', '8 to 128 characters');
  const name = input.name.normalize('NFC').trim();
  refuse(name.length < 1 || name.length > 100, '/name', '1 to 100 characters');
  const holder = { type: input.holder.type, code: normaliseLogin(input.holder.code).toUpperCase() };
  refuse(holder.type !== CITIZEN_NUMBER, '/holder/type', `${CITIZEN_NUMBER}, a citizen identity number`);
  checkCitizenNumber(holder.code, today, '/holder/code');
  if (input.phone === undefined) return { loginName, password: input.password, name, holder };
  const phone = normaliseLogin(input.phone);
  refuse(!/^1\d{10}$/.test(phone), '/phone', '11 digits that begin with 1');
  return { loginName, password: input.password, name, holder, phone };
}

/** What a person typed as 手机号、证件号码或用户名: full-width to half-width, no blanks and control characters. The three forms cannot be confused. */
export function normaliseLogin(text: string): string {
  return text.normalize('NFKC').replace(/[\s\p{C}]/gu, '');
}

function refuse(wrong: boolean, pointer: string, expected: string): void {
  if (wrong)
    throw new TrustError('invalid-request', `${pointer.slice(1)} is not accepted; expected ${expected}`, { pointer });
}

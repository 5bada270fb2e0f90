// A phone number or mail address as it comes from a form; null for a text that is none.
import { isTrustError } from '../../common/errors.ts';
import { parseMail, parsePhone } from '../domain/account.ts';
import type { CodeAddress } from '../flow/one-time-code.ts';

export function typedPhone(text: string): { readonly phone: string } | null {
  return orNull(() => ({ phone: parsePhone(text) }));
}

export function typedMail(text: string): { readonly mail: string } | null {
  return orNull(() => ({ mail: parseMail(text) }));
}

/** Either; what has an @, also a full-width one, is meant as a mail address. */
export function typedAddress(text: string): CodeAddress | null {
  return /[@＠]/u.test(text) ? typedMail(text) : typedPhone(text);
}

function orNull<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch (error) {
    if (!isTrustError(error, 'invalid-request')) throw error;
    return null;
  }
}

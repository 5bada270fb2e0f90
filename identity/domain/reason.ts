// Why an administrator does something: a text that the audit log keeps. What it may not hold, nobody can check; the form says so.
import { TrustError } from '../../common/errors.ts';

const MIN = 4;
const MAX = 500;

/** Throws `invalid-request` with the pointer /reason. */
export function parseReason(text: string): string {
  const reason = text.normalize('NFC').trim();
  if (reason.length < MIN || reason.length > MAX || /[\p{Cc}\p{Co}]/u.test(reason.replaceAll(/[\r\n]/g, '')))
    throw new TrustError('invalid-request', `The reason is not accepted; expected ${MIN} to ${MAX} characters`, {
      pointer: '/reason',
    });
  return reason;
}

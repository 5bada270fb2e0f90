// Who has the document needs no copy of it: `Prefer: appended-only` (RFC 7240) asks for what belongs behind it and nothing
// else. The answer says of which document by its SM3, so that a document that changed on its way is found out.
import type Koa from 'koa';
import { APPENDED_ONLY, APPENDED_TYPE, INPUT_SM3, PREFERENCE_APPLIED } from '../../common/contract/seal.ts';

/** For the description of an operation. */
export const appendedHeader: Readonly<Record<string, string>> = {
  Prefer: `${APPENDED_ONLY}: the answer (${APPENDED_TYPE}) holds only what belongs behind the document that was sent. A document that was written anew (normalise) comes back whole all the same.`,
};
export const appendedAnswer: Readonly<Record<string, string>> = {
  [PREFERENCE_APPLIED]: `${APPENDED_ONLY}, where the answer holds only what belongs behind the document`,
  [INPUT_SM3]:
    'With it: SM3 of the document as it arrived, 64 hexadecimal digits; compare it before you put both together',
};

/** Preferences that are not known here are passed over, as RFC 7240 asks. */
export function isAppendedPreferred(ctx: Koa.Context): boolean {
  return ctx
    .get('Prefer')
    .split(',')
    .some((preference) => preference.trim().toLowerCase() === APPENDED_ONLY);
}

// The password of an encrypted PDF comes in a header: an address stands in logs and histories.
import type Koa from 'koa';
import { TrustError } from '../../common/errors.ts';

export const PASSWORD_HEADER = 'Document-Password';

/** For the description of an operation. */
export const passwordHeader: Readonly<Record<string, string>> = {
  [PASSWORD_HEADER]:
    "Opens an encrypted PDF, the user's or the owner's; UTF-8 with percent-encoding. Left out, the empty one is tried.",
};

const MAX_LENGTH = 1000;

/** The password, or undefined where none is sent. Errors: invalid-request; its detail never shows the value. */
export function readDocumentPassword(ctx: Koa.Context): string | undefined {
  const value = ctx.get(PASSWORD_HEADER);
  if (value === '') return undefined;
  const refuse = (detail: string): TrustError =>
    new TrustError('invalid-request', detail, { pointer: `/${PASSWORD_HEADER}` });
  if (value.length > MAX_LENGTH) throw refuse(`The ${PASSWORD_HEADER} is longer than ${MAX_LENGTH} characters.`);
  try {
    return decodeURIComponent(value);
  } catch {
    throw refuse(`The ${PASSWORD_HEADER} is not percent-encoded UTF-8; write % itself as %25.`);
  }
}

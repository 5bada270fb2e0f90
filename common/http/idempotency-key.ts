// Idempotency-Key: the caller's name for one act. Same key and same request: same answer; same key, other request:
// idempotency-conflict, which the room's store decides.
import type Koa from 'koa';
import { TrustError } from '../errors.ts';

/** The header's value, 8 to 128 visible ASCII characters. Errors: idempotency-key-missing, invalid-request. */
export function readIdempotencyKey(ctx: Koa.Context): string {
  const value = ctx.get('Idempotency-Key');
  if (value === '') throw new TrustError('idempotency-key-missing', 'The header Idempotency-Key is not there.');
  if (!/^[\x21-\x7e]{8,128}$/.test(value)) {
    throw new TrustError(
      'invalid-request',
      `The Idempotency-Key has ${value.length} characters; expected 8 to 128 visible ASCII characters without blanks.`,
      { pointer: '/Idempotency-Key' },
    );
  }
  return value;
}

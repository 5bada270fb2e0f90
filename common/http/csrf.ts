// Forms prove that they came from our page: the hidden field is an HMAC over a random cookie and, where there is one, the
// session it belongs to (double submit, bound). Besides, a browser that names another origin is refused at once.
import type Koa from 'koa';
import { TrustError } from '../errors.ts';
import { makeToken } from '../ids.ts';
import type { Cookies } from './cookies.ts';

/** Name of the hidden field in every form. */
export const CSRF_FIELD = 'csrf';
const COOKIE = 'csrf';

export type Csrf = {
  /** The token for this browser's forms; sets the cookie when there is none. `binding`: session or interaction id. */
  token(ctx: Koa.Context, binding?: string): string;
  /** Throws csrf-failed unless the form holds the token for this browser and binding, and came from our origin. */
  check(ctx: Koa.Context, form: Readonly<Record<string, string>>, binding?: string): void;
};

/** `origin` is the room's public URL. */
export function makeCsrf(cookies: Cookies, origin: string): Csrf {
  const fresh = new WeakMap<object, string>();
  return {
    token: (ctx, binding = '') => {
      let nonce = cookies.read(ctx, COOKIE) ?? fresh.get(ctx.res);
      if (nonce === undefined) {
        nonce = makeToken(26);
        fresh.set(ctx.res, nonce);
        cookies.write(ctx, COOKIE, nonce);
      }
      return cookies.sign(`csrf:${nonce}:${binding}`);
    },
    check: (ctx, form, binding = '') => {
      const from = ctx.get('Origin');
      if (from !== '' && from !== origin) throw new TrustError('csrf-failed', 'The form came from another site.');
      const nonce = cookies.read(ctx, COOKIE);
      if (nonce === undefined || !cookies.isSigned(`csrf:${nonce}:${binding}`, form[CSRF_FIELD] ?? '')) {
        throw new TrustError('csrf-failed', 'The form is older than the session of this browser, or cookies are off.');
      }
    },
  };
}

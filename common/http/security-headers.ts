// Headers that every answer carries. One content security policy for all pages of the house: own style sheet, scripts only
// with this answer's nonce, no data: images, no inline styles, forms only to the own origin.
import { randomBytes } from 'node:crypto';
import type Koa from 'koa';

const nonces = new WeakMap<object, string>();

/** The nonce that a `<script nonce>` of this answer must bear. */
export function nonceOf(ctx: Koa.Context): string {
  const known = nonces.get(ctx.res);
  if (known !== undefined) return known;
  const nonce = randomBytes(16).toString('base64');
  nonces.set(ctx.res, nonce);
  return nonce;
}

/** The policy of pages.md §0; `nonce` as in `nonceOf`. */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "style-src 'self'",
    `script-src 'nonce-${nonce}'`,
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}

/** For one page that must speak with another origin, such as a program on the person's own machine. */
export function allowConnect(ctx: Koa.Context, origin: string): void {
  const policy = contentSecurityPolicy(nonceOf(ctx)).replace("connect-src 'self'", `connect-src 'self' ${origin}`);
  ctx.set('Content-Security-Policy', policy);
}

/** Sets the headers before anything else runs, so that an error page has them too. Nothing may be cached unless a handler says so. */
export function securityHeaders({ https }: { https: boolean }): Koa.Middleware {
  return async (ctx, next) => {
    ctx.set('Content-Security-Policy', contentSecurityPolicy(nonceOf(ctx)));
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.set('X-Frame-Options', 'DENY');
    // Not no-referrer: that makes browsers send `Origin: null` with our own forms.
    ctx.set('Referrer-Policy', 'same-origin');
    ctx.set('Cross-Origin-Opener-Policy', 'same-origin');
    ctx.set('Cross-Origin-Resource-Policy', 'same-origin');
    ctx.set('Permissions-Policy', 'camera=(), microphone=(), geolocation=()');
    ctx.set('Cache-Control', 'no-store');
    if (https) ctx.set('Strict-Transport-Security', 'max-age=31536000; includeSubDomains');
    await next();
  };
}

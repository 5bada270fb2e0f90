// Headers that every answer carries. One content security policy for all pages of the house: own style sheet, scripts only
// with this answer's nonce, no data: images, no inline styles, forms only to the own origin.
import type Koa from 'koa';
import { takeRandomBytes } from '../ids.ts';

const nonces = new WeakMap<object, string>();

/** The nonce that a `<script nonce>` of this answer must bear; from here on the policy of the answer allows it. */
export function nonceOf(ctx: Koa.Context): string {
  const known = nonces.get(ctx.res);
  if (known !== undefined) return known;
  const nonce = takeRandomBytes(16).toString('base64');
  nonces.set(ctx.res, nonce);
  ctx.set('Content-Security-Policy', contentSecurityPolicy(nonce));
  return nonce;
}

/** The policy of pages.md §0; `nonce` as in `nonceOf`. Without one no script runs at all. */
export function contentSecurityPolicy(nonce?: string): string {
  return [
    "default-src 'none'",
    "style-src 'self'",
    ...(nonce === undefined ? [] : [`script-src 'nonce-${nonce}'`]),
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

const EVERY_ANSWER: readonly (readonly [name: string, value: string])[] = [
  ['Content-Security-Policy', contentSecurityPolicy()],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  // Not no-referrer: that makes browsers send `Origin: null` with our own forms.
  ['Referrer-Policy', 'same-origin'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Permissions-Policy', 'camera=(), microphone=(), geolocation=()'],
  ['Cache-Control', 'no-store'],
];
const OVER_HTTPS = ['Strict-Transport-Security', 'max-age=31536000; includeSubDomains'] as const;

/** Sets the headers before anything else runs, so that an error page has them too. Nothing may be cached unless a handler says so. */
export function securityHeaders({ https }: { https: boolean }): Koa.Middleware {
  const headers = https ? [...EVERY_ANSWER, OVER_HTTPS] : EVERY_ANSWER;
  return (ctx, next) => {
    for (const [name, value] of headers) ctx.res.setHeader(name, value);
    return next();
  };
}

// One message from a POST to the page that it leads to: a signed cookie, read once and gone. It holds a short code and
// figures for the page's own words, never a text to show and never a secret.
import type Koa from 'koa';
import type { Cookies } from './cookies.ts';

/** The code that the page knows, and values for its words. */
export type Flash = { readonly code: string; readonly values?: Readonly<Record<string, string | number>> };

export type Flashes = {
  /** `binding`: the session it belongs to; another one does not see it. */
  leave(ctx: Koa.Context, flash: Flash, binding?: string): void;
  /** What the POST before left; null when there is nothing. */
  take(ctx: Koa.Context, binding?: string): Flash | null;
};

const COOKIE = 'flash';
/** Long enough for the redirect on a slow line, too short to be met again later. */
const SECONDS = 60;

export function makeFlashes(cookies: Cookies): Flashes {
  return {
    leave: (ctx, flash, binding = '') =>
      cookies.write(ctx, COOKIE, JSON.stringify({ ...flash, binding }), { maxAgeSeconds: SECONDS }),
    take: (ctx, binding = '') => {
      const text = cookies.read(ctx, COOKIE);
      if (text === undefined) return null;
      cookies.clear(ctx, COOKIE);
      const { binding: left, ...flash } = JSON.parse(text) as Flash & { readonly binding: string };
      return left === binding ? flash : null;
    },
  };
}

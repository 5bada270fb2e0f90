// A password between two pages of a registration: it is judged once more when the name is known, and must not lie in a table
// meanwhile. The browser keeps it, sealed under a key of ours and bound to its draft, for half an hour.
import type Koa from 'koa';
import type { Cookies } from '../../common/http/cookies.ts';
import { closeText, type DocumentKeys, openText } from '../domain/document-box.ts';

export type KeptPassword = {
  keep(ctx: Koa.Context, binding: string, password: string): void;
  /** Null when there is none for this draft. */
  read(ctx: Koa.Context, binding: string): string | null;
  forget(ctx: Koa.Context): void;
};

const COOKIE = 'draft-password';
const SECONDS = 30 * 60;

export function makeKeptPassword({ cookies, keys }: { cookies: Cookies; keys: DocumentKeys }): KeptPassword {
  const place = (binding: string): string => `draft password/${binding}`;
  return {
    keep: (ctx, binding, password) => {
      const box = Buffer.from(closeText(keys, place(binding), password)).toString('base64url');
      cookies.write(ctx, COOKIE, box, { maxAgeSeconds: SECONDS });
    },
    read: (ctx, binding) => {
      const box = cookies.read(ctx, COOKIE);
      if (box === undefined) return null;
      try {
        return openText(keys, place(binding), new Uint8Array(Buffer.from(box, 'base64url')));
      } catch {
        return null; // of another draft
      }
    },
    forget: (ctx) => cookies.clear(ctx, COOKIE),
  };
}

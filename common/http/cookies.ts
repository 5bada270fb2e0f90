// Cookies of a room's own pages: its own names (on localhost all rooms share one jar), HttpOnly, SameSite=Lax, Secure and
// __Host- outside development, signed with HMAC-SM3 where the server must recognise its own value.
import { timingSafeEqual } from 'node:crypto';
import type Koa from 'koa';
import { makeTextSigner } from '../crypto/text-signer.ts';

export type CookieOptions = {
  /** Left out: until the browser closes. */
  readonly maxAgeSeconds?: number;
};

export type Cookies = {
  /** The value, or undefined when there is none or its signature does not fit. */
  read(ctx: Koa.Context, name: string): string | undefined;
  write(ctx: Koa.Context, name: string, value: string, options?: CookieOptions): void;
  clear(ctx: Koa.Context, name: string): void;
  /** HMAC-SM3 under the newest key, base64url: for tokens bound to what `text` says. */
  sign(text: string): string;
  /** True when `signature` was made by `sign` under any of the keys. */
  isSigned(text: string, signature: string): boolean;
};

/** `keys`: secrets, newest first; the first signs, all verify. `secure`: false only in development. */
export function makeCookies(options: { room: string; keys: readonly string[]; secure: boolean }): Cookies {
  const { room, keys, secure } = options;
  const signers = keys.map((key) => makeTextSigner('sm3', key));
  const [sign] = signers;
  if (sign === undefined) throw new Error('cookies need at least one key');
  const fullName = (name: string): string => `${secure ? '__Host-' : ''}xinji-${room}-${name}`;
  const isSigned = (text: string, signature: string): boolean =>
    signers.some((made) => equalText(made(text), signature));
  const append = (ctx: Koa.Context, name: string, value: string, age: string): void => {
    const parts = [`${fullName(name)}=${value}`, 'Path=/', 'HttpOnly', 'SameSite=Lax', age, secure ? 'Secure' : ''];
    ctx.append('Set-Cookie', parts.filter((part) => part !== '').join('; '));
  };
  return {
    sign,
    isSigned,
    read: (ctx, name) => {
      const found = readCookie(ctx, fullName(name));
      const dot = found?.lastIndexOf('.') ?? -1;
      if (found === undefined || dot < 0) return undefined;
      const encoded = found.slice(0, dot);
      return isSigned(`${fullName(name)}=${encoded}`, found.slice(dot + 1)) ? decode(encoded) : undefined;
    },
    write: (ctx, name, value, { maxAgeSeconds } = {}) => {
      const encoded = encodeURIComponent(value);
      const age = maxAgeSeconds === undefined ? '' : `Max-Age=${maxAgeSeconds}`;
      append(ctx, name, `${encoded}.${sign(`${fullName(name)}=${encoded}`)}`, age);
    },
    clear: (ctx, name) => append(ctx, name, '', 'Max-Age=0'),
  };
}

/** One value of the Cookie header, as it was sent. */
export function readCookie(ctx: Koa.Context, name: string): string | undefined {
  for (const pair of ctx.get('Cookie').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

function equalText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

// Where a request comes from: network address and browser. The browser keeps a random name in a signed cookie; the tables
// know its digest only, and it opens nothing.
import type Koa from 'koa';
import { utf8 } from '../../common/bytes.ts';
import { sm3 } from '../../common/crypto/sm3.ts';
import type { Cookies } from '../../common/http/cookies.ts';
import { makeToken } from '../../common/ids.ts';
import { describeBrowser } from '../domain/device.ts';
import type { Device } from '../store/known-devices.ts';

export type Visitor = { readonly address: string; readonly device: Device };

export type Visitors = (ctx: Koa.Context) => Visitor;

const COOKIE = 'device';
const COOKIE_SECONDS = 400 * 24 * 60 * 60; // as long as browsers keep one

export function makeVisitors(cookies: Cookies): Visitors {
  const named = new WeakMap<object, string>();
  return (ctx) => {
    const known = cookies.read(ctx, COOKIE);
    const name = known ?? named.get(ctx.res) ?? makeToken(26);
    if (!named.has(ctx.res)) {
      named.set(ctx.res, name);
      if (ctx.method === 'POST' || known === undefined)
        cookies.write(ctx, COOKIE, name, { maxAgeSeconds: COOKIE_SECONDS });
    }
    return {
      address: ctx.ip,
      device: { key: sm3(utf8(`device:${name}`)), label: describeBrowser(ctx.get('User-Agent')) },
    };
  };
}

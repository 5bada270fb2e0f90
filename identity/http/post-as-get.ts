// OpenID Connect asks that requests for authorization and logout may come by POST as well as by GET. The library serves POST
// only with cookies that other sites' forms carry along (SameSite=None); here the form is turned into the same request by GET,
// to which the browser gives the cookies of a plain link.

import type Koa from 'koa';
import { readBytes } from '../../common/http/body.ts';
import { seeOther } from '../../common/http/see-other.ts';

/** Browsers and proxies take addresses of this length. */
const MAX_BYTES = 6 * 1024;
const FORM = ['application/x-www-form-urlencoded'];

/** 303 to `path` with the fields of the form as they came, repeated ones included: the provider judges them. */
export function makePostAsGet(path: string): (ctx: Koa.Context) => Promise<void> {
  return async (ctx) => {
    const form = new TextDecoder().decode(await readBytes(ctx, { maxBytes: MAX_BYTES, types: FORM }));
    seeOther(ctx, `${path}?${new URLSearchParams(form)}`);
  };
}

// 303 See Other (RFC 9110): the answer to a form is a page of its own, which may be loaded again.
import type Koa from 'koa';

/** `to`: an address of ours, or one that was checked. */
export function seeOther(ctx: Koa.Context, to: string): void {
  ctx.status = 303;
  ctx.redirect(to);
}

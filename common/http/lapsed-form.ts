// Reads a form whose session has ended, and gives it back in a page from which it can be sent again (lapsed-form-page.ts).
import type Koa from 'koa';
import { type LapsedForm, lapsedFormPage } from '../web/lapsed-form-page.ts';
import { SESSION_BACK_PATH } from '../web/session-part.ts';
import type { Text } from '../web/texts.ts';
import { readBytes } from './body.ts';
import { pageFrame, sendPage } from './preferences.ts';
import { readUploadForm } from './upload.ts';

const FORM = 'application/x-www-form-urlencoded';
const MAX_BYTES = 64 * 1024;
/** More than any form of ours has. */
const MAX_PARTS = 500;

/** True for a form that a person sent from a page. */
export function isPageForm(ctx: Koa.Context): boolean {
  return (
    ctx.method === 'POST' && ctx.accepts('json', 'html') === 'html' && ctx.is(FORM, 'multipart/form-data') !== false
  );
}

/** Answers 401 with the form in a page. `maxBytes`: of its files, which are read and forgotten. */
export async function offerLapsedForm(ctx: Koa.Context, service: Text, maxBytes: number): Promise<void> {
  const hasFiles = ctx.is('multipart/form-data') !== false;
  const values = hasFiles
    ? Object.entries((await readUploadForm(ctx, maxBytes, MAX_PARTS)).texts)
    : await readPairs(ctx);
  sendLapsedForm(ctx, { service, hasFiles, values });
}

/** The same for a form that was read; `loginHref`: a page that asks for more than a login. */
export function sendLapsedForm(
  ctx: Koa.Context,
  form: Pick<LapsedForm, 'service' | 'hasFiles' | 'values'> & { readonly loginHref?: string },
): void {
  sendPage(ctx, lapsedFormPage(pageFrame(ctx), { loginHref: SESSION_BACK_PATH, ...form, action: ctx.url }), 401);
}

async function readPairs(ctx: Koa.Context): Promise<readonly (readonly [string, string])[]> {
  const bytes = await readBytes(ctx, { maxBytes: MAX_BYTES, types: [FORM] });
  return [...new URLSearchParams(Buffer.from(bytes).toString('utf8'))];
}

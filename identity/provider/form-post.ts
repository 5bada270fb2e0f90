// Forms that the provider sends by themselves: the answer of `response_mode=form_post`, which goes to the system, and the
// logout form, which goes to ourselves. The policy of our pages blocks the first (`form-action 'self'`), and the library's page
// speaks English only: it is replaced by ours, under a policy of its own that names the one script by its hash and the one
// registered address by its path.
import { createHash } from 'node:crypto';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { FORM_POST_SCRIPT, formPostPage } from '../web/form-post-page.ts';
import type { Afterwards } from './afterwards.ts';
import type { PageRequests } from './pages.ts';

const SCRIPT_HASH = createHash('sha256').update(FORM_POST_SCRIPT).digest('base64');

/** Where the library answers with such a form. */
const WITH_FORMS = ['authorization', 'resume', 'device_resume', 'end_session', 'code_verification'];

export function ownFormPosts(provider: Provider, requests: PageRequests): Afterwards {
  const own = (ctx: KoaContextWithOIDC): void => {
    const form = typeof ctx.body === 'string' ? readForm(ctx.body) : null;
    if (form === null) return;
    const isOurs = form.action.startsWith(`${provider.issuer}/`);
    if (!isOurs && !isRegistered(ctx, form.action)) throw new Error('a form to an address that is not registered');
    ctx.type = 'text/html; charset=utf-8';
    ctx.body = formPostPage(requests.of(ctx.req).frame, { ...form, system: ctx.oidc.client?.clientName ?? null });
    // After the page: its frame puts the policy of every page there.
    ctx.set('Content-Security-Policy', policyFor(isOurs ? "'self'" : sourceOf(form.action)));
  };
  return { routes: WITH_FORMS, run: own };
}

type Form = { readonly action: string; readonly fields: Readonly<Record<string, string>> };

/** The library's page with a form that sends itself; null for every other page. */
function readForm(page: string): Form | null {
  if (!page.includes('<title>Submitting Callback</title>')) return null;
  const action = /<form method="post" action="([^"]*)">/.exec(page)?.[1];
  if (action === undefined) throw new Error('the form of the library has changed');
  const fields = [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"\/>/g)];
  return {
    action: plainText(action),
    fields: Object.fromEntries(fields.map(([, name = '', value = '']) => [plainText(name), plainText(value)])),
  };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&#039;': "'",
};

function plainText(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#0?39);/g, (entity) => ENTITIES[entity] ?? entity);
}

/** The library has checked the address; it is checked once more, because a policy is made of it. */
function isRegistered(ctx: KoaContextWithOIDC, action: string): boolean {
  return ctx.oidc.client?.redirectUriAllowed(action) ?? false;
}

/** An address as a source of a policy: without query, and without the two characters that would end the source. */
function sourceOf(action: string): string {
  const { origin, pathname } = new URL(action);
  return `${origin}${pathname.replaceAll(';', '%3B').replaceAll(',', '%2C')}`;
}

function policyFor(target: string): string {
  return [
    "default-src 'none'",
    "style-src 'self'",
    `script-src 'sha256-${SCRIPT_HASH}'`,
    "img-src 'self'",
    `form-action ${target}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}

// A citizen's browser for the demo: cookies, redirects, forms and 0-second refreshes over plain HTTP, no script.
// Like a real browser it keeps cookies by host, not by port; that is why each room has cookie names of its own.

export type Page = {
  readonly url: string;
  readonly status: number;
  readonly html: string;
};

export type Browser = {
  open(url: string): Promise<Page>;
  /** Sends the form whose action contains `action`, with its hidden fields and `fields`; throws when the page has none. */
  submit(page: Page, action: string, fields?: Readonly<Record<string, string>>): Promise<Page>;
  /** How many pages were fetched, for the story's figures. */
  readonly requests: number;
};

const MAX_HOPS = 20;

export function makeBrowser(): Browser {
  const jar = new Map<string, string>();
  let requests = 0;

  async function go(url: string, init: RequestInit): Promise<Page> {
    let next: { url: string; init: RequestInit } = { url, init };
    for (let hop = 0; hop < MAX_HOPS; hop++) {
      requests++;
      const response = await fetch(next.url, {
        ...next.init,
        redirect: 'manual',
        headers: { ...next.init.headers, cookie: cookies(jar), accept: 'text/html' },
      });
      keepCookies(jar, response);
      const html = await response.text();
      const target = response.headers.get('location') ?? refreshTarget(html);
      if (target === null) return { url: next.url, status: response.status, html };
      next = { url: new URL(target, next.url).href, init: {} };
    }
    throw new Error(`more than ${MAX_HOPS} redirects from ${url}`);
  }

  return {
    open: (url) => go(url, {}),
    submit: (page, action, fields = {}) => {
      const form = findForm(page, action);
      const body = new URLSearchParams({ ...form.hidden, ...fields });
      const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(page.url).origin };
      return go(new URL(form.action, page.url).href, { method: 'POST', body: body.toString(), headers });
    },
    get requests() {
      return requests;
    },
  };
}

function cookies(jar: ReadonlyMap<string, string>): string {
  return [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
}

function keepCookies(jar: Map<string, string>, response: Response): void {
  for (const line of response.headers.getSetCookie()) {
    const [pair = '', ...attributes] = line.split(';');
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim();
    const gone = attributes.some((attribute) => /^\s*(max-age=0|expires=Thu, 01 Jan 1970)/i.test(attribute));
    if (gone) jar.delete(name);
    else jar.set(name, pair.slice(at + 1).trim());
  }
}

function refreshTarget(html: string): string | null {
  const match = /<meta http-equiv="refresh" content="0;\s*url=([^"]+)"/i.exec(html);
  return match ? unescapeHtml(match[1] as string) : null;
}

function findForm(page: Page, action: string): { action: string; hidden: Record<string, string> } {
  for (const [whole] of page.html.matchAll(/<form\b[\s\S]*?<\/form>/gi)) {
    const target = attribute(/<form\b[^>]*>/i.exec(whole)?.[0] ?? '', 'action') ?? page.url;
    if (!target.includes(action)) continue;
    const hidden: Record<string, string> = {};
    for (const [input] of whole.matchAll(/<(?:input|button)\b[^>]*>/gi)) {
      const name = attribute(input, 'name');
      if (name !== null && attribute(input, 'type') === 'hidden') hidden[name] = attribute(input, 'value') ?? '';
    }
    return { action: target, hidden };
  }
  throw new Error(`${page.url} (status ${page.status}) has no form to "${action}"`);
}

function attribute(tag: string, name: string): string | null {
  const match = new RegExp(`\\s${name}="([^"]*)"`, 'i').exec(tag);
  return match ? unescapeHtml(match[1] as string) : null;
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

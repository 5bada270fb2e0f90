// A browser without script, for the demo and the tests: cookies by host and path (ports share them, as in real ones),
// redirects, `meta refresh`, forms. It keeps to one rule of the content security policy that breaks logins when it is
// overlooked: after a form, `form-action 'self'` blocks every redirect to another site.
// Not here: script, secure and same-site attributes, anything visible.

export type Page = {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Addresses that led here, the first one asked for included. */
  readonly visited: readonly string[];
};

export type Browser = {
  open(url: string): Promise<Page>;
  /** Sends the page's form (the one whose action contains `action`, else the first) with its hidden fields and `values`. */
  submit(page: Page, values: Readonly<Record<string, string | null>>, action?: string): Promise<Page>;
  /** One request with this browser's cookies, leading nowhere on. */
  fetchOnce(url: string, init?: RequestInit): Promise<Response>;
  /** Names of the cookies that would be sent to `url`. */
  cookieNames(url: string): string[];
};

type Cookie = { name: string; value: string; host: string; path: string };

const MAX_HOPS = 20;

export function makeBrowser(): Browser {
  let jar: Cookie[] = [];

  const matching = (url: URL): Cookie[] =>
    jar.filter(({ host, path }) => host === url.hostname && isUnder(url.pathname, path));

  const keep = (url: URL, headers: Headers): void => {
    for (const line of headers.getSetCookie()) {
      const cookie = parseCookie(line, url);
      jar = jar.filter((old) => !(old.name === cookie.name && old.host === cookie.host && old.path === cookie.path));
      if (!cookie.gone) jar.push(cookie);
    }
  };

  const fetchOnce = async (target: string, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(target);
    const headers = new Headers(init.headers);
    const cookies = matching(url).map(({ name, value }) => `${name}=${value}`);
    if (cookies.length > 0) headers.set('Cookie', cookies.join('; '));
    if (!headers.has('Accept')) headers.set('Accept', 'text/html,application/xhtml+xml');
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    keep(url, response.headers);
    return response;
  };

  const go = async (target: string, init: RequestInit, formOnlyAt: string | null): Promise<Page> => {
    const visited: string[] = [];
    let url = target;
    let request = init;
    let bound = formOnlyAt;
    for (let hop = 0; hop < MAX_HOPS; hop += 1) {
      visited.push(url);
      const response = await fetchOnce(url, request);
      const text = await response.text();
      const location = response.headers.get('Location');
      const next = location ?? readRefresh(text);
      if (next === null) return { url, status: response.status, headers: response.headers, text, visited };
      if (location === null) bound = null;
      url = new URL(next, url).href;
      if (bound !== null && new URL(url).origin !== bound)
        throw new Error(`form-action 'self' blocks the way to ${url}`);
      request = {};
    }
    throw new Error(`more than ${MAX_HOPS} hops from ${target}`);
  };

  return {
    fetchOnce,
    open: (url) => go(url, {}, null),
    submit: (page, values, action) => {
      const form = findForm(page.text, action);
      const url = new URL(form.action, page.url).href;
      const sent = Object.entries({ ...form.hidden, ...values }).filter(([, value]) => value !== null);
      const body = new URLSearchParams(sent as [string, string][]);
      const origin = new URL(page.url).origin;
      const restricted = /form-action 'self'/.test(page.headers.get('Content-Security-Policy') ?? '');
      return go(url, { method: 'POST', body, headers: { Origin: origin } }, restricted ? origin : null);
    },
    cookieNames: (url) => matching(new URL(url)).map(({ name }) => name),
  };
}

function parseCookie(line: string, url: URL): Cookie & { gone: boolean } {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
  const at = pair.indexOf('=');
  const read = (name: string): string | undefined =>
    attributes.find((part) => part.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
  const expires = read('expires');
  const gone = read('max-age') === '0' || (expires !== undefined && Date.parse(expires) <= Date.now());
  return { name: pair.slice(0, at), value: pair.slice(at + 1), host: url.hostname, path: read('path') ?? '/', gone };
}

function isUnder(path: string, parent: string): boolean {
  return path === parent || path.startsWith(parent.endsWith('/') ? parent : `${parent}/`);
}

function readRefresh(text: string): string | null {
  const found = /<meta http-equiv="refresh" content="0;url=([^"]*)">/.exec(text)?.[1];
  return found === undefined ? null : unescapeHtml(found);
}

function findForm(text: string, action?: string): { action: string; hidden: Record<string, string> } {
  for (const [, attributes = '', inner = ''] of text.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)) {
    const target = unescapeHtml(/\baction="([^"]*)"/.exec(attributes)?.[1] ?? '');
    if (action !== undefined && !target.includes(action)) continue;
    const hidden: Record<string, string> = {};
    for (const [input] of inner.matchAll(/<input\b[^>]*>/g)) {
      // What a browser sends untouched: hidden fields, and boxes that are checked.
      if (!/\btype="hidden"/.test(input) && !/\btype="(?:checkbox|radio)"[^>]*\schecked\b/.test(input)) continue;
      const name = /\bname="([^"]*)"/.exec(input)?.[1];
      if (name !== undefined) hidden[name] = unescapeHtml(/\bvalue="([^"]*)"/.exec(input)?.[1] ?? '');
    }
    return { action: target, hidden };
  }
  throw new Error(`the page has no form${action === undefined ? '' : ` for ${action}`}`);
}

function unescapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => names[name] ?? '');
}

// A browser without script for the room's pages: one session, its cookies, forms as the page has them.
import { CSRF_FIELD } from '../../../common/http/csrf.ts';
import type { Answer, LicenseHouse } from './license-house.ts';

export const HTML = { Accept: 'text/html' };
export const JSON_ONLY = { Accept: 'application/json' };

export type PageBrowser = {
  /** A cookie that it has from now on: another session. */
  take(cookie: string): void;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** Sends `values` with the token of `page`, or what `values` says of it. */
  post(page: Answer, path: string, values?: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  /** Sends the form of `page` whose action this is, as it stands (boxes that are ticked included), changed by `values`. */
  send(page: Answer, action: string, values?: Record<string, string | null>): Promise<Answer>;
  /** The same for a form with files. */
  upload(page: Answer, action: string, values: Record<string, string | File>): Promise<Answer>;
};

export function openBrowser(house: LicenseHouse, session: string): PageBrowser {
  let cookies = session.split('; ');
  const nameOf = (cookie: string) => cookie.split('=')[0];
  const keep = (fresh: readonly string[]): void => {
    cookies = [...cookies.filter((old) => !fresh.some((one) => nameOf(one) === nameOf(old))), ...fresh];
  };
  const go = async (
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: URLSearchParams | FormData,
  ) => {
    const answer = await house.call(method, path, {
      headers: { ...headers, Cookie: cookies.join('; ') },
      ...(body === undefined ? {} : { body }),
    });
    keep(answer.headers.getSetCookie().map((line) => line.split(';')[0] ?? ''));
    return answer;
  };
  const formOf = (page: Answer, action: string): [string, string][] => {
    const form = new RegExp(`<form[^>]*action="${action}"[^>]*>([\\s\\S]*?)</form>`).exec(page.text)?.[1];
    if (form === undefined) throw new Error(`the page has no form for ${action}`);
    return fieldsOf(form);
  };
  return {
    take: (cookie) => keep([cookie]),
    get: (path, headers = HTML) => go('GET', path, headers),
    post: (page, path, values = {}, headers = HTML) => {
      const csrf = new RegExp(`name="${CSRF_FIELD}" value="([^"]+)"`).exec(page.text)?.[1] ?? '';
      return go('POST', path, headers, new URLSearchParams({ [CSRF_FIELD]: csrf, ...values }));
    },
    send: (page, action, values = {}) => {
      const sent = new URLSearchParams(formOf(page, action));
      for (const [name, value] of Object.entries(values)) value === null ? sent.delete(name) : sent.set(name, value);
      return go('POST', action, HTML, sent);
    },
    upload: (page, action, values) => {
      const sent = new FormData();
      for (const [name, value] of [...formOf(page, action), ...Object.entries(values)]) sent.set(name, value);
      return go('POST', action, HTML, sent);
    },
  };
}

function fieldsOf(form: string): [string, string][] {
  return [...form.matchAll(/<input\b[^>]*>/g)].flatMap(([input]): [string, string][] => {
    const read = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(input)?.[1];
    const isBox = /type="(checkbox|radio)"/.test(input);
    const name = read('name');
    if (name === undefined || (isBox && !/\bchecked\b/.test(input))) return [];
    return [[name, read('value') ?? (isBox ? 'on' : '')]];
  });
}

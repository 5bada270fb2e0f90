// Cookies, forged forms and the preferences, with a koa context stood in by the little that they touch.
import test from 'ava';
import type Koa from 'koa';
import { makeCookies } from '../../../common/http/cookies.ts';
import { makeCsrf } from '../../../common/http/csrf.ts';
import { localPath } from '../../../common/http/preferences.ts';

type Stand = { ctx: Koa.Context; sent: string[] };

function stand(headers: Record<string, string> = {}): Stand {
  const sent: string[] = [];
  const ctx = {
    res: {},
    get: (name: string) => headers[name] ?? '',
    append: (_: string, value: string) => sent.push(value),
  };
  return { ctx: ctx as unknown as Koa.Context, sent };
}

const cookieOf = (sent: readonly string[]) => sent.map((line) => line.split(';')[0]).join('; ');
const cookies = makeCookies({ room: 'license', keys: ['new-key', 'old-key'], secure: true });

test('a cookie is HttpOnly, Lax, Secure and bound to its host; it comes back only with its signature', (t) => {
  const { ctx, sent } = stand();
  cookies.write(ctx, 'session', 'ses_张', { maxAgeSeconds: 60 });
  t.regex(sent[0] ?? '', /^__Host-xinji-license-session=\S+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=60; Secure$/);
  const cookie = cookieOf(sent);
  t.is(cookies.read(stand({ Cookie: `a=b; ${cookie}` }).ctx, 'session'), 'ses_张');
  t.is(cookies.read(stand({ Cookie: `${cookie}x` }).ctx, 'session'), undefined);
  t.is(cookies.read(stand({ Cookie: cookie.replace('-session=', '-other=') }).ctx, 'other'), undefined);
  t.is(cookies.read(stand().ctx, 'session'), undefined);
});

test('a cookie signed with the older key is still read; with a foreign key it is not', (t) => {
  for (const [key, expected] of [
    ['old-key', 'v'],
    ['foreign', undefined],
  ] as const) {
    const { ctx, sent } = stand();
    makeCookies({ room: 'license', keys: [key], secure: true }).write(ctx, 'session', 'v');
    t.is(cookies.read(stand({ Cookie: cookieOf(sent) }).ctx, 'session'), expected);
  }
});

test('two rooms on localhost do not share a cookie name', (t) => {
  const { ctx, sent } = stand();
  makeCookies({ room: 'identity', keys: ['k'], secure: false }).write(ctx, 'session', '1');
  makeCookies({ room: 'license', keys: ['k'], secure: false }).write(ctx, 'session', '2');
  t.is(new Set(sent.map((line) => line.split('=')[0])).size, 2);
});

test('a form is taken only with the token of this browser and binding, and from our origin', (t) => {
  const csrf = makeCsrf(cookies, 'https://license.example');
  const { ctx, sent } = stand();
  const token = csrf.token(ctx, 'ses_1');
  t.is(csrf.token(ctx, 'ses_1'), token, 'two forms of one page');
  const back = (origin = 'https://license.example') => stand({ Cookie: cookieOf(sent), Origin: origin }).ctx;
  t.notThrows(() => csrf.check(back(), { csrf: token }, 'ses_1'));
  const code = { message: /site|session/ };
  t.throws(() => csrf.check(back(), { csrf: token }, 'ses_2'), code);
  t.throws(() => csrf.check(back(), { csrf: `${token}a` }, 'ses_1'), code);
  t.throws(() => csrf.check(back(), {}, 'ses_1'), code);
  t.throws(() => csrf.check(back('https://evil.example'), { csrf: token }, 'ses_1'), code);
  t.throws(() => csrf.check(back('null'), { csrf: token }, 'ses_1'), code);
  t.throws(() => csrf.check(stand().ctx, { csrf: token }, 'ses_1'), code);
});

test('a return path leads to this site only', (t) => {
  t.is(localPath('/licenses?a=1'), '/licenses?a=1');
  for (const path of [
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    '',
    undefined,
    'javascript:1',
    '/a\nb',
    '/a b',
  ]) {
    t.is(localPath(path), '/');
  }
});

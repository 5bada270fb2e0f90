import test, { type ExecutionContext } from 'ava';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { systemClock } from '../../common/clock.ts';
import { makeKoa } from '../../common/http/app.ts';
import { makeCookies } from '../../common/http/cookies.ts';
import { makeCsrf } from '../../common/http/csrf.ts';
import { makeFlashes } from '../../common/http/flash.ts';
import { makeMetrics } from '../../common/http/metrics.ts';
import { mountRoutes } from '../../common/http/routes.ts';
import { listen } from '../../common/http/server.ts';
import { makeLog } from '../../common/log.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { makeKeptForms } from '../../identity/http/kept-forms.ts';
import { makeOwnLogin } from '../../identity/http/own-login.ts';
import { makeOwnSessions } from '../../identity/http/own-session.ts';
import { findAccountBySub } from '../../identity/store/accounts.ts';
import { listProofs } from '../../identity/store/authentications.ts';
import { findFreePort } from '../_harness/free-ports.ts';
import {
  type IdentityHouse,
  logIn,
  MASTER_KEY,
  OTHER_PERSON,
  openUntilCallback,
  PERSON,
  startIdentity,
} from './identity-house.ts';

const LOGIN = { login: PERSON.loginName, password: PERSON.password };
const SHOW_ACTION = '/account/show';

test('who is not logged in is led through the login and comes back to the same page, query and all', async (t) => {
  const house = await startIdentity(t);
  const browser = makeBrowser();
  const login = await browser.open(`${house.url}/account?from=mail`);
  t.true(login.text.includes('登录后继续使用：用户中心'));
  const page = await browser.submit(login, LOGIN);
  t.is(page.url, `${house.url}/account?from=mail`);
  t.true(page.text.includes(PERSON.name));
  t.true(page.text.includes('360***********7718') && page.text.includes('138****0001'));
  t.false(page.text.includes(PERSON.holder.code));
});

test('who logged in for a system is known here without typing; the built-in client is no system of the logout', async (t) => {
  const house = await startIdentity(t);
  const { browser } = await logIn(await house.client('shop'));
  const page = await browser.open(`${house.url}/account`);
  t.is(page.url, `${house.url}/account`);
  const question = await browser.open(`${house.url}/oidc/session/end`);
  t.true(question.text.includes('将同时退出 1 个系统'));
});

test('codes are shown in full once, by a form of this person, and it is written down', async (t) => {
  const house = await startIdentity(t);
  const browser = makeBrowser();
  const page = await browser.submit(await browser.open(`${house.url}/account`), LOGIN);
  const shown = await browser.submit(page, {}, SHOW_ACTION);
  t.true(shown.text.includes(PERSON.holder.code) && shown.text.includes(PERSON.phone));
  t.false((await browser.open(`${house.url}/account`)).text.includes(PERSON.holder.code), 'once');
  await house.settle();
  t.is((await house.db('identity.events').where({ kind: 'account.codes-shown', sub: house.accountSub })).length, 1);
});

test('refused siblings: a form without its token, from another site, and of a person who is gone', async (t) => {
  const house = await startIdentity(t);
  await house.registerPerson(OTHER_PERSON);
  const browser = makeBrowser();
  const page = await browser.submit(await browser.open(`${house.url}/account`), LOGIN);
  const send = (values: Record<string, string>, origin = house.url) =>
    browser.fetchOnce(`${house.url}${SHOW_ACTION}`, {
      method: 'POST',
      body: new URLSearchParams(values),
      headers: { Origin: origin },
    });
  const fields = fieldsOf(page.text);
  t.is((await send({})).status, 403);
  t.is((await send({ ...fields, csrf: `${fields['csrf']}x` })).status, 403);
  t.is((await send(fields, 'https://evil.example')).status, 403);
  // The same browser, now with another person in it.
  await browser.fetchOnce(`${house.url}/oidc/session/end`);
  await house.db('identity.oidc_artifacts').where({ model: 'Session' }).delete();
  const other = { login: OTHER_PERSON.loginName, password: OTHER_PERSON.password };
  await browser.submit(await browser.open(`${house.url}/account`), other);
  t.is((await send(fields)).status, 403);
  t.is((await house.db('identity.events').where({ kind: 'account.codes-shown' })).length, 0);
});

test('a POST that meets a lapsed session leads to login; the session of a frozen account is none', async (t) => {
  const house = await startIdentity(t);
  const browser = makeBrowser();
  const page = await browser.submit(await browser.open(`${house.url}/account`), LOGIN);
  await house.db('identity.oidc_artifacts').where({ model: 'Session' }).delete();
  const login = await browser.submit(page, {}, SHOW_ACTION);
  t.regex(login.url, /\/interaction\//);
  t.is((await browser.submit(login, LOGIN)).url, `${house.url}/account`);
  await house.db('identity.accounts').where({ sub: house.accountSub }).update({ status: 'frozen' });
  t.regex((await browser.open(`${house.url}/account`)).url, /\/interaction\//);
});

test('the callback leads to pages of its own only, and says what is missing instead of going round', async (t) => {
  const house = await startIdentity(t);
  const browser = makeBrowser();
  const cancelled = await browser.open(`${house.url}/account/callback?error=access_denied`);
  t.is(cancelled.status, 403);
  t.true(cancelled.text.includes('您还没有登录') && cancelled.text.includes('access_denied'));
  await browser.submit(await browser.open(`${house.url}/account`), LOGIN);
  const forged = Buffer.from(JSON.stringify({ back: 'https://evil.example/' })).toString('base64url');
  t.is((await browser.open(`${house.url}/account/callback?state=${forged}.AAAA`)).url, `${house.url}/account`);
});

test('nobody exchanges the code of the built-in client, and nobody registers under its name', async (t) => {
  const house = await startIdentity(t);
  const browser = makeBrowser();
  const start = (await browser.fetchOnce(`${house.url}/account`)).headers.get('Location') ?? '';
  const login = await browser.open(start);
  const answer = await browser.fetchOnce(`${login.url}/login`, {
    method: 'POST',
    body: new URLSearchParams({ ...fieldsOf(login.text), ...LOGIN }),
  });
  const onward = /content="0;url=([^"]*)"/.exec(await answer.text())?.[1] ?? '';
  const callback = await openUntilCallback(browser, onward, `${house.url}/account/callback`);
  const code = callback.searchParams.get('code') ?? '';
  t.not(code, '');
  const exchange = await fetch(`${house.url}/oidc/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: 'xinji-account',
      redirect_uri: `${house.url}/account/callback`,
      code,
      code_verifier: 'a'.repeat(43),
    }),
  });
  t.is(exchange.status, 400);
  await t.throwsAsync(house.client('xinji-account'), { code: 'client-invalid' });
});

test('what was typed waits for its person, once, and for nobody else', async (t) => {
  const house = await startIdentity(t);
  await house.registerPerson(OTHER_PERSON);
  const formUrl = await serveForm(t, house);
  const browser = makeBrowser();
  await browser.submit(await browser.open(`${house.url}/account`), LOGIN);
  const logOut = () => house.db('identity.oidc_artifacts').where({ model: 'Session' }).delete();
  const type = async () => {
    const form = await browser.open(formUrl);
    await logOut();
    const body = new URLSearchParams({ ...fieldsOf(form.text), words: '写了很久的话', secret: 'not kept' });
    const answer = await browser.fetchOnce(formUrl, { method: 'POST', body });
    return browser.open(answer.headers.get('Location') ?? '');
  };
  const login = await type();
  t.regex(login.url, /\/interaction\//);
  const [row] = await house.db('identity.kept_forms');
  t.false(Buffer.from(row.box).includes('写了很久的话'), 'sealed');
  await browser.submit(login, LOGIN);
  t.true((await browser.open(formUrl)).text.includes('{"words":"写了很久的话"}'));
  t.true((await browser.open(formUrl)).text.includes('<p>{}</p>'), 'once');
  const again = await type();
  await browser.submit(again, { login: OTHER_PERSON.loginName, password: OTHER_PERSON.password });
  t.true((await browser.open(formUrl)).text.includes('<p>{}</p>'), 'another person in the same browser');
});

/** A page with a form that keeps the field `words`, beside the room and with its cookies. */
async function serveForm(t: ExecutionContext, house: IdentityHouse): Promise<string> {
  const port = await findFreePort();
  const cookies = makeCookies({ room: 'identity', keys: ['a cookie key of at least 32 characters'], secure: false });
  const own = makeOwnSessions({
    sessionLife: { idleSeconds: 1800, maxSeconds: 43_200 },
    provider: house.provider,
    clock: systemClock,
    cookies,
    csrf: makeCsrf(cookies, `http://localhost:${port}`),
    flashes: makeFlashes(cookies),
    keptForms: makeKeptForms({ db: house.db, clock: systemClock, cookies, boxKey: new Uint8Array(32).fill(3) }),
    ownLogin: makeOwnLogin({ cookies, url: house.url }),
    findAccount: (sub) => findAccountBySub(house.db, deriveDocumentKeys(MASTER_KEY), sub),
    listProofs: (uid) => listProofs(house.db, uid),
  });
  const deps = { room: 'identity', log: makeLog('identity', 'silent'), clock: systemClock };
  const app = makeKoa({ ...deps, metrics: makeMetrics('form'), mode: 'development' });
  mountRoutes(app, [
    {
      method: 'GET',
      path: '/form',
      scope: 'public',
      handler: async (ctx) => {
        const session = await own.requireSession(ctx);
        if (session === null) return;
        const kept = JSON.stringify(await own.takeKept(ctx, session));
        const hidden = Object.entries(own.formFields(ctx, session)).map(
          ([name, value]) => `<input type="hidden" name="${name}" value="${value}">`,
        );
        ctx.type = 'html';
        ctx.body = `<p>${kept}</p><form action="/form">${hidden.join('')}</form>`;
      },
    },
    {
      method: 'POST',
      path: '/form',
      scope: 'public',
      handler: async (ctx) => {
        await own.requireForm(ctx, { keep: ['words'] });
      },
    },
  ]);
  const server = await listen(app, { host: '127.0.0.1', port });
  t.teardown(() => server.stop(0));
  return `http://localhost:${port}/form`;
}

function fieldsOf(text: string): Record<string, string> {
  const hidden = [...text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  return Object.fromEntries(hidden.map(([, name, value]) => [name, value]));
}

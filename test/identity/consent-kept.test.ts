import test from 'ava';
import * as oidc from 'openid-client';
import { type Browser, makeBrowser } from '../../bin/demo/browser.ts';
import { decide, mergeDecisions, outlivesSession } from '../../identity/domain/consent.ts';
import {
  type Authorization,
  authorize,
  exchange,
  type IdentityHouse,
  openUntilCallback,
  PERSON,
  post,
  startIdentity,
  type TestClient,
} from './identity-house.ts';

const SCOPES = ['openid', 'profile', 'phone', 'email'];
const SHOP = { firstParty: false, scopes: SCOPES, optionalScopes: ['phone', 'email'] };
const LOGIN = { login: PERSON.loginName, password: PERSON.password };
const MONTH_MS = 30 * 86_400_000;

type Answer = Authorization & { readonly callback: URL };

/** Comes with a new session; returns the consent page's text, or what the system got when nothing was asked. */
async function come(
  client: TestClient,
  { scope = 'openid profile phone', browser = makeBrowser(), extra = {} } = {},
): Promise<{
  browser: Browser;
  asked: string | null;
  agree: (ticks?: object) => Promise<Answer>;
  answer: Answer | null;
}> {
  const authorization = await authorize(client, { scope, ...extra });
  let page = await browser.open(authorization.target.href).catch(() => null);
  if (page?.text.includes('field-password')) {
    const text = await (await post(browser, page, LOGIN)).text();
    const onward = /content="0;url=([^"]*)"/.exec(text)?.[1] ?? '';
    page = await browser.open(onward).catch(() => null);
  }
  const agree = async (ticks: object = {}): Promise<Answer> => {
    const text = await (await post(browser, page!, { decision: 'agree', ...ticks })).text();
    const onward = /content="0;url=([^"]*)"/.exec(text)?.[1] ?? '';
    return { ...authorization, callback: await openUntilCallback(browser, onward, client.redirectUri) };
  };
  if (page !== null) return { browser, asked: page.text, agree, answer: null };
  // The system's host does not exist: the way ended there, without a question.
  const callback = await openUntilCallback(browser, authorization.target.href, client.redirectUri);
  return { browser, asked: null, agree, answer: { ...authorization, callback } };
}

async function tell(client: TestClient, answer: Answer): Promise<{ claims: string[]; accessToken: string }> {
  const tokens = await exchange(client, answer);
  const person = await oidc.fetchUserInfo(client.config, tokens.access_token, oidc.skipSubjectCheck);
  const claims = Object.keys(person).filter((claim) => claim !== 'sub');
  return { claims: claims.sort(), accessToken: tokens.access_token };
}

const told = async (house: IdentityHouse) =>
  (await house.db('identity.disclosures').orderBy(['day', 'claims'])).map(({ client_id, claims, times }) => ({
    client_id,
    claims,
    times,
  }));

test('what is optional comes unticked, and is given only when it is ticked', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('shop', SHOP);
  const { asked, agree } = await come(client, { scope: SCOPES.join(' ') });
  t.true(asked?.includes('<input type="checkbox" name="give_phone">'), 'unticked');
  t.false(asked?.includes('give_profile'), 'what is required is no choice');
  t.false(asked?.includes('give_email'), 'what the account does not have cannot be chosen');
  t.true(asked?.includes('138****0001') && asked.includes('不会提供：您的身份证号码、证照'));
  t.regex(asked ?? '', /有效期至20\d\d年/);
  t.deepEqual((await tell(client, await agree())).claims, ['name']);
});

test('a consent outlives the session: asked again only when more is asked, never for what was declined', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('shop', SHOP);
  const first = await come(client);
  t.deepEqual((await tell(client, await first.agree())).claims, ['name']);
  const second = await come(client);
  t.is(second.asked, null, 'neither name nor phone is asked again');
  t.deepEqual((await tell(client, second.answer!)).claims, ['name'], 'declined stays declined');
  const third = await come(client, { scope: SCOPES.join(' ') });
  t.true(third.asked?.includes('请求使用您的信息'), 'mail is more');
  // Whoever wants to be asked again can be: the system sends him with prompt=consent.
  const again = await come(client, { browser: first.browser, extra: { prompt: 'consent' } });
  t.deepEqual((await tell(client, await again.agree({ give_phone: 'on' }))).claims, ['name', 'phone_number']);
  const fifth = await come(client);
  t.deepEqual((await tell(client, fifth.answer!)).claims, ['name', 'phone_number']);
});

test('refused sibling: after its days a consent counts no more', async (t) => {
  let now = Date.now();
  const house = await startIdentity(t, { clock: () => new Date(now) });
  const client = await house.client('shop', SHOP);
  await (await come(client)).agree();
  now += 13 * MONTH_MS;
  t.not((await come(client)).asked, null);
});

test('withdrawing ends tokens and grants at once; the system must ask again; nobody changes what was agreed', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('shop', SHOP);
  const { browser, agree } = await come(client);
  const { accessToken } = await tell(client, await agree({ give_phone: 'on' }));
  const list = await browser.open(`${house.url}/account/consents`);
  t.true(list.text.includes('系统 shop') && list.text.includes('姓名、手机号（最近') && list.text.includes('共 1 次'));
  const done = await browser.submit(list, {}, '/withdraw');
  t.true(done.text.includes('已撤回授权') && done.text.includes('已撤回'));
  await t.throwsAsync(oidc.fetchUserInfo(client.config, accessToken, oidc.skipSubjectCheck));
  t.not((await come(client, { browser })).asked, null, 'in the same session');
  t.is((await house.db('identity.events').where({ kind: 'consent.withdrawn', sub: house.accountSub })).length, 1);
  await t.throwsAsync(house.db('identity.consents').update({ scopes: ['openid'] }), { message: /only withdrawn/ });
  await t.throwsAsync(house.db('identity.consents').delete(), { message: /only withdrawn/ });
  // Twice, from a second window: nothing more happens.
  const twice = await browser.submit(list, {}, '/withdraw');
  t.is(twice.status, 200);
  t.is((await house.db('identity.events').where({ kind: 'consent.withdrawn' })).length, 1);
});

test('what a system was told is counted by day, names only, also for systems of the platform', async (t) => {
  const house = await startIdentity(t);
  const own = await house.client('own', { scopes: ['openid', 'profile', 'phone'] });
  for (const scope of ['openid profile', 'openid profile', 'openid profile phone', 'openid'])
    await tell(own, (await firstParty(own, scope)) as Answer);
  t.deepEqual(await told(house), [
    { client_id: 'own', claims: ['name'], times: 2 },
    { client_id: 'own', claims: ['name', 'phone_number'], times: 1 },
  ]);
  t.false(JSON.stringify(await house.db('identity.disclosures')).includes(PERSON.name));
  const browser = makeBrowser();
  const page = await browser.submit(await browser.open(`${house.url}/account/consents`), LOGIN);
  t.true(page.text.includes('平台自有系统') && page.text.includes('共 3 次'));
  t.false(page.text.includes('/account/consents/withdraw'), 'there is nothing to withdraw');
});

async function firstParty(client: TestClient, scope: string): Promise<Answer | null> {
  const browser = makeBrowser();
  const authorization = await authorize(client, { scope });
  const text = await (await post(browser, await browser.open(authorization.target.href), LOGIN)).text();
  const onward = /content="0;url=([^"]*)"/.exec(text)?.[1] ?? '';
  return { ...authorization, callback: await openUntilCallback(browser, onward, client.redirectUri) };
}

test('the pure part: optional ones not ticked are declined, a newer answer wins, and not everything outlives', (t) => {
  const now = decide(['profile', 'phone', 'email'], ['phone', 'email'], ['email', 'profile']);
  t.deepEqual(now, { given: ['profile', 'email'], declined: ['phone'] });
  t.deepEqual(mergeDecisions({ given: ['level', 'phone'], declined: ['email'] }, now), {
    given: ['level', 'profile', 'email'],
    declined: ['phone'],
  });
  t.deepEqual(outlivesSession(['openid', 'profile', 'identity_document', 'offline_access', 'seal:apply']), ['profile']);
});

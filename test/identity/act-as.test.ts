// 本人 or 单位: asked of who represents a unit, once a session and client; the answer belongs to the grant and is told to the
// system by `acting_for`.
import test, { type ExecutionContext } from 'ava';
import * as oidc from 'openid-client';
import { type Browser, makeBrowser } from '../../bin/demo/browser.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { setUnitStatus } from '../../identity/flow/end-representation.ts';
import { proveByPopulation } from '../../identity/flow/prove-identity.ts';
import { proveUnit } from '../../identity/flow/prove-unit.ts';
import { registerAccount } from '../../identity/flow/register-account.ts';
import { makeDevelopmentPorts } from '../../identity/proofing/development.ts';
import { TEST_UNITS } from '../../identity/proofing/test-persons.ts';
import {
  type Authorization,
  authorize,
  CHEAP_WORK,
  exchange,
  hop,
  type IdentityHouse,
  logIn,
  MASTER_KEY,
  openUntilCallback,
  post,
  startIdentity,
  type TestClient,
} from './identity-house.ts';

const WANG = { name: '王芳', holder: { type: '111', code: '360102199206150014' } } as const;
const LOGIN = { login: 'wangfang', password: 'a phrase that is long enough' };
const [GREEN, BLUE] = TEST_UNITS.filter(({ representative }) => representative === WANG.holder.code);
const CLAIM = { code: GREEN!.code, code_type: '001', name: GREEN!.name, role: 'legal_representative' };

/** 王芳, proven, representative of two units. */
async function world(t: ExecutionContext): Promise<IdentityHouse> {
  const house = await startIdentity(t);
  const ports = makeDevelopmentPorts({ delayMs: 0, outages: () => [] });
  const deps = { ...house, keys: deriveDocumentKeys(MASTER_KEY), ports, proofWaitDays: 14, work: CHEAP_WORK };
  const { sub } = await registerAccount(deps, { loginName: LOGIN.login, password: LOGIN.password, name: WANG.name });
  await proveByPopulation(deps, sub, WANG);
  for (const unit of [GREEN!, BLUE!]) await proveUnit(deps, sub, unit);
  return house;
}

type Asked = Authorization & { readonly browser: Browser; readonly page: Awaited<ReturnType<Browser['open']>> };

/** Logs 王芳 in, or goes on in her session, as far as the question. */
async function untilQuestion(
  client: TestClient,
  browser?: Browser,
  extra: Record<string, string> = {},
): Promise<Asked> {
  const authorization = await authorize(client, extra);
  const here = browser ?? makeBrowser();
  let page = await here.open(authorization.target.href);
  if (browser === undefined) {
    const answer = await post(here, page, LOGIN);
    const next = /http-equiv="refresh" content="0;url=([^"]*)"/.exec(await answer.text())![1]!;
    page = await here.open(new URL(next.replaceAll('&amp;', '&'), page.url).href);
  }
  return { ...authorization, browser: here, page };
}

async function choose(
  client: TestClient,
  asked: Asked,
  acting_for: string,
): Promise<Authorization & { callback: URL }> {
  const answer = await post(asked.browser, asked.page, { acting_for });
  const next = /http-equiv="refresh" content="0;url=([^"]*)"/.exec(await answer.text())![1]!;
  const url = new URL(next.replaceAll('&amp;', '&'), asked.page.url).href;
  return { ...asked, callback: await openUntilCallback(asked.browser, url, client.redirectUri) };
}

test('the question stands between login and consent; the choice is in ID token and userinfo, absent for the person himself', async (t) => {
  const house = await world(t);
  const client = await house.client('alpha', { firstParty: false });
  const asked = await untilQuestion(client);
  t.true(asked.page.text.includes('您要以谁的身份办理？'));
  for (const unit of [GREEN!, BLUE!]) t.true(asked.page.text.includes(unit.name));
  const answer = await post(asked.browser, asked.page, { acting_for: GREEN!.code });
  const next = /http-equiv="refresh" content="0;url=([^"]*)"/.exec(await answer.text())![1]!;
  const consent = await asked.browser.open(new URL(next, asked.page.url).href);
  t.true(consent.text.includes('请求使用您的信息'));
  const agreed = await post(asked.browser, consent, { decision: 'agree' });
  const on = /http-equiv="refresh" content="0;url=([^"]*)"/.exec(await agreed.text())![1]!;
  const callback = await openUntilCallback(asked.browser, new URL(on, asked.page.url).href, client.redirectUri);
  const tokens = await exchange(client, { ...asked, callback });
  t.deepEqual(tokens.claims()!['acting_for'], CLAIM);
  const told = await oidc.fetchUserInfo(client.config, tokens.access_token, tokens.claims()!.sub);
  t.deepEqual(told['acting_for'], CLAIM);
  t.is(told['roles'], undefined, 'roles are told to clients of our own sector only');
  // Once a session and client: the next authorization asks nothing and means the same.
  const again = await exchange(client, await hop(asked.browser, client));
  t.deepEqual(again.claims()!['acting_for'], CLAIM);
  // Another client asks for itself.
  const other = await house.client('beta');
  const self = await exchange(other, await choose(other, await untilQuestion(other, asked.browser), 'self'));
  t.is(self.claims()!['acting_for'], undefined);
  t.is((await oidc.fetchUserInfo(other.config, self.access_token, self.claims()!.sub))['acting_for'], undefined);
});

test('prompt=act_as asks again; a token that was given before never comes to mean something else', async (t) => {
  const house = await world(t);
  const client = await house.client('alpha');
  const first = await untilQuestion(client);
  const before = await exchange(client, await choose(client, first, GREEN!.code));
  const sub = before.claims()!.sub;
  const switched = await untilQuestion(client, first.browser, { prompt: 'act_as' });
  const after = await exchange(client, await choose(client, switched, BLUE!.code));
  t.is((after.claims()!['acting_for'] as typeof CLAIM).code, BLUE!.code);
  t.is(after.claims()!.sub, sub, 'session and sub stay those of the natural person');
  t.is(after.claims()!['sid'], before.claims()!['sid']);
  const told = await oidc.fetchUserInfo(client.config, after.access_token, sub);
  t.is((told['acting_for'] as typeof CLAIM).code, BLUE!.code);
  await t.throwsAsync(oidc.fetchUserInfo(client.config, before.access_token, sub));
});

test('who represents nobody, and who comes to a system that takes no units, is not asked', async (t) => {
  const house = await world(t);
  const client = await house.client('alpha', { acceptsUnits: false });
  const person = { loginName: LOGIN.login, password: LOGIN.password };
  t.is((await exchange(client, await logIn(client, { person }))).claims()!['acting_for'], undefined);
  const gamma = await house.client('gamma');
  await exchange(gamma, await logIn(gamma));
  const other = await house.client('beta');
  const { page } = await untilQuestion(other);
  t.true(page.text.includes('您要以谁的身份办理？'));
  const none = await authorize(other, { prompt: 'none' });
  const browser = makeBrowser();
  const callback = await openUntilCallback(browser, none.target.href, other.redirectUri);
  t.is(callback.searchParams.get('error'), 'login_required');
});

test('refused siblings: a unit of somebody else, a code that is none, nothing chosen; prompt=none with the question open', async (t) => {
  const house = await world(t);
  const client = await house.client('alpha');
  const asked = await untilQuestion(client);
  for (const acting_for of [TEST_UNITS.at(-1)!.code.replace(/.$/, 'X'), '', 'SELF', "' or 1=1"]) {
    const answer = await post(asked.browser, asked.page, { acting_for });
    t.is(answer.status, 422, acting_for);
    t.true((await answer.text()).includes('请选择以谁的身份办理'));
  }
  const forged = await post(asked.browser, asked.page, { acting_for: GREEN!.code, csrf: 'x' });
  t.is(forged.status, 403);
  const none = await authorize(client, { prompt: 'none' });
  const callback = await openUntilCallback(asked.browser, none.target.href, client.redirectUri);
  t.is(callback.searchParams.get('error'), 'interaction_required');
});

test('a unit that is suspended takes along what was granted in its name, and is no choice any more', async (t) => {
  const house = await world(t);
  const client = await house.client('alpha');
  const asked = await untilQuestion(client);
  const login = await choose(client, asked, GREEN!.code);
  const tokens = await exchange(client, login);
  const change = { code: GREEN!.code, reason: '经营异常', by: 'operator' } as const;
  t.is((await setUnitStatus(house, { ...change, status: 'suspended' })).ended, 1);
  await t.throwsAsync(setUnitStatus(house, { ...change, status: 'suspended' }), { code: 'unit-state' });
  const unknown = { ...change, code: '91360100MA35XJ0338', status: 'suspended' } as const;
  await t.throwsAsync(setUnitStatus(house, unknown), { code: 'unit-not-found' });
  await t.throwsAsync(oidc.fetchUserInfo(client.config, tokens.access_token, tokens.claims()!.sub));
  const again = await untilQuestion(client, asked.browser);
  t.false(again.page.text.includes(GREEN!.name));
  t.true(again.page.text.includes(BLUE!.name));
  t.is((await setUnitStatus(house, { ...change, status: 'active' })).ended, 0);
  t.true((await untilQuestion(client, asked.browser)).page.text.includes(GREEN!.name));
});

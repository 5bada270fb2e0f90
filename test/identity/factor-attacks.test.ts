// Attacks on 扫码登录, the face check and the pages of factors, over HTTP.
import test, { type ExecutionContext } from 'ava';
import { type Browser, makeBrowser, type Page } from '../../bin/demo/browser.ts';
import { NO_EVIDENCE } from '../../common/pki/revocation.ts';
import { deriveScanKey, scanCode } from '../../identity/domain/scan.ts';
import {
  authorize,
  exchange,
  type HouseOptions,
  type IdentityHouse,
  logIn,
  MASTER_KEY,
  OTHER_PERSON,
  openUntilCallback,
  PERSON,
  post,
  startIdentity,
  type TestClient,
} from './identity-house.ts';

const LOGIN = { login: PERSON.loginName, password: PERSON.password };

async function start(t: ExecutionContext, options: HouseOptions = {}): Promise<IdentityHouse> {
  const house = await startIdentity(t, options);
  await house.db('identity.accounts').update({ level: 5 });
  return house;
}

/** Opens the way 扫码 in a new browser; returns its page and the address that a phone would open. */
async function showCode(house: IdentityHouse, client: TestClient) {
  const browser = makeBrowser();
  const authorization = await authorize(client);
  const login = await browser.open(authorization.target.href);
  const page = await browser.open(`${login.url.split('?')[0]}?way=scan`);
  const uid = /interaction\/([\w-]+)/.exec(page.url)![1]!;
  return {
    browser,
    authorization,
    page,
    uid,
    code: `${house.url}/scan/${scanCode(deriveScanKey(MASTER_KEY), uid, 1)}`,
  };
}

async function phoneOf(house: IdentityHouse, person: typeof PERSON | typeof OTHER_PERSON = PERSON): Promise<Browser> {
  const browser = makeBrowser();
  const values = { login: person.loginName, password: person.password };
  await browser.submit(await browser.open(`${house.url}/account`), values);
  return browser;
}

const phaseFor = async (browser: Browser, house: IdentityHouse, uid: string): Promise<unknown> =>
  (await browser.fetchOnce(`${house.url}/interaction/${uid}/scan`)).json();

test('扫码: what the phone confirmed is worth a login in the browser that showed the code, with acr of the phone, and in no other', async (t) => {
  const house = await start(t);
  const client = await house.client('alpha');
  const desktop = await showCode(house, client);
  const attacker = await showCode(house, client);
  const phone = await phoneOf(house);
  const question = await phone.open(desktop.code);
  t.true(question.text.includes('系统 alpha') && question.text.includes('127.0.0.1'));
  t.is((await phone.submit(question, { decision: 'confirm' })).status, 200);
  t.deepEqual(await phaseFor(desktop.browser, house, desktop.uid), { phase: 'confirmed' });
  // Another browser learns nothing of it and gets nothing by it: not with its own login, not with that one's address.
  t.deepEqual(await phaseFor(attacker.browser, house, desktop.uid), { phase: 'over' });
  t.deepEqual(await phaseFor(makeBrowser(), house, desktop.uid), { phase: 'over' });
  t.is((await post(attacker.browser, attacker.page, {})).status, 422);
  const forged = { ...attacker.page, text: attacker.page.text.replaceAll(attacker.uid, desktop.uid) };
  t.is((await post(attacker.browser, forged, {})).status, 400);
  const answer = await post(desktop.browser, desktop.page, {});
  const next = /content="0;url=([^"]*)"/.exec(await answer.text())![1]!;
  const start_ = new URL(next, desktop.page.url).href;
  const callback = await openUntilCallback(desktop.browser, start_, client.redirectUri);
  const claims = (await exchange(client, { ...desktop.authorization, callback })).claims()!;
  t.is(claims['acr'], 'L2', 'the phone had proven a password');
  t.deepEqual(claims['amr'], ['scan']);
});

test('扫码: the phone’s form needs its own token and session; who is not logged in is asked to, and nothing is claimed', async (t) => {
  const house = await start(t);
  await house.registerPerson(OTHER_PERSON);
  const desktop = await showCode(house, await house.client('alpha'));
  const stranger = await makeBrowser().open(desktop.code);
  t.true(stranger.text.includes('name="password"'));
  t.deepEqual(await phaseFor(desktop.browser, house, desktop.uid), { phase: 'waiting' });
  const phone = await phoneOf(house);
  const question = await phone.open(desktop.code);
  const bare = { method: 'POST', body: new URLSearchParams({ decision: 'confirm' }) };
  t.is((await phone.fetchOnce(desktop.code, bare)).status, 403, 'CSRF');
  t.is((await phone.fetchOnce(desktop.code, { ...bare, headers: { origin: 'https://evil.example' } })).status, 403);
  const other = await phoneOf(house, OTHER_PERSON);
  t.is((await other.open(desktop.code)).status, 410, 'the first phone has it');
  t.is((await post(other, { ...question }, { decision: 'confirm' })).status, 403);
  t.deepEqual(await phaseFor(desktop.browser, house, desktop.uid), { phase: 'scanned' });
  await phone.submit(question, { decision: 'refuse' });
  await phone.submit(question, { decision: 'confirm' });
  t.deepEqual(await phaseFor(desktop.browser, house, desktop.uid), { phase: 'refused' }, 'decided once');
  await house.settle();
  const kinds = await house.db('identity.events').whereLike('kind', 'scan.%').select('kind');
  t.deepEqual(kinds, [{ kind: 'scan.refused' }]);
});

test('扫码: a login that an account frozen meanwhile has confirmed is refused', async (t) => {
  const house = await start(t);
  const desktop = await showCode(house, await house.client('alpha'));
  const phone = await phoneOf(house);
  await phone.submit(await phone.open(desktop.code), { decision: 'confirm' });
  await house.db('identity.accounts').update({ status: 'frozen' });
  t.is((await post(desktop.browser, desktop.page, {})).status, 422);
});

test('the certificate page may reach the agent of the setting and nothing else; no other page may', async (t) => {
  const revocationOf = async () => ({ evidence: NO_EVIDENCE, isRequired: true, now: new Date() });
  const certificateTrust = { roots: [], revocationOf };
  const house = await start(t, { certificateTrust, certificateAgent: 'http://127.0.0.1:7071' });
  const browser = makeBrowser();
  const login = await browser.open((await authorize(await house.client('alpha'))).target.href);
  const policyOf = (page: Page) => /connect-src ([^;]*)/.exec(page.headers.get('Content-Security-Policy') ?? '')?.[1];
  t.is(policyOf(login), "'self'");
  const certificate = await browser.open(`${login.url.split('?')[0]}?way=certificate`);
  t.is(policyOf(certificate), "'self' http://127.0.0.1:7071");
  t.is((await post(browser, certificate, { answer: '{}' })).status, 422);
});

/** A JPEG by its first bytes. */
const PICTURE = new Uint8Array(200).fill(1);
PICTURE.set([0xff, 0xd8, 0xff, 0xe0]);

async function faceOf(house: IdentityHouse, client: TestClient) {
  const browser = makeBrowser();
  const authorization = await authorize(client, { acr_values: 'L3' });
  const login = await browser.open(authorization.target.href);
  const half = await browser.submit(login, LOGIN);
  const uid = /interaction\/([\w-]+)/.exec(half.url)![1]!;
  const page = await browser.open(`${house.url}/interaction/${uid}?way=face`);
  const csrf = /name="csrf" value="([^"]*)"/.exec(page.text)![1]!;
  const send = async (picture: Uint8Array | null, token = csrf, from = browser): Promise<Response> => {
    const body = new FormData();
    body.set('csrf', token);
    if (picture) body.set('picture', new Blob([picture as Uint8Array<ArrayBuffer>]), 'face.jpg');
    return from.fetchOnce(`${house.url}/interaction/${uid}/face`, { method: 'POST', body });
  };
  return { browser, authorization, page, uid, send, at: `${house.url}/interaction/${uid}?way=face` };
}

test('刷脸: a picture that fits is something one is: with the password L3, once, in this browser only', async (t) => {
  const house = await start(t);
  const client = await house.client('alpha');
  const face = await faceOf(house, client);
  t.true(face.page.text.includes('multipart/form-data'));
  t.is((await face.send(PICTURE)).status, 303);
  const passed = await face.browser.open(face.at);
  t.true(passed.text.includes('已通过刷脸核验'));
  t.is((await post(makeBrowser(), passed, {})).status, 400, 'another browser');
  const answer = await post(face.browser, passed, {});
  const next = /content="0;url=([^"]*)"/.exec(await answer.text())![1]!;
  const callback = await openUntilCallback(face.browser, new URL(next, face.at).href, client.redirectUri);
  const claims = (await exchange(client, { ...face.authorization, callback })).claims()!;
  t.is(claims['acr'], 'L3');
  t.true((claims['amr'] as string[]).includes('face'));
  const second = await authorize(client, { acr_values: 'L4' });
  const page = await face.browser.open(second.target.href);
  t.false(page.text.includes('已通过刷脸核验'), 'it was used');
});

test('refused: no picture, no token, no face before; nothing goes on without a picture that fitted', async (t) => {
  const house = await start(t);
  const client = await house.client('alpha');
  const face = await faceOf(house, client);
  t.is((await face.send(null)).status, 303);
  t.true((await face.browser.open(face.at)).text.includes('请拍一张照片'));
  await face.send(new Uint8Array(300));
  t.true((await face.browser.open(face.at)).text.includes('请拍一张照片'));
  t.is((await face.send(PICTURE, 'forged')).status, 403);
  const foreign = await face.send(PICTURE, 'forged', makeBrowser());
  t.is(foreign.status, 303, 'a browser without this step-up is told that it is over, its picture is not looked at');
  t.is((await makeBrowser().open(face.at)).status, 400);
  const going = await post(face.browser, face.page, { way: 'face' });
  t.true(going.status !== 200, 'the form of the upload is not one to go on with');
  const direct = await face.browser.fetchOnce(`${house.url}/interaction/${face.uid}/login`, {
    method: 'POST',
    body: new URLSearchParams({ way: 'face', csrf: /name="csrf" value="([^"]*)"/.exec(face.page.text)![1]! }),
  });
  t.is(direct.status, 303);
  t.true((await face.browser.open(face.at)).text.includes('核验已过期'));
  const { browser } = await logIn(client);
  const login = await makeBrowser().open((await authorize(client)).target.href);
  const stranger = /interaction\/([\w-]+)/.exec(login.url)![1]!;
  t.false((await browser.open(`${house.url}/interaction/${stranger}?way=face`)).text.includes('picture'));
});

test('刷脸: a face that does not fit says how many tries are left, until there is none today; a silent source takes none', async (t) => {
  let silent = false;
  const ports = {
    population: null,
    legalPerson: null,
    counter: { port: 'test', confirm: async () => 'matched' as const },
    face: { port: 'test', compare: async () => (silent ? ('unavailable' as const) : ('mismatched' as const)) },
  };
  const house = await start(t, { ports, faceTries: 2 });
  const face = await faceOf(house, await house.client('alpha'));
  const tried = async (): Promise<string> => {
    await face.send(PICTURE);
    return (await face.browser.open(face.at)).text;
  };
  t.true((await tried()).includes('还可再试 1 次'));
  silent = true;
  t.true((await tried()).includes('暂时没有回应'));
  silent = false;
  t.true((await tried()).includes('今天的次数已用完'));
  t.true((await tried()).includes('今天的次数已用完'));
});

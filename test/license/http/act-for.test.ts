// Who acts for a unit, and who has a role, as the identity room says it: the space of a unit opens with `acting_for` only.
import test, { type ExecutionContext } from 'ava';
import { type Browser, makeBrowser, type Page } from '../../../bin/demo/browser.ts';
import { systemClock } from '../../../common/clock.ts';
import { deriveDocumentKeys } from '../../../identity/domain/document-box.ts';
import { addRole } from '../../../identity/flow/assign-role.ts';
import { proveByPopulation } from '../../../identity/flow/prove-identity.ts';
import { proveUnit } from '../../../identity/flow/prove-unit.ts';
import { registerAccount } from '../../../identity/flow/register-account.ts';
import { makeDevelopmentPorts } from '../../../identity/proofing/development.ts';
import { TEST_UNITS } from '../../../identity/proofing/test-persons.ts';
import { findFreePort } from '../../_harness/free-ports.ts';
import { CHEAP_WORK, MASTER_KEY, startIdentity } from '../../identity/identity-house.ts';
import { TYPE } from '../doubles.ts';
import { putLicense } from '../put-license.ts';
import { startLicense } from './license-house.ts';

const WANG = { name: '王芳', holder: { type: '111', code: '360102199206150014' } } as const;
const LOGIN = { login: 'wangfang', password: 'a phrase that is long enough' };
const UNIT = TEST_UNITS.find(({ representative }) => representative === WANG.holder.code)!;
const HALL = { org: '11360100MB0D00037D', unit: '综合窗口', role: 'license-clerk' } as const;

async function startBoth(t: ExecutionContext) {
  const identity = await startIdentity(t);
  const ports = makeDevelopmentPorts({ delayMs: 0, outages: () => [] });
  const deps = { ...identity, keys: deriveDocumentKeys(MASTER_KEY), ports, proofWaitDays: 14, work: CHEAP_WORK };
  const { sub } = await registerAccount(deps, { loginName: LOGIN.login, password: LOGIN.password, name: WANG.name });
  await proveByPopulation(deps, sub, WANG);
  await proveUnit(deps, sub, UNIT);
  const port = await findFreePort();
  const url = `http://localhost:${port}`;
  const { keyPem } = await identity.client('license', {
    scopes: ['openid', 'profile', 'identity_document'],
    sector: 'xinji',
    redirectUris: [`${url}/login/callback`],
    postLogoutRedirectUris: [`${url}/?out=1`],
    backchannelLogoutUri: `${url}/backchannel-logout`,
  });
  const license = await startLicense(t, { identityUrl: identity.url, clientKeyPem: keyPem, clock: systemClock, port });
  const own = { name: WANG.name, codeType: '111', code: WANG.holder.code };
  const ofUnit = { name: UNIT.name, codeType: '001', code: UNIT.code };
  await putLicense(license.deps, { licenseType: TYPE, serial: 'A1', holders: [own], name: '王芳的证' });
  await putLicense(license.deps, { licenseType: TYPE, serial: 'A2', holders: [ofUnit], name: '单位所持' });
  const addDuty = () => addRole({ ...deps, clock: systemClock }, { ...HALL, loginName: LOGIN.login });
  return { license, addDuty };
}

async function choose(browser: Browser, question: Page, acting_for: string): Promise<Page> {
  checkQuestion(question);
  return browser.submit(question, { acting_for }, '/act-as');
}

function checkQuestion({ text, url }: Page): void {
  if (!text.includes('您要以谁的身份办理？')) throw new Error(`${url} does not ask in whose name`);
}

test('in the name of a unit one sees its licenses and none of one’s own, and the other way round after switching', async (t) => {
  const { license } = await startBoth(t);
  const browser = makeBrowser();
  const login = await browser.open(`${license.url}/licenses`);
  const unit = await choose(browser, await browser.submit(login, LOGIN), UNIT.code);
  t.is(unit.url, `${license.url}/licenses`);
  t.true(unit.text.includes('单位所持') && unit.text.includes(`${UNIT.name}（王芳 经办）`));
  t.false(unit.text.includes('王芳的证'));
  const own = await choose(browser, await browser.open(`${license.url}/login?as=choose`), 'self');
  t.true(own.text.includes('王芳的证'));
  t.false(own.text.includes('单位所持'));
});

test('a role of an organisation opens the desk at the next login; who has none is told which is needed', async (t) => {
  const { license, addDuty } = await startBoth(t);
  const logIn = async () => {
    const browser = makeBrowser();
    const login = await browser.open(`${license.url}/redeem`);
    return choose(browser, await browser.submit(login, LOGIN), 'self');
  };
  t.is((await logIn()).status, 403);
  await addDuty();
  const desk = await logIn();
  t.is(desk.status, 200);
  t.true(desk.text.includes('示例市政务服务大厅综合窗口'));
});

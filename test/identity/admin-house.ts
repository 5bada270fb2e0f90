// An administrator in a browser, logged in as one is: password, then the code on his phone.
import { type Browser, makeBrowser, type Page } from '../../bin/demo/browser.ts';
import type { RoleName } from '../../common/contract/roles.ts';
import { addRole } from '../../identity/flow/assign-role.ts';
import { type IdentityHouse, PERSON } from './identity-house.ts';
import { readCode } from './messages.ts';

export const ORG = '11360100MB0D000533';

/** Gives PERSON the role and logs him in; the page is the one that `path` leads to. */
export async function enterAsAdmin(
  house: IdentityHouse,
  role: RoleName,
  path = '/admin',
): Promise<{ browser: Browser; page: Page }> {
  await addRole({ db: house.db, clock: house.clock }, { loginName: PERSON.loginName, org: ORG, unit: '信息科', role });
  await house.db('identity.accounts').where({ sub: house.accountSub }).update({ level: 4 });
  const browser = makeBrowser();
  return { browser, page: await proveTwice(house, browser, path) };
}

/** By password and by phone. */
export async function proveTwice(house: IdentityHouse, browser: Browser, path: string): Promise<Page> {
  const login = await browser.open(`${house.url}${path}`);
  const more = await browser.submit(login, { login: PERSON.loginName, password: PERSON.password });
  const sent = await browser.submit(more, { step: 'send' });
  return browser.submit(sent, { step: 'check', code: await readCode(house, PERSON.phone) });
}

/** The hidden fields of the page's form whose action contains `action`, for requests that a page would not send. */
export function hiddenOf(text: string): Record<string, string> {
  const hidden = [...text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  return Object.fromEntries(hidden.map(([, name, value]) => [name, value]));
}

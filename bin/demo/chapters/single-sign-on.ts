// A citizen logs in to system A, is known to B without typing, and one logout ends both.
import { type Browser, makeBrowser, type Page } from '../browser.ts';
import type { Teller } from '../teller.ts';
import type { World } from '../world.ts';

const LOGIN_FORM = '/interaction/';
const NAME = '张三';

export async function tellSingleSignOn(world: World, tell: Teller): Promise<void> {
  const [a, b] = world.systemUrls;
  const browser = makeBrowser();
  tell.chapter('1  One login, one logout');
  const atA = await logIn(browser, `${a}/login`, world.passwords.zhangsan);
  tell.check(
    atA.url.startsWith(a) && atA.text.includes(NAME),
    `${NAME} typed a password once and is logged in at system A (${a})`,
  );
  const atB = await browser.open(`${b}/login`);
  tell.check(
    atB.url.startsWith(b) && atB.text.includes(NAME),
    `system B (${b}) knows him without typing, after ${atB.visited.length} hops`,
  );
  const asked = await browser.submit(await browser.open(a), {}, '/logout');
  const out = await confirmLogout(browser, asked);
  tell.check(out.status === 200, 'he logs out at system A and confirms');
  tell.check(
    !(await browser.open(b)).text.includes(NAME),
    'system B was told by back-channel logout and has forgotten him',
  );
  tell.check(!(await browser.open(a)).text.includes(NAME), 'system A has forgotten him too');
}

/** Opens `url`, types login name and password where asked, and agrees where asked. */
export async function logIn(browser: Browser, url: string, password: string, login = 'zhangsan'): Promise<Page> {
  let page = await browser.open(url);
  page = await browser.submit(page, { login, password }, LOGIN_FORM);
  if (/name="decision"|consent/.test(page.text) && page.url.includes(LOGIN_FORM))
    page = await browser.submit(page, {}, LOGIN_FORM);
  return page;
}

async function confirmLogout(browser: Browser, page: Page): Promise<Page> {
  return browser.submit(page, { logout: 'yes' }, '/session/end');
}

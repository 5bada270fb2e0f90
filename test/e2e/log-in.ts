// A person at the login page of a running house.
import type { Page } from 'playwright-core';

/** Fills the login page where it is shown, and agrees where consent is asked. */
export async function logIn(page: Page, password: string, login = 'zhangsan'): Promise<void> {
  await page.fill('#field-login', login);
  await page.fill('#field-password', password);
  await page.getByRole('button', { name: '登录', exact: true }).click();
  const agree = page.getByRole('button', { name: '同意并继续' });
  const arrived = page.getByRole('button', { name: '退出' });
  await agree.or(arrived).first().waitFor();
  if (await agree.isVisible()) await agree.click();
  await arrived.first().waitFor();
}

// Every page in every state, in a real browser: both languages, three sizes of letters, phone and desktop.
// axe-core knows WCAG 2.2 AA; what it does not judge is in layoutFindings. axe judges the phone in both languages: colours
// and structure are the same in the other modes. SCREENSHOTS=1 leaves pictures of all of it in out/screenshots.
import test from 'ava';
import type { Browser } from 'playwright-core';
import type { Listening } from '../../common/http/server.ts';
import { judge } from '../_harness/judges.ts';
import { axeFindings, DESKTOP, launchChromium, layoutFindings, leaveFocus, PHONE, shoot, visit } from './chromium.ts';
import { GALLERY, serveGallery } from './gallery.ts';

let server: Listening;
let browser: Browser | undefined;

test.before(async () => {
  server = await serveGallery();
});
test.after.always(async () => {
  await browser?.close();
  await server.stop(0);
});

const MODES = [
  { name: 'zh', lang: 'zh', size: 'standard', viewport: PHONE, touch: 44, axe: true },
  { name: 'zh-desktop', lang: 'zh', size: 'standard', viewport: DESKTOP, touch: 44, axe: false },
  { name: 'zh-large', lang: 'zh', size: 'larger', viewport: PHONE, touch: 60, axe: false },
  { name: 'en', lang: 'en', size: 'standard', viewport: PHONE, touch: 44, axe: true },
] as const;

for (const mode of MODES) {
  judge(
    test.serial,
    'chromium',
    'noto-cjk',
  )(`WCAG 2.2 AA and the content policy hold on every page: ${mode.name}`, async (t) => {
    browser ??= await launchChromium();
    const { page, context, faults } = await visit(browser, [server.url], {
      viewport: mode.viewport,
      reducedMotion: 'reduce',
    });
    const cookie = (name: string, value: string) => ({ name, value, url: server.url });
    await context.addCookies([cookie('xinji_lang', mode.lang), cookie('xinji_size', mode.size)]);
    const all: string[] = [];
    for (const name of Object.keys(GALLERY)) {
      await page.goto(`${server.url}/gallery/${name}`);
      const found = [
        ...(mode.axe ? await axeFindings(page) : []),
        ...(await layoutFindings(page, mode.touch)),
        ...faults.splice(0),
      ];
      all.push(...found.map((line) => `${name}: ${line}`));
      await leaveFocus(page);
      await shoot(page, `${name}.${mode.name}`);
    }
    t.deepEqual(all, []);
    await context.close();
  });
}

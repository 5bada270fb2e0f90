// The foot of a public site: what is set is shown, what is not set is not, and nothing is made up.
import test from 'ava';
import { html, toMarkup } from '../../../common/web/html.ts';
import { renderPage } from '../../../common/web/layout.ts';
import { type SiteFoot, siteFoot } from '../../../common/web/site-foot.ts';

const NOTHING: SiteFoot = {
  siteOperator: null,
  siteContact: null,
  siteCode: null,
  siteIcp: null,
  sitePolice: null,
  siteAccessibilityUrl: null,
  siteHelpUrl: null,
};
const FRAME = { lang: 'zh', size: 'standard', path: '/', nonce: 'n', development: false } as const;
const page = (site?: SiteFoot): string =>
  renderPage({
    ...FRAME,
    site,
    service: { zh: '信基登录', en: 'Xinji Login' },
    title: '登录',
    main: html`<h1>登录</h1>`,
  });

test('what is set stands at the foot; the number on record leads to the register', (t) => {
  const all = {
    siteOperator: '示例省政务服务管理局',
    siteContact: '12345',
    siteCode: '3600000001',
    siteIcp: '示ICP备00000000号',
    sitePolice: '示公网安备 00000000000000号',
    siteAccessibilityUrl: 'https://www.example.gov.cn/accessibility',
    siteHelpUrl: 'https://www.example.gov.cn/help',
  };
  const foot = toMarkup(siteFoot('zh', all)!);
  for (const value of Object.values(all)) t.true(foot.includes(value), value);
  t.true(foot.includes('<a href="https://beian.miit.gov.cn/">示ICP备00000000号</a>'));
  t.true(page(all).includes('主办单位：示例省政务服务管理局'));
  const english = toMarkup(siteFoot('en', all)!);
  t.true(
    english.includes('Run by: <span lang="zh-CN">示例省政务服务管理局</span>') && english.includes('Accessibility'),
  );
});

test('what is not set is not there, with its label; a site that says nothing has no list', (t) => {
  t.is(siteFoot('zh', NOTHING), null);
  t.is(siteFoot('zh', undefined), null);
  t.false(page(NOTHING).includes('class="site"') || page().includes('class="site"'));
  const one = toMarkup(siteFoot('zh', { ...NOTHING, siteContact: '12345' })!);
  t.true(one.includes('联系方式：12345'));
  for (const absent of ['主办单位', '备案', '网站标识码', '无障碍', '帮助', 'null'])
    t.false(one.includes(absent), absent);
});

test('refused siblings: what an operator writes stays text', (t) => {
  const foot = toMarkup(siteFoot('zh', { ...NOTHING, siteOperator: '<script>1</script>', siteIcp: '"><b>' })!);
  t.false(foot.includes('<script>') || foot.includes('<b>'));
});

// The foot of a public site: who runs it, how to reach him, its numbers on record, accessibility and help. Each part is a setting
// of the operator and hidden while unset; nothing is ever made up. The number on record at the ministry leads to its register, as
// the rules for such numbers ask.
import { type Html, html } from './html.ts';
import { type Lang, sayIn, type Texts } from './texts.ts';

export type SiteFoot = {
  /** 主办单位 */
  readonly siteOperator: string | null;
  /** 联系方式 */
  readonly siteContact: string | null;
  /** 网站标识码 */
  readonly siteCode: string | null;
  /** ICP备案号 */
  readonly siteIcp: string | null;
  /** 公安备案号 */
  readonly sitePolice: string | null;
  readonly siteAccessibilityUrl: string | null;
  readonly siteHelpUrl: string | null;
};

const ICP_REGISTER = 'https://beian.miit.gov.cn/';
const POLICE_REGISTER = 'https://beian.mps.gov.cn/';

const TEXTS = {
  about: { zh: '网站信息', en: 'About this site' },
  operator: { zh: '主办单位：', en: 'Run by: ' },
  contact: { zh: '联系方式：', en: 'Contact: ' },
  code: { zh: '网站标识码：', en: 'Site code: ' },
  accessibility: { zh: '无障碍说明', en: 'Accessibility' },
  help: { zh: '帮助', en: 'Help' },
} satisfies Texts;

/** Null when nothing is set. */
export function siteFoot(lang: Lang, site: SiteFoot | undefined): Html | null {
  if (site === undefined) return null;
  const say = sayIn(lang);
  // What the operator wrote is Chinese, whatever the page is in.
  const own = (text: string): Html => (lang === 'en' ? html`<span lang="zh-CN">${text}</span>` : html`${text}`);
  const said = (label: string, text: string | null): readonly Html[] =>
    text === null ? [] : [html`<li>${label}${own(text)}</li>`];
  const link = (href: string | null, words: Html | string | null): readonly Html[] =>
    href === null || words === null ? [] : [html`<li><a href="${href}">${words}</a></li>`];
  const parts = [
    ...said(say(TEXTS.operator), site.siteOperator),
    ...said(say(TEXTS.contact), site.siteContact),
    ...said(say(TEXTS.code), site.siteCode),
    ...link(ICP_REGISTER, site.siteIcp && own(site.siteIcp)),
    ...link(POLICE_REGISTER, site.sitePolice && own(site.sitePolice)),
    ...link(site.siteAccessibilityUrl, say(TEXTS.accessibility)),
    ...link(site.siteHelpUrl, say(TEXTS.help)),
  ];
  return parts.length === 0 ? null : html`<ul class="site" aria-label="${say(TEXTS.about)}">${parts}</ul>`;
}

// What this administrator may do; and what stands in his way: no role, or no second factor.
import type { AdminDuty, ConsoleRole } from '../../../common/contract/roles.ts';
import type { PageFrame } from '../../../common/web/frame.ts';
import { html } from '../../../common/web/html.ts';
import { statusPage } from '../../../common/web/status-page.ts';
import { sayIn, type Text, type Texts } from '../../../common/web/texts.ts';
import { ADMIN_ROLE_WORDS, ADMIN_SERVICE, type AdminView, adminPage, DUTY_PAGES } from './layout.ts';

const TEXTS = {
  title: { zh: '管理首页', en: 'Administration' },
  lead: {
    zh: '系统、账号与角色、操作记录由三人分别管理，任何人不同时担任其中两项。您的每一次操作都记入操作记录。',
    en: 'Systems, accounts with roles, and the audit log are kept by three persons; nobody holds two of these. Everything you do is written to the audit log.',
  },
  you: { zh: '您的角色：{list}', en: 'Your role: {list}' },
  forbidden: { zh: '没有权限查看', en: 'You may not view this' },
  needs: { zh: '需要“{role}”，请联系安全管理员。', en: '"{role}" needed; ask a security administrator.' },
  any: { zh: '管理员', en: 'Administrator' },
  secondTitle: { zh: '请先设置|第二种登录方式', en: 'Set up a second way |to log in first' },
  secondWhy: {
    zh: '管理员须用两种不同的方式证明身份。您的账号目前只有一种。',
    en: 'An administrator proves who he is in two different ways. Your account has only one.',
  },
  secondNext: { zh: '设置登录方式', en: 'Set up ways to log in' },
  provenTitle: { zh: '请先完成|实名核验', en: 'Prove your identity |first' },
  provenWhy: {
    zh: '管理员账号须达到实名等级三级，您的账号是二级。',
    en: 'An administrator needs an account of level 3; yours has level 2.',
  },
} satisfies Texts;

const MEANING: Readonly<Record<AdminDuty, Text>> = {
  clients: {
    zh: '登记接入的系统，管理回调地址、可用信息、密钥，停用和恢复系统',
    en: 'Register systems, keep their addresses, claims and keys, suspend and resume them',
  },
  accounts: {
    zh: '凭手机号、证件号码或用户名查找账号，冻结、解冻、全部退出',
    en: 'Find an account by phone, document number or user name; freeze it, unfreeze it, log it out',
  },
  roles: { zh: '按单位授予和收回工作人员的角色', en: 'Give roles to staff and end them, by organisation' },
  audit: { zh: '查看和导出操作记录，核对记录链', en: 'Read and export the audit log, check its chain' },
  counter: {
    zh: '当面核对证件和本人，把账号升为实名等级五级',
    en: 'See document and person, and raise the account to level 5',
  },
};

export function adminHomePage(frame: PageFrame, of: { view: AdminView; roles: readonly ConsoleRole[] }): string {
  const say = sayIn(frame.lang);
  const list = of.roles.map((role) => say(ADMIN_ROLE_WORDS[role])).join(frame.lang === 'zh' ? '、' : ', ');
  return adminPage(frame, {
    view: of.view,
    duty: null,
    title: say(TEXTS.title),
    main: html`<h1>${say(TEXTS.title)}</h1>
<p>${say(TEXTS.you, { list })}</p>
<p class="hint">${say(TEXTS.lead)}</p>
<ul class="faces">${of.view.duties.map((duty) => {
      const { text, href } = DUTY_PAGES[duty];
      return html`<li class="face"><h2 class="face-name"><a class="whole" href="${href}">${say(text)}</a></h2><p>${say(MEANING[duty])}</p></li>`;
    })}</ul>`,
  });
}

type Refusal = { readonly reference: string; readonly at: Date };

/** 403. `roles`: those of which one is needed; all three for the first page. */
export function adminForbiddenPage(frame: PageFrame, of: Refusal & { readonly roles: readonly ConsoleRole[] }): string {
  const say = sayIn(frame.lang);
  const role = of.roles.length === 1 ? say(ADMIN_ROLE_WORDS[of.roles[0]!]) : say(TEXTS.any);
  return statusPage(frame, {
    service: ADMIN_SERVICE,
    mark: 'warning',
    title: say(TEXTS.forbidden),
    why: say(TEXTS.needs, { role }),
    reference: of.reference,
    at: of.at,
  });
}

/** 403. What the account itself lacks, and the page where it gets it. */
export function adminUnreadyPage(
  frame: PageFrame,
  of: Refusal & { readonly lacks: 'factors' | 'proofing'; readonly factorsHref: string },
): string {
  const say = sayIn(frame.lang);
  const isFactors = of.lacks === 'factors';
  return statusPage(frame, {
    service: ADMIN_SERVICE,
    mark: 'notice',
    title: say(isFactors ? TEXTS.secondTitle : TEXTS.provenTitle),
    why: say(isFactors ? TEXTS.secondWhy : TEXTS.provenWhy),
    next: isFactors ? html`<a class="button" href="${of.factorsHref}">${say(TEXTS.secondNext)}</a>` : null,
    reference: of.reference,
    at: of.at,
    home: '/account',
  });
}

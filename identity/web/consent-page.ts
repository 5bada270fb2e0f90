// 授权: who asks, for what, which values, and what is not given. One page, two buttons, none of them ever disabled.
import type { Role } from '../../common/contract/roles.ts';
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { facts, hiddenFields, phrases } from '../../common/web/parts.ts';
import { sayIn, type Texts } from '../../common/web/texts.ts';
import { IDENTITY_SERVICE } from './service.ts';

export type ConsentClaim = 'name' | 'phone_number' | 'email' | 'identity_document' | 'level';

export type ConsentPage = {
  /** Where the form posts to; fields `csrf` and `decision` = agree | decline. */
  readonly action: string;
  readonly csrf: string;
  readonly system: string;
  /** The unit that runs the system. */
  readonly operator?: string | null;
  readonly purpose?: string | null;
  /** The values that will be given, masked where the rules ask for it. */
  readonly claims: readonly { readonly claim: ConsentClaim; readonly value: string }[];
  /** In whose duties the system may act. */
  readonly duties?: readonly Role[];
  /** True: it may go on getting all that after the person has logged out. */
  readonly offline?: boolean;
};

const TEXTS = {
  title: { zh: '{system}|请求使用您的信息', en: '{system} |asks for your information' },
  operator: { zh: '主办', en: 'Run by' },
  purpose: { zh: '用途', en: 'Purpose' },
  given: { zh: '将提供', en: 'It will get' },
  name: { zh: '姓名', en: 'Name' },
  phone_number: { zh: '手机号', en: 'Phone' },
  email: { zh: '电子邮箱', en: 'Mail' },
  identity_document: { zh: '身份证号码', en: 'ID number' },
  level: { zh: '实名等级', en: 'Assurance level' },
  account: {
    zh: '仅一个账号标识，不含身份信息',
    en: 'Only an account identifier, which says nothing about you',
  },
  withheld: { zh: '不会提供：{list}', en: 'Not shared: {list}' },
  licenses: { zh: '证照', en: 'your licenses' },
  idNumber: { zh: '您的身份证号码', en: 'your ID number' },
  duties: { zh: '可凭您的以下职责办事', en: 'It may act in these duties of yours' },
  'seal-applicant': { zh: '印章申请', en: 'Applying for seals' },
  'seal-approver': { zh: '印章审批', en: 'Approving seals' },
  'seal-maker': { zh: '印章制作与备案', en: 'Making and filing seals' },
  'seal-keeper': { zh: '印章保管', en: 'Keeping seals' },
  'seal-auditor': { zh: '用章审计', en: 'Auditing the use of seals' },
  place: { zh: '{unit}（{org}）', en: '{unit} ({org})' },
  offline: {
    zh: '您退出登录后，该系统在一段时间内仍可取得上述信息；您可随时在“授权记录”中撤回。',
    en: 'It may go on getting this for some time after you log out, until you withdraw it.',
  },
  agree: { zh: '同意并继续', en: 'Agree and continue' },
  decline: { zh: '不同意，返回{system}', en: 'Decline, back to {system}' },
} satisfies Texts;

/** The values stand beside their names: consent to a field without its value is not informed. */
export function consentPage(frame: PageFrame, props: ConsentPage): string {
  const say = sayIn(frame.lang);
  const title = say(TEXTS.title, { system: props.system });
  const asks = [
    ...(props.operator ? [{ name: say(TEXTS.operator), value: props.operator }] : []),
    ...(props.purpose ? [{ name: say(TEXTS.purpose), value: props.purpose }] : []),
  ];
  const withheld = [
    ...(props.claims.some((row) => row.claim === 'identity_document') ? [] : [say(TEXTS.idNumber)]),
    say(TEXTS.licenses),
  ].join(frame.lang === 'zh' ? '、' : ', ');
  return renderPage({
    ...frame,
    service: IDENTITY_SERVICE,
    title: title.replace('|', ''),
    column: 'task',
    main: html`<h1>${phrases(...title.split('|'))}</h1>
${asks.length > 0 ? facts(frame.lang, asks) : null}
<div class="card"><h2>${say(TEXTS.given)}</h2>
${
  props.claims.length === 0
    ? html`<p>${say(TEXTS.account)}</p>`
    : facts(
        frame.lang,
        props.claims.map((row) => ({ name: say(TEXTS[row.claim]), value: row.value })),
      )
}</div>
${sayDuties(frame.lang, props.duties ?? [])}
${props.offline ? html`<p>${say(TEXTS.offline)}</p>` : null}
<p class="hint">${say(TEXTS.withheld, { list: withheld })}</p>
<form method="post" action="${props.action}" class="actions">
${hiddenFields({ csrf: props.csrf })}
<button class="button" name="decision" value="agree">${say(TEXTS.agree)}</button>
<button class="button plain" name="decision" value="decline">${say(TEXTS.decline, { system: props.system })}</button>
</form>`,
  });
}

function sayDuties(lang: PageFrame['lang'], duties: readonly Role[]) {
  if (duties.length === 0) return null;
  const say = sayIn(lang);
  const rows = duties.map(({ role, unit, org }) => ({
    name: say(TEXTS[role]),
    value: say(TEXTS.place, { unit, org }),
  }));
  return html`<div class="card"><h2>${say(TEXTS.duties)}</h2>
${facts(lang, rows)}</div>`;
}

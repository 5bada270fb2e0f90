// 授权: who asks, for what, which values, and what is not given. One page, two buttons, none of them ever disabled.
import type { Role } from '../../common/contract/roles.ts';
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import { renderPage } from '../../common/web/layout.ts';
import { facts, hiddenFields, phrases } from '../../common/web/parts.ts';
import { formatDate, sayIn, type Texts } from '../../common/web/texts.ts';
import type { ClaimName, ClaimScope } from '../domain/claims.ts';
import { claimWords } from './claim-words.ts';
import { IDENTITY_SERVICE } from './service.ts';

/** What is asked for by one scope. */
export type ConsentItem = {
  readonly scope: ClaimScope;
  /** The claim that names it. */
  readonly claim: ClaimName;
  /** Masked where the rules ask for it; null when the account has none. */
  readonly value: string | null;
  /** The person may leave it out: a field `give_SCOPE`, unticked. */
  readonly optional: boolean;
};

export type ConsentPage = {
  /** Where the form posts to; fields `csrf`, `decision` = agree | decline, and those of optional items. */
  readonly action: string;
  readonly csrf: string;
  readonly system: string;
  /** The unit that runs the system. */
  readonly operator?: string | null;
  readonly purpose?: string | null;
  readonly items: readonly ConsentItem[];
  /** In whose duties the system may act. */
  readonly duties?: readonly Role[];
  /** True: it may go on getting all that after the person has logged out. */
  readonly offline?: boolean;
  /** Until when it counts; null: once. */
  readonly until: Date | null;
};

const TEXTS = {
  title: { zh: '{system}|请求使用您的信息', en: '{system} |asks for your information' },
  operator: { zh: '主办', en: 'Run by' },
  purpose: { zh: '用途', en: 'Purpose' },
  given: { zh: '将提供', en: 'It will get' },
  optional: { zh: '由您决定是否提供', en: 'You decide' },
  optionalHint: { zh: '不勾选不影响继续。', en: 'You can go on without ticking them.' },
  item: { zh: '{name}：{value}', en: '{name}: {value}' },
  until: {
    zh: '有效期至{date}，可在“授权记录”随时撤回。',
    en: 'Until {date}; withdraw at any time under "Access given".',
  },
  once: {
    zh: '仅本次登录有效，可在“授权记录”随时撤回。',
    en: 'For this login only; withdraw at any time under "Access given".',
  },
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
  'license-clerk': { zh: '制证', en: 'Issuing licenses' },
  'license-admin': { zh: '证照管理', en: 'Administering licenses' },
  'system-admin': { zh: '系统管理员', en: 'system administrator' },
  'security-admin': { zh: '安全管理员', en: 'security administrator' },
  'audit-admin': { zh: '审计管理员', en: 'audit administrator' },
  'counter-clerk': { zh: '窗口核验', en: 'Checking identities at a counter' },
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
  const required = props.items.filter((item) => !item.optional);
  const asks = [
    ...(props.operator ? [{ name: say(TEXTS.operator), value: props.operator }] : []),
    ...(props.purpose ? [{ name: say(TEXTS.purpose), value: props.purpose }] : []),
  ];
  const withheld = [
    ...(props.items.some((item) => item.scope === 'identity_document') ? [] : [say(TEXTS.idNumber)]),
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
  required.length === 0
    ? html`<p>${say(TEXTS.account)}</p>`
    : facts(
        frame.lang,
        required.map(({ claim, value }) => ({ name: say(claimWords(claim)), value })),
      )
}</div>
${sayDuties(frame.lang, props.duties ?? [])}
${props.offline ? html`<p>${say(TEXTS.offline)}</p>` : null}
<form method="post" action="${props.action}">
${hiddenFields({ csrf: props.csrf })}
${choices(frame.lang, props.items)}
<p class="hint">${say(TEXTS.withheld, { list: withheld })}</p>
<p class="hint">${props.until === null ? say(TEXTS.once) : say(TEXTS.until, { date: formatDate(frame.lang, props.until) })}</p>
<div class="actions"><button class="button" name="decision" value="agree">${say(TEXTS.agree)}</button>
<button class="button plain" name="decision" value="decline">${say(TEXTS.decline, { system: props.system })}</button></div>
</form>`,
  });
}

function choices(lang: PageFrame['lang'], items: readonly ConsentItem[]) {
  const optional = items.filter((item) => item.optional);
  if (optional.length === 0) return null;
  const say = sayIn(lang);
  return html`<fieldset class="card"><legend>${say(TEXTS.optional)}</legend>
${optional.map(
  ({ scope, claim, value }) =>
    html`<label class="choice"><input type="checkbox" name="${`give_${scope}`}"><span>${say(TEXTS.item, { name: say(claimWords(claim)), value: value ?? '' })}</span></label>`,
)}
<p class="hint small">${say(TEXTS.optionalHint)}</p></fieldset>`;
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

// 动态口令 and 恢复码 of an account: add, remove, make new ones. A secret and codes are shown once.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import {
  breadcrumb,
  errorSummary,
  type Fault,
  FOCUS_SUMMARY_SCRIPT,
  hiddenFields,
  identifier,
  notice,
} from '../../common/web/parts.ts';
import { qrCode } from '../../common/web/qr-code.ts';
import { formatDate, sayIn, type Text, type Texts } from '../../common/web/texts.ts';
import { accountPage, type Viewer } from './account-layout.ts';
import { oneFieldForm } from './code-forms.ts';
import { type FactorRow, factorCards, proveFirst } from './factor-cards.ts';

type Common = {
  readonly viewer: Viewer;
  /** Where more is proven before anything can be changed; null when enough is. */
  readonly proveHref: string | null;
  readonly formFields: Readonly<Record<string, string>>;
};

export type TotpPage = Common & {
  /** The one that is in use, or null. */
  readonly factor: FactorRow | null;
  /** For adding one; the sealed form of it comes back as `enrolment`. */
  readonly enrolment: { readonly uri: string; readonly secret: string; readonly sealed: string } | null;
  readonly isWrong: boolean;
  readonly done: 'added' | 'removed' | null;
};

export type RecoveryPage = Common & {
  readonly left: number;
  readonly madeAt: Date | null;
  /** Made just now. */
  readonly codes: readonly string[] | null;
};

export const TOTP_PATH = '/account/factors/totp';
export const RECOVERY_PATH = '/account/factors/recovery-codes';

const TEXTS = {
  factors: { zh: '登录方式', en: 'Ways to log in' },
  totp: { zh: '动态口令', en: 'Authenticator codes' },
  totpWhat: {
    zh: '手机上的动态口令应用每 30 秒显示一组新数字。登录密码加上它，达到三级。',
    en: 'An authenticator app on your phone shows new digits every 30 seconds. With your password they reach level 3.',
  },
  none: { zh: '还没有绑定。', en: 'None is bound.' },
  one: { zh: '第 1 步：用应用扫描二维码', en: 'Step 1: scan the code with the app' },
  typeIt: { zh: '不能扫描时，在应用中输入密钥：', en: 'If you cannot scan, type this key into the app:' },
  two: { zh: '第 2 步：输入应用显示的 6 位数字', en: 'Step 2: enter the six digits that the app shows' },
  digits: { zh: '6 位数字', en: 'Six digits' },
  bind: { zh: '绑定', en: 'Bind' },
  wrong: {
    zh: '数字不正确。请检查手机的时间，用最新一组数字再试',
    en: 'Wrong digits. Check the time of your phone and try the newest ones',
  },
  qr: { zh: '动态口令密钥的二维码', en: 'QR code of the key' },
  added: {
    zh: '已绑定动态口令。请再生成恢复码，手机丢失时使用。',
    en: 'The authenticator is bound. Now make recovery codes, for when your phone is lost.',
  },
  removed: { zh: '已移除动态口令。', en: 'The authenticator was removed.' },
  recovery: { zh: '恢复码', en: 'Recovery codes' },
  recoveryWhat: {
    zh: '手机丢失时，用恢复码代替动态口令。每个只能用一次；请打印或抄写，不要存在手机里。',
    en: 'When your phone is lost, a recovery code stands in for the digits. Each works once; print or write them down, do not keep them on the phone.',
  },
  left: { zh: '还有 {n} 个没有用过（{date}生成）。', en: '{n} are unused (made on {date}).' },
  make: { zh: '生成 10 个恢复码', en: 'Make 10 recovery codes' },
  remake: { zh: '重新生成，原来的全部作废', en: 'Make new ones; the old ones end' },
  once: { zh: '只显示这一次，离开本页后不能再看。', en: 'Shown only now; you cannot see them again.' },
  saved: { zh: '已保存，继续', en: 'I have saved them' },
} satisfies Texts;

/** Send with status 422 when the digits were wrong. */
export function totpPage(frame: PageFrame, props: TotpPage): string {
  const say = sayIn(frame.lang);
  const faults: readonly Fault[] = props.isWrong ? [{ field: 'code', words: say(TEXTS.wrong) }] : [];
  const { factor, enrolment, proveHref, formFields } = props;
  const canChange = proveHref === null;
  return ownPage(frame, props, TEXTS.totp, {
    faults,
    main: html`${props.done ? notice({ mark: 'passed', role: 'status', words: html`<p>${say(TEXTS[props.done])}</p>` }) : null}
<p>${say(TEXTS.totpWhat)}</p>
${factorCards(frame.lang, { rows: factor === null ? [] : [factor], none: say(TEXTS.none), removeAction: canChange ? `${TOTP_PATH}/remove` : null, formFields })}
${canChange ? null : proveFirst(frame.lang, proveHref)}
${
  enrolment === null || !canChange
    ? null
    : html`<h2>${say(TEXTS.one)}</h2>
<div class="qr">${qrCode(enrolment.uri, say(TEXTS.qr))}</div>
<p>${say(TEXTS.typeIt)}</p>
<p class="mono">${identifier(enrolment.secret, 4)}</p>
<h2>${say(TEXTS.two)}</h2>
${oneFieldForm({ action: TOTP_PATH, hidden: hiddenFields({ ...formFields, enrolment: enrolment.sealed }), faults, name: 'code', label: say(TEXTS.digits), submit: say(TEXTS.bind), autocomplete: 'off', inputmode: 'numeric' })}`
}
${factor === null ? null : html`<p><a class="link" href="${RECOVERY_PATH}">${say(TEXTS.recovery)}</a></p>`}`,
  });
}

export function recoveryPage(frame: PageFrame, props: RecoveryPage): string {
  const say = sayIn(frame.lang);
  const { codes, left, madeAt, proveHref } = props;
  const makeForm = html`<form method="post" action="${RECOVERY_PATH}">
${hiddenFields(props.formFields)}
<div class="actions"><button class="button${left > 0 ? ' danger' : ''}">${say(left > 0 ? TEXTS.remake : TEXTS.make)}</button></div>
</form>`;
  return ownPage(frame, props, TEXTS.recovery, {
    faults: [],
    main:
      codes === null
        ? html`<p>${say(TEXTS.recoveryWhat)}</p>
${madeAt === null ? null : html`<p>${say(TEXTS.left, { n: left, date: formatDate(frame.lang, madeAt) })}</p>`}
${proveHref === null ? makeForm : proveFirst(frame.lang, proveHref)}`
        : html`${notice({ mark: 'warning', role: 'status', words: html`<p>${say(TEXTS.once)}</p>` })}
<div class="card"><ol>${codes.map((code) => html`<li class="mono">${code}</li>`)}</ol></div>
<p>${say(TEXTS.recoveryWhat)}</p>
<p class="actions"><a class="button" href="/account/factors">${say(TEXTS.saved)}</a></p>`,
  });
}

function ownPage(
  frame: PageFrame,
  { viewer }: Common,
  title: Text,
  { faults, main }: { readonly faults: readonly Fault[]; readonly main: Html },
): string {
  const say = sayIn(frame.lang);
  return accountPage(frame, {
    title: say(title),
    viewer,
    current: '/account/factors',
    faulty: faults.length > 0,
    script: FOCUS_SUMMARY_SCRIPT,
    main: html`${errorSummary(frame.lang, faults)}
${breadcrumb(frame.lang, [{ text: say(TEXTS.factors), href: '/account/factors' }, { text: say(title) }])}
<h1>${say(title)}</h1>
${main}`,
  });
}

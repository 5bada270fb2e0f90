// 找回账号, of a proven account: name and number, and one thing more of what the account has.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Html, html } from '../../common/web/html.ts';
import { faultOf, field, hiddenFields, notice } from '../../common/web/parts.ts';
import { formatTime, sayIn, type Texts } from '../../common/web/texts.ts';
import type { RecoveryWay } from '../domain/proofing.ts';
import { identityFields, type TypedIdentity } from './identity-fields.ts';
import { PASSKEY_SCRIPT, passkeyPart } from './passkey-form.ts';
import { pictureField } from './prove-pages.ts';
import { RECOVER_STEPS } from './recover-pages.ts';
import { type StepForm, stepPage } from './step-page.ts';

const TEXTS = {
  identityStep: { zh: '核验本人', en: 'Prove that it is you' },
  why: {
    zh: '这个账号已实名，只凭手机号不能找回，请核对身份。',
    en: 'This account is proven; a phone alone does not recover it.',
  },
  second: { zh: '再用一种方式证明是您本人', en: 'One thing more that proves it is you' },
  either: { zh: '下面几项，任选一项。', en: 'Any one of these, whichever you have.' },
  totp: { zh: '动态口令', en: 'Authenticator code' },
  totpHint: { zh: '身份验证器应用里的 6 位数字', en: 'Six digits from your authenticator app' },
  recovery: { zh: '恢复码', en: 'Recovery code' },
  recoveryHint: { zh: '您保存的恢复码中的一个，用后作废', en: 'One of those you kept; it is good once' },
  both: { zh: '动态口令或恢复码', en: 'Authenticator or recovery code' },
  bothHint: {
    zh: '身份验证器应用里的 6 位数字，或您保存的一个恢复码（用后作废）',
    en: 'Six digits from your authenticator app, or one of the recovery codes you kept (good once)',
  },
  none: {
    zh: '这个账号没有设置其他验证方式，不能在网上找回。请本人携带证件到办事窗口办理。',
    en: 'This account has no other way to prove who you are, so it cannot be recovered here. Bring your document to a service hall.',
  },
  home: { zh: '返回登录', en: 'Back to login' },
  check: { zh: '核验', en: 'Check' },
  refused: {
    zh: '核验没有通过：姓名、证件号码与账号不一致，或口令、通行密钥、照片不符。也可携带证件到办事窗口找回。',
    en: 'The check did not succeed: name, number, code, passkey or picture does not fit. You can also come to a service hall with your document.',
  },
  unavailable: { zh: '核验服务暂时没有回应，请稍后再试。', en: 'The check did not answer. Please try again later.' },
  paused: { zh: '核验次数过多，{time} 后可再试', en: 'Too many checks; try again at {time}' },
} satisfies Texts;

export type RecoverTrouble =
  | { readonly kind: 'refused' | 'unavailable' }
  | { readonly kind: 'paused'; readonly until: Date };

export type RecoverIdentityPage = StepForm & {
  readonly typed: TypedIdentity;
  readonly trouble: RecoverTrouble | null;
  /** None: only a service hall helps. */
  readonly ways: readonly RecoveryWay[];
  /** For `navigator.credentials.get`; null for an account without a passkey. */
  readonly passkeyOptions: object | null;
};

export function recoverIdentityPage(frame: PageFrame, props: RecoverIdentityPage): string {
  const say = sayIn(frame.lang);
  const { trouble } = props;
  const words =
    trouble === null
      ? null
      : trouble.kind === 'paused'
        ? say(TEXTS.paused, { time: formatTime(trouble.until) })
        : say(TEXTS[trouble.kind]);
  return stepPage(frame, {
    title: TEXTS.identityStep,
    step: 3,
    of: RECOVER_STEPS,
    faults: props.faults,
    message: words === null ? null : html`<p>${words}</p>`,
    script: props.passkeyOptions === null ? '' : PASSKEY_SCRIPT,
    body: props.ways.length === 0 ? hallOnly(frame) : identityForm(frame, props),
  });
}

/** Nothing can be checked here: what to do instead. */
function hallOnly(frame: PageFrame): Html {
  const say = sayIn(frame.lang);
  return html`${notice({ mark: 'notice', role: 'status', words: html`<p>${say(TEXTS.none)}</p>` })}
<p><a class="link" href="/account">${say(TEXTS.home)}</a></p>`;
}

function identityForm(frame: PageFrame, props: RecoverIdentityPage): Html {
  const say = sayIn(frame.lang);
  const options = props.passkeyOptions;
  const hasOthers = props.ways.some((way) => way !== 'passkey');
  return html`<p>${say(TEXTS.why)}</p>
<form method="post" action="/recover/identity" enctype="multipart/form-data" novalidate>
${hiddenFields({ csrf: props.csrf })}
${identityFields(frame.lang, props.typed, props.faults)}
<h2>${say(TEXTS.second)}</h2>
${props.ways.length > 1 ? html`<p>${say(TEXTS.either)}</p>` : null}
${codeField(frame, props)}
${props.ways.includes('face') ? pictureField(frame.lang, faultOf(props.faults, 'picture')) : null}
${hasOthers ? html`<div class="actions"><button class="button" type="submit">${say(TEXTS.check)}</button></div>` : null}
${options === null ? null : passkeyPart({ lang: frame.lang, options, isPlain: hasOthers })}
</form>`;
}

function codeField(frame: PageFrame, { ways, faults }: RecoverIdentityPage): Html | null {
  const say = sayIn(frame.lang);
  const codes = (['totp', 'recovery'] as const).filter((way) => ways.includes(way));
  const kind = codes.length > 1 ? 'both' : codes[0];
  if (kind === undefined) return null;
  return field({
    name: 'second',
    label: say(TEXTS[kind]),
    hint: say(TEXTS[`${kind}Hint`]),
    value: '',
    autocomplete: 'one-time-code',
    inputmode: kind === 'totp' ? 'numeric' : 'text',
    fault: faultOf(faults, 'second'),
  });
}

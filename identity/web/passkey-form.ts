// 通行密钥: the form that the browser's answer goes through, for login, step-up and enrolment. Without script it says so.
import { readFileSync } from 'node:fs';
import { type Html, type HtmlValue, html } from '../../common/web/html.ts';
import { type Lang, sayIn, type Text, type Texts } from '../../common/web/texts.ts';

export type PasskeyForm = {
  readonly lang: Lang;
  /** What is asked of the browser: `navigator.credentials.get` or `.create`. */
  readonly kind: 'get' | 'create';
  /** True: somebody is logged in and proves more. */
  readonly isStepUp?: boolean;
  readonly action: string;
  readonly hidden: Html;
  /** As the WebAuthn JSON functions take them. */
  readonly options: object;
  /** Fields above the button. */
  readonly fields?: HtmlValue;
};

const TEXTS = {
  get: { zh: '使用通行密钥登录', en: 'Use a passkey' },
  check: { zh: '使用通行密钥验证', en: 'Use a passkey' },
  create: { zh: '添加通行密钥', en: 'Add a passkey' },
  needsScript: {
    zh: '此方式需要启用 JavaScript，请改用密码或短信',
    en: 'This way needs JavaScript; use a password or SMS',
  },
  recover: { zh: '使用通行密钥核验', en: 'Check with a passkey' },
  noneHere: {
    zh: '使用通行密钥需要启用 JavaScript',
    en: 'Passkeys need JavaScript',
  },
  unsupportedHere: { zh: '这个浏览器不支持通行密钥', en: 'This browser has no passkeys' },
  waiting: { zh: '请按浏览器的提示操作', en: 'Follow what your browser asks' },
  cancelled: { zh: '没有完成，可以再试一次', en: 'Not completed; you can try again' },
  known: { zh: '这台设备上已有此账号的通行密钥', en: 'This device has a passkey for this account already' },
  failed: { zh: '浏览器没有给出通行密钥，请再试一次', en: 'The browser gave no passkey; try again' },
  unsupported: {
    zh: '这个浏览器不支持通行密钥，请改用密码或短信',
    en: 'This browser has no passkeys; use a password or SMS',
  },
} satisfies Texts;

export const PASSKEY_SCRIPT = readFileSync(new URL('./passkey-script.js', import.meta.url), 'utf8');

/** Nothing to see: with it the browser offers passkeys in the field for the account of the form beside it. */
export function passkeyOffer(options: object): Html {
  return html`<div hidden data-passkey="get" data-options="${JSON.stringify(options)}" data-words="{}"></div>`;
}

/** Field `answer` takes the browser's answer as JSON. */
export function passkeyForm(of: PasskeyForm): Html {
  const say = sayIn(of.lang);
  return html`<form method="post" action="${of.action}" data-passkey="${of.kind}" data-options="${JSON.stringify(of.options)}" data-words="${wordsIn(of.lang)}">
${of.hidden}<input type="hidden" name="answer" value="">
${of.fields ?? null}
<div class="actions"><button class="button passkey-button" type="button" id="field-passkey" hidden>${say(TEXTS[of.isStepUp ? 'check' : of.kind])}</button></div>
<p class="hint" role="status"></p>
<noscript><p>${say(TEXTS.needsScript)}</p></noscript>
</form>`;
}

/** A passkey within a form that has other fields: what the browser answers goes out with them. */
export function passkeyPart(of: { readonly lang: Lang; readonly options: object; readonly isPlain: boolean }): Html {
  const say = sayIn(of.lang);
  return html`<div data-passkey="get" data-options="${JSON.stringify(of.options)}" data-words="${wordsIn(of.lang, TEXTS.unsupportedHere)}">
<input type="hidden" name="answer" value="">
<div class="actions"><button class="button ${of.isPlain ? 'plain ' : ''}passkey-button" type="button" id="field-passkey" hidden>${say(TEXTS.recover)}</button></div>
<p class="hint" role="status"></p>
<noscript><p>${say(TEXTS.noneHere)}</p></noscript></div>`;
}

/** What the script says by itself. */
function wordsIn(lang: Lang, unsupported: Text = TEXTS.unsupported): string {
  const { waiting, cancelled, known, failed } = TEXTS;
  const words = Object.entries<Text>({ waiting, cancelled, known, failed, unsupported });
  return JSON.stringify(Object.fromEntries(words.map(([name, text]) => [name, sayIn(lang)(text)])));
}

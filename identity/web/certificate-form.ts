// 证书: the form that what the certificate medium signed goes through, for login, step-up and enrolment. Without script it
// says so; without a driver it says where to get one.
import { readFileSync } from 'node:fs';
import { type Html, html } from '../../common/web/html.ts';
import { formatDate, type Lang, type Say, sayIn, type Text, type Texts } from '../../common/web/texts.ts';
import type { CertificateRefusal } from '../domain/certificate-login.ts';

export type CertificateForm = {
  readonly lang: Lang;
  readonly kind: 'login' | 'enrolment';
  readonly action: string;
  readonly hidden: Html;
  readonly challenge: string;
  /** Origin of the local program. */
  readonly agent: string;
  /** Where a person gets the driver of his medium; null when nothing is set up. */
  readonly driverUrl: string | null;
};

const TEXTS = {
  insert: {
    zh: '插入证书介质后点“读取证书”。',
    en: 'Insert your certificate device, then choose "Read certificate".',
  },
  read: { zh: '读取证书', en: 'Read certificate' },
  login: { zh: '用此证书登录', en: 'Log in with this certificate' },
  enrolment: { zh: '添加此证书', en: 'Add this certificate' },
  certificates: { zh: '证书', en: 'Certificates' },
  reading: { zh: '正在读取证书', en: 'Reading' },
  signing: { zh: '请在证书介质上输入口令或确认', en: 'Enter the PIN of your device, or confirm on it' },
  choose: { zh: '请选择一张证书', en: 'Choose a certificate' },
  none: { zh: '介质里没有可用的证书', en: 'There is no certificate on the device' },
  refused: { zh: '证书介质没有签名，可以再试一次', en: 'The device did not sign; you can try again' },
  noAgent: { zh: '未检测到证书驱动', en: 'No certificate driver found' },
  help: {
    zh: '请安装并启动证书介质的驱动程序；浏览器询问是否允许访问本机时，请选择允许。',
    en: 'Install and start the driver of your device; when the browser asks whether this site may reach your machine, allow it.',
  },
  driver: { zh: '下载说明', en: 'How to get it' },
  needsScript: {
    zh: '此方式需要启用 JavaScript，请改用密码或短信',
    en: 'This way needs JavaScript; use a password or SMS',
  },
} satisfies Texts;

const REFUSALS: Readonly<Record<CertificateRefusal['kind'], Text>> = {
  unreadable: { zh: '没有读到证书，请再试一次', en: 'No certificate was read; try again' },
  challenge: { zh: '页面停留太久，请再读取一次', en: 'The page was open too long; read the certificate again' },
  signature: { zh: '签名与证书不符，请再试一次', en: 'The signature does not fit the certificate; try again' },
  untrusted: {
    zh: '证书签发机构不在信任名单内，请换一张证书',
    en: 'The issuer of this certificate is not trusted here; use another one',
  },
  expired: { zh: '此证书已过期（{date}），请更换证书', en: 'This certificate expired on {date}; renew it' },
  'not-yet-valid': { zh: '此证书自 {date} 起有效', en: 'This certificate is valid from {date}' },
  revoked: { zh: '此证书已被吊销，不能登录', en: 'This certificate was revoked and logs nobody in' },
  usage: { zh: '此证书不能用于身份认证，请换一张', en: 'This certificate is not for logging in; use another one' },
  'state-unknown': {
    zh: '暂时查不到此证书是否被吊销，请稍后再试或换一种方式',
    en: 'Whether this certificate was revoked cannot be found out now; try later or another way',
  },
  'no-number': {
    zh: '此证书没有证件号码，不能用于个人登录',
    en: 'This certificate has no ID number and cannot log a person in',
  },
  'no-account': {
    zh: '没有与此证书的证件号码相符的账号',
    en: 'No account has the ID number of this certificate',
  },
  'other-person': { zh: '此证书不是您本人的', en: 'This certificate is somebody else’s' },
  removed: {
    zh: '此证书已从账号移除。用其他方式登录后，可在“登录方式”重新添加',
    en: 'This certificate was taken off the account. Log in another way and add it under "Ways to log in"',
  },
  taken: { zh: '此证书已经添加过了', en: 'This certificate was added before' },
};

export const CERTIFICATE_SCRIPT = readFileSync(new URL('./certificate-script.js', import.meta.url), 'utf8');

/** Field `answer` takes what was signed as JSON (common/contract/certificate-agent.ts). */
export function certificateForm(of: CertificateForm): Html {
  const say = sayIn(of.lang);
  const names = ['reading', 'signing', 'choose', 'none', 'refused', 'noAgent'] as const;
  const words = { ...Object.fromEntries(names.map((name) => [name, say(TEXTS[name])])), use: say(TEXTS[of.kind]) };
  return html`<form method="post" action="${of.action}" data-agent="${of.agent}" data-challenge="${of.challenge}" data-words="${JSON.stringify(words)}">
${of.hidden}<input type="hidden" name="answer" value="">
<p>${say(TEXTS.insert)}</p>
<fieldset class="field" hidden><legend>${say(TEXTS.certificates)}</legend></fieldset>
<div class="actions"><button class="button certificate-button" type="button" id="field-certificate" hidden>${say(TEXTS.read)}</button></div>
<p class="hint" role="status"></p>
<p class="certificate-help" hidden>${say(TEXTS.help)}${of.driverUrl === null ? null : html` <a class="link" href="${of.driverUrl}">${say(TEXTS.driver)}</a>`}</p>
<noscript><p>${say(TEXTS.needsScript)}</p></noscript>
</form>`;
}

/** Why a certificate was not accepted, and what to do. */
export function sayRefusal(say: Say, lang: Lang, fault: CertificateRefusal): string {
  const date = 'on' in fault ? fault.on : 'from' in fault ? fault.from : null;
  return say(REFUSALS[fault.kind], date === null ? {} : { date: formatDate(lang, date) });
}

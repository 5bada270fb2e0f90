// 数字证书 of an account: which are bound to it and until when they are valid; add one, take one off.
import type { PageFrame } from '../../common/web/frame.ts';
import { html } from '../../common/web/html.ts';
import { breadcrumb, errorSummary, FOCUS_SUMMARY_SCRIPT, hiddenFields, notice } from '../../common/web/parts.ts';
import { formatDate, sayIn, type Texts } from '../../common/web/texts.ts';
import type { CertificateRefusal, KeptCertificate } from '../domain/certificate-login.ts';
import { accountPage, type Viewer } from './account-layout.ts';
import { CERTIFICATE_SCRIPT, certificateForm, sayRefusal } from './certificate-form.ts';
import { type FactorRow, factorCards, proveFirst } from './factor-cards.ts';

export type CertificatesPage = {
  readonly viewer: Viewer;
  /** Where more is proven before anything can be changed; null when enough is. */
  readonly proveHref: string | null;
  readonly formFields: Readonly<Record<string, string>>;
  readonly certificates: readonly (FactorRow & { readonly certificate: KeptCertificate })[];
  readonly challenge: string;
  readonly agent: string;
  readonly driverUrl: string | null;
  readonly fault?: CertificateRefusal | null;
  readonly done?: 'added' | 'removed' | null;
};

const PATH = '/account/factors/certificates';

const TEXTS = {
  title: { zh: '数字证书', en: 'Certificates' },
  factors: { zh: '登录方式', en: 'Ways to log in' },
  what: {
    zh: '用认证机构发给您的数字证书登录，达到五级。证书里的证件号码须与账号一致；第一次用证书登录时自动绑定。',
    en: 'Log in with a certificate of yours, and reach level 5. Its ID number must be that of your account; it is bound at the first login.',
  },
  none: { zh: '还没有绑定证书。', en: 'No certificate is bound.' },
  add: { zh: '添加一张', en: 'Add one' },
  serial: { zh: '序列号', en: 'Serial number' },
  until: { zh: '有效期至', en: 'Valid until' },
  added: { zh: '已添加证书。我们已发通知给您。', en: 'The certificate was added. We have sent you a message.' },
  removed: {
    zh: '已移除证书，它不能再登录您的账号。',
    en: 'The certificate was removed and logs nobody in to your account.',
  },
} satisfies Texts;

export function certificatesPage(frame: PageFrame, props: CertificatesPage): string {
  const say = sayIn(frame.lang);
  const { challenge, agent, driverUrl, formFields } = props;
  const faults = props.fault ? [{ field: 'certificate', words: sayRefusal(say, frame.lang, props.fault) }] : [];
  const rows = props.certificates.map((row) => ({
    ...row,
    more: [
      { name: say(TEXTS.serial), value: html`<span class="mono identifier">${row.certificate.serial}</span>` },
      { name: say(TEXTS.until), value: formatDate(frame.lang, new Date(row.certificate.notAfter)) },
    ],
  }));
  return accountPage(frame, {
    title: say(TEXTS.title),
    viewer: props.viewer,
    current: '/account/factors',
    faulty: faults.length > 0,
    script: CERTIFICATE_SCRIPT + FOCUS_SUMMARY_SCRIPT,
    main: html`${errorSummary(frame.lang, faults)}
${breadcrumb(frame.lang, [{ text: say(TEXTS.factors), href: '/account/factors' }, { text: say(TEXTS.title) }])}
<h1>${say(TEXTS.title)}</h1>
${props.done ? notice({ mark: 'passed', role: 'status', words: html`<p>${say(TEXTS[props.done])}</p>` }) : null}
<p>${say(TEXTS.what)}</p>
${factorCards(frame.lang, { rows, none: say(TEXTS.none), removeAction: props.proveHref === null ? `${PATH}/remove` : null, formFields })}
${props.proveHref === null ? html`<h2>${say(TEXTS.add)}</h2>${certificateForm({ lang: frame.lang, kind: 'enrolment', action: PATH, hidden: hiddenFields(formFields), challenge, agent, driverUrl })}` : proveFirst(frame.lang, props.proveHref)}`,
  });
}

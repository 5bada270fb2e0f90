// Passkeys, 扫码 and certificates in their states, for the gallery.
import type { PageFrame } from '../../common/web/frame.ts';
import { type Fault, hiddenFields } from '../../common/web/parts.ts';
import type { ScanPhase } from '../../identity/domain/scan.ts';
import { CERTIFICATE_SCRIPT, certificateForm } from '../../identity/web/certificate-form.ts';
import { certificatesPage } from '../../identity/web/certificates-page.ts';
import { FACE_SCRIPT, type FaceFault, faceForm, facePassed } from '../../identity/web/face-form.ts';
import { loginPage } from '../../identity/web/login-page.ts';
import { PASSKEY_SCRIPT, passkeyForm } from '../../identity/web/passkey-form.ts';
import { passkeysPage } from '../../identity/web/passkeys-page.ts';
import { scanConfirmPage, scanEndPage } from '../../identity/web/scan-confirm-page.ts';
import { scanPanel } from '../../identity/web/scan-panel.ts';
import { stepUpPage } from '../../identity/web/step-up-page.ts';

const NOW = new Date('2026-11-20T02:24:35Z');
const SYSTEM = '不动产登记网上办事大厅';
const viewer = { name: '张三' };
const formFields = { csrf: 'token', owner: 'token' };
const hidden = hiddenFields({ csrf: 'token', way: 'scan' });
const action = '/gallery/login';
const options = { challenge: 'AAAA', rpId: 'localhost', user: { id: 'AAAA', name: '张三', displayName: '张三' } };
const row = { id: 7, label: '我的手机', addedAt: NOW, lastUsedAt: NOW };
const passkeys = { viewer, formFields, proveHref: null, options, label: 'Chrome · Android' };
const local = {
  challenge: 'A'.repeat(75),
  agent: 'http://127.0.0.1:7071',
  driverUrl: 'https://ca.example.gov.cn/driver',
};
const kept = {
  serial: '2a'.repeat(16),
  issuer: 'CN=某某认证机构',
  notAfter: '2031-11-20T00:00:00.000Z',
  sm3: '5b'.repeat(32),
};
const certificates = { viewer, formFields, proveHref: null, ...local };
const bound = { ...row, label: '某某认证机构', certificate: kept };

const WAYS = [
  { name: 'password', label: { zh: '密码', en: 'Password' }, isRare: false },
  { name: 'sms', label: { zh: '短信', en: 'SMS' }, isRare: false },
  { name: 'passkey', label: { zh: '通行密钥', en: 'Passkey' }, isRare: false },
  { name: 'scan', label: { zh: '扫码', en: 'Scan' }, isRare: true },
  { name: 'certificate', label: { zh: '证书', en: 'Certificate' }, isRare: true },
] as const;

/** The login page with one of the ways. */
function login(
  frame: PageFrame,
  current: (typeof WAYS)[number]['name'],
  shown: Pick<Parameters<typeof loginPage>[1], 'body' | 'script'>,
  faults: readonly Fault[] = [],
): string {
  const ways = WAYS.map((way) => ({ ...way, isCurrent: way.name === current, href: `/gallery/login?way=${way.name}` }));
  return loginPage(frame, { ...shown, ways, system: SYSTEM, given: ['name'], host: 'id.example.gov.cn', faults });
}

const scan = (frame: PageFrame, phase: ScanPhase) =>
  login(frame, 'scan', {
    body: scanPanel({
      ...{ lang: frame.lang, phase, action, hidden, number: 47, expiresAt: NOW },
      codeUrl: `https://id.example.gov.cn/scan/${'A'.repeat(43)}`,
      ...{ pageHref: '/gallery/login-scan', newHref: '/gallery/login-scan', stateUrl: '/gallery/login-scan' },
    }),
  });

/** The step-up page with the face check. */
const stepUp = (frame: PageFrame, shown: Parameters<typeof stepUpPage>[1]['shown']): string =>
  stepUpPage(frame, {
    ...{ system: SYSTEM, asked: 4, proven: ['pwd', 'sms'], because: null, isReached: false, stepsLeft: 1 },
    ...{ shown, ways: [], faults: [], action, hidden },
  });
const face = (frame: PageFrame, fault: FaceFault | null, left = 0): string =>
  stepUp(frame, {
    body: faceForm({ lang: frame.lang, uploadAction: action, hidden, fault, left }),
    script: FACE_SCRIPT,
  });

const confirm = {
  ...{ viewer, formFields, action: '/gallery/scan-confirm', at: NOW, number: 47 },
  ...{ system: SYSTEM, device: 'Chrome · Windows', address: '203.0.113.7' },
};

export const FACTORS_GALLERY: Readonly<Record<string, (frame: PageFrame) => string>> = {
  'login-passkey': (frame) =>
    login(frame, 'passkey', {
      body: passkeyForm({ lang: frame.lang, kind: 'get', action, hidden, options }),
      script: PASSKEY_SCRIPT,
    }),
  'login-scan': (frame) => scan(frame, 'waiting'),
  'login-scan-scanned': (frame) => scan(frame, 'scanned'),
  'login-scan-confirmed': (frame) => scan(frame, 'confirmed'),
  'login-scan-refused': (frame) => scan(frame, 'refused'),
  'login-scan-over': (frame) => scan(frame, 'over'),
  'login-certificate': (frame) =>
    login(frame, 'certificate', {
      body: certificateForm({ lang: frame.lang, kind: 'login', action, hidden, ...local }),
      script: CERTIFICATE_SCRIPT,
    }),
  'step-up-face': (frame) => face(frame, null),
  'step-up-face-failed': (frame) => face(frame, 'mismatched', 2),
  'step-up-face-paused': (frame) => face(frame, 'paused'),
  'step-up-face-silent': (frame) => face(frame, 'unavailable'),
  'step-up-face-passed': (frame) => stepUp(frame, { body: facePassed({ lang: frame.lang, action, hidden }) }),
  'scan-confirm': (frame) => scanConfirmPage(frame, confirm),
  'scan-confirmed': (frame) => scanEndPage(frame, { viewer, end: 'confirmed' }),
  'scan-refused': (frame) => scanEndPage(frame, { viewer, end: 'refused' }),
  'scan-taken': (frame) => scanEndPage(frame, { viewer, end: 'taken' }),
  'scan-over': (frame) => scanEndPage(frame, { viewer, end: 'over' }),
  'account-passkeys': (frame) =>
    passkeysPage(frame, {
      ...passkeys,
      passkeys: [row, { ...row, id: 8, label: '单位电脑（三楼办公室，靠窗的那一台）' }],
    }),
  'account-passkeys-422': (frame) => passkeysPage(frame, { ...passkeys, label: '', passkeys: [], faults: ['label'] }),
  'account-passkeys-prove': (frame) =>
    passkeysPage(frame, { ...passkeys, passkeys: [row], proveHref: '/gallery/login' }),
  'account-certificates': (frame) => certificatesPage(frame, { ...certificates, certificates: [bound], done: 'added' }),
  'account-certificates-422': (frame) =>
    certificatesPage(frame, { ...certificates, certificates: [], fault: { kind: 'expired', on: NOW } }),
};

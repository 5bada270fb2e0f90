// Every page of the house in every state that it has, from invented values: what the browser tests look at and what the
// screenshots show. No room runs for it.
import { systemClock } from '../../common/clock.ts';
import { PROBLEMS, TrustError } from '../../common/errors.ts';
import { makeKoa } from '../../common/http/app.ts';
import { makeMetrics } from '../../common/http/metrics.ts';
import { pageFrame, sendPage, webRoutes } from '../../common/http/preferences.ts';
import { problemFor } from '../../common/http/problem.ts';
import { mountRoutes } from '../../common/http/routes.ts';
import { type Listening, listen } from '../../common/http/server.ts';
import { makeLog } from '../../common/log.ts';
import type { PageFrame } from '../../common/web/frame.ts';
import { type Fault, hiddenFields } from '../../common/web/parts.ts';
import type { SiteFoot } from '../../common/web/site-foot.ts';
import { problemPage } from '../../common/web/status-page.ts';
import { recoveryPage, totpPage } from '../../identity/web/authenticator-pages.ts';
import { codeForm, sendForm } from '../../identity/web/code-forms.ts';
import { consentPage } from '../../identity/web/consent-page.ts';
import { deviceCodePage, deviceConfirmPage, deviceDonePage } from '../../identity/web/device-pages.ts';
import { loginErrorPage } from '../../identity/web/error-page.ts';
import { homePage } from '../../identity/web/home-page.ts';
import { loginPage } from '../../identity/web/login-page.ts';
import { loggedOutPage, logoutConfirmPage } from '../../identity/web/logout-pages.ts';
import { outboxPage } from '../../identity/web/outbox-page.ts';
import { passwordForm, SHOW_PASSWORD_SCRIPT } from '../../identity/web/password-form.ts';
import { returningToPage } from '../../identity/web/returning-page.ts';
import { stepUpPage } from '../../identity/web/step-up-page.ts';
import { VERIFY_SERVICE } from '../../license/web/service.ts';
import { ACCOUNT_GALLERY } from './gallery-account.ts';
import { DESK_GALLERY } from './gallery-desk.ts';
import { DESK_LICENSE_GALLERY } from './gallery-desk-licenses.ts';
import { FACTORS_GALLERY } from './gallery-factors.ts';
import { ISSUE_GALLERY } from './gallery-issue.ts';
import { LICENSE_GALLERY } from './gallery-license.ts';
import { PRESENTING_GALLERY } from './gallery-presenting.ts';
import { SHARING_GALLERY } from './gallery-sharing.ts';
import { VERIFY_GALLERY } from './gallery-verify.ts';
import { VERSION_GALLERY } from './gallery-versions.ts';

const NOW = new Date('2026-11-20T02:24:35Z');
const SYSTEM = '不动产登记网上办事大厅';
const given = ['name', 'identity_document'] as const;
const wayLabels = [
  ['password', '密码', 'Password', false],
  ['sms', '短信', 'SMS', false],
  ['passkey', '通行密钥', 'Passkey', false],
  ['scan', '扫码', 'Scan', true],
  ['certificate', '证书', 'Certificate', true],
  ['mail', '邮箱', 'Mail', true],
] as const;
const waysAt = (current: string) =>
  wayLabels.map(([name, zh, en, isRare]) => ({
    name,
    label: { zh, en },
    isRare,
    isCurrent: name === current,
    href: `/gallery/login?way=${name}`,
  }));
const login = { system: SYSTEM, given, host: 'id.example.gov.cn', ways: waysAt('password') };
const hidden = hiddenFields({ csrf: 'token' });
const password = (frame: PageFrame, typed: string, faults: readonly Fault[] = []) => ({
  ...login,
  faults,
  script: SHOW_PASSWORD_SCRIPT,
  body: passwordForm(frame, { action: '/gallery/login', hidden, faults, login: typed, asksLogin: true }),
});
const problem = (frame: PageFrame, code: keyof typeof PROBLEMS, retryAt: Date | null = null) =>
  problemPage(frame, {
    service: VERIFY_SERVICE,
    problem: problemFor(new TrustError(code, PROBLEMS[code].title), 'req_0123456789abcdefghjkmnpqrs'),
    at: NOW,
    retryAt,
  });

/** One grey dot. */
const PHOTO = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
);
const SITE: SiteFoot = {
  siteOperator: '示例省政务服务管理局（示例省数据资源管理局）',
  siteContact: '12345',
  siteCode: '3600000001',
  siteIcp: '示ICP备00000000号',
  sitePolice: '示公网安备 00000000000000号',
  siteAccessibilityUrl: 'https://www.example.gov.cn/accessibility',
  siteHelpUrl: 'https://www.example.gov.cn/help',
};

const form = { action: '/gallery/login', hidden, faults: [] };
const stepUp = {
  system: SYSTEM,
  asked: 4,
  proven: ['pwd'],
  because: null,
  isReached: false,
  stepsLeft: 1,
  shown: null,
  ways: [],
  faults: [],
  action: '/gallery/login',
  hidden,
} as const;

const ownCommon = { viewer: { name: '张三' }, proveHref: null, formFields: { csrf: 'token' } };

/** Name -> page. */
export const GALLERY: Readonly<Record<string, (frame: PageFrame) => string>> = {
  login: (frame) => loginPage(frame, password(frame, '')),
  'login-site': (frame) => loginPage({ ...frame, site: SITE }, password(frame, '')),
  'login-422': (frame) =>
    loginPage(
      frame,
      password(frame, 'zhangsan', [
        { field: 'login', words: '账号或密码不正确，再错 2 次将暂停登录 15 分钟' },
        { field: 'password', words: '请填写密码' },
      ]),
    ),
  'login-paused': (frame) =>
    loginPage(frame, password(frame, 'zhangsan', [{ field: 'login', words: '登录已暂停，10:24:35 后可再试' }])),
  'login-sms': (frame) =>
    loginPage(frame, {
      ...login,
      ways: waysAt('sms'),
      body: sendForm(frame, {
        ...form,
        channel: 'sms',
        label: frame.lang === 'zh' ? '手机号' : 'Phone',
        typed: '',
        maskedTo: null,
      }),
    }),
  'login-sms-sent': (frame) =>
    loginPage(frame, {
      ...login,
      ways: waysAt('sms'),
      faults: [{ field: 'code', words: '验证码不正确，还可再试 2 次' }],
      body: codeForm(frame, {
        ...form,
        faults: [{ field: 'code', words: '验证码不正确，还可再试 2 次' }],
        sent: { maskedTo: '138****0012', expiresAt: NOW, resendAt: NOW },
        isFixed: false,
      }),
    }),
  totp: (frame) =>
    totpPage(frame, {
      ...ownCommon,
      factor: null,
      enrolment: {
        uri: 'otpauth://totp/x?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
        secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
        sealed: 'x',
      },
      isWrong: true,
      done: null,
    }),
  'totp-bound': (frame) =>
    totpPage(frame, {
      ...ownCommon,
      factor: { id: 1, label: '动态口令应用', addedAt: NOW, lastUsedAt: null },
      enrolment: null,
      isWrong: false,
      done: 'added',
    }),
  'recovery-codes': (frame) =>
    recoveryPage(frame, {
      ...ownCommon,
      left: 10,
      madeAt: NOW,
      codes: Array.from({ length: 10 }, () => '5k3m9-q2w7x'),
    }),
  'recovery-codes-left': (frame) => recoveryPage(frame, { ...ownCommon, left: 3, madeAt: NOW, codes: null }),
  'step-up': (frame) =>
    stepUpPage(frame, {
      ...stepUp,
      stepsLeft: 2,
      ways: waysAt('sms').slice(1, 3),
      shown: { body: sendForm(frame, { ...form, channel: 'sms', label: '', typed: '', maskedTo: '138****0012' }) },
    }),
  'step-up-proofing': (frame) => stepUpPage(frame, { ...stepUp, because: 'proofing' }),
  'step-up-factors': (frame) => stepUpPage(frame, { ...stepUp, because: 'factors' }),
  outbox: (frame) =>
    outboxPage(frame, {
      messages: [
        { at: NOW, to: '13800010012', kind: 'login-code', words: '【信基】验证码 137204，用于登录，5 分钟内有效。' },
      ],
    }),
  consent: (frame) =>
    consentPage(frame, {
      action: '/consent',
      csrf: 'token',
      system: SYSTEM,
      operator: '示例市自然资源和规划局',
      purpose: '办理不动产登记',
      items: [
        { scope: 'profile', claim: 'name', value: '张三', optional: false },
        { scope: 'phone', claim: 'phone_number', value: '138****0001', optional: true },
        { scope: 'email', claim: 'email', value: 'zhangsan@example.cn', optional: true },
      ],
      until: NOW,
    }),
  'consent-duties': (frame) =>
    consentPage(frame, {
      action: '/consent',
      csrf: 'token',
      system: '信基命令行',
      operator: '示例市政务服务和数据管理局',
      purpose: '以本人身份办理印章业务',
      items: [],
      until: null,
      duties: [
        { org: '11360100MB0D000533', unit: '电子印章制作中心', role: 'seal-maker' },
        { org: '11360100MB0D000533', unit: '审计室', role: 'seal-auditor' },
      ],
    }),
  'logout-confirm': (frame) =>
    logoutConfirmPage(frame, {
      providerForm:
        '<form id="op.logoutForm" method="post" action="/oidc/session/end/confirm"><input type="hidden" name="xsrf" value="x"/></form>',
      system: SYSTEM,
      systems: 2,
    }),
  device: (frame) => deviceCodePage(frame, { action: '/gallery/device', xsrf: 'token' }),
  'device-wrong': (frame) =>
    deviceCodePage(frame, {
      action: '/gallery/device',
      xsrf: 'token',
      code: 'WDJB-MJHT',
      fault: { kind: 'unknown' },
    }),
  'device-confirm': (frame) =>
    deviceConfirmPage(frame, {
      action: '/gallery/device',
      xsrf: 'token',
      code: 'WDJB-MJHT',
      shown: 'WDJB-MJHT',
      system: SYSTEM,
      operator: '示例市政务服务中心',
      address: '10.20.3.44',
    }),
  'device-done': (frame) => deviceDonePage(frame),
  'logged-out': (frame) => loggedOutPage(frame, { systems: 2, later: ['医疗保障网上服务平台'], loginHref: '/' }),
  'login-error': (frame) =>
    loginErrorPage(frame, {
      error: 'invalid_redirect_uri',
      description: 'redirect_uri is not registered',
      system: SYSTEM,
      reference: 'req_0123',
      at: NOW,
    }),
  'login-expired': (frame) => loginErrorPage(frame, { error: 'session_not_found', reference: 'req_0123', at: NOW }),
  'identity-home': (frame) =>
    homePage(frame, {
      viewer: { name: '张三' },
      systems: [
        { name: SYSTEM, url: '/a' },
        { name: '医疗保障网上服务平台', url: '/b' },
      ],
    }),
  ...ACCOUNT_GALLERY,
  ...FACTORS_GALLERY,
  ...LICENSE_GALLERY,
  ...PRESENTING_GALLERY,
  ...VERIFY_GALLERY,
  ...SHARING_GALLERY,
  ...DESK_GALLERY,
  ...ISSUE_GALLERY,
  ...DESK_LICENSE_GALLERY,
  ...VERSION_GALLERY,
  'status-403': (frame) => problem(frame, 'scope-missing'),
  'status-404': (frame) => problem(frame, 'not-found'),
  'status-429': (frame) => problem(frame, 'too-many-requests', new Date('2026-11-20T02:30:00Z')),
  'status-400': (frame) => problem(frame, 'invalid-request'),
  'status-500': (frame) => problem(frame, 'internal'),
  'status-503': (frame) => problem(frame, 'seal-unavailable'),
};

/** Serves the gallery at /gallery/NAME with the real headers; /returning leads on to /gallery/login. */
export async function serveGallery(): Promise<Listening> {
  const app = makeKoa({
    room: 'gallery',
    log: makeLog('gallery', 'silent'),
    clock: systemClock,
    metrics: makeMetrics('gallery'),
    mode: 'development',
    service: VERIFY_SERVICE,
  });
  mountRoutes(app, [
    ...webRoutes(),
    ...Object.entries(GALLERY).map(([name, page]) => ({
      method: 'GET' as const,
      path: `/gallery/${name}`,
      scope: 'public' as const,
      handler: (ctx: Parameters<typeof sendPage>[0]) => sendPage(ctx, page(pageFrame(ctx))),
    })),
    {
      method: 'GET',
      path: '/returning',
      scope: 'public',
      handler: (ctx) => sendPage(ctx, returningToPage(pageFrame(ctx), { system: SYSTEM, url: '/gallery/login' })),
    },
    {
      method: 'GET',
      path: '/desk/:org/batches/:batch_id/events',
      scope: 'public',
      handler: (ctx) => {
        ctx.status = 204; // nothing more comes
      },
    },
    {
      method: 'GET',
      path: '/gallery/photo',
      scope: 'public',
      handler: (ctx) => {
        ctx.type = 'image/png';
        ctx.body = PHOTO;
      },
    },
    {
      method: 'GET',
      path: '/gallery/state',
      scope: 'public',
      handler: (ctx) => {
        ctx.body = { state: 'live', message: null };
      },
    },
  ]);
  return listen(app, { host: '127.0.0.1', port: 0 });
}

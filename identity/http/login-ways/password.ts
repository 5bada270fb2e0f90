// 密码. A wrong account and a wrong password get the same words.
import { html } from '../../../common/web/html.ts';
import { sayIn, type Texts } from '../../../common/web/texts.ts';
import { WINDOW_SECONDS } from '../../domain/login-throttle.ts';
import type { AuthenticationResult, Credentials } from '../../flow/authenticate.ts';
import { passwordForm, SHOW_PASSWORD_SCRIPT } from '../../web/password-form.ts';
import type { LoginWay, WayAnswer, WayShown, WayVisit } from './way.ts';

export type PasswordWayDeps = {
  readonly authenticate: (credentials: Credentials) => Promise<AuthenticationResult>;
  /** What the browser may offer in the field for the account. */
  readonly offer: (visit: WayVisit) => Promise<WayShown>;
};

const TEXTS = {
  label: { zh: '密码', en: 'Password' },
  loginMissing: { zh: '请填写账号', en: 'Enter your account' },
  passwordMissing: { zh: '请填写密码', en: 'Enter your password' },
  wrong: { zh: '账号或密码不正确', en: 'Wrong account or password' },
  wrongLeft: {
    zh: '账号或密码不正确，再错 {left} 次将暂停登录 {minutes} 分钟',
    en: 'Wrong account or password. {left} more and login pauses for {minutes} minutes',
  },
} satisfies Texts;

export function makePasswordWay({ authenticate, offer }: PasswordWayDeps): LoginWay {
  return {
    name: 'password',
    method: 'pwd',
    label: TEXTS.label,
    startsLogin: true,
    isAvailable: async () => true,
    show: async (visit, { faults, typed }) => {
      const { frame, action, hidden, account } = visit;
      const asksLogin = account === null;
      const form = passwordForm(frame, { action, hidden, faults, login: typed['login'] ?? '', asksLogin });
      if (!asksLogin) return { body: form, script: SHOW_PASSWORD_SCRIPT };
      const { body, script = '' } = await offer(visit);
      return { body: html`${form}${body}`, script: SHOW_PASSWORD_SCRIPT + script };
    },
    submit: (visit, form) => judge(authenticate, visit, form),
  };
}

async function judge(
  authenticate: PasswordWayDeps['authenticate'],
  visit: WayVisit,
  form: Readonly<Record<string, string>>,
): Promise<WayAnswer> {
  const say = sayIn(visit.frame.lang);
  const { login = '', password = '' } = form;
  const typed = { login };
  const missing = [
    ...(login.trim() === '' && visit.account === null ? [{ field: 'login', words: say(TEXTS.loginMissing) }] : []),
    ...(password === '' ? [{ field: 'password', words: say(TEXTS.passwordMissing) }] : []),
  ];
  if (missing.length > 0) return { outcome: 'refused', faults: missing, typed };
  const { address, device } = visit.visitor;
  const result = await authenticate({
    who: visit.account === null ? { login } : { account: visit.account },
    password,
    address,
    deviceKey: device.key,
    clientId: visit.clientId,
    requestId: visit.requestId,
  });
  const field = visit.account === null ? 'login' : 'password';
  if (result.outcome === 'accepted') return { ...result, proof: { method: 'pwd' } };
  if (result.outcome === 'paused') return { outcome: 'paused', until: result.until, field, typed };
  const words =
    result.triesLeft === null
      ? say(TEXTS.wrong)
      : say(TEXTS.wrongLeft, { left: result.triesLeft, minutes: WINDOW_SECONDS / 60 });
  return { outcome: 'refused', faults: [{ field, words }], typed };
}

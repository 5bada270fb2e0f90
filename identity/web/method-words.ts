// Ways to log in, as they are called in lists.
import type { Text } from '../../common/web/texts.ts';
import type { Method } from '../domain/assurance.ts';

export const METHOD_WORDS: Readonly<Record<Method, Text>> = {
  pwd: { zh: '密码', en: 'Password' },
  sms: { zh: '短信验证码', en: 'Text message code' },
  mail: { zh: '邮件验证码', en: 'Mail code' },
  totp: { zh: '动态口令', en: 'Authenticator code' },
  recovery: { zh: '恢复码', en: 'Recovery code' },
  passkey: { zh: '通行密钥', en: 'Passkey' },
  face: { zh: '刷脸核验', en: 'Face check' },
  cert: { zh: '数字证书', en: 'Certificate' },
  scan: { zh: '扫码', en: 'Scan' },
};

// 短信 and 邮箱: a code is sent, then typed. An address that nobody has gets the same pages in the same time; only no message
// comes. At a step-up the code goes to the address of the account, and nothing is typed but the code.
import { formatTime, type Say, sayIn, type Text, type Texts } from '../../../common/web/texts.ts';
import { type Account, type AccountDocument, mayLogIn, parseMail, parsePhone } from '../../domain/account.ts';
import { maskMail, maskPhone } from '../../domain/message.ts';
import type { CheckResult, CodeAddress, CodePlace, CodeRequest, SendResult, SentTo } from '../../flow/one-time-code.ts';
import { codeForm, sendForm } from '../../web/code-forms.ts';
import type { LoginWay, WayAnswer, WayVisit } from './way.ts';

export type CodeWayDeps = {
  readonly sendCode: (request: CodeRequest) => Promise<SendResult>;
  readonly findSentCode: (place: CodePlace) => Promise<SentTo | null>;
  readonly checkCode: (at: CodePlace & { readonly code: string }) => Promise<CheckResult>;
  readonly dropCode: (place: CodePlace) => Promise<void>;
  readonly findAccountAt: (address: CodeAddress) => Promise<Account | null>;
  readonly findAccount: (sub: string) => Promise<Account | null>;
  readonly readDocument: (sub: string) => Promise<AccountDocument>;
};

export type CodeChannel = 'sms' | 'mail';

type ChannelWords = { readonly label: Text; readonly address: Text; readonly missing: Text; readonly wrongForm: Text };

const TEXTS = {
  codeMissing: { zh: '请填写验证码', en: 'Enter the code' },
  codeWrong: { zh: '验证码不正确或已过期，请重新获取', en: 'Wrong or expired code; get a new one' },
  codeLeft: { zh: '验证码不正确，还可再试 {left} 次', en: 'Wrong code, {left} tries left' },
  tooEarly: { zh: '刚刚发送过，{time} 后可重新获取', en: 'A code was just sent; you can get a new one at {time}' },
} satisfies Texts;

const WORDS: Readonly<Record<CodeChannel, ChannelWords>> = {
  sms: {
    label: { zh: '短信', en: 'SMS' },
    address: { zh: '手机号', en: 'Phone' },
    missing: { zh: '请填写手机号', en: 'Enter your phone number' },
    wrongForm: { zh: '手机号是以 1 开头的 11 位数字', en: 'A phone number has 11 digits and begins with 1' },
  },
  mail: {
    label: { zh: '邮箱', en: 'Mail' },
    address: { zh: '邮箱地址', en: 'Mail address' },
    missing: { zh: '请填写邮箱地址', en: 'Enter your mail address' },
    wrongForm: { zh: '邮箱地址格式不正确', en: 'This is not a mail address' },
  },
};

export function makeCodeWay(deps: CodeWayDeps, channel: CodeChannel): LoginWay {
  const words = WORDS[channel];
  return {
    name: channel,
    method: channel,
    label: words.label,
    startsLogin: true,
    isRare: channel === 'mail',
    isAvailable: async ({ sub }) => addressIn(await deps.readDocument(sub), channel) !== null,
    show: async (visit, { faults, typed }) => {
      const { frame, action, hidden } = visit;
      const sent = await deps.findSentCode(placeOf(visit, channel));
      const say = sayIn(frame.lang);
      if (sent !== null)
        return { body: codeForm(frame, { action, hidden, faults, sent, isFixed: visit.account !== null }) };
      const fixed = visit.account === null ? null : await ownAddress(deps, visit.account, channel);
      return {
        body: sendForm(frame, {
          action,
          hidden,
          faults,
          channel,
          label: say(words.address),
          typed: typed['address'] ?? '',
          maskedTo: fixed?.masked ?? null,
        }),
      };
    },
    submit: (visit, form) => submit(deps, channel, visit, form),
  };
}

async function submit(
  deps: CodeWayDeps,
  channel: CodeChannel,
  visit: WayVisit,
  form: Readonly<Record<string, string>>,
): Promise<WayAnswer> {
  const place = placeOf(visit, channel);
  if (form['step'] === 'other') {
    await deps.dropCode(place);
    return { outcome: 'waiting' };
  }
  if (form['step'] === 'send') return send(deps, channel, visit, form);
  const say = sayIn(visit.frame.lang);
  const { code = '' } = form;
  if (code.trim() === '') return { outcome: 'refused', faults: [{ field: 'code', words: say(TEXTS.codeMissing) }] };
  const result = await deps.checkCode({ ...place, code });
  if (result.outcome === 'right') {
    const account = await deps.findAccount(result.subject);
    const isMeant = visit.account === null || visit.account.sub === account?.sub;
    if (account !== null && mayLogIn(account) && isMeant)
      return { outcome: 'accepted', account, proof: { method: channel } };
  }
  const left = result.outcome === 'wrong' ? result.triesLeft : 0;
  const words = left > 0 && left <= 2 ? say(TEXTS.codeLeft, { left }) : say(TEXTS.codeWrong);
  return { outcome: 'refused', faults: [{ field: 'code', words }], judged: { sub: result.subject ?? undefined } };
}

async function send(
  deps: CodeWayDeps,
  channel: CodeChannel,
  visit: WayVisit,
  form: Readonly<Record<string, string>>,
): Promise<WayAnswer> {
  const say = sayIn(visit.frame.lang);
  const target = await targetOf(deps, channel, visit, form, say);
  if ('outcome' in target) return target;
  const { to, account } = target;
  const result = await deps.sendCode({
    ...placeOf(visit, channel),
    to,
    subject: account !== null && mayLogIn(account) ? account.sub : null,
    words: (code, minutes) =>
      `【信基】验证码 ${code}，用于登录“${visit.system}”，${minutes} 分钟内有效。任何人向您索要都是诈骗，请勿告知。`,
    deviceKey: visit.visitor.device.key,
    address: visit.visitor.address,
  });
  const typed = { address: form['address'] ?? '' };
  const field = (await deps.findSentCode(placeOf(visit, channel))) === null ? 'address' : 'code';
  if (result.outcome === 'paused')
    return { outcome: 'paused', until: result.until, field, typed, judged: { sub: account?.sub } };
  if (result.outcome === 'sent') return { outcome: 'waiting' };
  const words = say(TEXTS.tooEarly, { time: formatTime(result.resendAt) });
  return { outcome: 'refused', faults: [{ field, words }], typed };
}

type Target = { readonly to: CodeAddress; readonly account: Account | null };

/** Where the code goes: to the account's own address, again to where the last one went, or to what was typed. */
async function targetOf(
  deps: CodeWayDeps,
  channel: CodeChannel,
  visit: WayVisit,
  form: Readonly<Record<string, string>>,
  say: Say,
): Promise<Target | WayAnswer> {
  const refuse = (text: Text): WayAnswer => ({
    outcome: 'refused',
    faults: [{ field: 'address', words: say(text) }],
    typed: { address: form['address'] ?? '' },
  });
  if (visit.account !== null) {
    const own = await ownAddress(deps, visit.account, channel);
    return own === null ? refuse(WORDS[channel].missing) : { to: own.to, account: visit.account };
  }
  const { address = '' } = form;
  if (address.trim() === '') {
    const before = await deps.findSentCode(placeOf(visit, channel));
    if (before === null) return refuse(WORDS[channel].missing);
    return { to: before.to, account: await deps.findAccountAt(before.to) };
  }
  const to = parseAddress(channel, address);
  if (to === null) return refuse(WORDS[channel].wrongForm);
  return { to, account: await deps.findAccountAt(to) };
}

function parseAddress(channel: CodeChannel, text: string): CodeAddress | null {
  try {
    return channel === 'sms' ? { phone: parsePhone(text) } : { mail: parseMail(text) };
  } catch {
    return null;
  }
}

async function ownAddress(
  { readDocument }: CodeWayDeps,
  { sub }: Account,
  channel: CodeChannel,
): Promise<{ readonly to: CodeAddress; readonly masked: string } | null> {
  return addressIn(await readDocument(sub), channel);
}

function addressIn(
  { phone, mail }: AccountDocument,
  channel: CodeChannel,
): { readonly to: CodeAddress; readonly masked: string } | null {
  if (channel === 'sms') return phone === undefined ? null : { to: { phone }, masked: maskPhone(phone) };
  return mail === undefined ? null : { to: { mail }, masked: maskMail(mail) };
}

/** A code is good for this login in this way, and for nothing else. */
function placeOf({ interactionUid }: WayVisit, channel: CodeChannel): CodePlace {
  return { purpose: 'login', binding: `${channel}:${interactionUid}` };
}

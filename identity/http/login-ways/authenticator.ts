// 动态口令 and 恢复码: a second factor for somebody who is logged in already.
import { sayIn, type Text, type Texts } from '../../../common/web/texts.ts';
import type { Account } from '../../domain/account.ts';
import type { ProveResult } from '../../flow/authenticator.ts';
import { oneFieldForm } from '../../web/code-forms.ts';
import type { LoginWay, WayAnswer } from './way.ts';

export type AuthenticatorWayDeps = {
  /** Has the account something to prove it by? */
  readonly has: (account: Account) => Promise<boolean>;
  readonly prove: (account: Account, code: string) => Promise<ProveResult>;
};

type Kind = 'totp' | 'recovery';
type Words = { readonly label: Text; readonly field: Text; readonly missing: Text; readonly wrong: Text };

const TEXTS = { check: { zh: '核对', en: 'Check' } } satisfies Texts;

const WORDS: Readonly<Record<Kind, Words>> = {
  totp: {
    label: { zh: '动态口令', en: 'Authenticator' },
    field: { zh: '手机应用显示的 6 位数字', en: 'The six digits that your app shows' },
    missing: { zh: '请填写动态口令', en: 'Enter the digits' },
    wrong: {
      zh: '动态口令不正确或已用过，请等下一组数字',
      en: 'Wrong or used already; wait for the next digits',
    },
  },
  recovery: {
    label: { zh: '恢复码', en: 'Recovery code' },
    field: { zh: '恢复码（10 位字母和数字）', en: 'Recovery code (10 letters and digits)' },
    missing: { zh: '请填写恢复码', en: 'Enter a recovery code' },
    wrong: { zh: '恢复码不正确或已用过', en: 'Wrong recovery code, or used already' },
  },
};

export function makeAuthenticatorWay(kind: Kind, { has, prove }: AuthenticatorWayDeps): LoginWay {
  const words = WORDS[kind];
  return {
    name: kind,
    method: kind,
    label: words.label,
    startsLogin: false,
    isAvailable: has,
    show: async ({ frame, action, hidden }, { faults }) => {
      const say = sayIn(frame.lang);
      const isDigits = kind === 'totp';
      return {
        body: oneFieldForm({
          action,
          hidden,
          faults,
          name: 'code',
          label: say(words.field),
          submit: say(TEXTS.check),
          autocomplete: isDigits ? 'one-time-code' : 'off',
          ...(isDigits ? { inputmode: 'numeric' } : {}),
        }),
      };
    },
    submit: async ({ account, frame }, { code = '' }): Promise<WayAnswer> => {
      const say = sayIn(frame.lang);
      const faults = (text: Text) => [{ field: 'code', words: say(text) }];
      if (account === null || code.trim() === '') return { outcome: 'refused', faults: faults(words.missing) };
      const result = await prove(account, code);
      if (result.outcome === 'paused') return { ...result, field: 'code', judged: {} };
      return result.outcome === 'right'
        ? { outcome: 'accepted', account, proof: { method: kind } }
        : { outcome: 'refused', faults: faults(words.wrong), judged: {} };
    },
  };
}

// 通行密钥, as a way of its own and among the names that the browser offers in the field for the account. A passkey with user
// verification counts for itself (L3); one without is something had.
import { sayIn, type Text, type Texts } from '../../../common/web/texts.ts';
import type { Account } from '../../domain/account.ts';
import type { FactorChangeDeps } from '../../flow/change-factors.ts';
import type { PasskeyDeps } from '../../flow/passkey-deps.ts';
import { type PasskeyProof, passkeyLoginOptions, provePasskey } from '../../flow/prove-passkey.ts';
import { PASSKEY_SCRIPT, passkeyForm, passkeyOffer } from '../../web/passkey-form.ts';
import type { LoginWay, WayShown, WayVisit } from './way.ts';

export type PasskeyWayDeps = PasskeyDeps &
  FactorChangeDeps & { readonly hasPasskey: (account: Account) => Promise<boolean> };

type Refusal = Extract<PasskeyProof, { outcome: 'refused' }>;

const TEXTS = {
  label: { zh: '通行密钥', en: 'Passkey' },
} satisfies Texts;

const FAULTS: Readonly<Record<Refusal['because'], Text>> = {
  unknown: {
    zh: '没有账号使用这把通行密钥，它可能已被移除',
    en: 'No account uses this passkey; it may have been removed',
  },
  'other-account': { zh: '这把通行密钥属于另一个账号', en: 'This passkey belongs to another account' },
  counter: {
    zh: '这把通行密钥可能已被复制，本次不予通过。请用其他方式登录，移除后重新添加',
    en: 'This passkey may have been copied and is not accepted. Log in another way, remove it and add it anew',
  },
  answer: { zh: '通行密钥没有通过验证，请再试一次', en: 'The passkey was not accepted; try again' },
};

export function makePasskeyWay(deps: PasskeyWayDeps): LoginWay {
  return {
    name: 'passkey',
    method: 'passkey',
    label: TEXTS.label,
    startsLogin: true,
    isAvailable: deps.hasPasskey,
    show: async ({ frame, action, hidden, interactionUid, account }) => {
      const options = await passkeyLoginOptions(deps, interactionUid, account?.id ?? null);
      const isStepUp = account !== null;
      const body = passkeyForm({ lang: frame.lang, kind: 'get', isStepUp, action, hidden, options });
      return { body, script: PASSKEY_SCRIPT };
    },
    submit: async (visit, form) => {
      const { interactionUid, account } = visit;
      const order = { interactionUid, answer: form['answer'] ?? '', accountId: account?.id ?? null };
      const result = await provePasskey(deps, order);
      if (result.outcome === 'accepted') {
        const proof = { method: 'passkey', ...(result.userVerified ? { userVerified: true } : {}) } as const;
        return { outcome: 'accepted', account: result.account, proof };
      }
      const { sub, because } = result;
      const words = sayIn(visit.frame.lang)(FAULTS[because]);
      return { outcome: 'refused', faults: [{ field: 'passkey', words }], judged: { sub, because } };
    },
  };
}

/** What the page of the password carries along, so that the browser offers passkeys there (conditional mediation). */
export async function offerPasskeys(deps: PasskeyDeps, { interactionUid }: WayVisit): Promise<WayShown> {
  return { body: passkeyOffer(await passkeyLoginOptions(deps, interactionUid, null)), script: PASSKEY_SCRIPT };
}

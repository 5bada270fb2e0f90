// 通行密钥: somebody shows that he has a passkey of an account (WebAuthn Level 3, verified by @simplewebauthn/server). Origin and
// RP id come from the issuer; a challenge is bound to one interaction or recovery and used once; a counter only grows, by compare-and-set.
import {
  generateAuthenticationOptions,
  type PublicKeyCredentialRequestOptionsJSON,
  verifyAuthenticationResponse,
} from '@simplewebauthn/server';
import { type Account, mayLogIn } from '../domain/account.ts';
import { CHALLENGE_SECONDS, type ChallengeUse } from '../domain/challenge.ts';
import { answeredChallenge, keptPasskey, passkeyAssertion, readAnswer } from '../domain/passkey.ts';
import { findFactorByLookup, listFactors, markFactorUsed } from '../store/factors.ts';
import { type FactorChangeDeps, tellPasskeyCopied } from './change-factors.ts';
import { believe, bytesOf, descriptorOf, type PasskeyDeps } from './passkey-deps.ts';

/** For `navigator.credentials.get`: any passkey of this site, or those of the account that is logged in. */
export async function passkeyLoginOptions(
  deps: PasskeyDeps,
  interactionUid: string,
  accountId: number | null,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  return optionsFor(deps, { use: loginUse(interactionUid), accountId, userVerification: 'preferred' });
}

/** The same for a recovery: the account's own passkeys, with the person verified. `binding`: of the recovery under way. */
export async function passkeyRecoveryOptions(
  deps: PasskeyDeps,
  binding: string,
  accountId: number,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  return optionsFor(deps, { use: recoveryUse(binding), accountId, userVerification: 'required' });
}

export type PasskeyProof =
  | { readonly outcome: 'accepted'; readonly account: Account; readonly userVerified: boolean }
  /** `sub`: whose passkey it was, where that is known. */
  | {
      readonly outcome: 'refused';
      readonly because: 'unknown' | 'other-account' | 'counter' | 'answer';
      readonly sub?: string;
    };

/** Judges what `navigator.credentials.get` answered in this interaction. `accountId`: whose it has to be, null for anybody's. */
export async function provePasskey(
  deps: PasskeyDeps & FactorChangeDeps,
  { interactionUid, ...order }: Answered & { readonly interactionUid: string },
): Promise<PasskeyProof> {
  return judge(deps, { ...order, use: loginUse(interactionUid), mustVerify: false });
}

/** The same in a recovery, where a passkey that asked for no finger, face or PIN is not enough. */
export async function provePasskeyForRecovery(
  deps: PasskeyDeps & FactorChangeDeps,
  { binding, ...order }: Answered & { readonly binding: string; readonly accountId: number },
): Promise<PasskeyProof> {
  return judge(deps, { ...order, use: recoveryUse(binding), mustVerify: true });
}

type Answered = { readonly answer: string; readonly accountId: number | null };

async function optionsFor(
  deps: PasskeyDeps,
  of: { use: ChallengeUse; accountId: number | null; userVerification: 'preferred' | 'required' },
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const known = of.accountId === null ? [] : await listFactors(deps.db, of.accountId, 'passkey');
  return generateAuthenticationOptions({
    rpID: new URL(deps.issuer).hostname,
    challenge: bytesOf(deps.challenges.make(of.use)),
    timeout: CHALLENGE_SECONDS * 1000,
    userVerification: of.userVerification,
    ...(of.accountId === null ? {} : { allowCredentials: known.map(descriptorOf) }),
  });
}

async function judge(
  deps: PasskeyDeps & FactorChangeDeps,
  order: Answered & { readonly use: ChallengeUse; readonly mustVerify: boolean },
): Promise<PasskeyProof> {
  // 1. Whose passkey? The browser names its id; the account comes from our row, never from the answer.
  const answer = readAnswer(passkeyAssertion, order.answer);
  if (answer === null) return { outcome: 'refused', because: 'answer' };
  const factor = await findFactorByLookup(deps.db, 'passkey', bytesOf(answer.id));
  const account = factor ? await deps.findAccountById(factor.accountId) : null;
  if (!factor || account === null || !mayLogIn(account)) return { outcome: 'refused', because: 'unknown' };
  const { sub } = account;
  const { userHandle } = answer.response;
  const isHis = !userHandle || Buffer.from(userHandle, 'base64url').toString() === sub;
  if (!isHis || (order.accountId !== null && order.accountId !== account.id))
    return { outcome: 'refused', because: 'other-account', sub };
  // 2. Challenge of this interaction or recovery, used now; origin, RP id, presence, signature.
  const kept = keptPasskey.parse(factor.public);
  const challenge = answeredChallenge(answer.response.clientDataJSON) ?? '';
  if (!(await deps.challenges.take(order.use, challenge))) return { outcome: 'refused', because: 'answer', sub };
  const { clientDataJSON, authenticatorData, signature } = answer.response;
  const found = await believe(
    verifyAuthenticationResponse({
      response: { ...answer, response: { clientDataJSON, authenticatorData, signature } },
      expectedChallenge: challenge,
      expectedOrigin: deps.issuer,
      expectedRPID: new URL(deps.issuer).hostname,
      requireUserVerification: order.mustVerify,
      // The counter is judged below, of an answer whose signature is right: nobody else can say that there is a copy.
      credential: { id: answer.id, publicKey: bytesOf(kept.publicKey), counter: 0 },
    }),
  );
  if (!found?.verified) return { outcome: 'refused', because: 'answer', sub };
  // 3. The counter moves on, for one of those who answer at once.
  const { newCounter, userVerified } = found.authenticationInfo;
  if (isBack(newCounter, kept.counter)) {
    await tellPasskeyCopied(deps, sub, factor);
    return { outcome: 'refused', because: 'counter', sub };
  }
  const change = { usedAt: deps.clock(), public: { ...kept, counter: newCounter } };
  if (!(await markFactorUsed(deps.db, factor, change))) return { outcome: 'refused', because: 'answer', sub };
  return { outcome: 'accepted', account, userVerified };
}

/** A counter that does not grow says that there are two of this authenticator; those that do not count say zero. */
function isBack(counter: number, known: number): boolean {
  return (counter > 0 || known > 0) && counter <= known;
}

const loginUse = (binding: string): ChallengeUse => ({ purpose: 'passkey-login', binding });
const recoveryUse = (binding: string): ChallengeUse => ({ purpose: 'passkey-recovery', binding });

// What a person shows to get back into an account: the code that reached its phone or mailbox, and for a proven account name,
// number and one thing more: a passkey, an authenticator code, a recovery code, or the face. A phone alone recovers nothing that was
// proven, because numbers are given out again. At a counter a clerk may allow it to who has the phone that he has just bound
// (help-at-counter.ts).
import type { Knex } from 'knex';
import { TrustError } from '../../common/errors.ts';
import { type Account, mayLogIn } from '../domain/account.ts';
import { makeLoginKey } from '../domain/document-box.ts';
import type { PasswordFault } from '../domain/password-rules.ts';
import { type Identity, RECOVERY_WAYS, type RecoveryProof, type RecoveryWay } from '../domain/proofing.ts';
import { findDocument } from '../store/accounts.ts';
import { insertEvent } from '../store/events.ts';
import { listFactors } from '../store/factors.ts';
import { proveRecoveryCode, proveTotp } from './authenticator.ts';
import type { FactorChangeDeps } from './change-factors.ts';
import { endSessionsOf } from './end-sessions.ts';
import { takeCounterPermit } from './help-at-counter.ts';
import { takeLimit } from './limit.ts';
import type { PasswordPolicy } from './new-password.ts';
import type { CodeAddress } from './one-time-code.ts';
import type { PasskeyDeps } from './passkey-deps.ts';
import { type ProveDeps, proveByFace } from './prove-identity.ts';
import { provePasskeyForRecovery } from './prove-passkey.ts';
import { setPassword } from './set-password.ts';

export type RecoveryResult =
  | { readonly outcome: 'proven'; readonly way: RecoveryWay }
  /** Name, number, passkey, code or face does not fit; which is not said. */
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'unavailable' }
  | { readonly outcome: 'paused'; readonly until: Date };

export type ShownForRecovery = { readonly identity: Identity } & (
  | { readonly code: string }
  | { readonly picture: Uint8Array }
  /** What the browser answered; `binding`: of the recovery under way. */
  | { readonly passkey: string; readonly binding: string }
);

/** `passkeys`: as for logging in by one. */
export type RecoverDeps = ProveDeps & { readonly passkeys: PasskeyDeps & FactorChangeDeps };

const LIMITS = [
  { kind: 'recover', max: 5, windowSeconds: 3600 },
  { kind: 'recover-day', max: 10, windowSeconds: 24 * 3600 },
] as const;

/**
 * May a new password be set? The code alone is enough where nothing about the person was ever proven. Judged at every page by
 * what the account is then: one that was proven meanwhile is not recovered by a code alone. `way`: what was proven besides.
 */
export function mayRecover(account: Account, way: RecoveryProof | undefined): boolean {
  return mayLogIn(account) && (way !== undefined || account.level === 2);
}

/** The ways that this account has and this house can check; none: only a service hall can help. */
export async function listRecoveryWays({ db, ports }: ProveDeps, account: Account): Promise<readonly RecoveryWay[]> {
  const kinds = new Set<string>((await listFactors(db, account.id)).map(({ kind }) => kind));
  return RECOVERY_WAYS.filter((way) => (way === 'face' ? ports.face !== null : kinds.has(way)));
}

/**
 * Name and number against the account's own document; then the answer of a passkey of the account, the code as one of the
 * authenticator or of the recovery codes, or the picture by the face check. None of them is looked at, spent or counted as
 * wrong before name and number fit.
 */
export async function proveForRecovery(
  deps: RecoverDeps,
  account: Account,
  shown: ShownForRecovery,
): Promise<RecoveryResult> {
  const { db, clock, keys } = deps;
  const key = makeLoginKey(keys, `recover:${account.sub}`);
  for (const limit of LIMITS) {
    const taken = await takeLimit(db, { ...limit, key, now: clock() });
    if (taken.outcome === 'paused') return taken;
  }
  const known = await findDocument(db, keys, account.sub);
  const { name, holder } = shown.identity;
  if (known?.name !== name || known.holder?.code !== holder.code || known.holder.type !== holder.type)
    return { outcome: 'refused' };
  if ('code' in shown) return proveByCode(deps, account, shown.code);
  if ('passkey' in shown) return proveByPasskey(deps, account, shown);
  const face = await proveByFace(deps, account.sub, shown.picture);
  if (face.outcome === 'proven') return { outcome: 'proven', way: 'face' };
  return { outcome: face.outcome === 'unavailable' ? 'unavailable' : 'refused' };
}

async function proveByPasskey(
  { passkeys }: RecoverDeps,
  account: Account,
  { passkey, binding }: { readonly passkey: string; readonly binding: string },
): Promise<RecoveryResult> {
  const result = await provePasskeyForRecovery(passkeys, { answer: passkey, accountId: account.id, binding });
  return result.outcome === 'accepted' ? { outcome: 'proven', way: 'passkey' } : { outcome: 'refused' };
}

/** Six digits come from an authenticator, anything else is a recovery code. */
async function proveByCode(deps: ProveDeps, account: Account, code: string): Promise<RecoveryResult> {
  const way = /^\d{6}$/.test(code.normalize('NFKC').replaceAll(/\s/gu, '')) ? 'totp' : 'recovery';
  const result = await (way === 'totp' ? proveTotp : proveRecoveryCode)(deps, account, code);
  if (result.outcome === 'right') return { outcome: 'proven', way };
  return result.outcome === 'paused' ? result : { outcome: 'refused' };
}

/**
 * The new password at the end of a recovery: everybody else is logged out. The fault of a refused one, or null. What a counter
 * allowed is used up with it. Errors: proof-missing when that is over.
 */
export async function recoverWithPassword(
  deps: ProveDeps & { readonly passwords: PasswordPolicy },
  of: {
    readonly account: Account;
    readonly password: string;
    readonly way: RecoveryProof | null;
    /** Where the code went. */
    readonly to: CodeAddress;
  },
): Promise<PasswordFault | null> {
  const { clock, keys } = deps;
  const { account, password, way, to } = of;
  const { sub } = account;
  const done = async (trx: Knex): Promise<void> => {
    const at = clock();
    if (way === 'counter' && !('phone' in to && (await takeCounterPermit(trx, { keys, now: at }, account, to.phone))))
      throw new TrustError('proof-missing', 'what the counter allowed is used or over');
    await insertEvent(trx, { at, kind: 'account.recovered', sub, detail: { way: way ?? 'code' } });
  };
  return setPassword({ ...deps, endSessionsOf: (one) => endSessionsOf(deps, one) }, { sub, password, done });
}

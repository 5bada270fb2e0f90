// What a person shows to get back into an account: the code that reached its phone or mailbox, and for a proven account name,
// number and face besides. A phone alone recovers nothing that was proven, because numbers are given out again.
import type { Account } from '../domain/account.ts';
import { makeLoginKey } from '../domain/document-box.ts';
import type { PasswordFault } from '../domain/password-rules.ts';
import type { Identity } from '../domain/proofing.ts';
import { findDocument } from '../store/accounts.ts';
import { insertEvent } from '../store/events.ts';
import { endSessionsOf } from './end-sessions.ts';
import { takeLimit } from './limit.ts';
import type { PasswordPolicy } from './new-password.ts';
import { type ProveDeps, proveByFace } from './prove-identity.ts';
import { setPassword } from './set-password.ts';

export type RecoveryResult =
  | { readonly outcome: 'proven' }
  /** Name, number or face does not fit; which is not said. */
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'unavailable' }
  | { readonly outcome: 'paused'; readonly until: Date };

const MAX_TRIES = 5;
const DAY_SECONDS = 24 * 3600;

/** True for an account whose code alone is enough: nothing about the person was ever proven. */
export function isRecoveredByCode({ level }: Account): boolean {
  return level === 2;
}

/** Name and number against the account's own document, the picture by the face check. Five tries a day. */
export async function proveForRecovery(
  deps: ProveDeps,
  account: Account,
  { identity, picture }: { readonly identity: Identity; readonly picture: Uint8Array },
): Promise<RecoveryResult> {
  const { db, clock, keys } = deps;
  const key = makeLoginKey(keys, `recover:${account.sub}`);
  const limit = { kind: 'recover', key, max: MAX_TRIES, windowSeconds: DAY_SECONDS, now: clock() };
  const taken = await takeLimit(db, limit);
  if (taken.outcome === 'paused') return taken;
  const known = await findDocument(db, keys, account.sub);
  const { name, holder } = identity;
  if (known?.name !== name || known.holder?.code !== holder.code || known.holder.type !== holder.type)
    return { outcome: 'refused' };
  const face = await proveByFace(deps, account.sub, picture);
  if (face.outcome === 'proven') return { outcome: 'proven' };
  return { outcome: face.outcome === 'unavailable' ? 'unavailable' : 'refused' };
}

/** The new password at the end of a recovery: everybody else is logged out. The fault of a refused one, or null. */
export async function recoverWithPassword(
  deps: ProveDeps & { readonly passwords: PasswordPolicy },
  sub: string,
  password: string,
): Promise<PasswordFault | null> {
  const fault = await setPassword({ ...deps, endSessionsOf: (of) => endSessionsOf(deps, of) }, { sub, password });
  if (fault === null) await insertEvent(deps.db, { at: deps.clock(), kind: 'account.recovered', sub });
  return fault;
}

// 窗口核验: somebody at a counter held the document beside its holder and says what stands in it. The hall's own system may
// know better (the port); where it agrees, the account is at level 5, with the name and number that were seen. A clerk may also
// refuse, which is recorded like an answer of the source.
import { TrustError } from '../../common/errors.ts';
import type { Account } from '../domain/account.ts';
import type { Identity } from '../domain/proofing.ts';
import { parseReason } from '../domain/reason.ts';
import { findAccountByPhone, findAccountBySub, findDocument, findSubByLoginName } from '../store/accounts.ts';
import { insertEvent } from '../store/events.ts';
import { insertProofing } from '../store/proofings.ts';
import { notify } from './notify.ts';
import { type ProofResult, type ProveDeps, parseIdentity, settle } from './prove-identity.ts';

export type CounterResult =
  | ProofResult
  /** The account was proven with another document: a document seen never makes somebody else of a person. */
  | { readonly outcome: 'other-document' }
  /** The clerk's own account. */
  | { readonly outcome: 'own' };

/** For the operator. `who`: phone number or login name. Errors: account-not-found, invalid-request, code-check. */
export async function confirmAtCounter(
  deps: ProveDeps,
  { who, seen, clerk }: { readonly who: string; readonly seen: Identity; readonly clerk: string },
): Promise<CounterResult> {
  const { db, keys } = deps;
  const identity = parseIdentity(seen, deps.clock());
  const named = await findSubByLoginName(db, who.toLowerCase());
  const account = named ? await findAccountBySub(db, keys, named.sub) : await findAccountByPhone(db, keys, who);
  if (account === null || account.status === 'closed') {
    throw new TrustError('account-not-found', 'There is no account with this phone number or login name.');
  }
  return confirmAccount(deps, { account, seen: identity, clerk });
}

/** `clerk`: `sub` of the clerk, or how the operator names him. Errors: account-not-found, invalid-request, code-check. */
export async function confirmAccount(
  deps: ProveDeps,
  of: { readonly account: Account; readonly seen: Identity; readonly clerk: string; readonly reason?: string },
): Promise<CounterResult> {
  const { account, clerk } = of;
  const identity = parseIdentity(of.seen, deps.clock());
  if (account.status === 'closed') throw new TrustError('account-not-found', 'the account is gone');
  if (account.sub === clerk) return { outcome: 'own' };
  const known = (await findDocument(deps.db, deps.keys, account.sub))?.holder;
  const { code, type } = identity.holder;
  if (account.level > 2 && known && (known.code !== code || known.type !== type)) return { outcome: 'other-document' };
  const { counter } = deps.ports;
  const outcome = await counter.confirm(identity, clerk);
  const proof = { method: 'counter', port: counter.port, outcome, actor: clerk, reason: of.reason } as const;
  const result = await settle(deps, account, identity, proof);
  if (result.outcome === 'proven')
    await notify(deps, deps.db, { to: { sub: account.sub }, kind: 'proof-result', words: WORDS });
  return result;
}

/** The clerk saw that person, document and account do not belong together. Errors: invalid-request for the reason. */
export async function refuseAtCounter(
  deps: ProveDeps,
  { account, clerk, ...of }: { readonly account: Account; readonly clerk: string; readonly reason: string },
): Promise<void> {
  const { db, clock, ports } = deps;
  const reason = parseReason(of.reason);
  const at = clock();
  await db.transaction(async (trx) => {
    const proofing = { at, method: 'counter', port: ports.counter.port, outcome: 'mismatched' } as const;
    await insertProofing(trx, account.id, { ...proofing, level: null, actor: clerk });
    await insertEvent(trx, { at, kind: 'account.proof-refused', sub: account.sub, detail: { by: clerk, reason } });
  });
}

const WORDS = '【信基】您已在窗口核验身份，实名等级五级。如非本人办理，请立即到办事窗口核实。';

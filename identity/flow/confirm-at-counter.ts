// 窗口核验: somebody at a counter held the document beside its holder and says what stands in it. The hall's own system may
// know better (the port); where it agrees, the account is at level 5, with the name and number that were seen.
import { TrustError } from '../../common/errors.ts';
import type { Identity } from '../domain/proofing.ts';
import { findAccountByPhone, findAccountBySub, findSubByLoginName } from '../store/accounts.ts';
import { notify } from './notify.ts';
import { type ProofResult, type ProveDeps, parseIdentity, settle } from './prove-identity.ts';

/** `who`: phone number or login name. Errors: account-not-found, invalid-request, code-check. */
export async function confirmAtCounter(
  deps: ProveDeps,
  { who, seen, clerk }: { readonly who: string; readonly seen: Identity; readonly clerk: string },
): Promise<ProofResult> {
  const { db, keys } = deps;
  const identity = parseIdentity(seen, deps.clock());
  const named = await findSubByLoginName(db, who.toLowerCase());
  const account = named ? await findAccountBySub(db, keys, named.sub) : await findAccountByPhone(db, keys, who);
  if (account === null || account.status === 'closed') {
    throw new TrustError('account-not-found', 'There is no account with this phone number or login name.');
  }
  const { counter } = deps.ports;
  const outcome = await counter.confirm(identity, clerk);
  const result = await settle(deps, account, identity, {
    method: 'counter',
    port: counter.port,
    outcome,
    actor: clerk,
  });
  if (result.outcome === 'proven')
    await notify(deps, db, { to: { sub: account.sub }, kind: 'proof-result', words: WORDS });
  return result;
}

const WORDS = '【信基】您已在窗口核验身份，实名等级五级。如非本人办理，请立即到办事窗口核实。';

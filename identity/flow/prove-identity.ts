// Raises the level of an account by asking a source. The source is asked outside of any transaction; account, record and
// event change together. A source that is silent leaves the entries waiting (proof-waits), and the level as it was.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { chinaDate } from '../../common/codes/calendar-date.ts';
import { isTrustError, TrustError } from '../../common/errors.ts';
import { type Account, parseHolder, parseName } from '../domain/account.ts';
import type { Level } from '../domain/assurance.ts';
import type { DocumentKeys } from '../domain/document-box.ts';
import {
  describeNotices,
  type Identity,
  levelAfter,
  type ProofingOutcome,
  type ProofingPorts,
} from '../domain/proofing.ts';
import { changeDocument, findAccountByHolder, findAccountBySub, findDocument } from '../store/accounts.ts';
import { insertEvent } from '../store/events.ts';
import { deleteProofWait } from '../store/proof-waits.ts';
import { insertProofing, type Proofing } from '../store/proofings.ts';
import { waitForProof } from './wait-for-proof.ts';

export type ProveDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly keys: DocumentKeys;
  readonly ports: ProofingPorts;
};

export type ProofResult =
  | { readonly outcome: 'proven'; readonly level: Level }
  | { readonly outcome: 'mismatched' }
  /** The source is silent; with `kept` the entries wait and are checked later. */
  | { readonly outcome: 'unavailable'; readonly kept: boolean }
  /** Another proven account has this document. */
  | { readonly outcome: 'taken'; readonly by: Account };

/** For asking the population base: what waits for it is forgotten after so many days. */
export type PopulationDeps = ProveDeps & { readonly proofWaitDays: number };

/** Name and number in their stored form. Throws invalid-request or code-check with a pointer. */
export function parseIdentity(input: Identity, now: Date): Identity {
  return { name: parseName(input.name), holder: parseHolder(input.holder, chinaDate(now)) };
}

/** Name and number against the population base. Errors: account-not-found, invalid-request, code-check. */
export async function proveByPopulation(deps: PopulationDeps, sub: string, input: Identity): Promise<ProofResult> {
  const identity = parseIdentity(input, deps.clock());
  const account = await getAccount(deps, sub);
  const base = deps.ports.population;
  const outcome = base === null ? 'unavailable' : await base.check(identity);
  const result = await settle(deps, account, identity, { method: 'population', port: base?.port ?? 'none', outcome });
  if (result.outcome !== 'unavailable' || base === null) return result;
  const wait = { identity, now: deps.clock(), days: deps.proofWaitDays };
  await deps.db.transaction((trx) => waitForProof(deps, trx, account, wait));
  return { outcome: 'unavailable', kept: true };
}

/**
 * A picture of the face against the document that the account was proven with. Only a person of level 3 has one.
 * Errors: account-not-found; proof-missing when the base has not confirmed name and number yet.
 */
export async function proveByFace(deps: ProveDeps, sub: string, picture: Uint8Array): Promise<ProofResult> {
  const account = await getAccount(deps, sub);
  const { name, holder } = (await findDocument(deps.db, deps.keys, sub)) ?? {};
  if (account.level < 3 || name === undefined || holder === undefined) {
    throw new TrustError('proof-missing', 'a face is compared with a proven document, and this account has none');
  }
  const face = deps.ports.face;
  const outcome = face === null ? 'unavailable' : await face.compare({ name, holder }, picture);
  return settle(deps, account, { name, holder }, { method: 'face', port: face?.port ?? 'none', outcome });
}

export type SettledProof = {
  readonly method: 'population' | 'face' | 'counter';
  readonly port: string;
  readonly outcome: ProofingOutcome;
  /** The clerk, and what he wrote down. */
  readonly actor?: string;
  readonly reason?: string | undefined;
};

/** Asks nobody: the outcome is known. Records it, and raises the account where it matched. */
export async function settle(
  { db, clock, keys }: ProveDeps,
  account: Account,
  identity: Identity,
  { reason, ...proof }: SettledProof,
): Promise<ProofResult> {
  const at = clock();
  const record = (trx: Knex, level: Level | null): Promise<void> => {
    const proofing: Proofing = { ...proof, at, level };
    return insertProofing(trx, account.id, proofing);
  };
  if (proof.outcome !== 'matched') {
    await record(db, null);
    return proof.outcome === 'mismatched' ? { outcome: 'mismatched' } : { outcome: 'unavailable', kept: false };
  }
  const level = levelAfter(account.level, proof.method);
  try {
    await db.transaction(async (trx) => {
      await freeUnprovenHolder(trx, keys, account, identity);
      await changeDocument(trx, keys, account.sub, (document) => ({ ...document, ...identity }), level);
      await record(trx, level);
      await deleteProofWait(trx, account.id);
      const who = { ...(proof.actor ? { by: proof.actor } : {}), ...(reason ? { reason } : {}) };
      const detail = { level, method: proof.method, ...who, ...describeNotices(identity) };
      await insertEvent(trx, { at, kind: 'account.proven', sub: account.sub, detail });
    });
  } catch (error) {
    if (!isTrustError(error, 'account-exists')) throw error;
    const by = await findAccountByHolder(db, keys, identity.holder);
    if (by === null) throw error;
    await record(db, null);
    return { outcome: 'taken', by };
  }
  return { outcome: 'proven', level };
}

/** A document that was only said gives way to one that was proven. */
async function freeUnprovenHolder(trx: Knex, keys: DocumentKeys, account: Account, identity: Identity): Promise<void> {
  const other = await findAccountByHolder(trx, keys, identity.holder);
  if (other === null || other.sub === account.sub || other.level > 2) return;
  await changeDocument(trx, keys, other.sub, ({ holder: _, ...rest }) => rest);
}

async function getAccount({ db, keys }: ProveDeps, sub: string): Promise<Account> {
  const account = await findAccountBySub(db, keys, sub);
  if (account === null || account.status === 'closed') throw new TrustError('account-not-found', 'the account is gone');
  return account;
}

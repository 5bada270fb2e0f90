// A person becomes known as the legal representative of a unit: name and code of the unit, name and number of the person,
// asked of the base of legal persons outside of any transaction.
import type { Knex } from 'knex';
import { equalBytes } from '../../common/bytes.ts';
import type { Clock } from '../../common/clock.ts';
import { TrustError } from '../../common/errors.ts';
import type { DocumentKeys } from '../domain/document-box.ts';
import { makeHolderKey } from '../domain/document-box.ts';
import { parseUnit } from '../domain/legal-person.ts';
import type { ProofingOutcome, ProofingPorts } from '../domain/proofing.ts';
import { findAccountBySub, findDocument } from '../store/accounts.ts';
import { insertEvent } from '../store/events.ts';
import { findRepresentativeKey, upsertLegalPerson } from '../store/legal-persons.ts';
import { insertProofing } from '../store/proofings.ts';
import { revokeInNameOf } from './end-representation.ts';

export type ProveUnitDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly keys: DocumentKeys;
  readonly ports: ProofingPorts;
};

/**
 * What the base says; `matched` also takes the unit over, or its new name and representative. Errors: account-not-found;
 * proof-missing for a person whose own identity is not proven; invalid-request, code-check with a pointer.
 */
export async function proveUnit(
  { db, clock, keys, ports }: ProveUnitDeps,
  sub: string,
  input: { readonly code: string; readonly name: string },
): Promise<ProofingOutcome> {
  // 1. Who asks must be proven: the base compares name and number.
  const unit = parseUnit(input);
  const account = await findAccountBySub(db, keys, sub);
  const document = await findDocument(db, keys, sub);
  if (account === null || document === null) throw new TrustError('account-not-found', 'the account is gone');
  const { name, holder } = document;
  if (account.level < 3 || holder === undefined)
    throw new TrustError('proof-missing', 'only a proven person can be known as a representative');
  // 2. Ask, without a transaction.
  const base = ports.legalPerson;
  const outcome = base === null ? 'unavailable' : await base.check(unit, { name, holder });
  // 3. Unit, record and event together.
  const at = clock();
  await db.transaction(async (trx) => {
    const proofing = { at, method: 'legal-person', port: base?.port ?? 'none', outcome, level: null } as const;
    await insertProofing(trx, account.id, { ...proofing, unitCode: unit.code });
    if (outcome !== 'matched') return;
    const representativeKey = makeHolderKey(keys, holder);
    const before = await findRepresentativeKey(trx, unit.code);
    if (before !== null && !equalBytes(before, representativeKey)) await revokeInNameOf(trx, unit.code);
    await upsertLegalPerson(trx, { ...unit, representativeKey, at });
    await insertEvent(trx, { at, kind: 'unit.proven', sub, detail: { unit: unit.code } });
  });
  return outcome;
}

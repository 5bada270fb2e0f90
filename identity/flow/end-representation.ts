// A unit that is suspended or cancelled, or has another representative now: what was granted in its name ends with it.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { TrustError } from '../../common/errors.ts';
import { checkUnitChange, type LegalPerson } from '../domain/legal-person.ts';
import { listGrantsActingFor } from '../store/acting-for.ts';
import { revokeGrants } from '../store/artifacts.ts';
import { insertEvent } from '../store/events.ts';
import { lockLegalPerson, markLegalPersonStatus } from '../store/legal-persons.ts';

export type UnitChange = {
  readonly code: string;
  readonly status: LegalPerson['status'];
  /** For the record, in the words of whoever orders it. */
  readonly reason: string;
  /** Who orders it. */
  readonly by: string;
};

/** Codes, tokens and consents that were used in the unit's name are gone; `trx` is a transaction. Returns how many grants. */
export async function revokeInNameOf(trx: Knex, unitCode: string): Promise<number> {
  const grants = await listGrantsActingFor(trx, unitCode);
  await revokeGrants(trx, grants);
  return grants.length;
}

/**
 * Suspends, cancels or resumes a unit, and returns how many grants ended with it. Whoever acted for it acts no more; he
 * keeps what he is himself. Throws `unit-not-found`, `unit-state`.
 */
export async function setUnitStatus(
  { db, clock }: { readonly db: Knex; readonly clock: Clock },
  { code, status, reason, by }: UnitChange,
): Promise<{ readonly unit: LegalPerson; readonly ended: number }> {
  return db.transaction(async (trx) => {
    const unit = await lockLegalPerson(trx, code);
    if (unit === null) throw new TrustError('unit-not-found', `no unit ${code} is known here`);
    checkUnitChange(unit.status, status);
    await markLegalPersonStatus(trx, code, status);
    const ended = status === 'active' ? 0 : await revokeInNameOf(trx, code);
    await insertEvent(trx, { at: clock(), kind: 'unit.status', detail: { unit: code, status, reason, by } });
    return { unit: { ...unit, status }, ended };
  });
}

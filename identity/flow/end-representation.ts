// A unit that is suspended or cancelled, or has another representative now: what was granted in its name ends with it.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import type { LegalPerson } from '../domain/legal-person.ts';
import { listGrantsActingFor } from '../store/acting-for.ts';
import { revokeGrants } from '../store/artifacts.ts';
import { insertEvent } from '../store/events.ts';
import { markLegalPersonStatus } from '../store/legal-persons.ts';

/** Codes, tokens and consents that were used in the unit's name are gone; `trx` is a transaction. */
export async function revokeInNameOf(trx: Knex, unitCode: string): Promise<void> {
  await revokeGrants(trx, await listGrantsActingFor(trx, unitCode));
}

/** False when there is no such unit. */
export async function setUnitStatus(
  { db, clock }: { readonly db: Knex; readonly clock: Clock },
  unitCode: string,
  status: LegalPerson['status'],
): Promise<boolean> {
  return db.transaction(async (trx) => {
    if (!(await markLegalPersonStatus(trx, unitCode, status))) return false;
    if (status !== 'active') await revokeInNameOf(trx, unitCode);
    await insertEvent(trx, { at: clock(), kind: 'unit.status', detail: { unit: unitCode, status } });
    return true;
  });
}

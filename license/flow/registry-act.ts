// How an act on the registry is done: once under its key, with its event, and kept with reason and answer.

import type { Knex } from 'knex';
import { type RegistryActDocument, registryAct } from '../../common/contract/license-registry.ts';
import { TrustError } from '../../common/errors.ts';
import { makeId } from '../../common/ids.ts';
import { insertEvent } from '../store/events.ts';
import { findRegistryAct, insertRegistryAct, lockRegistry } from '../store/registry-acts.ts';
import { adminEvent } from './admin-event.ts';
import type { LicenseDeps } from './deps.ts';

export type RegistryDeps = Pick<LicenseDeps, 'db' | 'clock' | 'catalog'>;
/** The account of who acts, and his name for the act. */
export type Registrar = { readonly account: string; readonly idempotencyKey: string };
export type RegistryOutcome = {
  readonly act: RegistryActDocument;
  /** False when this key did it before. */
  readonly created: boolean;
};
type Done = Pick<RegistryActDocument, 'license_types' | 'notices'>;
type Asked = { readonly kind: RegistryActDocument['kind']; readonly asked: RegistryActDocument['asked'] };

/** Throws idempotency-conflict, and what `change` throws; then nothing was done. */
export async function actOnRegistry(
  { db, clock }: Pick<RegistryDeps, 'db' | 'clock'>,
  { account, idempotencyKey }: Registrar,
  { kind, asked }: Asked,
  change: (trx: Knex.Transaction, now: Date) => Promise<Done>,
): Promise<RegistryOutcome> {
  return db.transaction(async (trx) => {
    await lockRegistry(trx);
    const earlier = await findRegistryAct(trx, account, idempotencyKey);
    if (earlier) {
      const act = registryAct.parse(earlier.answer);
      if (act.kind === kind && JSON.stringify(earlier.asked) === JSON.stringify(asked)) return { act, created: false };
      throw new TrustError('idempotency-conflict', 'this key did another act, or one of other content');
    }
    const now = clock();
    const who = { act_id: makeId('rga'), kind, acted_by: account, acted_at: now.toISOString(), asked };
    const act = { ...who, ...(await change(trx, now)) };
    await insertRegistryAct(trx, act, idempotencyKey);
    await insertEvent(trx, adminEvent(kind, account, `registry:${act.act_id}`, now));
    return { act, created: true };
  });
}

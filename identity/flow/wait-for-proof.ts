// Name and number that a silent source was asked about wait, and a job asks again (check-waiting-proofs.ts).
import type { Knex } from 'knex';
import { enqueue } from '../../common/queue/enqueue.ts';
import type { Account } from '../domain/account.ts';
import type { DocumentKeys } from '../domain/document-box.ts';
import { type Identity, retryAfterSeconds } from '../domain/proofing.ts';
import { insertProofWait } from '../store/proof-waits.ts';

/** Jobs `{account_id, since}`: entries of an account to ask about. */
export const PROOF_QUEUE = { schema: 'identity', queue: 'proofs' } as const;

/** In place of older entries of the account, whose job then finds nothing to do. `trx` is a transaction. */
export async function waitForProof(
  { keys }: { readonly keys: DocumentKeys },
  trx: Knex,
  account: Account,
  { identity, now, days }: { readonly identity: Identity; readonly now: Date; readonly days: number },
): Promise<void> {
  const expiresAt = new Date(now.getTime() + days * 24 * 3600 * 1000);
  await insertProofWait(trx, keys, account, { identity, since: now, expiresAt });
  await enqueue(trx, {
    ...PROOF_QUEUE,
    now,
    key: String(account.id),
    payload: { account_id: account.id, since: now.toISOString() },
    runAfter: new Date(now.getTime() + retryAfterSeconds(0) * 1000),
  });
}

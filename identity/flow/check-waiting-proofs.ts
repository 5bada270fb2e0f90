// Asks a silent source again about the entries that wait, each less and less often, by the queue of the room, and tells the
// person what came of it.
import { z } from 'zod';
import type { QueueDefinition } from '../../common/queue/workers.ts';
import { retryAfterSeconds } from '../domain/proofing.ts';
import { findAccountById } from '../store/accounts.ts';
import { deleteProofWait, findProofWait } from '../store/proof-waits.ts';
import { notify } from './notify.ts';
import { type ProveDeps, settle } from './prove-identity.ts';
import { PROOF_QUEUE } from './wait-for-proof.ts';

/** Each silence lasts its whole deadline: a base that is away takes two places, and nobody else's. */
const CONCURRENCY = 2;
/** As many as entries can wait at most (XINJI_IDENTITY_PROOF_WAIT_DAYS); those that are over end by themselves. */
const TRIES = 400;

const Payload = z.object({ account_id: z.int(), since: z.iso.datetime() });

export function proofQueue(deps: ProveDeps): QueueDefinition {
  return {
    queue: PROOF_QUEUE.queue,
    concurrency: CONCURRENCY,
    perKey: 1,
    leaseSeconds: 120,
    retry: { delaysSeconds: Array.from({ length: TRIES }, (_, tries) => retryAfterSeconds(tries + 1)), jitter: 0.2 },
    handle: ({ payload }) => checkWaitingProof(deps, Payload.parse(payload)),
  };
}

/** Rejects while the source is silent. Entries that were replaced, decided or are over need nothing. */
async function checkWaitingProof(deps: ProveDeps, of: z.infer<typeof Payload>): Promise<void> {
  const { db, clock, keys, ports } = deps;
  const account = await findAccountById(db, keys, of.account_id);
  if (account === null || account.status === 'closed') return deleteProofWait(db, of.account_id);
  const wait = await findProofWait(db, keys, account, clock());
  if (wait === null || wait.since.toISOString() !== of.since) return;
  const base = ports.population;
  const outcome = base === null ? 'unavailable' : await base.check(wait.identity);
  if (base === null || outcome === 'unavailable') throw new Error('the population base does not answer');
  const result = await settle(deps, account, wait.identity, { method: 'population', port: base.port, outcome });
  await db.transaction(async (trx) => {
    await deleteProofWait(trx, account.id);
    await notify(deps, trx, { to: { sub: account.sub }, kind: 'proof-result', words: WORDS[result.outcome] });
  });
}

const WORDS = {
  proven: '【信基】您的实名信息已核验通过，实名等级三级。',
  mismatched: '【信基】您填写的姓名与人口库登记不一致，请登录用户中心重新核验，或到办事窗口办理。',
  taken: '【信基】您填写的证件已有账号，请用该账号登录；如不是您的账号，请到办事窗口办理。',
  unavailable: '【信基】人口库暂时没有回应，我们会继续核对。',
} as const;

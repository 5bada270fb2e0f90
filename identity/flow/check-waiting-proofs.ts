// Asks silent sources again about the entries that wait, one by one, each less and less often, and tells the person what came
// of it. Several instances may run at once: each takes its own.
import type { Knex } from 'knex';
import { findAccountBySub } from '../store/accounts.ts';
import { deleteProofWait, takeDueProofWait } from '../store/proof-waits.ts';
import { notify } from './notify.ts';
import { type ProveDeps, settle } from './prove-identity.ts';

/** A base that did not answer so often in one pass is left alone until the next: each silence lasts its whole deadline. */
const MOST_SILENT = 3;

/** Returns how many were decided. At most `limit` are asked about. */
export async function checkWaitingProofs(deps: ProveDeps, limit = 100): Promise<number> {
  const { db, clock, keys, ports } = deps;
  let decided = 0;
  let silent = 0;
  for (let asked = 0; ports.population !== null && asked < limit && silent < MOST_SILENT; asked += 1) {
    const wait = await takeDueProofWait(db, keys, clock());
    if (wait === null) break;
    const account = await findAccountBySub(db, keys, wait.accountSub);
    if (account === null || account.status === 'closed') {
      await deleteProofWait(db, wait.accountId);
      continue;
    }
    const outcome = await ports.population.check(wait.identity);
    if (outcome === 'unavailable') {
      silent += 1;
      continue;
    }
    const proof = { method: 'population', port: ports.population.port, outcome } as const;
    const result = await settle(deps, account, wait.identity, proof);
    await db.transaction(async (trx: Knex) => {
      await deleteProofWait(trx, account.id);
      await notify(deps, trx, { to: { sub: account.sub }, kind: 'proof-result', words: WORDS[result.outcome] });
    });
    decided += 1;
  }
  return decided;
}

const WORDS = {
  proven: '【信基】您的实名信息已核验通过，实名等级三级。',
  mismatched: '【信基】您填写的姓名与人口库登记不一致，请登录用户中心重新核验，或到办事窗口办理。',
  taken: '【信基】您填写的证件已有账号，请用该账号登录；如不是您的账号，请到办事窗口办理。',
  unavailable: '【信基】人口库暂时没有回应，我们会继续核对。',
} as const;

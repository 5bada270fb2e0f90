// What runs beside the requests: the queue, the chores, the signing keys. main.ts starts and stops it.
import { makeWorkers } from '../../common/queue/workers.ts';
import { proofQueue } from '../flow/check-waiting-proofs.ts';
import { endDueAccounts, sealOldNames } from '../flow/close-account.ts';
import { messageQueue } from '../flow/deliver-messages.ts';
import { everybodyQueue } from '../flow/end-all-sessions.ts';
import { logoutQueues } from '../flow/logout-queue.ts';
import { importQueue } from '../flow/run-import.ts';
import { makeJanitor } from '../flow/sweep-expired.ts';
import { makeKeyKeeper } from '../provider/key-keeper.ts';
import type { Core } from './core.ts';
import type { IdentityDeps } from './deps.ts';

export function makeBackground(deps: IdentityDeps, { keyring, keyDeps, people, sendLogout }: Core) {
  const { db, clock, log, metrics, smsUrl, mailUrl, ports } = deps;
  const workers = makeWorkers({ db, schema: 'identity', clock, log, registry: metrics.registry }, [
    ...logoutQueues({
      db,
      clock,
      send: sendLogout,
      timeoutMs: deps.logoutTimeoutMs,
      retryDelaysSeconds: deps.logoutRetrySeconds,
    }),
    messageQueue({ ...people, smsUrl, mailUrl }),
    everybodyQueue({ db, clock }),
    proofQueue({ ...people, ports }),
    importQueue(people),
  ]);
  const chores = [() => endDueAccounts(people), () => sealOldNames(people)];
  return {
    workers,
    janitor: makeJanitor({ db, clock, log, retention: deps, chores }),
    keyKeeper: makeKeyKeeper(keyring, { ...keyDeps, log }),
  };
}

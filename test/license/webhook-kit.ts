// A room's outbox with a real receiver behind real HTTP, and a clock that the test holds.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionContext } from 'ava';
import type { Knex } from 'knex';
import { Registry } from 'prom-client';
import { makeAuditLog } from '../../common/audit/audit-log.ts';
import { makeGuardedPost } from '../../common/client/guarded-post.ts';
import { makeLog } from '../../common/log.ts';
import { makeWorkers } from '../../common/queue/workers.ts';
import { makeEventChain } from '../../license/flow/chain-events.ts';
import { notifyQueue } from '../../license/flow/deliver-webhooks.ts';
import { makeFollow } from '../../license/flow/follow-events.ts';
import type { WebhookDeps } from '../../license/flow/webhook-subscriptions.ts';
import { testDatabase } from '../_harness/database.ts';
import { keys, NOON, openFiles, type PutOptions, putLicense } from './registry-rows.ts';

export type Delivery = { readonly url: string; readonly headers: IncomingHttpHeaders; readonly body: string };
export type Receiver = {
  readonly url: string;
  readonly got: Delivery[];
  /** Status of the next answers, one each; 204 when there is none. */
  readonly answers: number[];
};

export async function startReceiver(t: ExecutionContext): Promise<Receiver> {
  const got: Delivery[] = [];
  const answers: number[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    got.push({ url: `${request.method} ${request.url}`, headers: request.headers, body });
    const status = answers.shift() ?? 204;
    response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, got, answers };
}

export type OutboxHouse = WebhookDeps & {
  readonly owner: Knex;
  pass(seconds: number): void;
  put(index: number, more?: Partial<PutOptions>): Promise<string>;
  /** Chains what waits, then delivers what is due. */
  settle(): Promise<void>;
};

export async function openOutbox(
  t: ExecutionContext,
  networks: readonly string[] = ['127.0.0.0/8'],
): Promise<OutboxHouse> {
  const database = await testDatabase(t);
  const db = database.connect('license', 6);
  const files = openFiles(t);
  const log = makeLog('license', 'silent');
  let now = NOON;
  const clock = (): Date => now;
  const audit = makeAuditLog({ db: database.connect('license', 1), schema: 'license', room: 'license' });
  const chain = makeEventChain({ audit, log, follow: makeFollow({ clock }) });
  const post = makeGuardedPost({ networks, timeoutMs: 5000 });
  const queue = notifyQueue({ db, clock, log, keys, post, webhookTimeoutMs: 5000, webhookRetrySeconds: [10, 100] });
  const at = { db, schema: 'license', clock, log, registry: new Registry(), chance: () => 0.5 };
  const workers = makeWorkers(at, [queue]);
  workers.start();
  t.teardown(() => workers.stop(0));
  return {
    db,
    owner: database.connect('owner', 1),
    clock,
    keys,
    mode: 'development',
    pass: (seconds) => {
      now = new Date(now.getTime() + seconds * 1000);
    },
    put: (index, more = {}) => putLicense({ db, keys, files, now, index, ...more }),
    settle: async () => {
      await chain.run();
      await workers.idle();
    },
  };
}

// The provider's emitted events, written down: who logged out, whose code was shown twice, what broke.
// The library does not wait for its listeners; what is still being written is awaited when the room stops.
import type { Knex } from 'knex';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Clock } from '../../common/clock.ts';
import type { Log } from '../../common/log.ts';
import { type IdentityEvent, insertEvent } from '../store/events.ts';
import type { PageRequests } from './pages.ts';

export type Recorder = {
  record(event: Omit<IdentityEvent, 'at'>): Promise<void>;
  /** Resolves when everything recorded so far is written. */
  settle(): Promise<void>;
};

export function makeRecorder({ db, clock, log }: { db: Knex; clock: Clock; log: Log }): Recorder {
  const pending = new Set<Promise<void>>();
  return {
    record: (event) => {
      const written = insertEvent(db, { ...event, at: clock() }).catch((error: unknown) => {
        log.error({ err: error, kind: event.kind }, 'event not recorded');
      });
      pending.add(written);
      return written.finally(() => pending.delete(written));
    },
    settle: async () => void (await Promise.all(pending)),
  };
}

export function recordProvider(
  provider: Provider,
  { recorder, requests, log }: { recorder: Recorder; requests: PageRequests; log: Log },
): void {
  const requestIdOf = (ctx: KoaContextWithOIDC): string => requests.of(ctx.req).requestId;
  provider.on('end_session.success', (ctx) => {
    const sub = ctx.oidc.session?.accountId;
    void recorder.record({
      kind: 'logout.completed',
      sub,
      clientId: ctx.oidc.client?.clientId,
      requestId: requestIdOf(ctx),
    });
  });
  provider.on('grant.revoked', (ctx) => {
    if (ctx.oidc.route !== 'token') return;
    log.warn(
      { client_id: ctx.oidc.client?.clientId, request_id: requestIdOf(ctx) },
      'code shown again, tokens revoked',
    );
    void recorder.record({ kind: 'code.reused', clientId: ctx.oidc.client?.clientId, requestId: requestIdOf(ctx) });
  });
  provider.on('server_error', (ctx, error) => {
    log.error({ err: error, request_id: requestIdOf(ctx) }, 'provider failed');
  });
}

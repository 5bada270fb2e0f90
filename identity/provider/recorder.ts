// The provider's emitted events, written down: who was logged out where, whose code was shown twice, what broke.
// The library does not wait for its listeners; what is still being written is awaited when the room stops.
import type { Knex } from 'knex';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Clock } from '../../common/clock.ts';
import type { Log } from '../../common/log.ts';
import { type IdentityEvent, insertEvent } from '../store/events.ts';
import type { LogoutTally, PageRequests } from './pages.ts';

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

/** Listens to `provider`; returns what a logout request has reached so far. */
export function recordProvider(
  provider: Provider,
  { recorder, requests, log }: { recorder: Recorder; requests: PageRequests; log: Log },
): (ctx: KoaContextWithOIDC) => LogoutTally {
  const tallies = new WeakMap<object, LogoutTally>();
  const tallyOf = (ctx: KoaContextWithOIDC): LogoutTally => {
    const tally = tallies.get(ctx.req) ?? { reached: new Set<string>(), missed: new Set<string>() };
    tallies.set(ctx.req, tally);
    return tally;
  };
  const requestIdOf = (ctx: KoaContextWithOIDC): string => requests.of(ctx.req).requestId;
  provider.on('backchannel.success', (ctx, client, sub) => {
    tallyOf(ctx).reached.add(client.clientId);
    void recorder.record({ kind: 'logout.notified', sub, clientId: client.clientId, requestId: requestIdOf(ctx) });
  });
  provider.on('backchannel.error', (ctx, error, client, sub) => {
    tallyOf(ctx).missed.add(client.clientName ?? client.clientId);
    log.warn({ err: error, client_id: client.clientId, request_id: requestIdOf(ctx) }, 'logout not delivered');
    void recorder.record({ kind: 'logout.undelivered', sub, clientId: client.clientId, requestId: requestIdOf(ctx) });
  });
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
  return tallyOf;
}

// How often a terminal may ask whether the person has confirmed (RFC 8628, 3.5). We name no interval, so it is the standard's
// five seconds; who asks sooner is told slow_down in place of authorization_pending, and still gets his tokens once they are there.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { takeLimit } from '../flow/limit.ts';
import type { Afterwards } from './afterwards.ts';

/** A second less than the interval: the clocks of two nodes differ a little. */
const POLL = { max: 1, windowSeconds: 4 };

export function slowDownPolling({ db, clock }: { readonly db: Knex; readonly clock: Clock }): Afterwards {
  return {
    routes: ['token'],
    run: async (ctx) => {
      if (!isPending(ctx.body)) return;
      const key = String(ctx.oidc.params?.['device_code']);
      const { outcome } = await takeLimit(db, { kind: 'device-poll', key, ...POLL, now: clock() });
      if (outcome === 'paused')
        ctx.body = { error: 'slow_down', error_description: 'wait five seconds more each time' };
    },
  };
}

function isPending(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'error' in body && body.error === 'authorization_pending';
}

// A small limit for routes that anybody may call and that cost work: a bucket of tokens per network address, in the memory
// of this process. It keeps one caller from taking the room for himself; several instances count apart, and a gateway in
// front should limit too. Not here: limits on passwords (identity/domain/login-throttle.ts), which outlive a process.
import type Koa from 'koa';
import type { Clock } from '../clock.ts';
import { TrustError } from '../errors.ts';
import { networkOf } from '../networks.ts';
import type { Handler } from './routes.ts';

export type RateLimitOptions = {
  /** Requests per minute and address on average, and at most so many at once. */
  readonly perMinute: number;
  readonly clock: Clock;
  /** Addresses remembered; the one that was quiet longest is forgotten first. */
  readonly maxAddresses?: number;
};

export type RateLimit = {
  /** Takes a token before the body is read. Throws too-many-requests, with Retry-After on the answer. */
  guard(handler: Handler): Handler;
};

const MINUTE_MS = 60_000;

/** One limit; routes guarded by the same one share their tokens. */
export function makeRateLimit({ perMinute, clock, maxAddresses = 10_000 }: RateLimitOptions): RateLimit {
  const buckets = new Map<string, { readonly tokens: number; readonly at: number }>();
  const take = (ctx: Koa.Context): void => {
    const key = networkOf(ctx.ip);
    const now = clock().getTime();
    const known = buckets.get(key) ?? { tokens: perMinute, at: now };
    const refilled = (Math.max(0, now - known.at) * perMinute) / MINUTE_MS;
    const tokens = Math.min(perMinute, known.tokens + refilled);
    buckets.delete(key); // and in again at the end: the order of the map is the order of use
    if (buckets.size >= maxAddresses) buckets.delete(buckets.keys().next().value as string);
    buckets.set(key, { tokens: tokens < 1 ? tokens : tokens - 1, at: now });
    if (tokens >= 1) return;
    ctx.set('Retry-After', String(Math.ceil(((1 - tokens) * MINUTE_MS) / perMinute / 1000)));
    throw new TrustError('too-many-requests', `At most ${perMinute} requests a minute are taken from one address.`);
  };
  return {
    guard: (handler) => (ctx) => {
      take(ctx);
      return handler(ctx);
    },
  };
}

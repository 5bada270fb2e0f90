// How long things live: what follows for the library from what an operator sets.
import type { Configuration, Provider } from 'oidc-provider';
import type { Clock } from '../../common/clock.ts';
import type { Lifetimes } from '../domain/lifetimes.ts';
import { type SessionLife, sessionSeconds } from '../domain/session-life.ts';
import type { Afterwards } from './afterwards.ts';

/** Opaque tokens for userinfo, and ID tokens, which nobody needs for longer than the moment of login. */
const TOKEN_SECONDS = 10 * 60;
const INTERACTION_SECONDS = 15 * 60;

/** For the library; it asks again at every save. */
export function makeTtl(lifetimes: Lifetimes, life: SessionLife, clock: Clock): NonNullable<Configuration['ttl']> {
  return {
    AccessToken: (_ctx, token) => (token.resourceServer ? lifetimes.roomTokenSeconds : TOKEN_SECONDS),
    AuthorizationCode: lifetimes.codeSeconds,
    ClientCredentials: lifetimes.roomTokenSeconds,
    DeviceCode: lifetimes.deviceCodeSeconds,
    // A grant outlives the session only where refresh tokens do.
    Grant: (_ctx, grant) => (hasOfflineAccess(grant.getOIDCScope()) ? lifetimes.refreshSeconds : life.maxSeconds),
    IdToken: TOKEN_SECONDS,
    Interaction: INTERACTION_SECONDS,
    // A successor ends when its predecessor would have ended: the person logs in again at the latest after refreshSeconds.
    RefreshToken: (ctx, token) => {
      const whole = hasOfflineAccess(token.scope) ? lifetimes.refreshSeconds : life.maxSeconds;
      return Math.max(1, ctx?.oidc.entities.RotatedRefreshToken?.remainingTTL ?? whole);
    },
    Session: (_ctx, session) => sessionSeconds(life, session.iat, Math.floor(clock().getTime() / 1000)),
  };
}

/** The library gives a pushed request 60 seconds, not to be set: a shorter life is kept and told here. */
export function limitPushedRequests(provider: Provider, { codeSeconds }: Lifetimes): Afterwards {
  const { save } = provider.PushedAuthorizationRequest.prototype;
  Object.defineProperty(provider.PushedAuthorizationRequest.prototype, 'save', {
    value: function saveLimited(this: object, ttl: number): Promise<string> {
      return save.call(this as never, Math.min(ttl, codeSeconds));
    },
  });
  return {
    routes: ['pushed_authorization_request'],
    run: ({ body }: { readonly body?: unknown }) => {
      if (typeof body === 'object' && body !== null && 'expires_in' in body)
        body.expires_in = Math.min(Number(body.expires_in), codeSeconds);
    },
  };
}

function hasOfflineAccess(scope: string | undefined): boolean {
  return scope?.split(' ').includes('offline_access') ?? false;
}

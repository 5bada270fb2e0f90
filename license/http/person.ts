// The person of a session as pages show him.
import type Koa from 'koa';
import type { Person } from '../web/service.ts';
import type { SessionGate } from './session-gate.ts';

export function personOf(sessions: SessionGate, ctx: Koa.Context): Person {
  const { name, unit, roles } = sessions.sessionOf(ctx);
  return {
    name,
    unit: unit?.name,
    isVerifier: roles.length > 0,
    logoutAction: '/logout',
    csrf: sessions.csrfToken(ctx),
  };
}

/** A path parameter. */
export function paramOf(ctx: Koa.Context, name: string): string {
  return String((ctx['params'] as Record<string, string>)[name]);
}

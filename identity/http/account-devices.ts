// 设备: live sessions of the person, and their end. A session is named by a signature of its uid, which never leaves here.

import type { Knex } from 'knex';
import type Koa from 'koa';
import type { Clock } from '../../common/clock.ts';
import type { Cookies } from '../../common/http/cookies.ts';
import type { Flash } from '../../common/http/flash.ts';
import { pageFrame, sendPage } from '../../common/http/preferences.ts';
import type { Route } from '../../common/http/routes.ts';
import type { PlaceOf } from '../../common/places.ts';
import { OWN_CLIENT_ID } from '../domain/client.ts';
import type { SessionLife } from '../domain/session-life.ts';
import { type Kicked, kickOtherSessions, kickSessions } from '../flow/kick-sessions.ts';
import { listOrigins } from '../store/authentications.ts';
import { type LiveSession, listSessionsOf } from '../store/sessions.ts';
import { type DeviceSession, devicesPage, type KickResult } from '../web/devices-page.ts';
import type { OwnSession, OwnSessions } from './own-session.ts';

export type DevicesDeps = {
  readonly own: OwnSessions;
  readonly db: Knex;
  readonly clock: Clock;
  readonly cookies: Cookies;
  readonly sessionLife: SessionLife;
  readonly placeOf: PlaceOf;
  /** How long the page after a kick waits for first answers. */
  readonly logoutWaitMs: number;
};

export const DEVICES_PATH = '/account/devices';
/** Code of the message about ended sessions; a value `password` says that a new password ended them. */
export const KICKED = 'kicked';
const PATH = DEVICES_PATH;

export function devicesRoutes(deps: DevicesDeps): readonly Route[] {
  return [
    { method: 'GET', path: PATH, scope: 'public', handler: (ctx) => show(deps, ctx) },
    { method: 'POST', path: `${PATH}/end`, scope: 'public', handler: (ctx) => endOne(deps, ctx) },
    { method: 'POST', path: `${PATH}/end-others`, scope: 'public', handler: (ctx) => endOthers(deps, ctx) },
  ];
}

async function show(deps: DevicesDeps, ctx: Koa.Context): Promise<void> {
  const { own, db, clock } = deps;
  const session = await own.requireSession(ctx);
  if (session === null) return;
  const live = await listSessionsOf(db, session.account.sub, clock());
  const origins = await listOrigins(
    db,
    live.map(({ sessionUid }) => sessionUid),
  );
  const sessions = live.map((one) => toDevice(deps, session, one, origins.get(one.sessionUid)));
  const page = devicesPage(pageFrame(ctx), {
    viewer: session.account,
    formFields: own.formFields(ctx, session),
    sessions: sessions.toSorted((a, b) => Number(a.reference !== null) - Number(b.reference !== null)),
    result: resultOf(own.takeFlash(ctx, session)),
  });
  sendPage(ctx, page);
}

function toDevice(
  { cookies, sessionLife, clock, placeOf }: DevicesDeps,
  here: OwnSession,
  live: LiveSession,
  origin: { device: string | null; address: string | null } | undefined,
): DeviceSession {
  // A use moves the end of a session; near its very end it does not, and the login is the best we know.
  const used = live.expiresAt.getTime() - sessionLife.idleSeconds * 1000;
  const loggedIn = live.loggedInAt ?? live.startedAt;
  return {
    reference: live.sessionUid === here.sessionUid ? null : cookies.sign(referenceOf(live.sessionUid)),
    device: origin?.device ?? null,
    place: origin?.address ? placeOf(origin.address) : null,
    lastUsedAt: new Date(Math.min(clock().getTime(), Math.max(used, loggedIn.getTime()))),
    loggedInAt: live.loggedInAt,
    systems: live.clients.filter(({ clientId }) => clientId !== OWN_CLIENT_ID).map(({ name }) => name),
  };
}

async function endOne(deps: DevicesDeps, ctx: Koa.Context): Promise<void> {
  const accepted = await deps.own.requireForm(ctx, { back: PATH });
  if (accepted === null) return;
  const { session, form } = accepted;
  const { sub } = session.account;
  const named = (await othersOf(deps, session)).filter((uid) =>
    deps.cookies.isSigned(referenceOf(uid), form['session'] ?? ''),
  );
  const kicked = await kickSessions(kickDeps(deps), { sub, sessionUids: named });
  leave(deps, ctx, session, kicked);
}

async function endOthers(deps: DevicesDeps, ctx: Koa.Context): Promise<void> {
  const accepted = await deps.own.requireForm(ctx, { back: PATH });
  if (accepted === null) return;
  const { session } = accepted;
  const kicked = await kickOtherSessions(kickDeps(deps), {
    sub: session.account.sub,
    exceptSessionUid: session.sessionUid,
    sessionUids: await othersOf(deps, session),
    reason: 'kick',
  });
  leave(deps, ctx, session, kicked);
}

async function othersOf({ db, clock }: DevicesDeps, session: OwnSession): Promise<readonly string[]> {
  const live = await listSessionsOf(db, session.account.sub, clock());
  return live.map(({ sessionUid }) => sessionUid).filter((uid) => uid !== session.sessionUid);
}

function leave({ own }: DevicesDeps, ctx: Koa.Context, session: OwnSession, kicked: Kicked): void {
  own.leaveFor(ctx, session, PATH, { code: KICKED, values: { ...kicked } });
}

function resultOf(flash: Flash | null): KickResult | null {
  if (flash?.code !== KICKED) return null;
  const { sessions, told, unanswered, password } = flash.values ?? {};
  return {
    sessions: Number(sessions),
    told: Number(told),
    unanswered: Number(unanswered),
    newPassword: password !== undefined,
  };
}

function kickDeps({ db, clock, logoutWaitMs }: DevicesDeps) {
  return { db, clock, waitMs: logoutWaitMs };
}

function referenceOf(sessionUid: string): string {
  return `device:${sessionUid}`;
}

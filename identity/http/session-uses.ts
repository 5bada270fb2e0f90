// POST /v1/session-uses: a room of ours says that a session is used on its pages (common/contract/session-use.ts). Only the
// license room has such pages; who else comes to have them needs an index of its own (store/session-uses.ts).
import { createLocalJWKSet, jwtVerify } from 'jose';
import type Koa from 'koa';
import { LICENSE_CLIENT_ID } from '../../common/contract/identity.ts';
import {
  SESSION_USE_FIELD,
  SESSION_USE_SECONDS,
  SESSION_USE_TYPE,
  SESSION_USES_PATH,
  type SessionUseAnswer,
  sessionUse,
} from '../../common/contract/session-use.ts';
import { TrustError } from '../../common/errors.ts';
import { readForm } from '../../common/http/body.ts';
import type { Operation } from '../../common/http/operation.ts';
import { type Route, row } from '../../common/http/routes.ts';
import { OWN_SECTOR } from '../domain/subject.ts';
import { type UseSessionDeps, useSession } from '../flow/use-session.ts';
import type { CurrentProvider } from '../provider/current-provider.ts';
import { findClient } from '../store/clients.ts';

export type SessionUsesDeps = UseSessionDeps & {
  readonly provider: CurrentProvider;
  /** The room's public URL. */
  readonly url: string;
};

const MAX_BYTES = 4 * 1024;
const CLOCK_TOLERANCE_SECONDS = 5;
const FORM = 'application/x-www-form-urlencoded';

const OPERATION: Operation = {
  id: 'useSession',
  summary: 'A session is used on the pages of a room of ours',
  summaryZh: '本平台页面告知会话仍在使用',
  tag: 'login',
  description:
    'For the license room only, by a JWT under its registered key (`typ: session-use+jwt`, `sid`, used once). The session lives on as by a use of our own pages, never past its longest life. Other systems have sessions of their own.',
  body: { type: FORM, description: 'session_use_token=JWT' },
  answers: {
    200: {
      description: 'When the session ends, and the roles of the person',
      content: {
        schema: sessionUse,
        example: {
          ends_at: '2026-11-20T02:54:00.000Z',
          lasts_until: '2026-11-20T12:24:00.000Z',
          idle_seconds: 1800,
          roles: [],
        },
      },
    },
  },
  problems: ['token-invalid', 'session-missing'],
};

export function sessionUsesRoutes(deps: SessionUsesDeps): readonly Route[] {
  return [row('POST', SESSION_USES_PATH, 'public', (ctx) => answerUse(deps, ctx), OPERATION)];
}

async function answerUse(deps: SessionUsesDeps, ctx: Koa.Context): Promise<void> {
  const form = await readForm(ctx, { maxBytes: MAX_BYTES });
  const { end, roles } = await useSession(deps, await readSid(deps, form[SESSION_USE_FIELD] ?? ''));
  const answer: SessionUseAnswer = {
    ends_at: end.endsAt.toISOString(),
    lasts_until: end.lastsUntil.toISOString(),
    idle_seconds: deps.sessionLife.idleSeconds,
    roles,
  };
  ctx.body = answer;
}

/** The `sid` of a token by a room of ours, which is good once. Throws token-invalid. */
async function readSid({ db, clock, url, provider }: SessionUsesDeps, token: string): Promise<string> {
  const client = await findClient(db, LICENSE_CLIENT_ID);
  if (client === null || client.status !== 'active' || client.sector !== OWN_SECTOR) throw refused('nobody may ask');
  const { payload } = await jwtVerify(token, createLocalJWKSet({ keys: [...client.jwks.keys] }), {
    issuer: LICENSE_CLIENT_ID,
    audience: `${url}${SESSION_USES_PATH}`,
    algorithms: ['ES256'],
    typ: SESSION_USE_TYPE,
    requiredClaims: ['iat', 'exp', 'jti', 'sid'],
    maxTokenAge: SESSION_USE_SECONDS,
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    currentDate: clock(),
  }).catch((cause: unknown) => {
    throw refused('its signature, its claims or its age do not fit', cause);
  });
  const { jti, exp, sid } = payload;
  if (typeof jti !== 'string' || typeof sid !== 'string' || exp === undefined) throw refused('a claim is no text');
  if (!(await provider().ReplayDetection.unique(LICENSE_CLIENT_ID, jti, exp + CLOCK_TOLERANCE_SECONDS)))
    throw refused('it was used before');
  return sid;
}

function refused(reason: string, cause?: unknown): TrustError {
  return new TrustError('token-invalid', `The session-use token is refused: ${reason}.`, { cause });
}

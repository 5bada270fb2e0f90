// The identity room as a room with pages of its own sees it while somebody works there (common/contract/session-use.ts).
import { randomUUID } from 'node:crypto';
import { importPKCS8, SignJWT } from 'jose';
import type { Clock } from '../clock.ts';
import { problemDocument } from '../contract/problem.ts';
import { parseRoles, type Role } from '../contract/roles.ts';
import {
  SESSION_USE_FIELD,
  SESSION_USE_SECONDS,
  SESSION_USE_TYPE,
  SESSION_USES_PATH,
  sessionUse,
} from '../contract/session-use.ts';
import { TrustError } from '../errors.ts';
import { currentRequestId } from '../http/request-context.ts';
import type { SessionEnd } from '../session-end.ts';
import { type RoomAnswer, requestRoom } from './room-request.ts';

export type SessionUse = SessionEnd & { readonly idleSeconds: number; readonly roles: readonly Role[] };

export type SessionUses = {
  /** The session of this `sid` is used now. Null: it has ended. Errors: identity-unavailable. */
  use(sid: string): Promise<SessionUse | null>;
};

export type SessionUsesOptions = {
  /** Public URL of the identity room. */
  readonly issuer: string;
  readonly clientId: string;
  /** PKCS#8 PEM, P-256. */
  readonly keyPem: string;
  readonly clock: Clock;
  /** 3 s unless given: a person waits for it. */
  readonly timeoutMs?: number;
};

const TIMEOUT_MS = 3_000;

export function makeSessionUses(options: SessionUsesOptions): SessionUses {
  const url = new URL(SESSION_USES_PATH, options.issuer);
  return {
    use: async (sid) => {
      const body = new URLSearchParams({ [SESSION_USE_FIELD]: await makeToken(options, url, sid) });
      const requestId = currentRequestId();
      const answer = await requestRoom(url, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/x-www-form-urlencoded',
          ...(requestId ? { 'X-Request-Id': requestId } : {}),
        },
        body: new TextEncoder().encode(body.toString()),
        timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
      }).catch((cause: unknown) => {
        throw new TrustError('identity-unavailable', 'the identity room cannot be reached', { cause });
      });
      return readUse(answer);
    },
  };
}

async function makeToken({ clientId, keyPem, clock }: SessionUsesOptions, url: URL, sid: string): Promise<string> {
  const iat = Math.floor(clock().getTime() / 1000);
  return new SignJWT({ sid, jti: randomUUID() })
    .setProtectedHeader({ alg: 'ES256', typ: SESSION_USE_TYPE })
    .setIssuer(clientId)
    .setAudience(url.href)
    .setIssuedAt(iat)
    .setExpirationTime(iat + SESSION_USE_SECONDS)
    .sign(await importPKCS8(keyPem, 'ES256'));
}

function readUse({ status, body }: RoomAnswer): SessionUse | null {
  const json = readJson(body);
  if (status === 401 && problemDocument.safeParse(json).data?.code === 'session-missing') return null;
  const { data } = sessionUse.safeParse(json);
  const roles = parseRoles(data?.roles);
  if (status !== 200 || data === undefined || roles === null)
    throw new TrustError('identity-unavailable', `the identity room answered with status ${status}`);
  const { ends_at: endsAt, lasts_until: lastsUntil, idle_seconds: idleSeconds } = data;
  return { endsAt: new Date(endsAt), lastsUntil: new Date(lastsUntil), idleSeconds, roles };
}

function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return null;
  }
}

// A room of ours tells the identity room that somebody uses his login there, and learns when it ends: the way back of the
// logout token. The token is a JWT, signed by the client's key as an assertion is, and used once: `typ: session-use+jwt`,
// `iss` the client, `aud` this address at the issuer, `sid` as in the ID token, `iat`, `exp`, `jti`.
import { z } from 'zod';

/** At the issuer; POST, a form with SESSION_USE_FIELD. */
export const SESSION_USES_PATH = '/v1/session-uses';
export const SESSION_USE_FIELD = 'session_use_token';
export const SESSION_USE_TYPE = 'session-use+jwt';
/** Older ones are refused. */
export const SESSION_USE_SECONDS = 120;

const time = z.iso.datetime({ offset: true });

export const sessionUse = z.object({
  /** When the session ends unless it is used again. */
  ends_at: time,
  /** It lasts no longer, however much it is used. */
  lasts_until: time,
  /** Without use it lives so long. */
  idle_seconds: z.number().int().positive(),
  /** Of the person, as they stand now; parsed by `parseRoles`. */
  roles: z.unknown(),
});
export type SessionUseAnswer = z.infer<typeof sessionUse>;

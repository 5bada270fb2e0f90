// What a system is told of a person is written down before it is told: the names of the claims in an ID token and in the
// answer of userinfo, never their values. When it cannot be written down, it is not told.
import type { Disclosure } from '../store/disclosures.ts';
import type { Afterwards } from './afterwards.ts';

/** Claims of the protocol, which say how and when somebody logged in, and a pairwise `sub`: nothing about the person. */
const PROTOCOL: ReadonlySet<string> = new Set([
  ...['sub', 'iss', 'aud', 'exp', 'iat', 'nbf', 'jti', 'nonce', 'sid', 'azp', 'auth_time', 'acr', 'amr'],
  ...['at_hash', 'c_hash', 's_hash'],
]);

export function recordDisclosures(count: (disclosure: Omit<Disclosure, 'at'>) => Promise<void>): Afterwards {
  const record: Afterwards['run'] = async (ctx) => {
    if (ctx.status !== 200) return;
    const sub = ctx.oidc.account?.accountId;
    const clientId = ctx.oidc.client?.clientId;
    if (sub === undefined || clientId === undefined) return;
    const claims = claimsIn(ctx.body);
    if (claims.length > 0) await count({ sub, clientId, claims });
  };
  return { routes: ['userinfo', 'token'], run: record };
}

/** Names of the claims about the person in an answer of the token endpoint or of userinfo. */
function claimsIn(body: unknown): readonly string[] {
  if (typeof body !== 'object' || body === null) return [];
  const told: object = 'id_token' in body ? payloadOf(body.id_token) : 'access_token' in body ? {} : body;
  return Object.keys(told).filter((claim) => !PROTOCOL.has(claim));
}

/** A JWT of ours, just signed. */
function payloadOf(jwt: unknown): object {
  const [, payload = ''] = String(jwt).split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as object;
}

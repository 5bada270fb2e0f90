// What a system is told of a person is written down before it is told: the names of the claims in an ID token and in the
// answer of userinfo, never their values. When it cannot be written down, it is not told.
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Disclosure } from '../store/disclosures.ts';

/** Claims of the protocol, which say how and when somebody logged in, and a pairwise `sub`: nothing about the person. */
const PROTOCOL: ReadonlySet<string> = new Set([
  ...['sub', 'iss', 'aud', 'exp', 'iat', 'nbf', 'jti', 'nonce', 'sid', 'azp', 'auth_time', 'acr', 'amr'],
  ...['at_hash', 'c_hash', 's_hash'],
]);

export function recordDisclosures(
  provider: Provider,
  count: (disclosure: Omit<Disclosure, 'at'>) => Promise<void>,
): void {
  provider.use(async (context, next) => {
    await next();
    const ctx = context as KoaContextWithOIDC;
    if (ctx.status !== 200 || (ctx.oidc?.route !== 'userinfo' && ctx.oidc?.route !== 'token')) return;
    const sub = ctx.oidc.account?.accountId;
    const clientId = ctx.oidc.client?.clientId;
    if (sub === undefined || clientId === undefined) return;
    const claims = claimsIn(ctx.body);
    if (claims.length > 0) await count({ sub, clientId, claims });
  });
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

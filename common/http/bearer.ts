// Access tokens of the identity room at another room's door (RFC 6750, RFC 9068): a JWT of type at+jwt, signed ES256 by
// the issuer, for this audience, in time, with the scope of the route. Keys come from the issuer's JWKS and are kept.
// A token that is bound to a key (`cnf`, RFC 9449) comes with a proof of that key or is refused: it must never pass as a bearer
// token. Every other binding is refused, because nobody here checks it.
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type Koa from 'koa';
import type { Clock } from '../clock.ts';
import { dutiesOf, isDuty, parseRoles, type Role } from '../contract/roles.ts';
import { checkProof } from '../dpop/check-proof.ts';
import { TrustError } from '../errors.ts';

/** Who calls. A machine (client credentials) is its own `subject`; a person is one `sub` in all our rooms. */
export type Actor = {
  readonly kind: 'person' | 'machine';
  readonly clientId: string;
  readonly subject: string;
  readonly scopes: readonly string[];
  /** Of a person, for the organisations that gave them; a machine has none. */
  readonly roles: readonly Role[];
};

export type BearerGate = {
  /** The caller, when the token bears `scope`, or one of several; asked again in a request it judges the scope alone. Errors: token-missing, token-invalid, scope-missing, identity-unavailable. */
  require(ctx: Koa.Context, scope: string | readonly string[]): Promise<Actor>;
  /** The caller that `require` let in earlier in this request; throws token-missing when it was not asked. */
  actorOf(ctx: Koa.Context): Actor;
};

export type BearerGateOptions = {
  /** Public URL of the identity room. */
  readonly issuer: string;
  /** Public URL of this room. */
  readonly audience: string;
  readonly clock: Clock;
  /** Remembers the digest of a DPoP proof; false when it was used before, on whichever node. */
  readonly rememberProof: (digest: Uint8Array, until: Date) => Promise<boolean>;
  /** So long after the last look an unknown key is not looked for again; 30 unless given. */
  readonly cooldownSeconds?: number;
  /** For tests; otherwise the issuer's published keys. */
  readonly keys?: JWTVerifyGetKey;
};

const CLOCK_TOLERANCE_SECONDS = 5;
/** So long a signature that was verified is not verified again; a system sends the same token many times a second. */
const BELIEVED_MS = 30_000;
const MAX_BELIEVED = 1000;

export function makeBearerGate(options: BearerGateOptions): BearerGate {
  const keys = options.keys ?? publishedKeys(options);
  const actors = new WeakMap<object, Actor>();
  const believed = new Map<string, Believed>();
  const believe = async (ctx: Koa.Context, token: string): Promise<JWTPayload> => {
    const now = options.clock().getTime();
    const known = believed.get(token);
    if (known && known.from <= now && now < known.until) return known.payload;
    believed.delete(token);
    const payload = await verify(ctx, token, keys, options);
    if (believed.size >= MAX_BELIEVED) believed.delete(believed.keys().next().value as string);
    believed.set(token, { payload, from: now, until: Math.min(now + BELIEVED_MS, (payload.exp ?? 0) * 1000) });
    return payload;
  };
  return {
    require: async (ctx, scope) => {
      const wanted = typeof scope === 'string' ? [scope] : scope;
      const known = actors.get(ctx.req);
      if (known !== undefined) {
        checkScope(ctx, known, wanted);
        return known;
      }
      const { scheme, token } = readToken(ctx);
      const payload = await believe(ctx, token);
      await checkBinding(ctx, { scheme, token, cnf: payload['cnf'] }, options);
      const actor = toActor(ctx, payload);
      checkScope(ctx, actor, wanted);
      actors.set(ctx.req, actor);
      return actor;
    },
    actorOf: (ctx) => {
      const actor = actors.get(ctx.req);
      if (actor === undefined) throw new TrustError('token-missing', 'No access token was asked for here.');
      return actor;
    },
  };
}

/** Kept for ten minutes; a key that is not among them is looked for at once, unless the last look was just now. */
function publishedKeys({ issuer, cooldownSeconds = 30 }: BearerGateOptions): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL('/oidc/jwks', issuer), {
    timeoutDuration: 5000,
    cooldownDuration: cooldownSeconds * 1000,
  });
}

type Believed = { readonly payload: JWTPayload; readonly from: number; readonly until: number };

/** The issuer grants a duty only by a role; a token that has the one without the other is not believed either. */
function checkScope(ctx: Koa.Context, { kind, scopes, roles }: Actor, wanted: readonly string[]): void {
  const borne = wanted.filter((scope) => scopes.includes(scope));
  if (borne.some((scope) => !isDuty(scope) || dutiesOf(roles).some((duty) => duty === scope))) return;
  const [scope, text] = [wanted.join(' '), wanted.join(' or ')];
  challenge(ctx, `error="insufficient_scope", scope="${scope}"`);
  const hint = wanted.some(isDuty)
    ? { hint: `${text} is a duty of persons: log in with \`xinji login\` as somebody whose role brings it.` }
    : {};
  if (borne.length === 0) {
    throw new TrustError('scope-missing', `The token has the scopes "${scopes.join(' ')}"; needed: ${text}.`, hint);
  }
  throw new TrustError('scope-missing', `The token of this ${kind} has no role that brings ${text}.`, hint);
}

/** RFC 6750, RFC 9449: the header only; never a query parameter or a form field. */
function readToken(ctx: Koa.Context): { readonly scheme: 'Bearer' | 'DPoP'; readonly token: string } {
  const header = ctx.get('Authorization');
  if (header === '') {
    ctx.set('WWW-Authenticate', 'Bearer, DPoP algs="ES256"');
    throw new TrustError('token-missing', 'There is no Authorization header.');
  }
  const [, scheme, token] = /^(Bearer|DPoP) ([A-Za-z0-9._~+/-]+=*)$/i.exec(header) ?? [];
  if (scheme === undefined || token === undefined)
    throw invalid(ctx, 'the Authorization header is not of the form "Bearer TOKEN" or "DPoP TOKEN"');
  return { scheme: scheme.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer', token };
}

/** A bound token with its proof, an unbound one without; nothing between. */
async function checkBinding(
  ctx: Koa.Context,
  { scheme, token, cnf }: { readonly scheme: 'Bearer' | 'DPoP'; readonly token: string; readonly cnf: unknown },
  { audience, clock, rememberProof }: BearerGateOptions,
): Promise<void> {
  if (cnf === undefined) {
    if (scheme === 'DPoP') throw invalid(ctx, 'it is not bound to a key and cannot be used as a DPoP token');
    return;
  }
  const thumbprint = thumbprintOf(cnf);
  if (thumbprint === null) throw invalid(ctx, 'it is bound to something that is not checked here');
  if (scheme === 'Bearer') throw invalid(ctx, 'it is bound to a key and cannot be used as a bearer token');
  const fault = await checkProof({
    proof: ctx.get('DPoP'),
    method: ctx.method,
    url: `${audience.replace(/\/$/, '')}${ctx.path}`,
    token,
    thumbprint,
    now: clock(),
    remember: rememberProof,
  });
  if (fault === null) return;
  ctx.set('WWW-Authenticate', `DPoP error="invalid_dpop_proof", error_description="${fault}", algs="ES256"`);
  throw new TrustError('token-invalid', `The access token is refused: ${fault}.`);
}

/** RFC 9449, 6.1: `cnf` with exactly a `jkt`. */
function thumbprintOf(cnf: unknown): string | null {
  if (typeof cnf !== 'object' || cnf === null || Object.keys(cnf).join() !== 'jkt' || !('jkt' in cnf)) return null;
  return typeof cnf.jkt === 'string' ? cnf.jkt : null;
}

async function verify(
  ctx: Koa.Context,
  token: string,
  keys: JWTVerifyGetKey,
  { issuer, audience, clock }: BearerGateOptions,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      typ: 'at+jwt',
      algorithms: ['ES256'],
      requiredClaims: ['exp', 'iat', 'sub', 'client_id'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: clock(),
    });
    return payload;
  } catch (error) {
    const reason = describe(error);
    if (reason !== null) throw invalid(ctx, reason, error);
    throw new TrustError('identity-unavailable', 'The keys of the issuer cannot be fetched.', { cause: error });
  }
}

/** What is wrong with the token, or null when it is not the token's fault. */
function describe(error: unknown): string | null {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'it was issued for another audience';
    if (error.claim === 'iss') return 'it was issued by somebody else';
    if (error.claim === 'typ') return 'it is not an access token';
    return `its claim "${error.claim}" is missing or wrong`;
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature does not verify';
  if (error instanceof errors.JWKSNoMatchingKey) return 'its key is not one of the issuer';
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported)
    return 'its algorithm is not ES256';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'it is not a signed JWT';
  return null;
}

function toActor(ctx: Koa.Context, { client_id: clientId, sub, scope, roles: claim }: JWTPayload): Actor {
  if (typeof clientId !== 'string' || typeof sub !== 'string') throw invalid(ctx, 'it names no client');
  const roles = parseRoles(claim);
  if (roles === null) throw invalid(ctx, 'its claim "roles" is malformed');
  const kind = sub === clientId ? 'machine' : 'person';
  if (kind === 'machine' && claim !== undefined) throw invalid(ctx, 'it gives roles to a machine');
  const scopes = typeof scope === 'string' ? scope.split(' ').filter(Boolean) : [];
  return { kind, clientId, subject: sub, scopes, roles };
}

function invalid(ctx: Koa.Context, reason: string, cause?: unknown): TrustError {
  challenge(ctx, `error="invalid_token", error_description="${reason.replaceAll('"', "'")}"`);
  return new TrustError('token-invalid', `The access token is refused: ${reason}.`, { cause });
}

function challenge(ctx: Koa.Context, parameters: string): void {
  ctx.set('WWW-Authenticate', `Bearer ${parameters}`);
}

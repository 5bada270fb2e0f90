// Access tokens of a room that is itself a client: client credentials with private_key_jwt (RFC 7523) for one audience
// (RFC 8707). A token is kept until shortly before its end; callers at the same moment share one request.
import { importPKCS8 } from 'jose';
import * as oidc from 'openid-client';
import type { Clock } from '../clock.ts';
import { TrustError } from '../errors.ts';

export type TokenSourceOptions = {
  /** Public URL of the identity room. */
  readonly issuer: string;
  readonly clientId: string;
  /** PKCS#8 PEM, P-256. */
  readonly keyPem: string;
  /** Public URL of the room that the token is for. */
  readonly resource: string;
  readonly scope: string;
  /** True in development only. */
  readonly allowHttp: boolean;
  readonly clock: Clock;
};

/** Gives a token that is good for a while yet. Errors: identity-unavailable. */
export type TokenSource = () => Promise<string>;

const RENEW_SECONDS_EARLY = 30;

export function makeTokenSource(options: TokenSourceOptions): TokenSource {
  const client = makeOidcClient(options);
  let kept: { readonly token: string; readonly until: number } | undefined;
  let asking: Promise<string> | undefined;
  const ask = async (): Promise<string> => {
    const parameters = { resource: options.resource, scope: options.scope };
    const answer = await oidc.clientCredentialsGrant(await client(), parameters);
    const seconds = (answer.expires_in ?? 60) - RENEW_SECONDS_EARLY;
    kept = { token: answer.access_token, until: options.clock().getTime() + seconds * 1000 };
    return answer.access_token;
  };
  return () => {
    if (kept && kept.until > options.clock().getTime()) return Promise.resolve(kept.token);
    asking ??= ask()
      .catch((cause: unknown) => {
        throw sayRefused(options, cause);
      })
      .finally(() => {
        asking = undefined;
      });
    return asking;
  };
}

/** An identity room that refuses is not one that is silent: waiting helps only with the second. */
function sayRefused({ clientId, resource, scope }: TokenSourceOptions, cause: unknown): TrustError {
  const detail = `no access token for ${resource} was given`;
  if (!(cause instanceof oidc.ResponseBodyError)) return new TrustError('identity-unavailable', detail, { cause });
  const hint = `Check that the client ${clientId} is registered with this key and with the scope ${scope}.`;
  return new TrustError('identity-unavailable', `${detail}: ${cause.error}`, { hint, cause });
}

/** The issuer's metadata with our key, read at the first use and once; a failure is tried again by the next caller. */
export function makeOidcClient(
  options: Pick<TokenSourceOptions, 'issuer' | 'clientId' | 'keyPem' | 'allowHttp'>,
): () => Promise<oidc.Configuration> {
  let known: Promise<oidc.Configuration> | undefined;
  const discover = async (): Promise<oidc.Configuration> => {
    const key = await importPKCS8(options.keyPem, 'ES256');
    const execute = options.allowHttp ? [oidc.allowInsecureRequests] : [];
    const metadata = { id_token_signed_response_alg: 'ES256' };
    return oidc.discovery(new URL(options.issuer), options.clientId, metadata, oidc.PrivateKeyJwt(key), { execute });
  };
  return () => {
    known ??= discover().catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
}

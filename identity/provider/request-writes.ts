// Tokens that one request issues go into the database together, in one statement, before the answer leaves. Only at the token
// endpoint, where nothing that was issued is read again in the same request; what can be used once is marked as used at once.
// What is worth nothing before a code or a token is exchanged does not wait for the disk: the exchange does, and the
// database writes its log in order. A server that loses its power may forget a login that was under way, never a token.
import type { IncomingMessage } from 'node:http';
import type { Knex } from 'knex';
import { type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { type NewArtifact, upsertArtifacts } from '../store/artifacts.ts';

const TOGETHER: ReadonlySet<string> = new Set(['AccessToken', 'RefreshToken']);

const waiting = new WeakMap<IncomingMessage, NewArtifact[]>();

/** True when it will be written with the others of this request; false: the caller writes it. */
export function writeLater(artifact: NewArtifact): boolean {
  const ctx = Provider.ctx;
  const list = ctx && waiting.get(ctx.req);
  if (list === undefined || ctx?.oidc?.route !== 'token' || !TOGETHER.has(artifact.model)) return false;
  list.push(artifact);
  return true;
}

const ON_THE_WAY: ReadonlySet<string> = new Set(['AuthorizationCode', 'Grant']);

/** True for what only the exchange of a code makes worth something, and for a login that is under way. */
export function isFlushedByExchange(model: string): boolean {
  if (model === 'Interaction') return true;
  const route = Provider.ctx?.oidc?.route;
  return (route === 'authorization' || route === 'resume') && ON_THE_WAY.has(model);
}

/** True at the exchange of what can be used once: that it was used is flushed behind everything else of the request. */
export function isExchange(): boolean {
  const { route, body } = Provider.ctx?.oidc ?? {};
  const kind = body?.['grant_type'];
  return route === 'token' && (kind === 'authorization_code' || kind === 'refresh_token');
}

/** What cannot be written is not told. */
export function writeTogether(provider: Provider, db: Knex): void {
  provider.use(async (context, next) => {
    const artifacts: NewArtifact[] = [];
    waiting.set(context.req, artifacts);
    await next();
    waiting.delete(context.req);
    const ctx = context as KoaContextWithOIDC;
    try {
      await upsertArtifacts(db, artifacts);
    } catch (error) {
      // As the library answers what it did not foresee.
      ctx.status = 500;
      ctx.body = { error: 'server_error', error_description: 'oops! something went wrong' };
      provider.emit('server_error', ctx, error instanceof Error ? error : new Error(String(error)));
    }
  });
}

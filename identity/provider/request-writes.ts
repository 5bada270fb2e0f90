// Tokens that one request issues go into the database together, in one statement, before the answer leaves. Only at the token
// endpoint, where nothing that was issued is read again in the same request; what can be used once is marked as used at once.
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

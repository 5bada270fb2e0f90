// Secrets of clients, compared as digests: the library would compare clear texts, and keep them.
import type { Knex } from 'knex';
import type { Provider } from 'oidc-provider';
import type { Clock } from '../../common/clock.ts';
import { digestSecret } from '../domain/client-secret.ts';
import { hasLiveSecret } from '../store/client-secrets.ts';

/** Replaces `Client.prototype.compareClientSecret`, whose answer the library awaits. */
export function compareSecretsIn(
  provider: Provider,
  { db, clock }: { readonly db: Knex; readonly clock: Clock },
): void {
  Object.defineProperty(provider.Client.prototype, 'compareClientSecret', {
    value: function compareClientSecret(this: { readonly clientId: string }, actual: string): Promise<boolean> {
      return hasLiveSecret(db, this.clientId, digestSecret(actual), clock());
    },
  });
}

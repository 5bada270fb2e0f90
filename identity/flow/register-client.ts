// Registers a client or changes its registration. Running instances notice by the row's version.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { type ClientRegistration, checkClient } from '../domain/client.ts';
import { findClientVersion, upsertClient } from '../store/clients.ts';
import { insertEvent } from '../store/events.ts';

export type RegisterClientDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  /** True in production: every address of the client is https. */
  readonly requireHttps: boolean;
};

/** Repeating it changes nothing. Returns the version in force. Errors: client-invalid. */
export async function registerClient(
  { db, clock, requireHttps }: RegisterClientDeps,
  registration: ClientRegistration,
  who: { readonly by: string; readonly reason?: string } = { by: 'operator' },
): Promise<{ readonly version: number }> {
  const client = checkClient(registration, { requireHttps });
  return db.transaction(async (trx) => {
    const before = await findClientVersion(trx, client.clientId);
    const version = await upsertClient(trx, client);
    if (version !== before) {
      await insertEvent(trx, {
        at: clock(),
        kind: 'client.registered',
        clientId: client.clientId,
        detail: { version, ...who },
      });
    }
    return { version };
  });
}

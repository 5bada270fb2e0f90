// An administrator changes one topic of a registration. Who meant to change what has changed meanwhile is refused, so that of
// two administrators none undoes the other's work unseen. Running instances notice by the row's version.
import type { Knex } from 'knex';
import type { Clock } from '../../common/clock.ts';
import { TrustError } from '../../common/errors.ts';
import { type Client, type ClientRegistration, checkClient } from '../domain/client.ts';
import { parseReason } from '../domain/reason.ts';
import { lockClient, upsertClient } from '../store/clients.ts';
import { insertEvent } from '../store/events.ts';

export const CLIENT_TOPICS = ['about', 'addresses', 'claims', 'rules', 'keys'] as const;
export type ClientTopic = (typeof CLIENT_TOPICS)[number];

export type ChangeClientDeps = { readonly db: Knex; readonly clock: Clock; readonly requireHttps: boolean };

export type ClientChange = {
  readonly clientId: string;
  /** As it was when the form was shown. */
  readonly version: number;
  readonly topic: ClientTopic;
  readonly change: Partial<ClientRegistration>;
  /** Account of the administrator. */
  readonly by: string;
  readonly reason: string;
};

/** A change that changes nothing is no event. Errors: not-found, client-changed, client-invalid, invalid-request. */
export async function changeClient(deps: ChangeClientDeps, request: ClientChange): Promise<void> {
  const { clientId, topic, by } = request;
  const reason = parseReason(request.reason);
  await deps.db.transaction(async (trx) => {
    // 1. The client as it is now, locked, and still the one that the form showed.
    const client = await lockClient(trx, clientId);
    if (client === null) throw new TrustError('not-found', `There is no client ${clientId}.`);
    if (client.version !== request.version)
      throw new TrustError('client-changed', `${clientId} has version ${client.version} by now.`);
    // 2. Changed as a whole: one topic may contradict another.
    const checked = checkClient({ ...plainOf(client), ...request.change }, { requireHttps: deps.requireHttps });
    const version = await upsertClient(trx, checked);
    // 3. Who did it, and why.
    if (version !== client.version && version !== 0)
      await insertEvent(trx, {
        at: deps.clock(),
        kind: 'client.changed',
        clientId,
        detail: { version, topic, by, reason },
      });
  });
}

function plainOf({ version: _, status: __, approvedScopes: ___, ...registration }: Client): ClientRegistration {
  return registration;
}

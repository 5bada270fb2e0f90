// The end of a session, as the library meets it. It would tell the clients within the person's request, once, revoke their
// grants one by one and destroy one row; here the flow ends the session as a whole (flow/end-sessions.ts), and the queue
// does the telling, by the library's own logout token.
import type { Knex } from 'knex';
import { Provider, type Session } from 'oidc-provider';
import type { Clock } from '../../common/clock.ts';
import { endSession, leaveAlone } from '../flow/end-sessions.ts';
import type { SendLogout } from '../flow/logout-queue.ts';
import { findRegistered, type ProviderClient } from './clients.ts';

export type SessionEndDeps = { readonly db: Knex; readonly clock: Clock };

/** What the library's types leave out. */
type LogoutClient = ProviderClient & { readonly backchannelLogout: (sub: string, sid: string) => Promise<void> };

/** The library's own way of sending a logout token, by provider. */
const sending = new WeakMap<Provider, LogoutClient['backchannelLogout']>();

/**
 * Replaces `Session.prototype.destroy`, which the library calls when a person logs out (not when it changes an id), and
 * `Client.prototype.backchannelLogout`, which it calls for each client before that.
 */
export function endSessionsFor(provider: Provider, deps: SessionEndDeps): void {
  const destroy = provider.Session.prototype.destroy;
  const client: ProviderClient = provider.Client.prototype;
  if (!tellsOfLogouts(client)) throw new Error('oidc-provider has another way of telling clients of a logout');
  sending.set(provider, client.backchannelLogout);
  Object.defineProperty(provider.Session.prototype, 'destroy', {
    value: async function endSessionAsAWhole(this: Session): Promise<void> {
      await endSession(deps, { sessionUid: this.uid, reason: 'logout', sub: this.accountId });
      await destroy.call(this);
    },
  });
  Object.defineProperty(provider.Client.prototype, 'backchannelLogout', {
    value: async function tellByQueue(this: LogoutClient, sub: string, sid: string): Promise<void> {
      const { session, params } = Provider.ctx?.oidc ?? {};
      if (!session) throw new Error('a client is told of a logout outside of a request');
      // Everybody is told when the session is destroyed, and all grants go with it: the library sees none to revoke.
      if (params?.['logout']) session.authorizations = {};
      else await leaveAlone(deps, { sessionUid: session.uid, clientId: this.clientId, sid, sub });
    },
  });
}

function tellsOfLogouts(client: ProviderClient): client is LogoutClient {
  return typeof client['backchannelLogout'] === 'function';
}

/** For the queue: one fresh logout token, signed with the keys of this moment. A suspended client has people to log out too. */
export function makeSendLogout(current: () => Provider, db: Knex): SendLogout {
  return async ({ clientId, sid, sub }) => {
    const provider = current();
    const client = await findRegistered(provider, db, clientId);
    if (!client || !tellsOfLogouts(client)) throw new Error('the client is gone');
    if (!client.backchannelLogoutUri) throw new Error('the client has no address for logout any more');
    await sending.get(provider)?.call(client, sub, sid);
  };
}

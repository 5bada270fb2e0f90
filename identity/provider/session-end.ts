// The end of a session is final. The library destroys the row and nothing else: a hop under way could write it again, and
// a client that joined while the others were being told would never hear of the logout.
import type { Knex } from 'knex';
import type { Provider, Session } from 'oidc-provider';
import type { Clock } from '../../common/clock.ts';
import { deleteSession, revokeGrant } from '../store/artifacts.ts';
import { insertEndedSession } from '../store/ended-sessions.ts';
import { listParticipations } from '../store/session-clients.ts';

export type SessionEndDeps = {
  readonly db: Knex;
  readonly clock: Clock;
  readonly onDelivery: (delivery: Delivery) => Promise<void>;
};

/** One client told of a logout, or not reached. */
export type Delivery = { readonly clientId: string; readonly sub: string; readonly error?: unknown };

type LogoutClient = {
  readonly backchannelLogoutUri?: string;
  readonly backchannelLogout: (sub: string, sid: string) => Promise<void>;
};

/** Replaces `Session.prototype.destroy`, which the library calls when a person logs out (not when it changes an id). */
export function endSessionsFor(provider: Provider, deps: SessionEndDeps): void {
  const destroy = provider.Session.prototype.destroy;
  Object.defineProperty(provider.Session.prototype, 'destroy', {
    value: async function endSession(this: Session): Promise<void> {
      const told = new Set(Object.keys(this.authorizations ?? {}));
      // 1. From here on no code of this session is exchanged, because the session is not found any more.
      await insertEndedSession(deps.db, this.uid, deps.clock());
      await destroy.call(this);
      await deleteSession(deps.db, this.uid);
      // 2. Whoever joined since this request began took part before that, and is told like the others.
      for (const [clientId, { sid, grantId }] of await listParticipations(deps.db, this.uid)) {
        if (told.has(clientId)) continue;
        if (grantId !== null) await revokeGrant(deps.db, grantId);
        const client = (await provider.Client.find(clientId)) as unknown as LogoutClient | undefined;
        if (client?.backchannelLogoutUri && this.accountId)
          await tell(client, { clientId, sub: this.accountId }, sid, deps);
      }
    },
  });
}

async function tell(client: LogoutClient, to: Delivery, sid: string, deps: SessionEndDeps): Promise<void> {
  try {
    await client.backchannelLogout(to.sub, sid);
    await deps.onDelivery(to);
  } catch (error) {
    await deps.onDelivery({ ...to, error });
  }
}

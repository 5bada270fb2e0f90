// license.events: what happened to a license, append-only (the role may INSERT and SELECT, a trigger refuses the rest).
// No personal codes in `detail`.
import type { Knex } from 'knex';

export const EVENT_KINDS = ['issued', 'revoked', 'presented', 'redeemed'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export type LicenseEvent = {
  readonly at: Date;
  readonly kind: EventKind;
  readonly identifier: string;
  /** A client id, or `holder`. */
  readonly actor: string;
  readonly detail: Readonly<Record<string, string | number>>;
};

/** To be called in the transaction of the change that it records. */
export async function insertEvent(db: Knex, event: LicenseEvent): Promise<void> {
  await db('license.events')
    .options({ name: 'event-insert' })
    .insert({ ...event, detail: JSON.stringify(event.detail) });
}

/** Newest first, at most `limit`. */
export async function listEvents(
  db: Knex,
  identifier: string,
  kinds: readonly EventKind[],
  limit = 50,
): Promise<readonly LicenseEvent[]> {
  return db('license.events')
    .select<LicenseEvent[]>('at', 'kind', 'identifier', 'actor', 'detail')
    .where({ identifier })
    .whereIn('kind', [...kinds])
    .orderBy('event_id', 'desc')
    .limit(limit);
}

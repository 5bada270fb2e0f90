// identity.events: what happened, for audit. The room's role may insert and read, nobody may change.
// No password, code, token or holder code ever goes into `detail`.
import type { Knex } from 'knex';

export const EVENT_KINDS = [
  'account.registered',
  'account.codes-shown',
  'account.proven',
  'unit.proven',
  'password.set',
  'password.rehashed',
  'client.registered',
  'client.secret-made',
  'client.claims-approved',
  'client.claims-withdrawn',
  'login.succeeded',
  'login.stepped-up',
  'login.refused',
  'login.paused',
  'role.added',
  'role.ended',
  'consent.given',
  'consent.declined',
  'code.reused',
  'key.published',
  'key.withdrawn',
  'session.ended',
  'logout.completed',
  'logout.notified',
  'logout.undelivered',
] as const;

export type IdentityEvent = {
  readonly at: Date;
  readonly kind: (typeof EVENT_KINDS)[number];
  readonly sub?: string | undefined;
  readonly clientId?: string | undefined;
  readonly requestId?: string | undefined;
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
};

export async function insertEvent(db: Knex, event: IdentityEvent): Promise<void> {
  await db('identity.events').insert({
    at: event.at,
    kind: event.kind,
    sub: event.sub ?? null,
    client_id: event.clientId ?? null,
    request_id: event.requestId ?? null,
    detail: JSON.stringify(event.detail ?? {}),
  });
}

/** Newest first, at most `limit`. */
export async function listEvents(db: Knex, limit: number): Promise<readonly IdentityEvent[]> {
  const rows = await db('identity.events')
    .select('at', 'kind', 'sub', 'client_id', 'request_id', 'detail')
    .orderBy('id', 'desc')
    .limit(limit);
  return rows.map((row) => ({
    at: row.at,
    kind: row.kind,
    sub: row.sub ?? undefined,
    clientId: row.client_id ?? undefined,
    requestId: row.request_id ?? undefined,
    detail: row.detail,
  }));
}

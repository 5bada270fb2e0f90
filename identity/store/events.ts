// identity.events: what happened, for audit. The room's role may insert and read, nobody may change.
// No password, code, token or holder code ever goes into `detail`.
import type { Knex } from 'knex';
import { runStatement } from '../../common/db/statement.ts';

export const EVENT_KINDS = [
  'account.registered',
  'account.codes-shown',
  'account.data-read',
  'account.looked-up',
  'account.logged-out',
  'audit.exported',
  'account.proven',
  'account.proof-refused',
  'unit.proven',
  'unit.status',
  'acting-for.chosen',
  'password.set',
  'phone.bound',
  'phone.unbound',
  'mail.bound',
  'mail.unbound',
  'account.closing',
  'account.closing-taken-back',
  'account.closed',
  'account.frozen',
  'account.unfrozen',
  'account.recovered',
  'account.recovery-allowed',
  'password.rehashed',
  'client.registered',
  'client.changed',
  'client.suspended',
  'client.resumed',
  'client.secret-made',
  'client.secret-ended',
  'client.claims-approved',
  'client.claims-withdrawn',
  'client.logouts-requeued',
  'import.begun',
  'import.stopped',
  'import.resumed',
  'import.ended',
  'login.succeeded',
  'login.stepped-up',
  'login.refused',
  'login.paused',
  'role.added',
  'role.ended',
  'scan.confirmed',
  'scan.refused',
  'face.checked',
  'factor.added',
  'factor.removed',
  'consent.given',
  'consent.declined',
  'consent.withdrawn',
  'code.reused',
  'key.published',
  'key.withdrawn',
  'session.ended',
  'session.all-ended',
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

type Row = {
  id: number;
  at: Date;
  kind: IdentityEvent['kind'];
  sub: string | null;
  client_id: string | null;
  request_id: string | null;
  detail: Readonly<Record<string, string | number | boolean>>;
};

/** Common table expressions: `event`, from the parameters `first` on, and that it waits for the chain. */
export function writingEvent(first: number): string {
  const values = ['timestamptz', 'text', 'text', 'text', 'text', 'jsonb'].map((type, at) => `$${first + at}::${type}`);
  return `event as (
      insert into identity.events (at, kind, sub, client_id, request_id, detail)
      values (${values.join(', ')}) returning id),
    unchained as (insert into identity.unchained_events (event_id) select id from event)`;
}

export function eventValues({ at, kind, sub, clientId, requestId, detail = {} }: IdentityEvent): unknown[] {
  return [at, kind, sub ?? null, clientId ?? null, requestId ?? null, JSON.stringify(detail)];
}

const INSERT = { name: 'event-insert', text: `with ${writingEvent(1)} select 1` };

/** The event, and that it waits for the chain, in one statement. */
export async function insertEvent(db: Knex, event: IdentityEvent): Promise<void> {
  await runStatement(db, INSERT, eventValues(event));
}

export type UnchainedEvent = IdentityEvent & { readonly id: number };

/** Takes the oldest events that wait for the chain, at most `limit`, to be chained in the same transaction. */
export async function takeUnchained(trx: Knex, limit: number): Promise<readonly UnchainedEvent[]> {
  const query = trx.raw<{ rows: Row[] }>(
    `with taken as (
       delete from identity.unchained_events where event_id in (
         select event_id from identity.unchained_events order by event_id limit ? for update skip locked)
       returning event_id)
     select id, at, kind, sub, client_id, request_id, detail
     from identity.events join taken on taken.event_id = events.id order by id`,
    [limit],
  );
  const { rows } = await query.options({ name: 'events-unchained' });
  return rows.map(toEvent);
}

/** What administrators and operators did with a client, newest first. */
export async function listClientEvents(db: Knex, clientId: string, limit: number): Promise<readonly IdentityEvent[]> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `select id, at, kind, sub, client_id, request_id, detail from identity.events
     where client_id = ? and kind like 'client.%' order by id desc limit ?`,
    [clientId, limit],
  );
  return rows.map(toEvent);
}

/** Newest first, at most `limit`. */
export async function listEvents(db: Knex, limit: number): Promise<readonly IdentityEvent[]> {
  const rows = await db('identity.events')
    .select<Row[]>('id', 'at', 'kind', 'sub', 'client_id', 'request_id', 'detail')
    .orderBy('id', 'desc')
    .limit(limit);
  return rows.map(toEvent);
}

function toEvent(row: Row): UnchainedEvent {
  return {
    id: row.id,
    at: row.at,
    kind: row.kind,
    sub: row.sub ?? undefined,
    clientId: row.client_id ?? undefined,
    requestId: row.request_id ?? undefined,
    detail: row.detail,
  };
}

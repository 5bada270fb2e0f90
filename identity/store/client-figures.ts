// How it goes with clients today: people who entered, logins that were refused, why the last one was, and how old what the
// client proves itself with is. Read for one page of clients at a time.
import type { Knex } from 'knex';

export type ClientFigures = {
  /** People who entered since `since`, those who were logged in already included. */
  readonly entries: number;
  /** Logins that were begun on the way to this client, and tries that were refused. */
  readonly logins: number;
  readonly refused: number;
  /** The last try that was refused, whenever that was. */
  readonly lastRefusal: { readonly kind: string; readonly reason: string | null; readonly at: Date } | null;
  /** When its newest secret or key came; null when that is not known. */
  readonly keyedAt: Date | null;
};

type Row = {
  client_id: string;
  entries: number;
  logins: number;
  refused: number;
  kind: string | null;
  reason: string | null;
  refused_at: Date | null;
  keyed_at: Date | null;
};

export async function listClientFigures(
  db: Knex,
  clientIds: readonly string[],
  since: Date,
): Promise<ReadonlyMap<string, ClientFigures>> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `with asked as (select unnest(:ids::text[]) as client_id),
     entered as (
       select client_id, count(distinct session_uid)::integer as n from identity.session_clients
       where at >= :since and sid is not null and client_id = any (:ids) group by client_id),
     begun as (
       select client_id, count(*)::integer as n from identity.authentications
       where at >= :since and begins and client_id = any (:ids) group by client_id)
     select asked.client_id, coalesce(entered.n, 0) as entries, coalesce(begun.n, 0) as logins,
       (select count(*)::integer from identity.events event
        where event.client_id = asked.client_id and kind in ('login.refused', 'login.paused') and at >= :since) as refused,
       last.kind, last.reason, last.at as refused_at,
       greatest(
         (select max(added_at) from identity.client_secrets secret where secret.client_id = asked.client_id),
         (select max(at) from identity.events event
          where event.client_id = asked.client_id and kind like 'client.%' and kind in ('client.registered', 'client.changed')
            and (kind = 'client.registered' or detail->>'topic' = 'keys'))) as keyed_at
     from asked left join entered using (client_id) left join begun using (client_id)
     left join lateral (
       select kind, detail->>'reason' as reason, at from identity.events event
       where event.client_id = asked.client_id and kind in ('login.refused', 'login.paused')
       order by id desc limit 1) last on true`,
    { ids: [...clientIds], since },
  );
  return new Map(
    rows.map((row) => [
      row.client_id,
      {
        entries: row.entries,
        logins: row.logins,
        refused: row.refused,
        lastRefusal:
          row.kind === null || row.refused_at === null
            ? null
            : { kind: row.kind, reason: row.reason, at: row.refused_at },
        keyedAt: row.keyed_at,
      },
    ]),
  );
}

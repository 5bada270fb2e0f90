// Partitions of license.events, one a month. The room makes them by a function of the migrations that runs with its owner's
// rights, takes no argument and makes this month's and the next two, nothing else (migrations/0006-registry.ts).
import type { Knex } from 'knex';

/** Returns how many were made; none as a rule. */
export async function makeEventPartitions(db: Knex): Promise<number> {
  const { rows } = await db.raw<{ rows: { made: number }[] }>('select license.make_event_partitions() as made');
  return rows[0]!.made;
}

export type EventPartitions = {
  /** First instants of the months that have one, in order. */
  readonly months: readonly Date[];
  /** Rows that fitted none of them. */
  readonly inDefault: number;
};

export async function readEventPartitions(db: Knex): Promise<EventPartitions> {
  const { rows } = await db.raw<{ rows: { name: string }[] }>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'license.events'::regclass and c.relname ~ '^events_[0-9]{4}_[0-9]{2}$' order by c.relname`,
  );
  const months = rows.map(({ name }) => new Date(`${name.slice(7, 11)}-${name.slice(12, 14)}-01T00:00:00Z`));
  let inDefault = 0;
  for (const span of uncovered(months)) inDefault += await countEvents(db, span);
  return { months, inDefault };
}

export function monthAfter(month: Date): Date {
  return new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 1));
}

type Span = readonly [from: Date | '-infinity', to: Date | 'infinity'];

/** The room has rights on the table alone; a span without a month is looked for in the default partition and nowhere else. */
function uncovered(months: readonly Date[]): readonly Span[] {
  const spans: Span[] = [];
  let from: Span[0] = '-infinity';
  for (const month of months) {
    if (from === '-infinity' || from < month) spans.push([from, month]);
    from = monthAfter(month);
  }
  return [...spans, [from, 'infinity']];
}

async function countEvents(db: Knex, [from, to]: Span): Promise<number> {
  const { rows } = await db.raw<{ rows: { rows: number }[] }>(
    'select count(*)::int as rows from license.events where at >= ?::timestamptz and at < ?::timestamptz',
    [from, to],
  );
  return rows[0]!.rows;
}

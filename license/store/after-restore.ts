// What a restore needs of this room beside its rows: partitions of past months before the rows come back; and the end of what
// a restored database must not bring to life again: what holders showed or allowed and may have taken back since (which of
// them they did is not known, so they are asked again), addresses of copies, and the sessions of the pages.

type Run = (sql: string, values?: readonly unknown[]) => Promise<void>;
type Partition = { readonly schema: string; readonly table: string; readonly name: string };

/** Run in the transaction of the restore, before rows are loaded; names that are no months of events are left alone. */
export async function beginRestore(run: Run, partitions: readonly Partition[]): Promise<void> {
  for (const { schema, table, name } of partitions) {
    const [, year, month] = /^events_(\d{4})_(0[1-9]|1[0-2])$/.exec(name) ?? [];
    if (schema !== 'license' || table !== 'events' || year === undefined) continue;
    const [from, to] = [0, 1].map((ahead) => new Date(Date.UTC(Number(year), Number(month) - 1 + ahead)).toISOString());
    await run(
      `create table if not exists license.${name} partition of license.events for values from ('${from}') to ('${to}')`,
    );
    await run(`create or replace trigger append_only before update or delete or truncate on license.${name}
      for each statement execute function license.refuse_change()`);
  }
}

/** Run in the transaction of the restore, behind the rows, as the owner of the tables. */
export async function endAfterRestore(run: Run, now: Date): Promise<void> {
  const ends: readonly string[] = [
    'update license.presentations set stopped_at = $1 where used_at is null and stopped_at is null',
    'update license.presentation_codes set expires_at = $1 where expires_at > $1',
    `update license.consent_requests set expires_at = $1 where state = 'pending' and expires_at > $1`,
    'update license.consents set revoked_at = $1 where revoked_at is null and until > $1',
    'update license.annotated_copies set address_until = $1 where address_until > $1',
  ];
  for (const sql of ends) await run(sql, [now]);
  for (const table of ['presentation_digits', 'sessions']) await run(`delete from license.${table}`);
}

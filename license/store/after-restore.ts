// What a restored database must not bring to life again: presentation codes that may have been used since, and the sessions
// of the holder's pages.

/** Run in the transaction of the restore, as the owner of the tables. */
export async function endAfterRestore(
  run: (sql: string, values?: readonly unknown[]) => Promise<void>,
  now: Date,
): Promise<void> {
  await run(
    'update license.presentations set stopped_at = $1::timestamptz where used_at is null and stopped_at is null',
    [now],
  );
  await run('delete from license.sessions');
}

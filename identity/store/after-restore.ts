// What a restored database must not bring to life again: sessions that may have ended since, codes and tokens that may have
// been used. Everybody logs in anew.

/** Run in the transaction of the restore, as the owner of the tables. */
export async function endAfterRestore(
  run: (sql: string, values?: readonly unknown[]) => Promise<void>,
  now: Date,
): Promise<void> {
  await run(
    `insert into identity.ended_sessions (session_uid, ended_at)
     select distinct session_uid, $1::timestamptz from identity.oidc_artifacts
     where model = 'Session' and session_uid is not null
     on conflict do nothing`,
    [now],
  );
  await run('delete from identity.oidc_artifacts');
  await run('delete from identity.scans');
}

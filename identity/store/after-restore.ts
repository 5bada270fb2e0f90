// What a restored database must not bring to life again: sessions that may have ended since, codes and tokens that may have
// been used, signing keys that may have been withdrawn. Everybody logs in anew, and the systems of the ended sessions are told.

type Run = (sql: string, values?: readonly unknown[]) => Promise<void>;

const SESSIONS = `select distinct session_uid, account_id from identity.oidc_artifacts
  where model = 'Session' and session_uid is not null`;

/** Run in the transaction of the restore, as the owner of the tables. */
export async function endAfterRestore(run: Run, now: Date): Promise<void> {
  await run(
    `insert into identity.ended_sessions (session_uid, ended_at)
     select distinct session_uid, $1::timestamptz from (${SESSIONS}) session on conflict do nothing`,
    [now],
  );
  // The same job that tells those who joined while a session ended (flow/end-sessions.ts).
  await run(
    `insert into identity.jobs (queue, payload, run_after, enqueued_at)
     select 'logout-stragglers', jsonb_build_object('session_uid', session_uid, 'sub', account_id, 'reason', 'admin'), $1, $1
     from (${SESSIONS}) session where account_id is not null`,
    [now],
  );
  // Assertions and proofs that were used stay known.
  await run(`delete from identity.oidc_artifacts where model <> 'ReplayDetection'`);
  await run('delete from identity.one_time_codes');
  await run('delete from identity.scans');
  await run('delete from identity.kept_forms');
  await run('delete from identity.counter_visits');
  await run(`update identity.factors set removed_at = $1 where kind = 'recovery' and removed_at is null`, [now]);
  // Nothing that they signed counts any more; the room makes a new key when it starts.
  await run('update identity.signing_keys set withdrawn_at = $1, box = null where withdrawn_at is null', [now]);
  // Which of them was withdrawn since is not known: people are asked again.
  await run('update identity.consents set withdrawn_at = $1 where withdrawn_at is null', [now]);
}

// identity.used_challenges: each row is a challenge that was answered. The unique key decides, not a look before.
import type { Knex } from 'knex';

/** False when it was used before. */
export async function spendChallenge(db: Knex, digest: Uint8Array, expiresAt: Date): Promise<boolean> {
  const query = db.raw<{ rowCount: number }>(
    'insert into identity.used_challenges (digest, expires_at) values (?, ?) on conflict do nothing',
    [Buffer.from(digest), expiresAt],
  );
  const { rowCount } = await query.options({ name: 'challenge-spend' });
  return rowCount === 1;
}

/** At most `limit` rows that ended before `before`; returns how many went. */
export async function deleteUsedChallenges(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from identity.used_challenges where ctid = any(array(
       select ctid from identity.used_challenges where expires_at < ? limit ? for update skip locked))`,
    [before, limit],
  );
  return rowCount;
}

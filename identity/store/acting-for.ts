// identity.acting_for: in whose name a grant is used. One row a grant, written once: another choice is another grant, so that
// a token never changes its meaning. Without a unit the person acts in his own name.
import type { Knex } from 'knex';
import { type ActingFor, toActingFor } from '../domain/legal-person.ts';

/** What was chosen for a grant; `unit` null: the person himself. */
export type Choice = { readonly unit: ActingFor | null };

type Row = { code: string | null; name: string | null };

/** Null: nothing was chosen for this grant. */
export async function findActingFor(db: Knex, grantId: string): Promise<Choice | null> {
  const query = db.raw<{ rows: Row[] }>(
    `select unit.code, unit.name from identity.acting_for
     left join identity.legal_persons unit on unit.id = legal_person_id where grant_id = ?`,
    [grantId],
  );
  const { rows } = await query.options({ name: 'acting-for' });
  const row = rows[0];
  if (!row) return null;
  return { unit: row.code !== null && row.name !== null ? toActingFor({ code: row.code, name: row.name }) : null };
}

/** `unitId` null: the person himself. What was written for a grant before stays. */
export async function insertActingFor(
  db: Knex,
  grantId: string,
  { unitId, at }: { readonly unitId: number | null; readonly at: Date },
): Promise<void> {
  await db.raw(
    'insert into identity.acting_for (grant_id, legal_person_id, at) values (?, ?, ?) on conflict do nothing',
    [grantId, unitId, at],
  );
}

/** Grants that are used in the name of a unit. */
export async function listGrantsActingFor(db: Knex, unitCode: string): Promise<readonly string[]> {
  const { rows } = await db.raw<{ rows: { grant_id: string }[] }>(
    `select grant_id from identity.acting_for join identity.legal_persons unit on unit.id = legal_person_id
     where unit.code = ?`,
    [unitCode],
  );
  return rows.map(({ grant_id }) => grant_id);
}

/** At most `limit` rows, older than `before`, of grants under which nothing lives any more. */
export async function deleteStaleActingFor(db: Knex, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw<{ rowCount: number }>(
    `delete from identity.acting_for where ctid = any(array(
       select ctid from identity.acting_for old where at < ?
         and not exists (select 1 from identity.oidc_artifacts where grant_id = old.grant_id)
       limit ? for update skip locked))`,
    [before, limit],
  );
  return rowCount;
}

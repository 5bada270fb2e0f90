// Which stored files a record names: those of licenses, and annotated copies.
import type { Knex } from 'knex';
import { runStatement, type Statement } from '../../common/db/statement.ts';

const UNREGISTERED: Statement = {
  name: 'files-unregistered',
  text: `select encode(given.sm3, 'hex') as sm3 from unnest($1::bytea[]) as given (sm3)
    where not exists (select from license.license_versions v where v.stored_sm3 = given.sm3)
      and not exists (select from license.annotated_copies c where c.stored_sm3 = given.sm3)`,
};

/** Of these addresses (64 hexadecimal digits) those that no record names. */
export async function listUnregistered(db: Knex, sm3s: readonly string[]): Promise<readonly string[]> {
  if (sm3s.length === 0) return [];
  const given = sm3s.map((sm3) => Buffer.from(sm3, 'hex'));
  return (await runStatement<{ sm3: string }>(db, UNREGISTERED, [given])).rows.map(({ sm3 }) => sm3);
}

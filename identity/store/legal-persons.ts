// identity.legal_persons. The representative is kept as a keyed digest of his document, as accounts are found by.
import type { Knex } from 'knex';
import type { LegalPerson } from '../domain/legal-person.ts';

type Row = { id: string; code: string; name: string; status: LegalPerson['status']; verified_at: Date };

/** Digest of the document of the unit's representative; null for a unit that is not known. */
export async function findRepresentativeKey(db: Knex, code: string): Promise<Uint8Array | null> {
  const { rows } = await db.raw<{ rows: { representative_key: Buffer }[] }>(
    'select representative_key from identity.legal_persons where code = ? for update',
    [code],
  );
  return rows[0]?.representative_key ?? null;
}

/** Inserts the unit or takes over what the base said now. Returns its id. */
export async function upsertLegalPerson(
  db: Knex,
  unit: { readonly code: string; readonly name: string; readonly representativeKey: Uint8Array; readonly at: Date },
): Promise<number> {
  const { rows } = await db.raw<{ rows: { id: string }[] }>(
    `insert into identity.legal_persons as old (code, name, representative_key, verified_at) values (?, ?, ?, ?)
     on conflict (code) do update set
       name = excluded.name, representative_key = excluded.representative_key, verified_at = excluded.verified_at,
       status = case when old.status = 'suspended' then old.status else 'active' end
     returning id`,
    [unit.code, unit.name, Buffer.from(unit.representativeKey), unit.at],
  );
  return Number(rows[0]!.id);
}

/** Active units whose legal representative the account's proven document names, by name; at most 200. */
export async function listUnitsOf(db: Knex, accountSub: string): Promise<readonly LegalPerson[]> {
  const query = db.raw<{ rows: Row[] }>(
    `select unit.id, unit.code, unit.name, unit.status, unit.verified_at
     from identity.accounts account join identity.legal_persons unit on unit.representative_key = account.holder_key
     where account.sub = ? and account.level > 2 and account.status in ('active', 'closing') and unit.status = 'active'
     order by unit.name, unit.code limit 200`,
    [accountSub],
  );
  const { rows } = await query.options({ name: 'units-of-account' });
  return rows.map(toLegalPerson);
}

export async function findLegalPerson(db: Knex, code: string): Promise<LegalPerson | null> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    'select id, code, name, status, verified_at from identity.legal_persons where code = ?',
    [code],
  );
  return rows[0] ? toLegalPerson(rows[0]) : null;
}

/** In a transaction: the row stays locked until its end. */
export async function lockLegalPerson(trx: Knex, code: string): Promise<LegalPerson | null> {
  const { rows } = await trx.raw<{ rows: Row[] }>(
    'select id, code, name, status, verified_at from identity.legal_persons where code = ? for update',
    [code],
  );
  return rows[0] ? toLegalPerson(rows[0]) : null;
}

export async function markLegalPersonStatus(db: Knex, code: string, status: LegalPerson['status']): Promise<void> {
  await db.raw('update identity.legal_persons set status = ? where code = ?', [status, code]);
}

function toLegalPerson({ id, code, name, status, verified_at }: Row): LegalPerson {
  return { id: Number(id), code, name, status, verifiedAt: verified_at };
}

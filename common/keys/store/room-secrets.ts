// `<schema>.room_secrets`: random secrets of a room itself, each in a box under the master key. They outlive its changes.
import type { Knex } from 'knex';

export type SealedSecret = {
  /** The master key that closed the box: 16 hexadecimal digits. */
  readonly keyId: string;
  readonly box: Uint8Array;
};
export type RoomSecretRow = SealedSecret & { readonly name: string };

type Row = { name: string; key_id: string; box: Uint8Array };

/** Makes the table; called by the migration of the room that keeps it. */
export async function createRoomSecretsTable(knex: Knex, schema: string): Promise<void> {
  await knex.raw(
    `create table ??.room_secrets (
       name    text primary key,
       key_id  text not null,
       box     bytea not null,
       made_at timestamptz not null
     )`,
    [schema],
  );
}

/** The sealed secret of that name; `fresh` becomes it when there is none. Parallel callers get the same one. */
export async function getOrMakeRoomSecret(
  db: Knex,
  schema: string,
  name: string,
  fresh: () => SealedSecret,
  now: Date,
): Promise<SealedSecret> {
  const found = await findRoomSecret(db, schema, name);
  if (found) return found;
  const { keyId, box } = fresh();
  const row = { name, key_id: keyId, box, made_at: now };
  await db(`${schema}.room_secrets`).insert(row).onConflict('name').ignore();
  return (await findRoomSecret(db, schema, name))!;
}

export async function listRoomSecrets(db: Knex, schema: string): Promise<readonly RoomSecretRow[]> {
  const rows = await db(`${schema}.room_secrets`).select<Row[]>('name', 'key_id', 'box').orderBy('name');
  return rows.map(fromRow);
}

/** Puts a fresh box in place of the one that was read; false when it changed meanwhile. */
export async function replaceRoomSecret(
  db: Knex,
  schema: string,
  former: RoomSecretRow,
  fresh: SealedSecret,
): Promise<boolean> {
  const changed = await db(`${schema}.room_secrets`)
    .where({ name: former.name, box: former.box })
    .update({ key_id: fresh.keyId, box: fresh.box });
  return changed === 1;
}

/** Null when there is none. */
export async function findRoomSecret(db: Knex, schema: string, name: string): Promise<SealedSecret | null> {
  const rows = await db(`${schema}.room_secrets`).select<Row[]>('name', 'key_id', 'box').where({ name });
  return rows[0] ? fromRow(rows[0]) : null;
}

const fromRow = (row: Row): RoomSecretRow => ({ name: row.name, keyId: row.key_id, box: row.box });

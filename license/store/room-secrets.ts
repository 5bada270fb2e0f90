// license.room_secrets: random secrets of the room itself, each in a box under the master key. They outlive its changes.
import type { Knex } from 'knex';
import type { SealedSecret } from '../domain/room-keys.ts';

export type RoomSecretRow = SealedSecret & { readonly name: string };
type Row = { name: string; key_id: string; box: Uint8Array };

/** The sealed secret of that name; `fresh` becomes it when there is none. Parallel callers get the same one. */
export async function getOrMakeRoomSecret(
  db: Knex,
  name: string,
  fresh: () => SealedSecret,
  now: Date,
): Promise<SealedSecret> {
  const found = await findRoomSecret(db, name);
  if (found) return found;
  const { keyId, box } = fresh();
  await db('license.room_secrets').insert({ name, key_id: keyId, box, made_at: now }).onConflict('name').ignore();
  return (await findRoomSecret(db, name))!;
}

export async function listRoomSecrets(db: Knex): Promise<readonly RoomSecretRow[]> {
  const rows = await db('license.room_secrets').select<Row[]>('name', 'key_id', 'box').orderBy('name');
  return rows.map(fromRow);
}

/** Puts a fresh box in place of the one that was read; false when it changed meanwhile. */
export async function replaceRoomSecret(db: Knex, former: RoomSecretRow, fresh: SealedSecret): Promise<boolean> {
  const changed = await db('license.room_secrets')
    .where({ name: former.name, box: former.box })
    .update({ key_id: fresh.keyId, box: fresh.box });
  return changed === 1;
}

async function findRoomSecret(db: Knex, name: string): Promise<SealedSecret | null> {
  const rows = await db('license.room_secrets').select<Row[]>('name', 'key_id', 'box').where({ name });
  return rows[0] ? fromRow(rows[0]) : null;
}

const fromRow = (row: Row): RoomSecretRow => ({ name: row.name, keyId: row.key_id, box: row.box });

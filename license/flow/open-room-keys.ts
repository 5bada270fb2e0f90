// The keys of the room as it starts, from the master keys and its own secret.
import type { Knex } from 'knex';
import type { MasterKeys } from '../../common/crypto/master-keys.ts';
import { openRootSecret } from '../../common/keys/root-secret.ts';
import { makeRoomKeys, type RoomKeys } from '../domain/room-keys.ts';

/** `config-invalid` when no master key that is here opens the secret of the room. */
export async function openRoomKeys(db: Knex, masters: MasterKeys, now: Date): Promise<RoomKeys> {
  return makeRoomKeys(masters, await openRootSecret(db, 'license', masters, now));
}

// The secret of a room as a value that the test knows: the same bytes serve as master key and as the secret below it.
import type { Knex } from 'knex';
import { sealRootSecret } from '../../common/keys/root-secret.ts';
import { getOrMakeRoomSecret } from '../../common/keys/store/room-secrets.ts';

export async function keepRootSecret(db: Knex, schema: string, secret: Uint8Array): Promise<void> {
  await getOrMakeRoomSecret(db, schema, 'root', () => sealRootSecret([secret], schema, secret), new Date());
}

// The keys of the room as it starts: its own random secret is made at the first start and opened at every later one.
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type { MasterKeys } from '../../common/crypto/master-keys.ts';
import { KEY_BYTES } from '../../common/crypto/sealed-box.ts';
import { isTrustError, TrustError } from '../../common/errors.ts';
import {
  closeRoomSecret,
  makeRoomKeys,
  openRoomSecret,
  type RoomKeys,
  type SealedSecret,
} from '../domain/room-keys.ts';
import { getOrMakeRoomSecret } from '../store/room-secrets.ts';

const ROOT = 'root';

/** `config-invalid` when no master key that is here opens the secret. */
export async function openRoomKeys(db: Knex, masters: MasterKeys, now: Date): Promise<RoomKeys> {
  const fresh = (): SealedSecret => closeRoomSecret(masters, ROOT, randomBytes(KEY_BYTES));
  const sealed = await getOrMakeRoomSecret(db, ROOT, fresh, now);
  try {
    return makeRoomKeys(masters, openRoomSecret(masters, ROOT, sealed));
  } catch (cause) {
    if (!isTrustError(cause, 'sealed-box-corrupt')) throw cause;
    throw new TrustError(
      'config-invalid',
      `XINJI_MASTER_KEY does not open the secret of the license room (key ${sealed.keyId})`,
      {
        hint: 'Give the key that closed it by XINJI_MASTER_KEY, or by XINJI_MASTER_KEY_PREVIOUS until `xinji keys rewrap` is done.',
        cause,
      },
    );
  }
}

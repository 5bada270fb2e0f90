// The room's own secret, 32 random bytes from which its lasting keys are derived. It lies in the database in a box under the
// master key: so the master key can be changed while everything that was made from the secret stays as it is.
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { deriveBoxKeys, type MasterKeys } from '../crypto/master-keys.ts';
import { closeBox, KEY_BYTES, openBox } from '../crypto/sealed-box.ts';
import { isTrustError, TrustError } from '../errors.ts';
import {
  findRoomSecret,
  getOrMakeRoomSecret,
  listRoomSecrets,
  replaceRoomSecret,
  type SealedSecret,
} from './store/room-secrets.ts';

const NAME = 'root';

/** Made at the first start, opened at every later one; `config-invalid` when no master key that is here opens it. */
export async function openRootSecret(db: Knex, schema: string, masters: MasterKeys, now: Date): Promise<Uint8Array> {
  const fresh = (): SealedSecret => sealRootSecret(masters, schema, randomBytes(KEY_BYTES));
  return openSealed(masters, schema, await getOrMakeRoomSecret(db, schema, NAME, fresh, now));
}

/** The secret of a room that has one, or null; `config-invalid` as above. Makes nothing. */
export async function findRootSecret(db: Knex, schema: string, masters: MasterKeys): Promise<Uint8Array | null> {
  const sealed = await findRoomSecret(db, schema, NAME);
  return sealed && openSealed(masters, schema, sealed);
}

/** As it lies in the database. */
export function sealRootSecret(masters: MasterKeys, schema: string, secret: Uint8Array): SealedSecret {
  return close(masters, schema, NAME, secret);
}

function openSealed(masters: MasterKeys, schema: string, sealed: SealedSecret): Uint8Array {
  try {
    return open(masters, schema, NAME, sealed);
  } catch (cause) {
    if (!isTrustError(cause, 'sealed-box-corrupt')) throw cause;
    const detail = `XINJI_MASTER_KEY of ${schema} does not open the secret of the room, which key ${sealed.keyId} closed`;
    throw new TrustError('config-invalid', detail, {
      hint: 'Set that key as XINJI_MASTER_KEY, or in XINJI_MASTER_KEY_PREVIOUS until `xinji keys rewrap` is done.',
      cause,
    });
  }
}

/** Puts every secret of the room under the current master key; returns how many were not. `sealed-box-corrupt`. */
export async function rewrapRoomSecrets(db: Knex, schema: string, masters: MasterKeys): Promise<number> {
  const [{ id }] = ringOf(masters);
  let rewrapped = 0;
  for (const row of await listRoomSecrets(db, schema)) {
    if (row.keyId === id) continue;
    const fresh = close(masters, schema, row.name, open(masters, schema, row.name, row));
    if (await replaceRoomSecret(db, schema, row, fresh)) rewrapped += 1;
  }
  return rewrapped;
}

const ringOf = (masters: MasterKeys) => deriveBoxKeys(masters, 'room secret');
const contextOf = (schema: string, name: string): string => `${schema}.room_secrets ${name}`;

function close(masters: MasterKeys, schema: string, name: string, secret: Uint8Array): SealedSecret {
  const ring = ringOf(masters);
  return { keyId: ring[0].id, box: closeBox(ring, secret, contextOf(schema, name)) };
}

function open(masters: MasterKeys, schema: string, name: string, sealed: SealedSecret): Uint8Array {
  return openBox(ringOf(masters), sealed.box, contextOf(schema, name));
}

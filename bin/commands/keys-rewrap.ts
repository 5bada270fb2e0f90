// `xinji keys rewrap`: puts what lies under former master keys under the current one, room by room, while the rooms run.
import type { Knex } from 'knex';
import { systemClock } from '../../common/clock.ts';
import { type MasterKeys, masterKeysOf } from '../../common/crypto/master-keys.ts';
import { keyIdOf } from '../../common/crypto/sealed-box.ts';
import { connect } from '../../common/db/connect.ts';
import { checkSchemaVersion } from '../../common/db/migrate.ts';
import { openRootSecret, rewrapRoomSecrets } from '../../common/keys/root-secret.ts';
import { readRoomConfig as readIdentityConfig } from '../../identity/config.ts';
import { readRoomConfig as readLicenseConfig } from '../../license/config.ts';
import { makeRoomKeys } from '../../license/domain/room-keys.ts';
import { rewrapHolderKeys } from '../../license/flow/rewrap-holder-keys.ts';
import { readRoomConfig as readSealConfig } from '../../seal/config.ts';
import { ROOM_NAMES, type RoomName, SCHEMAS } from '../schemas.ts';
import { openOwnedDatabase } from '../serve/database.ts';
import { databaseKey, planRooms, readOwnerConfig, roomEnvironments } from '../serve/environment.ts';
import { loadSecrets } from '../serve/secrets.ts';

type RoomSettings = {
  readonly databaseUrl: string;
  readonly masterKey: Uint8Array;
  readonly previousMasterKeys: readonly Uint8Array[];
};

const SETTINGS: Readonly<Record<RoomName, (env: NodeJS.ProcessEnv) => RoomSettings>> = {
  identity: readIdentityConfig,
  license: readLicenseConfig,
  seal: readSealConfig,
};

/** All rooms, or the one that is named. 0 when nothing lies under another key any more, 1 otherwise. */
export async function rewrapKeys(env: NodeJS.ProcessEnv, room?: RoomName): Promise<number> {
  const names = room === undefined ? ROOM_NAMES : [room];
  const owner = readOwnerConfig(env);
  const secrets = await loadSecrets(owner.dataDir);
  planRooms(env, secrets, names);
  const isGiven = names.every((name) => env[databaseKey(name)] !== undefined);
  const database = isGiven ? null : await openOwnedDatabase(owner, console.error);
  try {
    const environments = roomEnvironments(env, owner, secrets, database?.url ?? null);
    let code = 0;
    for (const name of names) {
      const settings = SETTINGS[name](environments.find((entry) => entry.room.name === name)!.env);
      code = Math.max(code, await rewrapRoom(name, settings));
    }
    return code;
  } finally {
    await database?.close();
  }
}

async function rewrapRoom(name: RoomName, settings: RoomSettings): Promise<number> {
  const { schema, migrations } = SCHEMAS.find((entry) => entry.room === name)!;
  const masters = masterKeysOf(settings);
  const db = connect(settings.databaseUrl, { applicationName: 'xinji keys rewrap', poolMax: 2 });
  try {
    await checkSchemaVersion(db, schema, migrations);
    const secret = await openRootSecret(db, schema, masters, systemClock());
    const secrets = await rewrapRoomSecrets(db, schema, masters);
    console.log(
      `${name}: ${secrets === 0 ? 'the secret of the room was' : 'the secret of the room is now'} under the current key`,
    );
    const isWhole = name !== 'license' || (await rewrapLicense(db, masters, secret));
    if (isWhole) console.log(`${name}: everything lies under key ${keyIdOf(masters[0])}. Former keys may go.`);
    return isWhole ? 0 : 1;
  } finally {
    await db.destroy();
  }
}

/** False when some keys of holders stayed where they are. */
async function rewrapLicense(db: Knex, masters: MasterKeys, secret: Uint8Array): Promise<boolean> {
  const say = (sum: number): void => console.log(`license: ${sum} keys of holders rewrapped`);
  const { unreadable } = await rewrapHolderKeys(db, makeRoomKeys(masters, secret), say);
  for (const [id, rows] of unreadable) {
    console.error(`license: ${rows} keys of holders lie under key ${id}, which is not here, or were changed`);
  }
  if (unreadable.size === 0) return true;
  console.error('-> Add that key to XINJI_MASTER_KEY_PREVIOUS and run this again. Without it these holders are lost.');
  return false;
}

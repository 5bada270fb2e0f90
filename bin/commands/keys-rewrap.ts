// `xinji keys rewrap`: puts what lies under former master keys under the current one, while the rooms run.
import type { Knex } from 'knex';
import { systemClock } from '../../common/clock.ts';
import { type MasterKeys, masterKeysOf } from '../../common/crypto/master-keys.ts';
import { keyIdOf } from '../../common/crypto/sealed-box.ts';
import { connect } from '../../common/db/connect.ts';
import { checkSchemaVersion } from '../../common/db/migrate.ts';
import { openRootSecret, rewrapRoomSecrets } from '../../common/keys/root-secret.ts';
import { readRoomConfig } from '../../license/config.ts';
import { makeRoomKeys } from '../../license/domain/room-keys.ts';
import { type Rewrapped, rewrapHolderKeys } from '../../license/flow/rewrap-holder-keys.ts';
import { MIGRATIONS } from '../../license/migrations/list.ts';
import { openOwnedDatabase } from '../serve/database.ts';
import { databaseKey, planRooms, readOwnerConfig, roomEnvironments } from '../serve/environment.ts';
import { loadSecrets } from '../serve/secrets.ts';

/** 0 when nothing lies under another key any more, 1 otherwise. */
export async function rewrapKeys(env: NodeJS.ProcessEnv): Promise<number> {
  const owner = readOwnerConfig(env);
  const secrets = await loadSecrets(owner.dataDir);
  planRooms(env, secrets, ['license']);
  const isGiven = env[databaseKey('license')] !== undefined;
  const database = isGiven ? null : await openOwnedDatabase(owner, console.error);
  try {
    const rooms = roomEnvironments(env, owner, secrets, database?.url ?? null);
    const config = readRoomConfig(rooms.find(({ room }) => room.name === 'license')!.env);
    const db = connect(config.databaseUrl, { applicationName: 'xinji keys rewrap', poolMax: 2 });
    try {
      await checkSchemaVersion(db, 'license', MIGRATIONS);
      return await rewrapLicense(db, masterKeysOf(config));
    } finally {
      await db.destroy();
    }
  } finally {
    await database?.close();
  }
}

async function rewrapLicense(db: Knex, masters: MasterKeys): Promise<number> {
  const keys = makeRoomKeys(masters, await openRootSecret(db, 'license', masters, systemClock()));
  const secrets = await rewrapRoomSecrets(db, 'license', masters);
  console.log(
    `license: ${secrets === 0 ? 'the secret of the room was' : 'the secret of the room is now'} under the current key`,
  );
  const progress = (rewrapped: number): void => console.log(`license: ${rewrapped} keys of holders rewrapped`);
  const { rewrapped, unreadable } = await rewrapHolderKeys(db, keys, progress);
  return conclude(keyIdOf(masters[0]), rewrapped, unreadable);
}

function conclude(keyId: string, rewrapped: number, unreadable: Rewrapped['unreadable']): number {
  for (const [id, rows] of unreadable) {
    console.error(`license: ${rows} keys of holders lie under key ${id}, which is not here, or were changed`);
  }
  if (unreadable.size > 0) {
    console.error(
      '-> Add that key to XINJI_MASTER_KEY_PREVIOUS and run this again. Without it these holders are lost.',
    );
    return 1;
  }
  console.log(`license: ${rewrapped} rewrapped; everything lies under key ${keyId}. Former keys may go.`);
  return 0;
}

// The keys that sign tokens: one signs now, and it opens under the master key that is set.
import { masterKeysOf } from '../../common/crypto/master-keys.ts';
import { connect } from '../../common/db/connect.ts';
import { isTrustError } from '../../common/errors.ts';
import { findRootSecret } from '../../common/keys/root-secret.ts';
import { readRoomConfig } from '../../identity/config.ts';
import { stateOf } from '../../identity/domain/signing-key.ts';
import { deriveSigningBoxKey, openSigningKey } from '../../identity/domain/signing-key-box.ts';
import { listSigningKeys } from '../../identity/store/signing-keys.ts';
import { databaseKey, type RoomEnvironment } from '../serve/environment.ts';
import { type Finding, note, well, wrong } from './finding.ts';

export async function checkSigningKeys(
  environments: readonly RoomEnvironment[],
  now: Date,
): Promise<readonly Finding[]> {
  const env = environments.find(({ room }) => room.name === 'identity')?.env;
  if (!env) return [];
  const masters = masterKeysOf(readRoomConfig(env));
  const db = connect(env[databaseKey('identity')]!, { applicationName: 'xinji doctor', poolMax: 1 });
  try {
    const keys = await listSigningKeys(db);
    if (keys.length === 0) return [note('No key signs tokens yet: the identity room makes one when it starts')];
    const signing = keys.find((key) => stateOf(key, now) === 'signing');
    if (!signing)
      return [wrong('No key signs tokens at this moment', 'Run: xinji identity-key rotate; check the clock.')];
    const rootSecret = await findRootSecret(db, 'identity', masters);
    if (!rootSecret)
      return [wrong('The secret of the identity room is gone', 'Restore identity.room_secrets from a backup.')];
    const sealed = keys.filter(({ box }) => box !== null);
    for (const { kid, box } of sealed) openSigningKey(deriveSigningBoxKey(rootSecret), kid, box!);
    return [well(`A key signs tokens since ${signing.signsFrom.toISOString().slice(0, 10)} (${keys.length} in all)`)];
  } catch (error) {
    const isKey = isTrustError(error, 'sealed-box-corrupt') || isTrustError(error, 'config-invalid');
    if (!isKey) return []; // the database cannot be read: said by its own check
    return [
      wrong(
        'XINJI_MASTER_KEY of identity does not open the keys that sign tokens',
        'Set the master key under which this database was made.',
      ),
    ];
  } finally {
    await db.destroy();
  }
}

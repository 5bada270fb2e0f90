// The license room's ground: partitions of events, keys of holders under keys that are here, the place of the files.
import type { Knex } from 'knex';
import { type MasterKeys, masterKeysOf } from '../../common/crypto/master-keys.ts';
import { keyIdOf } from '../../common/crypto/sealed-box.ts';
import { connect } from '../../common/db/connect.ts';
import { isTrustError } from '../../common/errors.ts';
import { openFileStore } from '../../common/files/file-place.ts';
import type { FileStore } from '../../common/files/file-store.ts';
import { findRootSecret } from '../../common/keys/root-secret.ts';
import { readRoomConfig } from '../../license/config.ts';
import { type EventPartitions, monthAfter, readEventPartitions } from '../../license/store/event-partitions.ts';
import { countHolderKeysByMaster } from '../../license/store/holder-keys.ts';
import { databaseKey, type RoomEnvironment } from '../serve/environment.ts';
import { type Finding, note, well, wrong } from './finding.ts';

export async function checkLicense(environments: readonly RoomEnvironment[], now: Date): Promise<readonly Finding[]> {
  const env = environments.find(({ room }) => room.name === 'license')?.env;
  if (!env) return [];
  const config = readRoomConfig(env);
  const db = connect(env[databaseKey('license')]!, { applicationName: 'xinji doctor', poolMax: 1 });
  try {
    return [
      ...judgePartitions(await readEventPartitions(db), now),
      ...(await checkKeys(db, masterKeysOf(config))),
      await checkFiles(openFileStore(config.filesPlace, config.filesCredentials)),
    ];
  } catch (error) {
    if (isTrustError(error)) return [wrong(error.message, error.hint)];
    return []; // the database cannot be read: said by its own check
  } finally {
    await db.destroy();
  }
}

/** This month and the next have to be there; the room makes them weeks before. */
export function judgePartitions({ months, inDefault }: EventPartitions, now: Date): readonly Finding[] {
  const current = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
  const missing = [current, monthAfter(current)].filter((month) => !months.some((one) => +one === +month));
  const found = missing.map((month) =>
    wrong(
      `Events of ${month.toISOString().slice(0, 7)} have no partition`,
      'The license room makes it within the hour: is it running? Its log says why it could not (housekeeping failed).',
    ),
  );
  if (inDefault > 0)
    found.push(
      wrong(
        `${inDefault} events lie in the default partition`,
        'Nothing is lost, but their months cannot be split off any more. See docs/operations.md, "Events beside their month".',
      ),
    );
  return found.length > 0 ? found : [well(`Events have their partitions (${months.length} months)`)];
}

async function checkKeys(db: Knex, masters: MasterKeys): Promise<readonly Finding[]> {
  await findRootSecret(db, 'license', masters); // says itself what is wrong
  const [current, ...previous] = masters.map(keyIdOf);
  const found: Finding[] = [];
  for (const [id, rows] of await countHolderKeysByMaster(db)) {
    if (previous.includes(id))
      found.push(note(`${rows} keys of holders lie under the former key ${id}`, 'Run: xinji keys rewrap'));
    else if (id !== current)
      found.push(
        wrong(
          `${rows} keys of holders lie under key ${id}, which is not here`,
          'Their licenses cannot be read. Add that key to XINJI_MASTER_KEY_PREVIOUS, then run: xinji keys rewrap',
        ),
      );
  }
  return found.length > 0 ? found : [well(`The keys of holders lie under key ${current}`)];
}

async function checkFiles(files: FileStore): Promise<Finding> {
  try {
    await files.list(null, 1);
    return well('The store of license files answers');
  } catch (error) {
    const why = isTrustError(error) ? error.message : ((error as NodeJS.ErrnoException).code ?? 'unknown');
    return wrong(
      `The store of license files cannot be read: ${why}`,
      'Correct XINJI_LICENSE_FILES and _KEY, or start it.',
    );
  }
}

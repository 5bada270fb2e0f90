// `xinji backup`: database and files of a running house, and apart from them the keys.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../../common/clock.ts';
import { copyKeys } from '../backup/keys.ts';
import { type Backup, makeBackup } from '../backup/make-backup.ts';
import { storesOf } from '../backup/stores.ts';
import { SCHEMAS } from '../schemas.ts';
import { openInstallation } from '../serve/installation.ts';
import { type Command, EXIT_USAGE } from './command.ts';

export const command: Command = {
  name: 'backup',
  summary: 'Copy database and files while the house runs, the keys to a place apart',
  usage: `xinji backup --to FOLDER [--keys FOLDER]
    --to FOLDER    where backups lie; each gets a folder named by its time, files that never change lie once in FOLDER/pool
    --keys FOLDER  also copy keys and secret settings there; it must be another place, best another disk or a safe

Rows are read from one moment, files after them, so nothing that a row names is missing; rooms go on working. Needs the
environment of all rooms and DATABASE_URL. A backup holds personal data: keep FOLDER as closely as the database.
Exit codes: 0 done, 1 not done, or done without files that are damaged, ${EXIT_USAGE} wrong usage, 78 configuration.`,
  run: async (args, env) => {
    const options = { to: { type: 'string' }, keys: { type: 'string' } } as const;
    const { values } = parseArgs({ args: [...args], options });
    if (!values.to) {
      console.error('xinji backup: --to FOLDER is missing');
      return EXIT_USAGE;
    }
    const house = await openInstallation(env, console.error);
    try {
      const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
      const backup = await makeBackup({
        ownerUrl: house.database.url,
        schemas: SCHEMAS.map(({ schema }) => schema),
        folder: values.to,
        storeOf: storesOf(house.settingOf, house.owner.mode),
        folderOf: house.settingOf,
        version,
        now: systemClock(),
        say: console.error,
      });
      console.log(`${backup.folder}\nSM3 of manifest.json: ${backup.sm3}`);
      if (!values.keys) {
        console.log('Keys were not copied; without them the backup cannot be opened. See --keys.');
        return endOf(backup);
      }
      const { settingOf, secrets, owner } = house;
      const place = { folder: values.keys, name: basename(backup.folder), apartFrom: values.to };
      const keys = await copyKeys({ ...place, dataDir: owner.dataDir, settingOf, secrets });
      console.log(`Keys: ${keys}`);
      return endOf(backup);
    } finally {
      await house.database.close();
    }
  },
};

function endOf({ damaged }: Backup): number {
  if (damaged.length === 0) return 0;
  console.error(
    `${damaged.length} stored files are damaged and not in this backup. -> Restore them from an earlier one.`,
  );
  return 1;
}

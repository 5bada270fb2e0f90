// `xinji restore`: a backup back into an empty database, and its files to their folders.
import { parseArgs } from 'node:util';
import { systemClock } from '../../common/clock.ts';
import { endAfterRestore as endIdentity } from '../../identity/store/after-restore.ts';
import { beginRestore as beginLicense, endAfterRestore as endLicense } from '../../license/store/after-restore.ts';
import { restoreBackup } from '../backup/restore-backup.ts';
import { storesOf } from '../backup/stores.ts';
import { openInstallation } from '../serve/installation.ts';
import { type Command, EXIT_USAGE } from './command.ts';

export const command: Command = {
  name: 'restore',
  summary: 'Put a backup back into an empty database',
  usage: `xinji restore FOLDER
    FOLDER  of one backup, as \`xinji backup\` printed it; FOLDER/../pool must be there too

First put the keys back to where the settings name them (in development secrets.json into XINJI_DATA_DIR), and stop the
house. Everything is judged before anything is changed; a restore that was broken off is run again. Sessions, codes and
tokens end: people log in anew. The copies of checkpoints that lay outside of the database are set aside, not lost.
Exit codes: 0 done, 1 not done, ${EXIT_USAGE} wrong usage, 78 configuration.`,
  run: async (args, env) => {
    const { positionals } = parseArgs({ args: [...args], options: {}, allowPositionals: true });
    const [folder, ...more] = positionals;
    if (folder === undefined || more.length > 0) {
      console.error('xinji restore: expected the folder of one backup');
      return EXIT_USAGE;
    }
    const house = await openInstallation(env, console.error);
    try {
      const { madeAt, rows, files } = await restoreBackup({
        ownerUrl: house.database.url,
        rooms: house.access,
        folder,
        storeOf: storesOf(house.settingOf, house.owner.mode),
        folderOf: house.settingOf,
        beginnings: [beginLicense],
        endings: [endIdentity, endLicense],
        now: systemClock(),
        say: console.error,
      });
      console.log(`Restored as of ${madeAt}: ${rows} rows, ${files} files.`);
      console.log(
        'Next: xinji doctor, xinji audit verify, then xinji serve. What happened after that time is not here.',
      );
      return 0;
    } finally {
      await house.database.close();
    }
  },
};

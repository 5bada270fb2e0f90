// `xinji migrate`: roles, schemas, tables and rights, as the owner of the database. Safe to repeat and to run twice at once.
import { parseArgs } from 'node:util';
import { migrateRooms, openOwnedDatabase } from '../serve/database.ts';
import { readOwnerConfig, roomEnvironments } from '../serve/environment.ts';
import { loadSecrets } from '../serve/secrets.ts';
import type { Command } from './command.ts';

export const command: Command = {
  name: 'migrate',
  summary: 'Bring the schemas of all rooms up to date, as the owner of the database',
  usage: `xinji migrate

Makes one LOGIN role per room with data rights on its own schema only, then applies the steps that are missing.
DATABASE_URL is the owner's; role and password come from XINJI_<ROOM>_DATABASE_URL where given, else they are made up
and kept in <XINJI_DATA_DIR>/secrets.json. Exit codes: 0 up to date, 1 failed, 78 configuration.`,
  run: async (args, env) => {
    parseArgs({ args: [...args], options: {} });
    const owner = readOwnerConfig(env);
    const secrets = await loadSecrets(owner.dataDir);
    const database = await openOwnedDatabase(owner, console.log);
    try {
      const { applied } = await migrateRooms(database.url, roomEnvironments(env, owner, secrets, database.url));
      console.log(applied.length === 0 ? 'Up to date.' : `Applied ${applied.join(', ')}.`);
      return 0;
    } finally {
      await database.close();
    }
  },
};

// `xinji seed`: the invented people, clients, seal and license types of a development house. `xinji serve` calls the same.
import { parseArgs } from 'node:util';
import { TrustError } from '../../common/errors.ts';
import { seedHouse } from '../seed/seed-house.ts';
import { CITIZENS, STAFF } from '../seed/values.ts';
import { migrateRooms, openOwnedDatabase } from '../serve/database.ts';
import { systemUrls } from '../serve/demo-systems.ts';
import { readOwnerConfig, roomEnvironments } from '../serve/environment.ts';
import { makeMissingKeys } from '../serve/keys.ts';
import { loadSecrets } from '../serve/secrets.ts';
import type { Command } from './command.ts';

export const command: Command = {
  name: 'seed',
  summary: 'Fill a development house with invented people, clients, a seal and license types',
  usage: `xinji seed

Migrates, then registers through the rooms' own flows; repeating it changes nothing. Development only: production has no
invented people. Exit codes: 0 done, 1 failed, 78 configuration.`,
  run: async (args, env) => {
    parseArgs({ args: [...args], options: {} });
    const owner = readOwnerConfig(env);
    if (owner.mode !== 'development') {
      throw new TrustError('config-invalid', 'seed works in development only', { hint: 'Set XINJI_MODE=development.' });
    }
    await makeMissingKeys();
    const secrets = await loadSecrets(owner.dataDir);
    const database = await openOwnedDatabase(owner, console.log);
    try {
      const rooms = roomEnvironments(env, owner, secrets, database.url);
      await migrateRooms(database.url, rooms);
      await seedHouse(rooms, secrets, systemUrls(owner));
      for (const { login, name } of [...CITIZENS, ...STAFF])
        console.log(`${login}  ${secrets.demo_passwords[login]}  ${name}`);
      return 0;
    } finally {
      await database.close();
    }
  },
};

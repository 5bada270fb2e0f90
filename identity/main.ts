// The identity room as a process: config -> database -> app; run-room.ts listens and stops.
import { connect } from '../common/db/connect.ts';
import { checkSchemaVersion } from '../common/db/migrate.ts';
import { runRoom } from '../common/http/run-room.ts';
import { buildApp } from './app.ts';
import { readRoomConfig } from './config.ts';
import { openPasswordPolicy } from './flow/new-password.ts';
import { MIGRATIONS } from './migrations/list.ts';
import { openPorts } from './proofing/open-ports.ts';

await runRoom({
  room: 'identity',
  readConfig: readRoomConfig,
  build: async (config, deps) => {
    const db = connect(config.databaseUrl, { applicationName: 'xinji identity' });
    await checkSchemaVersion(db, 'identity', MIGRATIONS);
    const { app, janitor, keyKeeper, workers, settle } = await buildApp({
      ...config,
      ...deps,
      db,
      passwords: await openPasswordPolicy(config),
      ports: openPorts(config, deps.log),
    });
    return {
      app,
      started: async () => {
        workers.start();
        janitor.start();
        keyKeeper.start();
      },
      close: async () => {
        await workers.stop();
        await janitor.stop();
        await keyKeeper.stop();
        await settle();
        await db.destroy();
      },
    };
  },
});

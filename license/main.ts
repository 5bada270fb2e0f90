// The license room as a process: config -> database -> clients -> app; run-room.ts listens and stops.
import { makeSealClient } from '../common/client/seal-client.ts';
import { makeTokenSource } from '../common/client/token-source.ts';
import { LICENSE_CLIENT_ID } from '../common/contract/identity.ts';
import { masterKeysOf } from '../common/crypto/master-keys.ts';
import { connect } from '../common/db/connect.ts';
import { checkSchemaVersion } from '../common/db/migrate.ts';
import { openFileStore } from '../common/files/file-place.ts';
import { currentRequestId } from '../common/http/request-context.ts';
import { runRoom } from '../common/http/run-room.ts';
import { readFontFiles } from '../common/pdf/font-files.ts';
import { buildApp } from './app.ts';
import { readRoomConfig } from './config.ts';
import { openRoomKeys } from './flow/open-room-keys.ts';
import { MIGRATIONS } from './migrations/list.ts';
import { makeRenderer } from './pdf/prepare-face.ts';

await runRoom({
  room: 'license',
  readConfig: readRoomConfig,
  build: async (config, deps) => {
    const db = connect(config.databaseUrl, { applicationName: 'xinji license' });
    await checkSchemaVersion(db, 'license', MIGRATIONS);
    const keys = await openRoomKeys(db, masterKeysOf(config), deps.clock());
    const getToken = makeTokenSource({
      issuer: config.identityUrl,
      clientId: LICENSE_CLIENT_ID,
      keyPem: config.clientKeyPem,
      resource: config.sealUrl,
      scope: 'seal:use',
      allowHttp: config.mode === 'development',
      clock: deps.clock,
    });
    const seal = makeSealClient({ baseUrl: config.sealUrl, getToken, requestId: currentRequestId });
    const files = openFileStore(config.filesPlace, config.filesCredentials);
    const renderer = makeRenderer({ fonts: readFontFiles(config.rareFonts) });
    const { app, housekeeping } = buildApp({ ...config, ...deps, db, keys, seal, files, renderer });
    return {
      app,
      started: async () => housekeeping.start(),
      close: async () => {
        await housekeeping.stop();
        await db.destroy();
      },
    };
  },
});

// The license room as a process: config -> database -> clients -> app; run-room.ts listens and stops.
import { type OpenAudit, openAudit, openCheckpointSigner } from '../common/audit/open-audit.ts';
import { makeSealClient } from '../common/client/seal-client.ts';
import { makeTimeStampClient } from '../common/client/time-stamper.ts';
import { makeTokenSource } from '../common/client/token-source.ts';
import { LICENSE_CLIENT_ID } from '../common/contract/identity.ts';
import { masterKeysOf } from '../common/crypto/master-keys.ts';
import { connect } from '../common/db/connect.ts';
import { checkSchemaVersion } from '../common/db/migrate.ts';
import { openFileStore } from '../common/files/file-place.ts';
import { currentRequestId } from '../common/http/request-context.ts';
import { type RoomDeps, runRoom } from '../common/http/run-room.ts';
import { readFontFiles } from '../common/pdf/font-files.ts';
import { openSheets } from '../common/sheets/open-sheets.ts';
import { buildApp } from './app.ts';
import { type LicenseConfig, readRoomConfig } from './config.ts';
import { makeBackground } from './flow/background.ts';
import { openRoomKeys } from './flow/open-room-keys.ts';
import { bulkQueue } from './flow/run-batch.ts';
import { MIGRATIONS } from './migrations/list.ts';
import { makeRenderer } from './pdf/prepare-face.ts';

/** Requests had their time before; what is given back is not lost. */
const WORKERS_GRACE_MS = 3_000;

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
    const audit = await openRoomAudit(config, deps);
    const renderer = makeRenderer({ fonts: readFontFiles(config.rareFonts) });
    const sheets = openSheets();
    const built = buildApp({ ...config, ...deps, site: config, db, keys, seal, files, renderer, sheets });
    const { app, housekeeping } = built;
    const background = makeBackground({ ...config, ...deps, db, keys, audit, queues: [bulkQueue(built.deps)] });
    return {
      app,
      started: async () => {
        housekeeping.start();
        background.start();
      },
      close: async () => {
        await housekeeping.stop();
        await background.stop(WORKERS_GRACE_MS);
        await sheets.close();
        await db.destroy();
      },
    };
  },
});

async function openRoomAudit(config: LicenseConfig, deps: RoomDeps): Promise<OpenAudit> {
  const { mode, masterKey, tsa, databaseUrl, checkpointKey, checkpointCertificates, checkpointFolder } = config;
  const warn = (sentence: string): void => deps.log.warn(sentence);
  const signer = await openCheckpointSigner(checkpointKey, checkpointCertificates[0]!, { mode, masterKey, warn });
  const stamper = tsa === null ? null : makeTimeStampClient({ url: tsa, clock: deps.clock, trust: null });
  const place = { databaseUrl, schema: 'license', room: 'license', copyFolder: checkpointFolder };
  return openAudit({ ...deps, ...place, signer, ...(stamper ? { stamp: stamper.stampDigest } : {}) });
}

// The identity room as a process: config -> database -> app; run-room.ts listens and stops.
import { openAudit, openCheckpointSigner } from '../common/audit/open-audit.ts';
import { makeTimeStampClient } from '../common/client/time-stamper.ts';
import { masterKeysOf } from '../common/crypto/master-keys.ts';
import { connect } from '../common/db/connect.ts';
import { checkSchemaVersion } from '../common/db/migrate.ts';
import { type RoomDeps, runRoom } from '../common/http/run-room.ts';
import { openRootSecret } from '../common/keys/root-secret.ts';
import { buildApp } from './app.ts';
import { type IdentityConfig, readRoomConfig } from './config.ts';
import { makeEventChain } from './flow/chain-events.ts';
import { openPasswordPolicy } from './flow/new-password.ts';
import { type CertificateTrust, openCertificateTrust } from './flow/open-certificate-trust.ts';
import { MIGRATIONS } from './migrations/list.ts';
import { openPorts } from './proofing/open-ports.ts';

/** Requests had their time before; the parent kills who is not done after XINJI_STOP_SECONDS. What is given back is not lost. */
const WORKERS_GRACE_MS = 3_000;

await runRoom({
  room: 'identity',
  readConfig: readRoomConfig,
  build: async (config, deps) => {
    const db = connect(config.databaseUrl, { applicationName: 'xinji identity' });
    await checkSchemaVersion(db, 'identity', MIGRATIONS);
    const { app, janitor, keyKeeper, workers, settle } = await buildApp({
      ...config,
      ...deps,
      site: config,
      db,
      rootSecret: await openRootSecret(db, 'identity', masterKeysOf(config), deps.clock()),
      passwords: await openPasswordPolicy(config),
      ports: openPorts(config, deps.log),
      certificateTrust: await openTrust(config, deps),
    });
    const { mode, masterKey, previousMasterKeys, tsa } = config;
    const signer = await openCheckpointSigner(config.checkpointKey, config.checkpointCertificates[0]!, {
      mode,
      masterKey,
      previousMasterKeys,
      warn: (sentence) => deps.log.warn(sentence),
    });
    const stamper = tsa === null ? null : makeTimeStampClient({ url: tsa, clock: deps.clock, trust: null });
    const { audit, ...checkpoints } = openAudit({
      ...deps,
      databaseUrl: config.databaseUrl,
      schema: 'identity',
      room: 'identity',
      signer,
      copyFolder: config.checkpointFolder,
      ...(stamper ? { stamp: stamper.stampDigest } : {}),
    });
    const chain = makeEventChain({ audit, log: deps.log });
    return {
      app,
      started: async () => {
        workers.start();
        janitor.start();
        keyKeeper.start();
        chain.start();
        checkpoints.start();
      },
      close: async () => {
        await workers.stop(WORKERS_GRACE_MS);
        await janitor.stop();
        await keyKeeper.stop();
        await settle();
        await chain.stop();
        await checkpoints.close();
        await db.destroy();
      },
    };
  },
});

async function openTrust(
  { certificateTrust, ...config }: IdentityConfig,
  deps: RoomDeps,
): Promise<CertificateTrust | null> {
  return certificateTrust === null ? null : openCertificateTrust({ ...config, certificateTrust }, deps);
}

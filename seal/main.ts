// The seal room as a process: config -> keys -> database -> app; run-room.ts listens and stops.
import { openAudit, openCheckpointSigner } from '../common/audit/open-audit.ts';
import { masterKeysOf } from '../common/crypto/master-keys.ts';
import { connect } from '../common/db/connect.ts';
import { checkSchemaVersion } from '../common/db/migrate.ts';
import { rememberProof } from '../common/dpop/store/seen-proofs.ts';
import { makeBearerGate } from '../common/http/bearer.ts';
import { runRoom } from '../common/http/run-room.ts';
import { readKeyFiles } from '../common/keys/key-file.ts';
import { openRootSecret } from '../common/keys/root-secret.ts';
import { withIntermediates } from '../common/pki/trust-stores.ts';
import { buildApp } from './app.ts';
import { readRoomConfig } from './config.ts';
import { containersOf } from './domain/container-settings.ts';
import { makeCheckedFiles } from './flow/checked-files.ts';
import { openAuthority } from './flow/open-authority.ts';
import { openLife } from './flow/open-life.ts';
import { openRevocation } from './flow/open-revocation.ts';
import { openStamper } from './flow/open-stamper.ts';
import { makeSealKeyring } from './flow/seal-keyring.ts';
import { makeSealTender } from './flow/tend-seals.ts';
import { MIGRATIONS } from './migrations/list.ts';
import { openPdfium } from './pdfium/open-pdfium.ts';
import { openSealingThreads } from './sealing-worker/open-sealing-threads.ts';
import { readKeyFolder } from './store/key-folder.ts';
import { openJudge } from './verification-worker/open-judge.ts';

await runRoom({
  room: 'seal',
  readConfig: readRoomConfig,
  build: async (config, deps) => {
    const { mode, masterKey, previousMasterKeys, url, identityUrl } = config;
    const { keyFiles, certificates } = readKeyFolder(config.keysFolder, mode);
    const warn = (sentence: string): void => deps.log.warn(sentence);
    const keys = await readKeyFiles({ keyFiles, mode, masterKey, previousMasterKeys, warn });
    const threads = openSealingThreads(keys, config.signingWorkers);
    const authority = await openAuthority({ ...config, warn }, deps.clock());
    const db = connect(config.databaseUrl, { applicationName: 'xinji seal' });
    await checkSchemaVersion(db, 'seal', MIGRATIONS);
    const checkpointSigner = await openCheckpointSigner(config.checkpointKey, config.checkpointCertificates[0]!, {
      mode,
      masterKey,
      previousMasterKeys,
      warn,
    });
    const rootSecret = await openRootSecret(db, 'seal', masterKeysOf(config), deps.clock());
    const trust = withIntermediates(config.trustStores, config.chain);
    const stamper = openStamper({ db, clock: deps.clock, authority, tsa: config.tsa }, trust);
    const { audit, ...usage } = openAudit({
      ...deps,
      databaseUrl: config.databaseUrl,
      schema: 'seal',
      room: 'seal',
      signer: checkpointSigner,
      copyFolder: config.checkpointFolder,
      ...(stamper ? { stamp: stamper.stampDigest } : {}),
    });
    const keyring = makeSealKeyring({ db, signer: threads, rootSecret, certificates });
    const ground = { db, clock: deps.clock, log: deps.log, keyring, rootSecret };
    const { life, close: closeLife } = await openLife({ ...config, warn }, { ...ground, trust });
    const tender = makeSealTender(life);
    const gate = makeBearerGate({
      issuer: identityUrl,
      audience: url,
      clock: deps.clock,
      rememberProof: (digest, until) => rememberProof(db, { schema: 'seal', digest, until, now: deps.clock() }),
      cooldownSeconds: config.jwksCooldownSeconds,
    });
    const containers = containersOf(config);
    const revocation = await openRevocation(config, deps);
    const { judge, close: closeJudge } = openJudge({
      trust,
      containers,
      revocation: revocation.current,
      threads: config.verificationThreads,
      deadlineSeconds: config.verificationSeconds,
    });
    const pdfium = openPdfium({ threads: 1, deadlineSeconds: config.verificationSeconds });
    const checked = makeCheckedFiles({ clock: deps.clock, maxBytes: config.checkedMegabytes * 1_000_000 });
    return {
      app: buildApp({
        ...config,
        ...deps,
        site: config,
        ...{ db, audit, gate, keyring, life, authority, judge, containers, pdfium, checked },
        ...{ signer: threads, lodge: threads.lodge },
        ...{ authorities: revocation.authorities, evidence: revocation.evidence, revocation: revocation.current },
      }),
      started: async () => {
        usage.start();
        tender.start();
      },
      close: async () => {
        await tender.stop();
        await usage.close();
        checked.close();
        await Promise.all([closeJudge(), pdfium.close()]);
        await threads.close();
        await closeLife();
        await db.destroy();
      },
    };
  },
});

// `xinji resume`: finishes issues of licenses that were begun and left, as a starting license room does by itself.
// Any number of them at once does nothing twice.
import { parseArgs } from 'node:util';
import { makeSealClient } from '../../common/client/seal-client.ts';
import { makeTokenSource } from '../../common/client/token-source.ts';
import { systemClock } from '../../common/clock.ts';
import { LICENSE_CLIENT_ID } from '../../common/contract/identity.ts';
import { masterKeysOf } from '../../common/crypto/master-keys.ts';
import { connect } from '../../common/db/connect.ts';
import { checkSchemaVersion } from '../../common/db/migrate.ts';
import { openFileStore } from '../../common/files/file-place.ts';
import { makeLog } from '../../common/log.ts';
import { readFontFiles } from '../../common/pdf/font-files.ts';
import { type LicenseConfig, readRoomConfig } from '../../license/config.ts';
import { makeLicenseCatalog } from '../../license/flow/license-catalog.ts';
import { openRoomKeys } from '../../license/flow/open-room-keys.ts';
import { type ResumeResult, resumeIssues } from '../../license/flow/resume-issues.ts';
import { MIGRATIONS } from '../../license/migrations/list.ts';
import { makeRenderer } from '../../license/pdf/prepare-face.ts';
import { openOwnedDatabase } from '../serve/database.ts';
import { databaseKey, planRooms, readOwnerConfig, roomEnvironments } from '../serve/environment.ts';
import { loadSecrets } from '../serve/secrets.ts';
import type { Command } from './command.ts';

export const command: Command = {
  name: 'resume',
  summary: 'Finish issues of licenses that were begun and left',
  usage: `xinji resume

Needs the identity and the seal room running, and the environment of the license room. Safe to run at any time and in
parallel. Exit codes: 0 nothing is left, 1 something could not be finished now (the log says why), 78 configuration.`,
  run: async (args, env) => {
    parseArgs({ args: [...args], options: {} });
    const owner = readOwnerConfig(env);
    const secrets = await loadSecrets(owner.dataDir);
    planRooms(env, secrets, ['license']);
    const isGiven = env[databaseKey('license')] !== undefined;
    const database = isGiven ? null : await openOwnedDatabase(owner, console.log);
    try {
      const rooms = roomEnvironments(env, owner, secrets, database?.url ?? null);
      const { finished, failed, left } = await resume(rooms.find(({ room }) => room.name === 'license')!.env);
      console.log(`${finished} finished, ${failed} failed, ${left} left unfinished`);
      return left === 0 ? 0 : 1;
    } finally {
      await database?.close();
    }
  },
};

async function resume(env: NodeJS.ProcessEnv): Promise<ResumeResult> {
  const config = readRoomConfig(env);
  const db = connect(config.databaseUrl, { applicationName: 'xinji resume', poolMax: 2 });
  try {
    await checkSchemaVersion(db, 'license', MIGRATIONS);
    const log = makeLog('resume', config.logLevel);
    return await resumeIssues({
      db,
      catalog: makeLicenseCatalog({ db, clock: systemClock, log, certificates: config.catalogCertificates }),
      files: openFileStore(config.filesPlace, config.filesCredentials),
      seal: makeSealClient({ baseUrl: config.sealUrl, getToken: makeSealTokens(config) }),
      renderer: makeRenderer({ fonts: readFontFiles(config.rareFonts) }),
      verifyUrl: `${config.url}/verify`,
      platform: null,
      keys: await openRoomKeys(db, masterKeysOf(config), systemClock()),
      clock: systemClock,
      log,
    });
  } finally {
    await db.destroy();
  }
}

function makeSealTokens(config: LicenseConfig): ReturnType<typeof makeTokenSource> {
  return makeTokenSource({
    issuer: config.identityUrl,
    clientId: LICENSE_CLIENT_ID,
    keyPem: config.clientKeyPem,
    resource: config.sealUrl,
    scope: 'seal:use',
    allowHttp: config.mode === 'development',
    clock: systemClock,
  });
}

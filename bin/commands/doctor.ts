// `xinji doctor`: says in words what is wrong with this installation and what to do. Changes nothing.
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { hasEmbedded } from '../../common/db/embedded.ts';
import { isTrustError } from '../../common/errors.ts';
import { checkCatalog } from '../doctor/catalog.ts';
import { checkCrypto } from '../doctor/crypto.ts';
import { checkRoomDatabases, noDatabaseYet } from '../doctor/database.ts';
import { type Finding, note, well, wrong } from '../doctor/finding.ts';
import { checkFonts } from '../doctor/fonts.ts';
import { checkKeys } from '../doctor/keys.ts';
import { checkLicense } from '../doctor/license.ts';
import { checkRooms } from '../doctor/rooms.ts';
import { checkSeals } from '../doctor/seals.ts';
import { checkSigningKeys } from '../doctor/signing-keys.ts';
import { ROOM_NAMES } from '../schemas.ts';
import { openOwnedDatabase } from '../serve/database.ts';
import { type OwnerConfig, planRooms, readOwnerConfig, roomEnvironments } from '../serve/environment.ts';
import { loadSecrets, type Secrets } from '../serve/secrets.ts';
import type { Command } from './command.ts';

export const command: Command = {
  name: 'doctor',
  summary: 'Say in words what is wrong with this installation and what to do',
  usage: `xinji doctor

Looks at: SM2 and SM3 against published values, configuration, database, roles, migrations, clocks, key files and
certificates, the fonts of license faces, the keys that sign tokens, partitions, keys and files of licenses, whether seals and keys still belong together, whether license types are believed, and whether the rooms answer. Exit codes: 0 nothing is wrong, 1 something is.`,
  run: async (args, env) => {
    parseArgs({ args: [...args], options: {} });
    const findings = [...(await checkCrypto()), ...(await checkInstallation(env))];
    for (const [index, finding] of findings.entries()) console.log(formatFinding(finding, findings[index + 1]));
    const faults = findings.filter(({ status }) => status === 'wrong').length;
    console.log(
      faults === 0 ? '\nNothing is wrong.' : `\n${faults} ${faults === 1 ? 'thing is' : 'things are'} wrong.`,
    );
    return faults === 0 ? 0 : 1;
  },
};

const MARKS = { well: 'well ', note: 'note ', wrong: 'WRONG' };

/** Advice that the next finding repeats is said once, after the last of them. */
function formatFinding({ status, sentence, advice }: Finding, next: Finding | undefined): string {
  return advice === undefined || advice === next?.advice
    ? `${MARKS[status]}  ${sentence}`
    : `${MARKS[status]}  ${sentence}\n       -> ${advice}`;
}

async function checkInstallation(env: NodeJS.ProcessEnv): Promise<readonly Finding[]> {
  const dataDir = env['XINJI_DATA_DIR'] ?? '.data';
  const isNew = await access(join(dataDir, 'secrets.json')).then(
    () => false,
    () => true,
  );
  if (isNew && env['XINJI_MODE'] === 'development') return [note('Nothing was started here yet', 'Run: make run')];
  try {
    const secrets = await loadSecrets(dataDir);
    const rooms = planRooms(env, secrets, ROOM_NAMES);
    const owner = readOwnerConfig(env);
    return [
      well(`The configuration is complete (${owner.mode})`),
      ...(await checkKeys(rooms, new Date())),
      ...checkFonts(rooms),
      ...(await checkDatabase(env, owner, secrets)),
      ...(await checkRooms(rooms)),
    ];
  } catch (error) {
    if (!isTrustError(error)) throw error;
    return error.message.split('\n').map((line) => wrong(line, error.hint));
  }
}

/** An embedded server that does not run is started for the time of the checks; one that was never made is not made. */
async function checkDatabase(
  env: NodeJS.ProcessEnv,
  owner: OwnerConfig,
  secrets: Secrets,
): Promise<readonly Finding[]> {
  const isEmbedded = owner.databaseUrl === null && owner.mode === 'development';
  if (isEmbedded && !(await hasEmbedded(owner.dataDir))) return [noDatabaseYet];
  const database = isEmbedded ? await openOwnedDatabase(owner, console.log) : null;
  try {
    const environments = roomEnvironments(env, owner, secrets, database?.url ?? null);
    const now = new Date();
    return [
      ...(await checkRoomDatabases(environments)),
      ...(await checkSigningKeys(environments, now)),
      ...(await checkLicense(environments, now)),
      ...(await checkSeals(environments, now)),
      ...(await checkCatalog(environments)),
    ];
  } finally {
    await database?.close();
  }
}

// What an installation makes up for itself at its first start and keeps in `<data>/secrets.json` (mode 0600): one master
// key and one database password per room, cookie keys, passwords of the demo people. The parent reads it; a room is
// handed its own values only. Production gives master and cookie keys itself and uses only the database passwords.
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { withStartLock } from '../../common/db/start-lock.ts';
import { TrustError } from '../../common/errors.ts';
import { makeToken } from '../../common/ids.ts';
import { CITIZENS, STAFF } from '../seed/values.ts';

export const DEMO_LOGINS = [...CITIZENS, ...STAFF].map(({ login }) => login);
type DemoPasswordShape = Record<(typeof DEMO_LOGINS)[number], z.ZodString>;

const perRoom = z.object({ identity: z.string(), license: z.string(), seal: z.string() });
const secretsFile = z.object({
  master_keys: perRoom,
  database_passwords: perRoom,
  cookie_keys: z.object({ identity: z.string(), license: z.string() }),
  demo_passwords: z.object(Object.fromEntries(DEMO_LOGINS.map((login) => [login, z.string()])) as DemoPasswordShape),
});
export type Secrets = z.infer<typeof secretsFile>;
const storedFile = z.looseObject({ demo_passwords: z.record(z.string(), z.string()) });

/** Reads the secrets of `dataDir`, making them first when they are not there. Throws `config-invalid` when unreadable. */
export async function loadSecrets(dataDir: string): Promise<Secrets> {
  const path = join(dataDir, 'secrets.json');
  return withStartLock(resolve(path), async () => {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw new TrustError('config-invalid', `${path} cannot be read: ${error.message}`);
    });
    if (text !== null) return parseSecrets(path, text);
    const made = makeSecrets();
    await mkdir(dataDir, { recursive: true, mode: 0o711 });
    await writeSecrets(path, made);
    return made;
  });
}

async function writeSecrets(path: string, secrets: Secrets): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

async function parseSecrets(path: string, text: string): Promise<Secrets> {
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) {
    throw new TrustError('config-invalid', `${path} can be read by others`, { hint: `Run: chmod 600 ${path}` });
  }
  try {
    const { demo_passwords: kept, ...others } = storedFile.parse(JSON.parse(text));
    const secrets = secretsFile.parse({ ...others, demo_passwords: { ...makeDemoPasswords(), ...kept } });
    // A version since then brought people along who have no password yet.
    if (DEMO_LOGINS.some((login) => !(login in kept))) await writeSecrets(path, secrets);
    return secrets;
  } catch (cause) {
    throw new TrustError('config-invalid', `${path} is not what an earlier start wrote`, {
      hint: 'Restore it; without it data at rest cannot be opened. `make clean` starts over and loses all data.',
      cause,
    });
  }
}

function makeSecrets(): Secrets {
  const key = (): string => randomBytes(32).toString('hex');
  return {
    master_keys: { identity: key(), license: key(), seal: key() },
    database_passwords: { identity: key(), license: key(), seal: key() },
    cookie_keys: { identity: key(), license: key() },
    demo_passwords: makeDemoPasswords(),
  };
}

function makeDemoPasswords(): Secrets['demo_passwords'] {
  return Object.fromEntries(DEMO_LOGINS.map((login) => [login, makeToken(14)])) as Secrets['demo_passwords'];
}

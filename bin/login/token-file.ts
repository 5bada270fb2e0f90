// Where `xinji login` keeps a token until it ends: one file of the person alone (mode 0600) in a folder of his own. What is
// there is short-lived; a file that others can read is not used.
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { TrustError } from '../../common/errors.ts';

const keptToken = z.strictObject({
  /** Public URLs of the identity room, and of the room that the token is for. */
  issuer: z.string(),
  resource: z.string(),
  access_token: z.string(),
  scope: z.string(),
  expires_at: z.iso.datetime(),
});
export type KeptToken = z.infer<typeof keptToken>;

/** `xinji/token.json` in the person's configuration folder (XDG Base Directory Specification). */
export function tokenFilePath(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'xinji', 'token.json');
}

/** Null when there is none. Throws `config-invalid` when others can read it; a file that is no token counts as none. */
export async function readToken(path: string): Promise<KeptToken | null> {
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  if ((found.mode & 0o077) !== 0) {
    const hint = `Run: chmod 600 ${path}, or xinji logout`;
    throw new TrustError('config-invalid', `${path} can be read by others`, { hint });
  }
  const text = await readFile(path, 'utf8').catch(() => '');
  try {
    return keptToken.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Never half written, and never readable by others, not even for a moment. */
export async function writeToken(path: string, token: KeptToken): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const part = `${path}.${process.pid}.part`;
  await rm(part, { force: true });
  await writeFile(part, `${JSON.stringify(token, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  await chmod(part, 0o600);
  await rename(part, path);
}

/** True when there was one. */
export async function deleteToken(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  await rm(path, { force: true });
  return found !== null;
}

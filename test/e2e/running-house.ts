// The whole house as `make run` starts it, for the browser: own data folder, free ports, its own database server.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readWorld, type World } from '../../bin/demo/world.ts';
import { removeEmbedded } from '../../common/db/embedded.ts';
import { findFreePorts } from '../_harness/free-ports.ts';
import { PLAIN_ENV } from '../_harness/plain-env.ts';

const ROOT = join(import.meta.dirname, '../..');

export type RunningHouse = { readonly world: World; readonly origins: readonly string[]; stop(): Promise<void> };

/** Starts `xinji serve` and waits until it says what to try. Throws with everything it said when it ends before. */
export async function startRunningHouse(): Promise<RunningHouse> {
  const folder = await mkdtemp(join(tmpdir(), 'xinji-e2e-'));
  await chmod(folder, 0o711); // root hands the database to another user, who must get through
  const [identity, license, seal, systemA, systemB] = await findFreePorts(5);
  const env = {
    ...PLAIN_ENV,
    XINJI_MODE: 'development',
    XINJI_DATA_DIR: folder,
    XINJI_LOG_LEVEL: 'warn',
    XINJI_IDENTITY_PORT: `${identity}`,
    XINJI_LICENSE_PORT: `${license}`,
    XINJI_SEAL_PORT: `${seal}`,
    XINJI_BUSINESS_A_PORT: `${systemA}`,
    XINJI_BUSINESS_B_PORT: `${systemB}`,
  };
  const child = spawn(process.execPath, [join(ROOT, 'bin/xinji.ts'), 'serve'], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    await removeEmbedded(folder);
    await rm(folder, { recursive: true, force: true });
  };
  await untilUp(child).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const world = await readWorld(env, join(folder, 'out'));
  return { world, origins: [world.identityUrl, world.licenseUrl, world.sealUrl, ...world.systemUrls], stop };
}

async function untilUp(child: ChildProcess): Promise<void> {
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      said += part;
    });
  }
  while (!said.includes('Ctrl-C stops everything')) {
    if (child.exitCode !== null) throw new Error(`the house ended with ${child.exitCode}: ${said}`);
    await sleep(20);
  }
}

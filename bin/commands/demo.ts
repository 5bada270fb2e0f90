// `xinji demo`: the whole story against a running house, or one that is started for it and stopped again.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { TrustError } from '../../common/errors.ts';
import { tellStory } from '../demo/story.ts';
import { makeTeller, StoryError } from '../demo/teller.ts';
import { readWorld, type World } from '../demo/world.ts';
import { makeMissingKeys } from '../serve/keys.ts';
import type { Command } from './command.ts';

const START_SECONDS = 60;

export const command: Command = {
  name: 'demo',
  summary: 'Tell the story: login, licenses, seal, verification, presentation, sharing, renewal, revocation',
  usage: `xinji demo [--out FOLDER]

Acts as the real clients over HTTP against the development house that runs at the configured addresses; when none
answers, starts one and stops it afterwards. Leaves license.pdf, annotated-copy.pdf, report.json, trust/, trust-roots.pem, seal.esl, offline.esl, chain.pem,
signer.pem, signed-attributes.der and signature.der in FOLDER (default out/demo).
Exit codes: 0 every line of the story held, 1 one did not.`,
  run: async (args, env) => {
    const { values } = parseArgs({ args: [...args], options: { out: { type: 'string', default: 'out/demo' } } });
    if (env['XINJI_MODE'] !== 'development') {
      throw new TrustError('config-invalid', 'the demo needs XINJI_MODE=development', { hint: 'Run: make demo' });
    }
    await makeMissingKeys();
    const world = await readWorld(env, values.out);
    const started = (await isUp(world)) ? null : await startHouse(world, env);
    const begun = performance.now();
    try {
      return await tell(world, begun);
    } finally {
      if (started) await stopHouse(started);
    }
  },
};

async function tell(world: World, begun: number): Promise<number> {
  const teller = makeTeller(console.log);
  try {
    await tellStory(world, teller, new Date());
  } catch (error) {
    if (!(error instanceof StoryError)) throw error;
    console.error(`\n✗ ${error.message}`);
    return 1;
  }
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`\nAll ${teller.checks()} checks held, in ${seconds} s. The proof is in ${world.outFolder}/`);
  return 0;
}

/** True when all five servers of a development house answer. */
async function isUp(world: World): Promise<boolean> {
  const urls = [world.identityUrl, world.licenseUrl, world.sealUrl].map((url) => `${url}/readyz`);
  const answers = await Promise.all(
    [...urls, ...world.systemUrls].map((url) =>
      fetch(url)
        .then((response) => response.ok)
        .catch(() => false),
    ),
  );
  return answers.every(Boolean);
}

async function startHouse(world: World, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  console.log('No house is running here; starting one for the story.');
  const program = join(import.meta.dirname, '../xinji.ts');
  const child = spawn(process.execPath, [program, 'serve'], {
    env: { XINJI_LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  for (let waited = 0; waited < START_SECONDS * 10; waited++) {
    if (child.exitCode !== null) break;
    if (await isUp(world)) return child;
    await sleep(100);
  }
  child.kill('SIGTERM');
  throw new TrustError('config-invalid', 'the house did not come up', {
    hint: 'Run `make run` and read what it says.',
  });
}

function stopHouse(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

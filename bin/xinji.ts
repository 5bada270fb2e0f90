#!/usr/bin/env node
// The only command line of the house. An explicit list of commands, loaded when they are used.
// Exit codes: 0 done, 1 not done, 64 wrong usage, 78 unusable configuration; `verify` and `audit` have their own, see their help.
import { isTrustError, PROBLEMS } from '../common/errors.ts';
import { type Command, EXIT_USAGE } from './commands/command.ts';

const EXIT_CONFIG = 78; // EX_CONFIG of sysexits.h

const COMMANDS: Readonly<Record<string, () => Promise<{ readonly command: Command }>>> = {
  serve: () => import('./commands/serve.ts'),
  migrate: () => import('./commands/migrate.ts'),
  seed: () => import('./commands/seed.ts'),
  doctor: () => import('./commands/doctor.ts'),
  keys: () => import('./commands/keys.ts'),
  verify: () => import('./commands/verify.ts'),
  seal: () => import('./commands/seal.ts'),
  audit: () => import('./commands/audit.ts'),
  fsck: () => import('./commands/fsck.ts'),
  license: () => import('./commands/license.ts'),
  webhook: () => import('./commands/webhook.ts'),
  backup: () => import('./commands/backup.ts'),
  restore: () => import('./commands/restore.ts'),
  admin: () => import('./commands/admin.ts'),
  client: () => import('./commands/client.ts'),
  account: () => import('./commands/account.ts'),
  role: () => import('./commands/role.ts'),
  unit: () => import('./commands/unit.ts'),
  session: () => import('./commands/session.ts'),
  'identity-key': () => import('./commands/identity-key.ts'),
  queue: () => import('./commands/queue.ts'),
  'seal-picture': () => import('./commands/seal-picture.ts'),
  login: () => import('./commands/login.ts'),
  logout: () => import('./commands/logout.ts'),
  'cert-login': () => import('./commands/cert-login.ts'),
  resume: () => import('./commands/resume.ts'),
  'type-pack': () => import('./commands/type-pack.ts'),
  demo: () => import('./commands/demo.ts'),
};

process.exitCode = await main(process.argv.slice(2), process.env);

async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [name = 'help', ...rest] = args;
  if (['help', '--help', '-h'].includes(name)) return help(rest[0]);
  const load = findCommand(name);
  if (!load) return sayUnknown(name);
  if (rest.includes('--help') || rest.includes('-h')) return help(name);
  try {
    const { command } = await load();
    return await command.run(rest, env);
  } catch (error) {
    return report(name, error);
  }
}

function findCommand(name: string) {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
}

function sayUnknown(name: string): number {
  console.error(`xinji: there is no command "${name}". Commands: ${Object.keys(COMMANDS).join(' ')}`);
  return EXIT_USAGE;
}

function report(name: string, error: unknown): number {
  if ((error as NodeJS.ErrnoException)?.code?.startsWith('ERR_PARSE_ARGS')) {
    console.error(`xinji ${name}: ${(error as Error).message}\nSee: xinji help ${name}`);
    return EXIT_USAGE;
  }
  if (!isTrustError(error)) {
    console.error(error);
    return 1;
  }
  for (const line of error.message.split('\n')) console.error(`xinji ${name}: ${line}`);
  // The hint of a wrong request speaks to programs over HTTP.
  if (error.code === 'invalid-request' && error.hint === PROBLEMS['invalid-request'].hint) {
    console.error(`See: xinji help ${name}`);
    return 1;
  }
  console.error(error.hint);
  return error.code === 'config-invalid' || error.code === 'schema-outdated' ? EXIT_CONFIG : 1;
}

async function help(name: string | undefined): Promise<number> {
  if (name !== undefined) {
    const load = findCommand(name);
    if (!load) return sayUnknown(name);
    const { command } = await load();
    console.log(`${command.summary}\n\n${command.usage}`);
    return 0;
  }
  console.log('xinji COMMAND [ARGUMENTS]   (xinji help COMMAND says more)\n');
  for (const loadOne of Object.values(COMMANDS)) {
    const { command } = await loadOne();
    console.log(`  ${command.name.padEnd(14)}${command.summary}`);
  }
  return 0;
}

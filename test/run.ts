// `npm test [-- FILE...]`: starts a throw-away PostgreSQL (or uses DATABASE_URL), makes one role per room and a migrated
// template database, runs ava as a child with the addresses in its environment, cleans up, and closes with the counts.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { SCHEMAS } from '../bin/schemas.ts';
import { connect } from '../common/db/connect.ts';
import { startEmbedded } from '../common/db/embedded.ts';
import { migrateAll } from '../common/db/migrate.ts';
import type { TestServer } from './_harness/database.ts';
import { aptPackages } from './_harness/judges.ts';

type Cleanup = () => Promise<void>;

const FOLDER_PREFIX = 'xinji-test-';
const root = join(import.meta.dirname, '..');
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const cleanups: Cleanup[] = [];
  try {
    await sweep();
    const folder = await mkdtemp(join(tmpdir(), `${FOLDER_PREFIX}${process.pid}-`));
    await chmod(folder, 0o711); // root hands the server to another user, who must get through
    cleanups.unshift(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const server = await prepareServer(folder, cleanups);
    const judgesFile = join(folder, 'missing-judges');
    const { status, counts } = await runAva(args, {
      ...withoutOurKeys(process.env),
      // Half of the processor time of a short process is the compiling of what it imports.
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(root, 'node_modules/.cache/compile'),
      TEST_SERVER: JSON.stringify(server),
      TEST_MISSING_JUDGES: judgesFile,
      TEST_REQUIRE_JUDGES: process.env['XINJI_REQUIRE_JUDGES'] ?? '',
      TEST_FUZZ_SECONDS: process.env['XINJI_FUZZ_SECONDS'] ?? '',
    });
    await sayMissingJudges(judgesFile);
    const failed = status === 0 ? counts.failed : Math.max(1, counts.failed);
    console.log(`${counts.passed} passed, ${failed} failed, ${counts.skipped} skipped`);
    return failed > 0 ? 1 : 0;
  } finally {
    for (const cleanup of cleanups) await cleanup().catch((error: unknown) => console.error(error));
  }
}

/** Stops and removes what a killed run left behind. */
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(/^xinji-test-(\d+)-/.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    const folder = join(tmpdir(), name);
    const hadServer = existsSync(join(folder, 'postgres'));
    if (hadServer) await (await startEmbedded({ dataDir: folder, durable: false })).stop().catch(() => undefined);
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function prepareServer(folder: string, cleanups: Cleanup[]): Promise<TestServer> {
  const given = process.env['DATABASE_URL'];
  const prefix = `xinji_test_${randomBytes(4).toString('hex')}`;
  const ownerUrl = given ?? (await startThrowAway(folder, cleanups));
  if (given !== undefined) cleanups.unshift(() => dropAll(given, prefix));
  const template = `${prefix}_template`;
  const templateUrl = onDatabase(ownerUrl, template);
  const roles = Object.fromEntries(
    SCHEMAS.map(({ room }) => [room, { name: `${prefix}_${room}`, password: randomBytes(12).toString('hex') }]),
  );
  const owner = connect(ownerUrl, { applicationName: 'xinji test', poolMax: 1 });
  await owner.raw('create database ??', [template]);
  await owner.destroy();
  const rooms = SCHEMAS.map((schema) => {
    const role = roles[schema.room]!;
    return { ...schema, url: asRole(templateUrl, role) };
  });
  await migrateAll({ ownerUrl: templateUrl, rooms });
  return { ownerUrl, prefix, template, roles };
}

async function startThrowAway(folder: string, cleanups: Cleanup[]): Promise<string> {
  const server = await startEmbedded({ dataDir: folder, durable: false });
  cleanups.unshift(() => server.stop());
  return server.url;
}

async function dropAll(url: string, prefix: string): Promise<void> {
  const db = connect(url, { applicationName: 'xinji test', poolMax: 1 });
  try {
    const databases = await db('pg_database').select('datname').where('datname', 'like', `${prefix}%`);
    for (const { datname } of databases) await db.raw('drop database ?? with (force)', [datname]);
    const roles = await db('pg_roles').select('rolname').where('rolname', 'like', `${prefix}%`);
    for (const { rolname } of roles) await db.raw('drop role ??', [rolname]);
  } finally {
    await db.destroy();
  }
}

function onDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

function asRole(url: string, role: { name: string; password: string }): string {
  const changed = new URL(url);
  changed.username = role.name;
  changed.password = role.password;
  return changed.href;
}

/** Tests see none of our keys, whoever set them. */
function withoutOurKeys(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(XINJI_|DATABASE_URL$)/.test(name)));
}

type Counts = { passed: number; failed: number; skipped: number };

async function runAva(args: readonly string[], env: NodeJS.ProcessEnv): Promise<{ status: number; counts: Counts }> {
  const ava = join(root, 'node_modules/ava/entrypoints/cli.mjs');
  const child = spawn(process.execPath, [ava, ...args], { cwd: root, env, stdio: ['inherit', 'pipe', 'inherit'] });
  stop.signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  if (stop.signal.aborted) child.kill('SIGTERM');
  let report = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    process.stdout.write(text);
    report += text;
  });
  const status = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)));
  return { status, counts: readCounts(stripVTControlCharacters(report)) };
}

/** From ava's report: one tick for each test that passed, the rest from its closing lines. */
function readCounts(report: string): Counts {
  const closing = report.slice(report.lastIndexOf('─'));
  const sum = (pattern: RegExp): number =>
    [...closing.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
  return {
    passed: report.match(/^ *✔ /gm)?.length ?? 0,
    failed: sum(/^ *(\d+) (?:(?:tests?|hooks?) failed|uncaught exceptions?|unhandled rejections?|tests? remained)/gm),
    skipped: sum(/^ *(\d+) tests? skipped/gm),
  };
}

async function sayMissingJudges(file: string): Promise<void> {
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
  if (lines.length === 0) return;
  const missing = [...new Set(lines.flatMap((line) => line.split(' ')))].sort();
  console.log(
    `${lines.length} tests skipped because ${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} missing: ` +
      `apt-get install ${aptPackages(missing).join(' ')}`,
  );
}

// `npm run test:postgres-15 [-- FILE...]`: the same tests on Debian's PostgreSQL 15, the oldest version that is supported,
// given as DATABASE_URL. A throw-away cluster of its own; the one that Debian may have started is left alone.
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchServer, makeCluster, OWNER, stopServer } from '../common/db/embedded-cluster.ts';
import { findEmbeddedHome } from '../common/db/embedded-home.ts';

const BIN = '/usr/lib/postgresql/15/bin';

const folder = await mkdtemp(join(tmpdir(), 'xinji-postgres-15-'));
await chmod(folder, 0o711);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined); // the child hears it, we clean up
const found = await findEmbeddedHome(folder, () => undefined);
const binaries = { initdb: `${BIN}/initdb`, pgCtl: `${BIN}/pg_ctl`, postgres: `${BIN}/postgres` };
const home = { ...found, binaries };
try {
  await makeCluster(home, false);
  const port = await launchServer(home, false);
  try {
    const password = await readFile(join(home.folder, 'password'), 'utf8');
    process.exitCode = await runTests(`postgres://${OWNER}:${password}@127.0.0.1:${port}/postgres`);
  } finally {
    await stopServer(home);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

function runTests(url: string): Promise<number> {
  const args = [join(import.meta.dirname, 'run.ts'), ...process.argv.slice(2)];
  const child = spawn(process.execPath, args, { stdio: 'inherit', env: { ...process.env, DATABASE_URL: url } });
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
}

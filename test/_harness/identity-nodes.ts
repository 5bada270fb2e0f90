// Several identity rooms as processes over one database, as behind a load balancer: one public address, which is the first
// one's, and each listens on a port of its own. For what must hold across nodes, and for measuring.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { ENGINE } from '../../bin/serve/children.ts';
import { fromHex } from '../../common/bytes.ts';
import { connect } from '../../common/db/connect.ts';
import { findFreePorts } from './free-ports.ts';
import { keepRootSecret } from './keep-root-secret.ts';
import { PLAIN_ENV } from './plain-env.ts';

export type IdentityNode = { readonly url: string; child: ChildProcess };

export type IdentityNodes = {
  /** In every token. */
  readonly issuer: string;
  readonly nodes: readonly IdentityNode[];
  /** What the nodes wrote; for the words of a failure. */
  readonly said: () => string;
  /** Starts a node again that died. */
  restart(node: IdentityNode): Promise<void>;
  stop(): Promise<void>;
};

export type NodesOptions = {
  readonly count: number;
  readonly databaseUrl: string;
  /** 64 hexadecimal digits. */
  readonly masterKey: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Started in place of identity/main.ts. */
  readonly main?: string;
};

const MAIN = join(import.meta.dirname, '../../identity/main.ts');

export async function startNodes(options: NodesOptions): Promise<IdentityNodes> {
  const ports = await findFreePorts(options.count);
  const issuer = `http://localhost:${ports[0]}`;
  let text = '';
  const db = connect(options.databaseUrl, { applicationName: 'xinji test', poolMax: 1 });
  await keepRootSecret(db, 'identity', fromHex(options.masterKey)).finally(() => db.destroy());
  const start = async (port: number): Promise<ChildProcess> => {
    const env = {
      ...PLAIN_ENV,
      XINJI_MODE: 'development',
      XINJI_LOG_LEVEL: 'warn',
      XINJI_IDENTITY_URL: issuer,
      XINJI_IDENTITY_DATABASE_URL: options.databaseUrl,
      XINJI_MASTER_KEY: options.masterKey,
      ...options.env,
      XINJI_IDENTITY_PORT: `${port}`,
    };
    const child = spawn(process.execPath, [...ENGINE, options.main ?? MAIN], {
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (part: string) => {
        text = (text + part).slice(-20_000);
      });
    await new Promise<void>((resolve, reject) => {
      child.on('message', (message: { type?: string }) => message.type === 'ready' && resolve());
      child.once('exit', (code) => reject(new Error(`a node ended with ${code}: ${text}`)));
    });
    return child;
  };
  const nodes = await Promise.all(
    ports.map(async (port) => ({ url: `http://localhost:${port}`, child: await start(port) })),
  );
  return {
    issuer,
    nodes,
    said: () => text,
    restart: async (node) => {
      node.child = await start(Number(new URL(node.url).port));
    },
    stop: async () => {
      await Promise.all(nodes.map(({ child }) => endChild(child)));
    },
  };
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.send({ type: 'stop' });
  await ended;
}

// `xinji cert-login`: logs a person in with an SM2 certificate whose key lies in a file. It runs beside the browser and does
// what the middleware of a USB key does (docs/cert-login.md); the page speaks with it, and it asks before it signs.
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { isSm2Pair } from '../../common/crypto/sm2.ts';
import { parsePort, readMode } from '../../common/env.ts';
import { TrustError } from '../../common/errors.ts';
import { readSm2KeyFile } from '../../common/keys/key-file.ts';
import { readCertificatesPem } from '../../common/pki/certificate.ts';
import { startAgent } from '../cert-login/agent.ts';
import { findRoomUrl } from '../login/rooms.ts';
import { type Command, EXIT_USAGE } from './command.ts';

/** What the page looks for unless a setting says otherwise (XINJI_IDENTITY_CERTIFICATE_AGENT). */
const DEFAULT_PORT = '7071';

export const command: Command = {
  name: 'cert-login',
  summary: 'Sign certificate logins of this machine’s browser with a key from a file',
  usage: `xinji cert-login --cert FILE --key FILE [--identity URL] [--port PORT] [--yes]
    --cert FILE     the certificate, PEM; behind it those of the authorities above it, if any
    --key FILE      its SM2 key, PKCS#8 PEM, mode 0600
    --identity URL  the identity room, whose pages are the only ones answered; XINJI_IDENTITY_URL unless given
    --port PORT     port of 127.0.0.1, ${DEFAULT_PORT} unless given
    --yes           signs without asking here; anybody who works at this machine can then log in as you

Keep it running, open the login page, choose 证书 (Certificate) and "Read certificate". Each signature is asked for here first.
Exit codes: 0 stopped, 1 not started, ${EXIT_USAGE} wrong usage, 78 configuration.`,
  run: async (args, env) => {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    const { cert, key: keyPath, yes } = values;
    if (cert === undefined || keyPath === undefined) {
      console.error('xinji cert-login: --cert and --key are needed\nSee: xinji help cert-login');
      return EXIT_USAGE;
    }
    const [certificate, ...chain] = readCertificatesPem(await readFile(cert, 'utf8'));
    const key = await readSm2KeyFile(keyPath, { mode: readMode(env), warn: console.error });
    if (!certificate || !isSm2Pair(key, certificate.publicKey()))
      throw new TrustError('config-invalid', `${keyPath} is not the key of ${cert}`);
    const origin = findRoomUrl(env, 'identity', values.identity);
    const port = parsePort(values.port ?? DEFAULT_PORT);
    const agent = await startAgent({ certificate, chain, key, origin, port, confirm: yes ? async () => true : ask });
    console.log(`Signing for ${origin} with ${certificate.subject}\nat ${agent.url}; Ctrl-C stops.`);
    await new Promise((resolve) => {
      process.once('SIGINT', resolve);
      process.once('SIGTERM', resolve);
    });
    await agent.stop();
    return 0;
  },
};

const OPTIONS = {
  cert: { type: 'string' },
  key: { type: 'string' },
  identity: { type: 'string' },
  port: { type: 'string' },
  yes: { type: 'boolean' },
} as const;

/** One question after the other; without a terminal nobody can say yes. */
async function ask(origin: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(`${origin} asks you to log in with this certificate. Sign? [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

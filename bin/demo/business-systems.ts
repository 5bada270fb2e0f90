// Systems A and B as one child process of `xinji serve` in development: ready and stop by IPC, alone by signals.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { systemClock } from '../../common/clock.ts';
import { makeLog } from '../../common/log.ts';
import { type BusinessSystem, startBusinessSystem } from './business-system.ts';
import { BUSINESS_SYSTEMS } from './systems.ts';

const log = makeLog('business-systems', process.env['XINJI_LOG_LEVEL'] ?? 'info');

/** Installed first, so that a stop during the start is not lost. */
const stopped = new Promise<void>((resolve) => {
  process.on('SIGINT', () => (process.send === undefined ? resolve() : undefined));
  process.on('SIGTERM', () => (process.send === undefined ? resolve() : undefined));
  process.on('disconnect', resolve);
  process.on('message', (message) => {
    if ((message as { type?: unknown } | null)?.type === 'stop') resolve();
  });
});

try {
  const running = await startAll();
  for (const { port } of running) process.send?.({ type: 'ready', room: 'business-systems', port });
  await stopped;
  await Promise.all(running.map((system) => system.stop()));
  process.exit(0);
} catch (error) {
  const detail = error instanceof Error ? error.message : String(error);
  log.fatal({ err: error }, 'business systems failed');
  process.send?.({ type: 'failed', room: 'business-systems', detail, exitCode: 1 });
  process.exit(1);
}

async function startAll(): Promise<BusinessSystem[]> {
  const issuer = process.env['XINJI_IDENTITY_URL'] ?? 'http://localhost:7001';
  return Promise.all(
    BUSINESS_SYSTEMS.map(({ clientId, name, port: usual, keyFile }, index) => {
      const port = Number(process.env[`XINJI_BUSINESS_${'AB'[index]}_PORT`] ?? usual);
      return startBusinessSystem({
        clientId,
        name,
        port,
        url: `http://localhost:${port}`,
        issuer,
        keyPem: readFileSync(new URL(`../../${keyFile}`, import.meta.url), 'utf8'),
        cookieKey: randomBytes(32).toString('hex'),
        clock: systemClock,
        log: log.child({ system: clientId }),
      });
    }),
  );
}

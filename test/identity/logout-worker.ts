// A process that does nothing but what is in the queue of the identity room: to be killed by a test.
import { systemClock } from '../../common/clock.ts';
import { connect } from '../../common/db/connect.ts';
import { makeMetrics } from '../../common/http/metrics.ts';
import { makeLog } from '../../common/log.ts';
import { buildApp } from '../../identity/app.ts';
import { plainSettings } from './identity-settings.ts';

const { databaseUrl, url } = JSON.parse(process.argv[2] ?? '{}') as { databaseUrl: string; url: string };
const { workers } = await buildApp({
  ...plainSettings(url),
  clock: systemClock,
  log: makeLog('worker', 'silent'),
  metrics: makeMetrics('identity'),
  db: connect(databaseUrl, { applicationName: 'xinji test worker', poolMax: 5 }),
});
workers.start();
process.on('disconnect', () => process.exit(1));
process.send?.('ready');

// A room without a house: what test/common/http/run-room.test.ts starts as a process. TEST_FAULT chooses how it ends.

import { TrustError } from '../../../common/errors.ts';
import { makeKoa } from '../../../common/http/app.ts';
import { mountRoutes } from '../../../common/http/routes.ts';
import { runRoom } from '../../../common/http/run-room.ts';

const fault = process.env['TEST_FAULT'];

await runRoom({
  room: 'seal',
  readConfig: () => {
    if (fault === 'config')
      throw new TrustError('config-invalid', 'XINJI_A is not set\nXINJI_B is "x"; expected a port');
    return { mode: 'development', logLevel: 'info', bind: '127.0.0.1', port: 0 } as const;
  },
  build: async (config, { log, clock, metrics }) => {
    if (fault === 'schema') throw new TrustError('schema-outdated', 'seal is at version 0 of 1');
    const app = makeKoa({ room: 'seal', log, clock, metrics, mode: config.mode });
    mountRoutes(app, [
      {
        method: 'GET',
        path: '/slow',
        scope: 'public',
        handler: async (ctx) => {
          process.send?.({ type: 'in-flight' });
          await new Promise((resolve) => setTimeout(resolve, 300));
          ctx.body = 'done';
        },
      },
    ]);
    if (fault === 'uncaught') setTimeout(() => Promise.reject(new Error('nobody foresaw this')), 50);
    return { app, close: () => Promise.resolve(log.info('closed')) };
  },
});

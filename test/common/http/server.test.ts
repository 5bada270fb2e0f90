// The server under every room: how long it keeps connections, how it stops, and what it says of a port that is taken.
import { request as httpRequest } from 'node:http';
import test, { type ExecutionContext } from 'ava';
import { systemClock } from '../../../common/clock.ts';
import { TrustError } from '../../../common/errors.ts';
import { makeKoa } from '../../../common/http/app.ts';
import { healthRoutes } from '../../../common/http/health.ts';
import { makeMetrics } from '../../../common/http/metrics.ts';
import { mountRoutes, type Route } from '../../../common/http/routes.ts';
import { listen } from '../../../common/http/server.ts';
import { makeLog } from '../../../common/log.ts';

async function start(t: ExecutionContext, ...routes: readonly Route[]) {
  const metrics = makeMetrics('x');
  const app = makeKoa({ room: 'x', log: makeLog('x', 'silent'), clock: systemClock, metrics });
  mountRoutes(app, [...healthRoutes({ metrics, checks: {} }), ...routes]);
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  t.teardown(() => server.stop(0));
  return { base: `http://127.0.0.1:${server.port}`, server };
}

/** A route that says when a request has reached it, and answers when it is let go. */
function heldRoute() {
  const entered = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const route: Route = {
    method: 'GET',
    path: '/slow',
    scope: 'public',
    handler: async (ctx) => {
      entered.resolve();
      await held.promise;
      ctx.body = 'done';
    },
  };
  return { route, entered: entered.promise, release: held.resolve };
}

test('an idle connection is kept longer than callers keep theirs, so that none of their requests meets its end', async (t) => {
  const { base } = await start(t);
  const answer = await fetch(`${base}/healthz`);
  t.is(answer.headers.get('Keep-Alive'), 'timeout=75');
});

test('stopping lets a request in flight finish, closes its connection and takes no new one', async (t) => {
  const { route, entered, release } = heldRoute();
  const { base, server } = await start(t, route);
  const answer = new Promise<{ connection: string | undefined; text: string }>((resolve, reject) => {
    httpRequest(`${base}/slow`, { agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ connection: response.headers.connection, text }));
    })
      .on('error', reject)
      .end();
  });
  await entered;
  const stopped = server.stop();
  await t.throwsAsync(fetch(`${base}/healthz`));
  release();
  t.deepEqual(await answer, { connection: 'close', text: 'done' });
  await stopped;
});

test('a request that outlasts the grace is cut, and stop still resolves', async (t) => {
  const { route, entered } = heldRoute();
  const { base, server } = await start(t, route);
  const answer = t.throwsAsync(fetch(`${base}/slow`));
  await entered;
  await server.stop(1);
  await answer;
});

test('a taken port is config-invalid and says which', async (t) => {
  const { server } = await start(t);
  const app = makeKoa({ room: 'x', log: makeLog('x', 'silent'), clock: systemClock, metrics: makeMetrics('x') });
  const error = await t.throwsAsync(listen(app, { host: '127.0.0.1', port: server.port }), { instanceOf: TrustError });
  t.is((error as TrustError).code, 'config-invalid');
  t.true(error?.message.includes(String(server.port)));
});

// Streams of events: a reader has a few, all readers together a bound; one that ends gives its place back.
import test from 'ava';
import { systemClock } from '../../../common/clock.ts';
import { makeKoa } from '../../../common/http/app.ts';
import { makeEventStreams } from '../../../common/http/event-stream.ts';
import { makeMetrics } from '../../../common/http/metrics.ts';
import { mountRoutes } from '../../../common/http/routes.ts';
import { listen } from '../../../common/http/server.ts';
import { makeLog } from '../../../common/log.ts';

test('the third stream of a reader and the fourth of all are refused; a place comes back when a stream ends', async (t) => {
  const deps = { room: 'test', log: makeLog('test', 'silent'), clock: systemClock, mode: 'development' } as const;
  const app = makeKoa({ ...deps, metrics: makeMetrics('event streams') });
  const streams = makeEventStreams({ most: 3, mostOfReader: 2 });
  let isLast = false;
  mountRoutes(app, [
    {
      method: 'GET',
      path: '/v1/streams/:reader',
      scope: 'public',
      handler: (ctx) => {
        const { reader = '' } = ctx['params'] as Record<string, string>;
        streams.open(ctx, reader, async () => ({ id: String(isLast), event: 'progress', data: {}, isLast }), 20);
      },
    },
  ]);
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  t.teardown(() => server.stop(0));
  const open = (reader: string) => fetch(`http://127.0.0.1:${server.port}/v1/streams/${reader}`);
  const refused = async (reader: string) => ((await (await open(reader)).json()) as { code?: string }).code;
  const held = [await open('a'), await open('a')];
  t.is(await refused('a'), 'too-many-requests');
  held.push(await open('b'));
  t.is(await refused('c'), 'busy');
  isLast = true;
  const told = await Promise.all(held.map((answer) => answer.text()));
  for (const text of told) t.regex(text, /^retry: 3000\n\nid: false\n/);
  const again = await open('a');
  t.is(again.status, 200);
  await again.text();
});

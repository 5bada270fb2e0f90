// Answers in pieces: whole, broken off by their source, and left by who asked for them.
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import Koa from 'koa';
import { sendPieces } from '../../../common/http/send-pieces.ts';

type Source = AsyncIterable<Uint8Array>;

async function serve(t: ExecutionContext, source: (isClosed: Promise<unknown>) => Source) {
  const errors: Error[] = [];
  const app = new Koa();
  let finished = Promise.resolve();
  app.on('error', (error: Error) => errors.push(error));
  app.use((ctx) => {
    finished = sendPieces(ctx, 6, source(once(ctx.res, 'close')));
    return finished;
  });
  const server = createServer(app.callback()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { url, errors, finished: () => finished };
}

const piece = (text: string): Uint8Array => new TextEncoder().encode(text);

test('The pieces arrive in order, with their length said before', async (t) => {
  const { url, errors } = await serve(t, async function* () {
    yield piece('abc');
    yield piece('def');
  });
  const response = await fetch(url);
  t.is(response.headers.get('Content-Length'), '6');
  t.is(await response.text(), 'abcdef');
  t.deepEqual(errors, []);
});

test('A source that fails breaks the answer off, and its error is told once', async (t) => {
  const { url, errors } = await serve(t, async function* () {
    yield piece('abc');
    throw new Error('the disk is gone');
  });
  await t.throwsAsync(fetch(url).then((response) => response.text()));
  t.deepEqual(
    errors.map(({ message }) => message),
    ['the disk is gone'],
  );
});

test('Whoever hangs up leaves no error behind, also where the source is closed by that', async (t) => {
  const { url, errors, finished } = await serve(t, async function* (isClosed) {
    yield piece('abc');
    await isClosed;
    throw new Error('EBADF');
  });
  const request = get(url);
  const [response] = await once(request, 'response');
  await once(response, 'data');
  request.on('error', () => undefined).destroy();
  response.on('error', () => undefined);
  await t.notThrowsAsync(finished());
  t.deepEqual(errors, []);
});

// The frame of every room: request ids, problems, routes, headers, bodies and health, over a real socket.
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { z } from 'zod';
import { systemClock } from '../../../common/clock.ts';
import { TrustError } from '../../../common/errors.ts';
import { makeKoa } from '../../../common/http/app.ts';
import { parseQuery, readBytes, readForm, readJson } from '../../../common/http/body.ts';
import { healthRoutes } from '../../../common/http/health.ts';
import { readIdempotencyKey } from '../../../common/http/idempotency-key.ts';
import { makeMetrics } from '../../../common/http/metrics.ts';
import { pageFrame, sendPage } from '../../../common/http/preferences.ts';
import { currentRequestId } from '../../../common/http/request-context.ts';
import { mountRoutes, type Route } from '../../../common/http/routes.ts';
import { listen } from '../../../common/http/server.ts';
import { makeLog } from '../../../common/log.ts';

const animal = z.strictObject({
  name: z.string().min(1),
  legs: z.int().max(8),
  tags: z.array(z.string()).max(3).optional(),
});

async function start(t: ExecutionContext, routes: readonly Route[] = [], authorise = () => Promise.resolve()) {
  const lines: string[] = [];
  const metrics = makeMetrics('test');
  const log = makeLog('test', 'debug', { write: (line) => void lines.push(line) });
  const service = { zh: '测试', en: 'Test' };
  const app = makeKoa({ room: 'test', log, clock: systemClock, metrics, mode: 'development', service });
  const table: readonly Route[] = [
    ...healthRoutes({ metrics, checks: { database: () => Promise.resolve() } }),
    {
      method: 'POST',
      path: '/v1/animals',
      scope: 'public',
      handler: async (ctx) => {
        ctx.body = await readJson(ctx, animal, { maxBytes: 1000 });
      },
    },
    {
      method: 'GET',
      path: '/v1/animals',
      scope: 'public',
      handler: (ctx) => {
        ctx.body = parseQuery(ctx, z.strictObject({ page: z.coerce.number().int().optional() }));
      },
    },
    {
      method: 'GET',
      path: '/v1/animals/:name',
      scope: 'public',
      handler: (ctx) => {
        ctx.body = { name: ctx['params'].name, id: currentRequestId() };
      },
    },
    {
      method: 'POST',
      path: '/v1/files',
      scope: 'public',
      handler: async (ctx) => {
        ctx.body = { size: (await readBytes(ctx, { maxBytes: 2000, types: ['application/pdf'] })).length };
      },
    },
    {
      method: 'POST',
      path: '/form',
      scope: 'public',
      handler: async (ctx) => {
        ctx.body = await readForm(ctx);
      },
    },
    {
      method: 'POST',
      path: '/v1/acts',
      scope: 'public',
      handler: (ctx) => {
        ctx.body = { key: readIdempotencyKey(ctx) };
      },
    },
    {
      method: 'GET',
      path: '/v1/boom',
      scope: 'public',
      handler: () => {
        throw new Error('the secret cause 360102199003077718');
      },
    },
    {
      method: 'GET',
      path: '/v1/gone',
      scope: 'public',
      handler: () => {
        throw new TrustError('code-expired', 'It expired.');
      },
    },
    {
      method: 'GET',
      path: '/v1/guarded',
      scope: 'license:issue',
      handler: (ctx) => {
        ctx.body = 'in';
      },
    },
    ...routes,
  ];
  mountRoutes(app, table, { authorise });
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  t.teardown(() => server.stop(0));
  const base = `http://127.0.0.1:${server.port}`;
  const call = (path: string, init: RequestInit = {}) => fetch(base + path, { redirect: 'manual', ...init });
  const post = (path: string, body: string | Uint8Array<ArrayBuffer>, type = 'application/json') =>
    call(path, { method: 'POST', body, headers: { 'content-type': type } });
  return { base, call, post, server, lines, metrics };
}

/** The line and the count of a request come when its answer has ended, which is after the caller has it. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(5);
}

const problemOf = async (response: Response) => (await response.json()) as Record<string, string>;

test('a request id that arrives is kept, logged once and seen by what the handler awaits; a harmful one is replaced', async (t) => {
  const { call, lines } = await start(t);
  const kept = await call('/v1/animals/cat?secret=1', { headers: { 'x-request-id': 'req_abcdefgh' } });
  t.is(kept.headers.get('x-request-id'), 'req_abcdefgh');
  t.deepEqual(await kept.json(), { name: 'cat', id: 'req_abcdefgh' });
  const replaced = await call('/v1/animals/cat', { headers: { 'x-request-id': 'a b"c' } });
  t.regex(replaced.headers.get('x-request-id') ?? '', /^req_[0-9a-z]{26}$/);
  await until(() => lines.filter((line) => line.includes('"status":200')).length === 2);
  const first = lines.map((line) => JSON.parse(line)).filter((line) => line.request_id === 'req_abcdefgh');
  t.is(first.length, 1);
  t.like(first[0], { method: 'GET', path: '/v1/animals/cat', route: '/v1/animals/:name', status: 200 });
  t.false(JSON.stringify(first).includes('secret'));
});

const REFUSED: readonly [
  title: string,
  path: string,
  body: string,
  type: string,
  status: number,
  code: string,
  pointer?: string,
][] = [
  ['malformed JSON', '/v1/animals', '{"name":', 'application/json', 400, 'invalid-json'],
  ['an empty body', '/v1/animals', '', 'application/json', 400, 'invalid-json'],
  [
    'an unknown field',
    '/v1/animals',
    '{"name":"a","legs":4,"colour":"red"}',
    'application/json',
    400,
    'invalid-request',
    '/colour',
  ],
  ['a wrong type', '/v1/animals', '{"name":"a","legs":"4"}', 'application/json', 400, 'invalid-request', '/legs'],
  [
    'a fault deep inside',
    '/v1/animals',
    '{"name":"a","legs":4,"tags":["x",7]}',
    'application/json',
    400,
    'invalid-request',
    '/tags/1',
  ],
  ['not an object', '/v1/animals', '[]', 'application/json', 400, 'invalid-request', '/'],
  ['too large', '/v1/animals', `{"name":"${'a'.repeat(2000)}"}`, 'application/json', 413, 'body-too-large'],
  ['another media type', '/v1/animals', '{}', 'text/plain', 415, 'unsupported-media-type'],
  ['a PDF where JSON belongs', '/v1/files', '{}', 'application/json', 415, 'unsupported-media-type'],
  ['JSON where a form belongs', '/form', '{}', 'application/json', 415, 'unsupported-media-type'],
  ['an act without key', '/v1/acts', '', 'application/json', 400, 'idempotency-key-missing'],
];

for (const [title, path, body, type, status, code, pointer] of REFUSED) {
  test(`RFC 9457: ${title} is answered by ${code}`, async (t) => {
    const { post } = await start(t);
    const response = await post(path, body, type);
    t.is(response.status, status);
    t.is(response.headers.get('content-type'), 'application/problem+json; charset=utf-8');
    const problem = await problemOf(response);
    t.like(problem, {
      code,
      status,
      type: `urn:xinji:problem:${code}`,
      instance: response.headers.get('x-request-id'),
    });
    t.is(problem['pointer'], pointer);
    t.truthy(problem['hint']);
  });
}

test('bytes that are not UTF-8 are invalid-json, and a compressed body is unsupported-media-type', async (t) => {
  const { call, post } = await start(t);
  t.is((await problemOf(await post('/v1/animals', new Uint8Array([0x22, 0xff, 0x22]))))['code'], 'invalid-json');
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
  t.is(
    (await problemOf(await call('/v1/animals', { method: 'POST', body: '{}', headers })))['code'],
    'unsupported-media-type',
  );
});

test('a chunked body without Content-Length is cut at the limit and answered', async (t) => {
  const { base } = await start(t);
  const body = new ReadableStream({
    start(controller) {
      for (let n = 0; n < 50; n++) controller.enqueue(new Uint8Array(1000));
      controller.close();
    },
  });
  const init = { method: 'POST', body, duplex: 'half', headers: { 'content-type': 'application/pdf' } };
  const response = await fetch(`${base}/v1/files`, init as RequestInit);
  t.is(response.status, 413);
});

test('a value of the body is never repeated in a problem', async (t) => {
  const { post } = await start(t);
  const text = await (await post('/v1/animals', '{"name":"","legs":360102199003077718}')).text();
  t.false(text.includes('360102199003077718'));
});

test('an unknown error is internal: its text stays in the log', async (t) => {
  const { call, lines } = await start(t);
  const response = await call('/v1/boom');
  t.is(response.status, 500);
  const text = await response.text();
  t.false(text.includes('secret'));
  t.true(lines.some((line) => line.includes('the secret cause')));
});

test('an unknown path is 404, another method 405 with Allow, a malformed escape never a 500', async (t) => {
  const { call } = await start(t);
  t.is((await problemOf(await call('/nothing')))['code'], 'not-found');
  const wrong = await call('/v1/animals', { method: 'DELETE' });
  t.is(wrong.status, 405);
  t.is(wrong.headers.get('allow'), 'POST, GET, HEAD');
  t.is((await call('/v1/animals/cat', { method: 'OPTIONS' })).status, 405);
  t.true((await call('/v1/animals/%E0%A4%A')).status < 500);
  t.is((await call('/v1/animals/cat', { method: 'HEAD' })).status, 200);
});

test('of rows that match alike the first answers, whatever its path begins with; beginnings are compared without case', async (t) => {
  const row = (path: string): Route => ({
    method: 'GET',
    path,
    scope: 'public',
    handler: (ctx) => {
      ctx.body = { path, ...ctx['params'] };
    },
  });
  const paths = ['/birds/:name', '/:kind/late', '/birds/:name/wings', '/:kind/:name/:part', '/fish/:name/wings'];
  const { call } = await start(t, paths.map(row));
  const answer = async (path: string) => (await call(path)).json();
  t.deepEqual(await answer('/birds/late'), { path: '/birds/:name', name: 'late' });
  t.deepEqual(await answer('/Birds/owl'), { path: '/birds/:name', name: 'owl' });
  t.deepEqual(await answer('/fish/late'), { path: '/:kind/late', kind: 'fish' });
  t.deepEqual(await answer('/b%C3%A4r/late'), { path: '/:kind/late', kind: 'bär' });
  t.deepEqual(await answer('/birds/owl/wings'), { path: '/birds/:name/wings', name: 'owl' });
  t.like(await answer('/fish/eel/wings'), { path: '/:kind/:name/:part', kind: 'fish' });
  for (const path of ['/birds', '/fish/eel', '//birds/owl', '/birds/owl/wings/left'])
    t.is((await call(path)).status, 404, path);
  const posted = await call('/birds/owl', { method: 'POST' });
  t.is(posted.status, 405);
  t.is(posted.headers.get('Allow'), 'GET, HEAD');
});

test('a query with an unknown or repeated name is invalid-request', async (t) => {
  const { call } = await start(t);
  t.is((await call('/v1/animals?page=2')).status, 200);
  t.is((await problemOf(await call('/v1/animals?pgae=2')))['pointer'], '/pgae');
  t.is((await call('/v1/animals?page=2&page=3')).status, 400);
});

test('a route that is not public is authorised before its handler, and refuses to be mounted without authorise', async (t) => {
  const { call } = await start(t, [], () => Promise.reject(new TrustError('token-missing', 'No token.')));
  const response = await call('/v1/guarded');
  t.is(response.status, 401);
  t.is(response.headers.get('www-authenticate'), 'Bearer');
  const app = makeKoa({ room: 'x', log: makeLog('x', 'silent'), clock: systemClock, metrics: makeMetrics('x') });
  t.throws(() => mountRoutes(app, [{ method: 'GET', path: '/a', scope: 'session', handler: () => {} }]), {
    message: /without authorise/,
  });
});

test('every answer, a problem too, carries the policy and is not cached; pages alone allow scripts, by a fresh nonce', async (t) => {
  const page: Route = {
    method: 'GET',
    path: '/page',
    scope: 'public',
    handler: (ctx) => sendPage(ctx, `<p>${pageFrame(ctx).nonce}</p>`),
  };
  const { call } = await start(t, [page]);
  const policies = [];
  for (const path of ['/v1/animals/cat', '/nothing', '/v1/boom', '/page', '/page']) {
    const answer = await call(path);
    const { headers } = answer;
    const policy = headers.get('content-security-policy') ?? '';
    policies.push(policy);
    t.regex(policy, /^default-src 'none'; .*frame-ancestors 'none'/);
    const allowed = /script-src 'nonce-([^']+)'/.exec(policy)?.[1];
    t.is(allowed, path === '/page' ? /<p>(.*)<\/p>/.exec(await answer.text())?.[1] : undefined, path);
    t.is(headers.get('cache-control'), 'no-store');
    t.is(headers.get('x-content-type-options'), 'nosniff');
    t.is(headers.get('referrer-policy'), 'same-origin');
  }
  t.is(new Set(policies).size, 3, 'one without scripts, and one for each page');
  for (const policy of policies) t.notRegex(policy ?? '', /unsafe|data:|blob:|\*/);
});

test('/readyz names what fails, /metrics counts by route and not by path', async (t) => {
  const failing: Route[] = healthRoutes({
    metrics: makeMetrics('y'),
    checks: { database: () => Promise.reject(new Error('down')) },
  })
    .filter((row) => row.path === '/readyz')
    .map((row) => ({ ...row, path: '/readyz-failing' }));
  const { call } = await start(t, failing);
  t.deepEqual(await (await call('/readyz')).json(), { status: 'ready', checks: { database: 'ok' } });
  const failed = await call('/readyz-failing');
  t.is(failed.status, 503);
  t.deepEqual(await failed.json(), { status: 'not_ready', checks: { database: 'failed' } });
  await call('/v1/animals/cat');
  await call('/v1/animals/dog');
  const counted = 'xinji_http_requests_total{method="GET",route="/v1/animals/:name",status="200",room="test"} 2';
  let text = '';
  await until(async () => {
    text = await (await call('/metrics')).text();
    return text.includes(counted);
  });
  t.false(text.includes('/v1/animals/cat'));
});

test('a browser gets its errors as a page with the request id, in its language; programs and /v1 always get JSON', async (t) => {
  const { call } = await start(t);
  const accept = 'text/html,application/xhtml+xml,*/*;q=0.8';
  const page = await call('/nothing', { headers: { accept, cookie: 'xinji_lang=en; xinji_size=larger' } });
  t.is(page.status, 404);
  t.is(page.headers.get('content-type'), 'text/html; charset=utf-8');
  const text = await page.text();
  t.true(text.includes('Page not found') && text.includes('data-size="larger"'));
  t.true(text.includes(page.headers.get('x-request-id') ?? '?'));
  t.true((await (await call('/nothing', { headers: { accept } })).text()).includes('没有找到这个页面'));
  for (const [path, wanted] of [
    ['/v1/nothing', accept],
    ['/nothing', 'application/json'],
    ['/nothing', '*/*'],
  ] as const) {
    const answer = await call(path, { headers: { accept: wanted } });
    t.is(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8', `${path} ${wanted}`);
  }
});

test('no body, content type or query whatever is answered by a 500', async (t) => {
  const { call } = await start(t);
  const json = fc.json().map((text) => new TextEncoder().encode(text));
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 300 }), json);
  const type = fc.constantFrom(
    'application/json',
    'application/json; charset=x',
    'application/pdf',
    'text/plain',
    '',
    ';;',
    'application/x-www-form-urlencoded',
  );
  const path = fc.constantFrom('/v1/animals', '/v1/files', '/form', '/v1/acts');
  const query = fc.webQueryParameters();
  await t.notThrowsAsync(
    fc.assert(
      fc.asyncProperty(path, type, bytes, query, async (to, contentType, body, search) => {
        const sent = await call(to, {
          method: 'POST',
          body: new Uint8Array(body),
          headers: { 'content-type': contentType },
        });
        const asked = await call(`/v1/animals?${search}`);
        return sent.status < 500 && asked.status < 500;
      }),
      { numRuns: 150 },
    ),
  );
});

test('a zero byte in a path is nothing here, and reaches no handler', async (t) => {
  const seen: string[] = [];
  const row: Route = {
    method: 'GET',
    path: '/v1/things/:name',
    scope: 'public',
    handler: (ctx) => {
      seen.push(ctx.path);
      ctx.body = {};
    },
  };
  const { call } = await start(t, [row]);
  t.is((await call('/v1/things/a%00b')).status, 404);
  t.deepEqual(seen, []);
  t.is((await call('/v1/things/ab')).status, 200);
});

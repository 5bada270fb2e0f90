// /v1/batches over HTTP: template, list, confirmation, progress as server-sent events, outcome by row.
import test from 'ava';
import { Registry } from 'prom-client';
import { batchDocument, batchList, batchRows } from '../../../common/contract/license-batch.ts';
import { makeLog } from '../../../common/log.ts';
import { makeWorkers } from '../../../common/queue/workers.ts';
import { registerClient } from '../../../license/flow/register.ts';
import { bulkQueue } from '../../../license/flow/run-batch.ts';
import { AUTHORITY, DEPARTMENT, OTHER_DEPARTMENT, TYPE, ZHANGSAN } from '../doubles.ts';
import { startLicense } from './license-house.ts';

test('a department takes the template, sends its list, watches it being issued, and reads what became of each row', async (t) => {
  const house = await startLicense(t);
  const token = await house.token(DEPARTMENT, 'license:issue');
  const template = await house.call('GET', `/v1/license-types/${TYPE}/list-template`);
  t.regex(template.headers.get('Content-Disposition') ?? '', /attachment; filename="\d+MB0D000965001\.csv"/);
  t.regex(template.text, /^\uFEFF?办件编号,证照编号\*,持证主体名称\*,持证主体代码\*/);

  const [titles = ''] = template.text.replace('\uFEFF', '').split('\r\n');
  const cells = (number: number, conclusion: string) => [
    '',
    `示例健证（2026）第00000${number}号`,
    '张三',
    ZHANGSAN.code,
    '',
    '',
    '',
    '餐饮服务',
    '示例医院',
    '2026-11-10',
    conclusion,
  ];
  const body = [titles, cells(1, '合格').join(','), cells(2, '不合格').join(',')].join('\r\n');
  const headers = { 'Content-Type': 'text/csv', 'Idempotency-Key': 'list-2026-11-2' };
  const path = `/v1/batches?license_type=${TYPE}`;
  t.is(
    (await house.call('POST', path, { token, body, headers: { 'Content-Type': 'text/csv' } })).code,
    'idempotency-key-missing',
  );
  const sent = await house.call('POST', path, { token, body, headers });
  t.is(sent.status, 201, sent.text);
  const batch = batchDocument.parse(sent.json);
  t.like(batch, { state: 'checked', rows: { good: 1, bad: 1, waiting: 0, issued: 0, refused: 0, stopped: 0 } });
  const at = `/v1/batches/${batch.batch_id}`;
  t.is(sent.headers.get('Location'), at);
  t.deepEqual((await house.call('POST', path, { token, body, headers })).json, sent.json);

  const bad = batchRows.parse((await house.call('GET', `${at}/rows?state=bad`, { token })).json);
  t.like(bad.rows[0], { line: 3, problem: 'license-fields-invalid', column: '体检结论' });
  t.is(bad.next_after, null);

  const log = makeLog('license', 'silent');
  const workers = makeWorkers({ ...house.deps, log, schema: 'license', registry: new Registry(), pollMs: 50 }, [
    bulkQueue(house.deps),
  ]);
  t.teardown(() => workers.stop(0));
  workers.start();
  const stream = await fetch(`${house.url}${at}/events`, { headers: { Authorization: `Bearer ${token}` } });
  t.is(stream.headers.get('Content-Type'), 'text/event-stream');
  t.is(stream.headers.get('Cache-Control'), 'no-cache, no-transform');
  const confirmed = await house.call('POST', `${at}/confirmation`, { token });
  t.like(confirmed.json, { state: 'running' });
  const told = await stream.text();
  t.regex(told, /^retry: 3000\n\n/);
  const events = [...told.matchAll(/^id: (.+)\nevent: progress\ndata: (.+)$/gm)];
  t.like(JSON.parse(events.at(-1)?.[2] ?? '{}'), { state: 'done', rows: { issued: 1, bad: 1 } });
  t.is(new Set(events.map(([, id]) => id)).size, events.length);

  const issued = batchRows.parse((await house.call('GET', `${at}/rows?state=issued`, { token })).json);
  t.is(issued.rows[0]?.case_id, `${batch.batch_id}-2`);
  t.is((await house.call('GET', `/v1/licenses/${issued.rows[0]?.identifier}`, { token })).status, 200);
  t.is((await house.call('POST', `${at}/stop`, { token })).code, 'batch-state');
  t.is(batchList.parse((await house.call('GET', '/v1/batches', { token })).json).batches.length, 1);
});

const ENDS = [
  ['GET', ''],
  ['GET', '/rows'],
  ['GET', '/events'],
  ['POST', '/confirmation'],
  ['POST', '/stop'],
] as const;

test('a list is refused to strangers and others, by type, scope, size of page and kind of body', async (t) => {
  const house = await startLicense(t);
  const token = await house.token(DEPARTMENT, 'license:issue');
  const headers = { 'Content-Type': 'text/csv', 'Idempotency-Key': 'list-00000001' };
  const body = '证照编号,持证主体名称,持证主体代码,工种,体检机构,体检日期,体检结论\n1,2,3,4,5,6,7';
  const path = `/v1/batches?license_type=${TYPE}`;
  t.is((await house.call('POST', path, { body, headers })).code, 'token-missing');
  const reader = await house.token(DEPARTMENT, 'license:read');
  t.is((await house.call('POST', path, { token: reader, body, headers })).code, 'scope-missing');
  const unknown = path.replace('965001', '965999');
  t.is((await house.call('POST', unknown, { token, body, headers })).code, 'license-type-not-found');
  const json = { ...headers, 'Content-Type': 'application/json' };
  t.is((await house.call('POST', path, { token, body: '{}', headers: json })).code, 'unsupported-media-type');
  t.is((await house.call('POST', path, { token, body: 'nothing', headers })).code, 'sheet-unreadable');
  const { batch_id } = batchDocument.parse((await house.call('POST', path, { token, body, headers })).json);
  const other = await house.token(OTHER_DEPARTMENT, 'license:issue');
  for (const [method, end] of ENDS)
    t.is((await house.call(method, `/v1/batches/${batch_id}${end}`, { token: other })).code, 'batch-not-found', end);
  // Another system of the same organisation, which does not issue the type.
  await registerClient(house.deps, {
    clientId: 'archive',
    organisation: AUTHORITY.code,
    organisationName: AUTHORITY.name,
    mayRedeem: false,
  });
  const archive = await house.token('archive', 'license:issue');
  for (const [method, end] of ENDS)
    t.is((await house.call(method, `/v1/batches/${batch_id}${end}`, { token: archive })).code, 'batch-not-found', end);
  t.deepEqual((await house.call('GET', '/v1/batches', { token: archive })).json, { batches: [] });
  t.is((await house.call('GET', `/v1/batches/${batch_id}/rows?limit=5000`, { token })).code, 'invalid-request');
});

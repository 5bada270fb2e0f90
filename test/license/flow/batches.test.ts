// Lists issued in bulk: every row judged, nothing issued before the confirmation, exactly one license a row whatever breaks.
import test, { type ExecutionContext } from 'ava';
import { Registry } from 'prom-client';
import { utf8 } from '../../../common/bytes.ts';
import { TrustError } from '../../../common/errors.ts';
import { makeLog } from '../../../common/log.ts';
import { makeWorkers, type Workers } from '../../../common/queue/workers.ts';
import { openSheets } from '../../../common/sheets/open-sheets.ts';
import type { Batch, BatchRowState } from '../../../license/domain/batch.ts';
import { type BatchDeps, checkBatch, openCells } from '../../../license/flow/check-batch.ts';
import { issuerOfClient } from '../../../license/flow/issuer.ts';
import { bulkQueue, confirmBatch, getBatch, stopRows } from '../../../license/flow/run-batch.ts';
import {
  countBatchRows,
  forgetBatchCells,
  insertBatch,
  listBatches,
  listBatchRows,
} from '../../../license/store/batches.ts';
import { endIssuingClient, upsertIssuingClient } from '../../../license/store/issuing-rights.ts';
import { AUTHORITY, DEPARTMENT, LISI, OTHER_AUTHORITY, TYPE, ZHANGSAN } from '../doubles.ts';
import { makeWorld, type World } from '../world.ts';

const TITLES = '办件编号,证照编号*,持证主体名称*,持证主体代码*,工种*,体检机构*,体检日期*,体检结论*';
const line = (number: number, change: { case?: string; holder?: typeof LISI; date?: string } = {}): string => {
  const { holder = ZHANGSAN, date = '2026/11/2' } = change;
  const caseId = change.case ?? `CASE-${number}`;
  const printed = `示卫健证字第${String(number).padStart(6, '0')}号`;
  return `${caseId},${printed},${holder.name},${holder.code},餐饮服务,示例市第一人民医院,${date},合格`;
};
const list = (...lines: readonly string[]): Uint8Array => utf8([TITLES, ...lines].join('\n'));

type Ground = { readonly world: World; readonly deps: BatchDeps; readonly workers: () => Workers };

async function ground(t: ExecutionContext): Promise<Ground> {
  const world = await makeWorld(t);
  const sheets = openSheets();
  const deps = { ...world.deps, sheets };
  const made: Workers[] = [];
  t.teardown(async () => {
    await Promise.all(made.map((workers) => workers.stop(0)));
    await sheets.close();
  });
  const workers = (): Workers => {
    const log = makeLog('license', 'silent');
    const room = {
      db: world.db,
      schema: 'license',
      clock: world.deps.clock,
      log,
      registry: new Registry(),
      pollMs: 50,
    };
    const one = makeWorkers(room, [bulkQueue(deps)]);
    made.push(one);
    one.start();
    return one;
  };
  return { world, deps, workers };
}

async function upload({ deps }: Ground, bytes: Uint8Array, idempotencyKey = 'key-00000001') {
  const issuer = await issuerOfClient(deps, DEPARTMENT, TYPE);
  return checkBatch(deps, issuer, { title: '2026年11月第2批', bytes, idempotencyKey });
}

const rowsOf = async ({ world }: Ground, batchId: string, ...states: BatchRowState[]) =>
  listBatchRows(world.db, batchId, { ...(states.length > 0 ? { states } : {}), after: 0, limit: 1000 });
const licensesOf = async ({ world }: Ground): Promise<number> =>
  Number((await world.db('license.licenses').count({ n: '*' }))[0]?.['n']);

test('every row is judged by the type, and nothing is issued before the confirmation', async (t) => {
  const here = await ground(t);
  const bad = [
    line(2, { date: '2026-02-30' }),
    line(3, { holder: { ...ZHANGSAN, code: '360102199003077719' } }),
    line(1, { case: 'CASE-4' }),
    line(5, { case: 'CASE-1' }),
    line(6, { case: '有 空格' }),
  ];
  const batch = await upload(here, list(line(1), ...bad));
  t.is(batch.state, 'checked');
  const rows = await rowsOf(here, batch.batchId);
  t.deepEqual(
    rows.map(({ line, state, problem, pointer }) => [line, state, problem, pointer]),
    [
      [2, 'good', null, null],
      [3, 'bad', 'license-fields-invalid', '/fields/examined_on'],
      [4, 'bad', 'code-check', '/holders/0/code'],
      [5, 'bad', 'license-fields-invalid', '/license_number'],
      [6, 'bad', 'license-fields-invalid', '/case_id'],
      [7, 'bad', 'invalid-request', '/case_id'],
    ],
  );
  t.is(rows[3]?.fault, 'the same as in line 2');
  t.is(await licensesOf(here), 0);
  t.is(openCells(here.deps.keys, batch.batchId, rows[0]!)?.['holder_name'], '张三');
  const { rows: raw } = await here.world.db.raw('select x::text from license.batch_rows x');
  for (const secret of ['张三', ZHANGSAN.code]) t.false(JSON.stringify(raw).includes(secret));
});

test('a list with an unknown, a double or a missing column is refused whole', async (t) => {
  const here = await ground(t);
  const header = (titles: string) => upload(here, utf8(`${titles}\n甲`));
  const unreadable = (message: RegExp) => ({ code: 'sheet-unreadable', message });
  await t.throwsAsync(header(`${TITLES},颜色`), unreadable(/no column "颜色"/));
  await t.throwsAsync(header(TITLES.replace('工种*', 'case_id')), unreadable(/case_id is there twice/));
  await t.throwsAsync(header(TITLES.replace(',证照编号*', '')), unreadable(/columns are missing: 证照编号/));
});

test('the same key with the same file is the same list; with another file it is refused; others do not see it', async (t) => {
  const here = await ground(t);
  const [one, other] = await Promise.all([upload(here, list(line(1))), upload(here, list(line(1)))]);
  t.is(one.batchId, other.batchId);
  await t.throwsAsync(upload(here, list(line(2))), { code: 'idempotency-conflict' });
  await t.throwsAsync(getBatch(here.deps, OTHER_AUTHORITY.code, one.batchId), { code: 'batch-not-found' });

  // A client that issues the type for two authorities: the key does not carry a list from the one to the other.
  const issuer = await issuerOfClient(here.deps, DEPARTMENT, TYPE);
  const right = { ...issuer.right, authorityCode: OTHER_AUTHORITY.code };
  const again = { title: '', bytes: list(line(1)), idempotencyKey: 'key-00000001' };
  await t.throwsAsync(checkBatch(here.deps, { ...issuer, right }, again), { code: 'idempotency-conflict' });
});

test('the good rows are issued by several workers, each once; a repeated list issues nothing twice', async (t) => {
  const here = await ground(t);
  const lines = Array.from({ length: 50 }, (_, index) => line(index + 1));
  const batch = await upload(here, list(...lines, line(99, { date: 'gestern' })));
  const workers = [here.workers(), here.workers()];
  await Promise.all([1, 2].map(() => confirmBatch(here.deps, AUTHORITY.code, batch.batchId)));
  await Promise.all(workers.map((one) => one.idle()));
  t.is((await getBatch(here.deps, AUTHORITY.code, batch.batchId)).state, 'done');
  t.like(await countBatchRows(here.world.db, batch.batchId), { issued: 50, bad: 1, waiting: 0, refused: 0 });
  t.is(await licensesOf(here), 50);
  t.is(here.world.seal.made.length, 50);
  const again = await upload(here, list(...lines), 'key-00000002');
  await confirmBatch(here.deps, AUTHORITY.code, again.batchId);
  await Promise.all(workers.map((one) => one.idle()));
  t.like(await countBatchRows(here.world.db, again.batchId), { issued: 50 });
  t.is(await licensesOf(here), 50);
  await t.throwsAsync(stopRows(here.deps, AUTHORITY.code, again.batchId), { code: 'batch-state' });
});

test('a row that is refused while it is issued says why, and the others go on', async (t) => {
  const here = await ground(t);
  const batch = await upload(here, list(line(1), line(2, { holder: { ...LISI, name: '李\u{2ffff}' } }), line(3)));
  await confirmBatch(here.deps, AUTHORITY.code, batch.batchId);
  await here.workers().idle();
  const rows = await rowsOf(here, batch.batchId);
  t.deepEqual(
    rows.map(({ state }) => state),
    ['issued', 'refused', 'issued'],
  );
  t.regex(rows[1]?.problem ?? '', /glyph-missing|license-fields-invalid/);
});

test('stopping leaves what is issued and begins no other row', async (t) => {
  const here = await ground(t);
  const batch = await upload(here, list(...Array.from({ length: 40 }, (_, index) => line(index + 1))));
  let stopped: Promise<number> | undefined;
  here.world.seal.before = async () => {
    if (here.world.seal.calls === 5) stopped = stopRows(here.deps, AUTHORITY.code, batch.batchId);
    await stopped;
  };
  await confirmBatch(here.deps, AUTHORITY.code, batch.batchId);
  await here.workers().idle();
  const counts = await countBatchRows(here.world.db, batch.batchId);
  t.is(counts.issued, await licensesOf(here));
  t.true(counts.issued >= 1 && counts.issued < 40, `${counts.issued}`);
  t.is(counts.issued + counts.stopped, 40);
  await t.throwsAsync(confirmBatch(here.deps, AUTHORITY.code, batch.batchId), { code: 'batch-state' });
});

test('the right of the client ends after the confirmation: no row is issued, and none is lost', async (t) => {
  const here = await ground(t);
  const { db } = here.world;
  const batch = await upload(here, list(line(1)));
  await confirmBatch(here.deps, AUTHORITY.code, batch.batchId);
  const right = { client_id: DEPARTMENT, authority_code: AUTHORITY.code };
  t.deepEqual(await db.transaction((trx) => endIssuingClient(trx, right, here.deps.clock())), [TYPE]);
  const payload = { organisation: AUTHORITY.code, batch_id: batch.batchId, from: 2, to: 2 };
  const told = { id: 1, queue: 'bulk', key: null, payload, tries: 1, idempotencyKey: 'bulk-1', enqueuedAt: new Date() };
  const run = async () => bulkQueue(here.deps).handle(told, new AbortController().signal);
  await t.throwsAsync(run(), { code: 'issuing-not-allowed' });
  t.like(await countBatchRows(db, batch.batchId), { waiting: 1, issued: 0 });
  const grant = { clientId: DEPARTMENT, licenseType: TYPE, authorityCode: AUTHORITY.code };
  await upsertIssuingClient(db, grant, here.deps.clock());
  await run();
  t.like(await countBatchRows(db, batch.batchId), { waiting: 0, issued: 1 });
});

test('the seal room is away for a while: rows wait, and each has one license in the end', async (t) => {
  const here = await ground(t);
  const batch = await upload(here, list(...Array.from({ length: 30 }, (_, index) => line(index + 1))));
  here.world.seal.before = () => {
    if (here.world.seal.calls % 3 === 0) throw new TrustError('seal-unavailable', 'away');
  };
  await confirmBatch(here.deps, AUTHORITY.code, batch.batchId);
  const workers = here.workers();
  for (let round = 0; round < 40; round++) {
    await workers.idle();
    if ((await getBatch(here.deps, AUTHORITY.code, batch.batchId)).state === 'done') break;
    here.world.pass(3600);
  }
  t.like(await countBatchRows(here.world.db, batch.batchId), { issued: 30 });
  t.is(await licensesOf(here), 30);
});

test('what the rows said is forgotten after the end, their outcome stays', async (t) => {
  const here = await ground(t);
  const batch = await upload(here, list(line(1)));
  await confirmBatch(here.deps, AUTHORITY.code, batch.batchId);
  await here.workers().idle();
  t.is(await forgetBatchCells(here.world.db, here.deps.clock(), 10), 0);
  here.world.pass(60);
  t.is(await forgetBatchCells(here.world.db, here.deps.clock(), 10), 1);
  const [row] = await rowsOf(here, batch.batchId);
  t.is(row?.cellsBox, null);
  t.is(row?.state, 'issued');
});

test('lists are chosen by right before they are limited, and counted in the same statement', async (t) => {
  const here = await ground(t);
  const { db } = here.world;
  const own = await upload(here, list(line(1), line(2, { date: '2026-02-30' })));
  const given = (place: number): Batch => ({
    ...own,
    batchId: `bat_other${place}`,
    idempotencyKey: `other-${place}`,
    licenseType: '11360000MB0D000965999',
    authorityCode: place % 2 === 0 ? AUTHORITY.code : OTHER_AUTHORITY.code,
    createdAt: new Date(own.createdAt.getTime() + 1000 + place),
  });
  for (let place = 0; place < 12; place += 1) await insertBatch(db, given(place), []);
  const statements: string[] = [];
  const note = ({ sql }: { sql: string }) => statements.push(sql);
  db.on('query', note);
  const client = { organisation: AUTHORITY.code, clientId: DEPARTMENT };
  const seen = await listBatches(db, client, 10);
  db.off('query', note);
  t.is(statements.length, 1);
  t.deepEqual(
    seen.map(({ batch, counts }) => [batch.batchId, counts]),
    [[own.batchId, { bad: 1, good: 1, waiting: 0, issued: 0, refused: 0, stopped: 0 }]],
  );
  t.like(seen[0]?.batch, { title: own.title, header: own.header, createdAt: own.createdAt, state: 'checked' });
  const clerks = await listBatches(db, { organisation: AUTHORITY.code, clientId: null }, 3);
  t.deepEqual(
    clerks.map(({ batch }) => batch.batchId),
    ['bat_other10', 'bat_other8', 'bat_other6'],
  );
  t.deepEqual(await listBatches(db, { ...client, clientId: 'archive' }, 10), []);
  t.deepEqual(await listBatches(db, { organisation: OTHER_AUTHORITY.code, clientId: null }, 10), []);
});

// Imports by the queue: progress, what is refused and why, stopping and going on, and that neither two workers nor a dead one
// take a row twice or lose one.
import test, { type ExecutionContext } from 'ava';
import { Registry } from 'prom-client';
import { makeLog } from '../../common/log.ts';
import { claimJobs } from '../../common/queue/store/jobs.ts';
import { makeWorkers } from '../../common/queue/workers.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import type { ImportRow } from '../../identity/domain/import-row.ts';
import type { ImportDeps } from '../../identity/flow/import-accounts.ts';
import {
  beginImport,
  cancelImport,
  getImport,
  importQueue,
  type RefusedRow,
  readRefused,
  resumeImport,
} from '../../identity/flow/run-import.ts';
import { deleteOldImports, listImports } from '../../identity/store/imports.ts';
import { testDatabase } from '../_harness/database.ts';
import { MASTER_KEY } from './identity-house.ts';

const keys = deriveDocumentKeys(MASTER_KEY);
const NEW = { source: 'old-house', maxLevel: 3, fileName: 'users.csv', by: 'operator' } as const;

type World = ImportDeps & { now: Date };

async function world(t: ExecutionContext): Promise<World> {
  const here: World = {
    db: (await testDatabase(t)).connect('identity', 6),
    keys,
    now: new Date('2026-11-22T00:00:00Z'),
    clock: () => here.now,
  };
  return here;
}

async function* rowsOf(list: readonly ImportRow[]): AsyncGenerator<ImportRow> {
  yield* list;
}

const plain = (count: number): ImportRow[] =>
  Array.from({ length: count }, (_, at) => ({
    key: `k${at}`,
    name: '某某',
    phone: `1380000${String(at).padStart(4, '0')}`,
  }));
const begin = (here: World, rows: readonly ImportRow[]): Promise<string> => beginImport(here, NEW, rowsOf(rows));

/** Everything that is due, by so many processes. */
async function work(here: World, processes = 1): Promise<void> {
  const deps = { db: here.db, schema: 'identity', clock: here.clock, log: makeLog('identity', 'fatal') };
  const all = Array.from({ length: processes }, () =>
    makeWorkers({ ...deps, registry: new Registry(), chance: () => 0.5 }, [importQueue(here)]),
  );
  for (const workers of all) workers.start();
  for (const workers of all) await workers.idle();
  for (const workers of all) await workers.stop();
}

async function refusedOf(here: World, importId: string): Promise<readonly RefusedRow[]> {
  const found: RefusedRow[] = [];
  for await (const row of readRefused(here, importId)) found.push(row);
  return found;
}

const stateOf = async (here: World, importId: string) => {
  const { state, counts } = await getImport(here, importId);
  return { state, ...counts };
};

test('a file in parts: three processes take each row once; what is refused is told in order; nothing of a person is left in the clear', async (t) => {
  const here = await world(t);
  const rows = plain(900);
  rows[10] = { key: 'k10', name: '坏', phone: '123' };
  rows[700] = { ...rows[0], key: 'k700' };
  rows[899] = rows[1]!;
  const importId = await begin(here, rows);
  t.deepEqual(await stateOf(here, importId), { state: 'running', rows: 900, imported: 0, known: 0, refused: 0 });
  t.false(JSON.stringify(await here.db('identity.import_parts')).includes('13800000001'));
  t.false(JSON.stringify(await here.db('identity.jobs')).includes('1380000'));
  await work(here, 3);
  t.deepEqual(await stateOf(here, importId), { state: 'done', rows: 900, imported: 897, known: 1, refused: 2 });
  t.is((await here.db('identity.accounts')).length, 897);
  const refused = await refusedOf(here, importId);
  t.deepEqual(
    refused.map(({ row, reason }) => [row.key, reason.split(':')[0]]),
    [
      ['k10', 'phone'],
      ['k700', 'phone'],
    ],
  );
  t.is((await here.db('identity.import_parts').whereNotNull('box')).length, 0, 'what was taken is not kept');
  const events = await here.db('identity.events').whereLike('kind', 'import.%').orderBy('id').select('kind', 'detail');
  t.deepEqual(
    events.map(({ kind, detail }) => [kind, detail.by, detail.imported]),
    [
      ['import.begun', 'operator', 0],
      ['import.ended', undefined, 897],
    ],
  );
  const again = await begin(here, rows);
  await work(here);
  t.like(await stateOf(here, again), { state: 'done', imported: 0, known: 898 });
});

test('stopped: what was taken stays, what waits is not taken, until somebody resumes it; refused siblings', async (t) => {
  const here = await world(t);
  const importId = await begin(here, plain(600));
  const queue = importQueue(here);
  const job = { id: 1, queue: 'imports', key: importId, tries: 1, idempotencyKey: '', enqueuedAt: here.now };
  const first = { ...job, payload: { import_id: importId, part: 0 } };
  const signal = new AbortController().signal;
  // The same part at once, by two that both believe it is theirs; and once more.
  await Promise.all([queue.handle(first, signal), queue.handle(first, signal)]);
  await queue.handle(first, signal);
  t.like(await stateOf(here, importId), { state: 'running', imported: 250, known: 0 });
  await cancelImport(here, importId, 'operator');
  await work(here);
  t.like(await stateOf(here, importId), { state: 'stopped', imported: 250 });
  t.is((await here.db('identity.accounts')).length, 250);
  await t.throwsAsync(cancelImport(here, importId, 'operator'), { code: 'import-state' });
  await resumeImport(here, importId, 'operator');
  await t.throwsAsync(resumeImport(here, importId, 'operator'), { code: 'import-state' });
  await work(here);
  t.like(await stateOf(here, importId), { state: 'done', imported: 600, known: 0 });
  await t.throwsAsync(resumeImport(here, importId, 'operator'), { code: 'import-state' });
  await t.throwsAsync(cancelImport(here, importId, 'operator'), { code: 'import-state' });
  await t.throwsAsync(getImport(here, 'imp_unknown'), { code: 'import-not-found' });
  await t.throwsAsync(resumeImport(here, 'imp_unknown', 'operator'), { code: 'import-not-found' });
  const kinds = await here.db('identity.events').whereLike('kind', 'import.%').orderBy('id').pluck('kind');
  t.deepEqual(kinds, ['import.begun', 'import.stopped', 'import.resumed', 'import.ended']);
});

test('a worker that was killed: its part is done by another when its lease is over, the others do not wait for it', async (t) => {
  const here = await world(t);
  const importId = await begin(here, plain(750));
  const at = { schema: 'identity', queue: 'imports', now: here.now };
  const leaseUntil = new Date(here.now.getTime() + 30_000);
  t.is((await claimJobs(here.db, at, { count: 1, perKey: 2, leaseUntil })).length, 1, 'taken, and never seen again');
  await work(here);
  t.like(await stateOf(here, importId), { state: 'running', imported: 500 });
  here.now = new Date(here.now.getTime() + 31_000);
  await work(here);
  t.like(await stateOf(here, importId), { state: 'done', imported: 750, refused: 0 });
});

test('a part that fails for good stops the import and nothing else; mended, it is resumed', async (t) => {
  const here = await world(t);
  const importId = await begin(here, plain(500));
  const [part] = await here.db('identity.import_parts').where({ part: 1 });
  await here
    .db('identity.import_parts')
    .where({ part: 1 })
    .update({ box: Buffer.alloc(64) });
  for (let tries = 0; tries < 8; tries += 1) {
    await work(here);
    here.now = new Date(here.now.getTime() + 2400_000);
  }
  t.like(await stateOf(here, importId), { state: 'stopped', imported: 250 });
  t.is((await here.db('identity.jobs').where({ queue: 'imports', state: 'dead' })).length, 1);
  await here.db('identity.import_parts').where({ part: 1 }).update({ box: part.box });
  await resumeImport(here, importId, 'operator');
  await work(here);
  t.like(await stateOf(here, importId), { state: 'done', imported: 500 });
});

test('a file that breaks off leaves nothing; an empty one is done at once; what ended goes after its days', async (t) => {
  const here = await world(t);
  async function* broken(): AsyncGenerator<ImportRow> {
    yield* plain(300);
    throw new Error('line 301');
  }
  await t.throwsAsync(beginImport(here, NEW, broken()), { message: 'line 301' });
  t.is((await listImports(here.db, 10)).length, 0);
  t.is((await here.db('identity.import_parts')).length + (await here.db('identity.jobs')).length, 0);
  const empty = await begin(here, []);
  t.like(await stateOf(here, empty), { state: 'done', rows: 0 });
  const running = await begin(here, plain(10));
  const later = new Date(here.now.getTime() + 1);
  t.is(await deleteOldImports(here.db, later, 10), 1);
  t.deepEqual(
    (await listImports(here.db, 10)).map((one) => one.importId),
    [running],
  );
});

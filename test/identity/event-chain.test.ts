// Every event of the room ends in its hash chain exactly once, whoever puts it there, and in the chain it cannot be changed.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openAudit } from '../../common/audit/open-audit.ts';
import { verifyAudit } from '../../common/audit/verify-audit.ts';
import { verifyNewest } from '../../common/audit/verify-newest.ts';
import { systemClock } from '../../common/clock.ts';
import { makeLog } from '../../common/log.ts';
import { makeEventChain } from '../../identity/flow/chain-events.ts';
import { insertEvent } from '../../identity/store/events.ts';
import { type TestDatabase, testDatabase } from '../_harness/database.ts';
import { signer } from '../common/audit/log-kit.ts';

const silent = makeLog('identity', 'fatal', { write: () => undefined });

async function openNode(t: ExecutionContext, database: TestDatabase, copyFolder: string) {
  const { audit, checkpoints, close } = openAudit({
    databaseUrl: database.urls.identity,
    schema: 'identity',
    room: 'identity',
    signer,
    copyFolder,
    clock: systemClock,
    log: silent,
  });
  t.teardown(close);
  return { chain: makeEventChain({ audit, log: silent }), checkpoints };
}

test('what 200 requests record while three nodes chain is in the chains once each, and nothing waits', async (t) => {
  const database = await testDatabase(t);
  const folder = await mkdtemp(join(tmpdir(), 'xinji-chain-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const db = database.connect('identity', 10);
  const nodes = await Promise.all([1, 2, 3].map(() => openNode(t, database, folder)));
  const write = async (index: number): Promise<void> => {
    const at = new Date(Date.UTC(2026, 10, 22, 8, 0, 0, index));
    await insertEvent(db, {
      at,
      kind: 'login.succeeded',
      sub: `person-${index}`,
      clientId: 'a-system',
      detail: { index },
    });
  };
  for (let start = 0; start < 200; start += 40) {
    const events = Array.from({ length: 40 }, (_, i) => write(start + i));
    await Promise.all([...events, ...nodes.map(({ chain }) => chain.run())]);
  }
  for (const { chain } of nodes) await chain.run();
  await nodes[0]!.checkpoints.run();

  const rows: { subject: string; detail: { event: number; client_id: string; index: number } }[] = await db(
    'identity.audit_entries',
  ).select('subject', 'detail');
  t.deepEqual(
    rows.map(({ subject }) => subject).sort(),
    Array.from({ length: 200 }, (_, index) => `person-${index}`).sort(),
  );
  t.is(new Set(rows.map(({ detail }) => detail.event)).size, 200);
  t.true(rows.every(({ subject, detail }) => subject === `person-${detail.index}` && detail.client_id === 'a-system'));
  t.deepEqual(await db('identity.unchained_events').select('event_id'), []);
  const request = { db, schema: 'identity', room: 'identity', certificates: [signer.certificate], copyFolder: folder };
  t.deepEqual((await verifyAudit(request)).faults, []);
  t.like(await verifyNewest(db, 'identity', 500), { rows: 200, faults: 0, checkpoint: { number: 1 } });

  const owner = database.connect('owner', 1);
  await owner.raw('alter table identity.audit_entries disable trigger user');
  await owner.raw(`update identity.audit_entries set actor = 'somebody' where subject = 'person-7'`);
  t.like((await verifyAudit(request)).faults, [{ kind: 'row-changed' }]);
  t.is((await verifyNewest(db, 'identity', 500)).faults, 1);
});

test('an act that is rolled back leaves no event; the role of the room cannot change what is chained', async (t) => {
  const database = await testDatabase(t);
  const db = database.connect('identity', 2);
  const undone = db.transaction(async (trx) => {
    await insertEvent(trx, { at: new Date(), kind: 'role.added', sub: 'nobody' });
    throw new Error('undone');
  });
  await t.throwsAsync(undone, { message: 'undone' });
  const { chain } = await openNode(t, database, join(tmpdir(), 'unused-here'));
  t.is(await chain.run(), 0);
  await insertEvent(db, { at: new Date(), kind: 'role.added', sub: 'somebody' });
  t.is(await chain.run(), 1);
  t.is(await chain.run(), 0);
  await t.throwsAsync(db.raw(`update identity.audit_entries set actor = 'x'`), { code: '42501' });
  await t.throwsAsync(db.raw('delete from identity.audit_entries'), { code: '42501' });
});

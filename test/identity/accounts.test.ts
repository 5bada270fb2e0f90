// What an account is to us: levels by proof, waiting entries, units, and that nothing personal lies in the clear.

import test, { type ExecutionContext } from 'ava';
import type { Knex } from 'knex';
import { Registry } from 'prom-client';
import { databaseErrorCode } from '../../common/db/errors.ts';
import { makeLog } from '../../common/log.ts';
import { makeWorkers } from '../../common/queue/workers.ts';
import { deriveDocumentKeys } from '../../identity/domain/document-box.ts';
import { levelAfter, type ProofingPorts, retryAfterSeconds, type Source } from '../../identity/domain/proofing.ts';
import { proofQueue } from '../../identity/flow/check-waiting-proofs.ts';
import { confirmAtCounter } from '../../identity/flow/confirm-at-counter.ts';
import { proveByFace, proveByPopulation } from '../../identity/flow/prove-identity.ts';
import { proveUnit } from '../../identity/flow/prove-unit.ts';
import { registerAccount } from '../../identity/flow/register-account.ts';
import { makeDevelopmentPorts } from '../../identity/proofing/development.ts';
import { TEST_PERSONS, TEST_UNITS } from '../../identity/proofing/test-persons.ts';
import {
  changeDocument,
  findAccountByHolder,
  findAccountByLogin,
  findAccountByPhone,
  findAccountBySub,
  findDocument,
  listUnsealed,
} from '../../identity/store/accounts.ts';
import { listEvents } from '../../identity/store/events.ts';
import { listUnitsOf, markLegalPersonStatus } from '../../identity/store/legal-persons.ts';
import { findProofWait } from '../../identity/store/proof-waits.ts';
import { listProofings } from '../../identity/store/proofings.ts';
import { testDatabase } from '../_harness/database.ts';
import { MASTER_KEY } from './identity-house.ts';

const keys = deriveDocumentKeys(MASTER_KEY);
const WANG = { name: '王芳', holder: { type: '111', code: '360102199206150014' } } as const;
const PICTURE = Uint8Array.from([0xff, 0xd8, 0xff, ...new Uint8Array(80)]);

type World = {
  db: Knex;
  clock: () => Date;
  keys: typeof keys;
  ports: ProofingPorts;
  outages: Source[];
  now: Date;
  proofWaitDays: number;
};

async function world(t: ExecutionContext): Promise<World> {
  const outages: Source[] = [];
  const here: World = {
    db: (await testDatabase(t)).connect('identity', 4),
    keys,
    clock: () => here.now,
    ports: makeDevelopmentPorts({ delayMs: 0, outages: () => outages }),
    outages,
    proofWaitDays: 14,
    now: new Date('2026-11-22T00:00:00Z'),
  };
  return here;
}

const register = async (here: World, phone: string, change: object = {}): Promise<string> =>
  (await registerAccount(here, { name: '王芳', phone, ...change })).sub;
const levelOf = async ({ db }: World, sub: string) => (await findAccountBySub(db, keys, sub))?.level;

test('name and number against the base make level 3, the face on top of it level 4; each question is on record', async (t) => {
  const here = await world(t);
  const sub = await register(here, '13900000001');
  t.is(await levelOf(here, sub), 2);
  await t.throwsAsync(proveByFace(here, sub, PICTURE), { code: 'proof-missing' });
  t.deepEqual(await proveByPopulation(here, sub, { ...WANG, name: '王方' }), { outcome: 'mismatched' });
  t.is(await levelOf(here, sub), 2);
  t.is((await findDocument(here.db, keys, sub))?.holder, undefined, 'a document that does not fit is not kept');
  const typed = { name: ' 王芳 ', holder: { type: '111', code: '３６０１０２ 199206150014' } };
  t.deepEqual(await proveByPopulation(here, sub, typed), { outcome: 'proven', level: 3 });
  t.deepEqual(await proveByFace(here, sub, Uint8Array.of(1, 2, 3)), { outcome: 'mismatched' });
  t.deepEqual(await proveByFace(here, sub, PICTURE), { outcome: 'proven', level: 4 });
  t.deepEqual(await proveByPopulation(here, sub, WANG), { outcome: 'proven', level: 4 }, 'a level never falls');
  const account = (await findAccountBySub(here.db, keys, sub))!;
  const records = await listProofings(here.db, account.id);
  t.deepEqual(
    records.map(({ method, outcome, level }) => [method, outcome, level]),
    [
      ['population', 'mismatched', null],
      ['population', 'matched', 3],
      ['face', 'mismatched', null],
      ['face', 'matched', 4],
      ['population', 'matched', 4],
    ],
  );
  t.true(records.every(({ port }) => port === 'development'));
});

test('refused siblings: a wrong check character, an unknown type of document, a code of an organisation', async (t) => {
  const here = await world(t);
  const sub = await register(here, '13900000001');
  const prove = (type: string, code: string) => proveByPopulation(here, sub, { name: '王芳', holder: { type, code } });
  await t.throwsAsync(prove('111', '360102199206150015'), { code: 'code-check', message: /should be 4/ });
  await t.throwsAsync(prove('112', '360102199206150014'), { code: 'invalid-request' });
  await t.throwsAsync(prove('001', '91360100MA35XJ017H'), { code: 'invalid-request' });
  t.deepEqual(await prove('414', 'E12345678'), { outcome: 'mismatched' });
  t.is((await listProofings(here.db, (await findAccountBySub(here.db, keys, sub))!.id)).length, 1);
});

test('GB/T 2260: a number of an abolished region is proven like any other, and the event of the proof says what is odd', async (t) => {
  const here = await world(t);
  await register(here, '13900000001');
  const seen = { name: '王芳', holder: { type: '111', code: '360105199003077717' } };
  const result = await confirmAtCounter(here, { who: '13900000001', seen, clerk: 'window-7' });
  t.deepEqual(result, { outcome: 'proven', level: 5 });
  const events = (await listEvents(here.db, 10)).filter(({ kind }) => kind === 'account.proven');
  t.deepEqual(
    events.map(({ detail }) => detail),
    [{ level: 5, method: 'counter', by: 'window-7', notices: 'region-abolished' }],
  );
});

test('a silent base keeps the entries, sealed, and the person is asked nothing twice; a test person of silence likewise', async (t) => {
  const here = await world(t);
  const sub = await register(here, '13900000001');
  here.outages.push('population');
  t.deepEqual(await proveByPopulation(here, sub, WANG), { outcome: 'unavailable', kept: true });
  const { id } = (await findAccountBySub(here.db, keys, sub))!;
  const waiting = () => findProofWait(here.db, keys, { id, sub }, here.now);
  t.deepEqual(await waiting(), { identity: WANG, since: here.now });
  const [row] = await here.db('identity.proof_waits');
  t.false(Buffer.from(row.box).includes(Buffer.from(WANG.holder.code)));
  t.false(JSON.stringify(await here.db('identity.jobs')).includes(WANG.holder.code), 'nor in the queue');
  here.now = new Date(here.now.getTime() + 14 * 86_400_000);
  t.is(await waiting(), null, 'the setting is over');
  here.outages.pop();
  t.deepEqual(await proveByPopulation(here, sub, WANG), { outcome: 'proven', level: 3 });
  t.is((await here.db('identity.proof_waits')).length, 0);
  const silent = { name: '吴音', holder: { type: '111', code: '360102196611222049' } };
  t.deepEqual(await proveByPopulation(here, sub, silent), { outcome: 'unavailable', kept: true });
});

/** What is due in the queue of the room, done. */
async function askAgain(t: ExecutionContext, here: World): Promise<void> {
  const deps = {
    db: here.db,
    schema: 'identity',
    clock: here.clock,
    log: makeLog('identity', 'fatal'),
    chance: () => 0.5,
  };
  const workers = makeWorkers({ ...deps, registry: new Registry() }, [proofQueue(here)]);
  workers.start();
  await workers.idle();
  await workers.stop();
  t.is((await here.db('identity.jobs').where({ state: 'running' })).length, 0);
}

test('entries are asked about again by the queue, less and less often, two at once; a base that is away kills no job', async (t) => {
  const here = await world(t);
  here.outages.push('population');
  const subs: string[] = [];
  for (let n = 0; n < 5; n += 1) {
    subs.push(await register(here, `1390000001${n}`));
    await proveByPopulation(here, subs[n]!, WANG);
  }
  let [asked, at, most] = [0, 0, 0];
  const check = async (): Promise<'unavailable'> => {
    asked += 1;
    at += 1;
    most = Math.max(most, at);
    await here.db.raw('select pg_sleep(0.02)');
    at -= 1;
    return 'unavailable';
  };
  const silent = { ...here, clock: () => here.now, ports: { ...here.ports, population: { port: 'silent', check } } };
  await askAgain(t, silent);
  t.is(asked, 0, 'not before its time');
  const times: number[] = [];
  for (let minutes = 1; minutes <= 8; minutes += 1) {
    here.now = new Date(here.now.getTime() + 60_000);
    await askAgain(t, silent);
    times.push(asked);
  }
  t.deepEqual(times, [5, 5, 10, 10, 10, 10, 15, 15], 'after one minute, two, four');
  t.true(most <= 2);
  t.is((await here.db('identity.jobs').where({ state: 'dead' })).length, 0);
  // New entries of an account are asked about in place of the old ones, and only they.
  await proveByPopulation(here, subs[0]!, { ...WANG, name: '王方' });
  here.outages.pop();
  here.now = new Date(here.now.getTime() + 8 * 60_000);
  await askAgain(t, here);
  t.is(await levelOf(here, subs[0]!), 2, 'they do not fit');
  const levels = await Promise.all(subs.slice(1).map((sub) => levelOf(here, sub)));
  t.deepEqual(levels.sort(), [2, 2, 2, 3], 'one document, one account');
  t.is((await here.db('identity.proof_waits')).length, 0);
  t.is((await here.db('identity.jobs').where({ queue: 'proofs' }).whereNot({ state: 'done' })).length, 0);
});

test('a proven document belongs to one account; one that was only said gives way to the one that proved it', async (t) => {
  const here = await world(t);
  const said = await register(here, '13900000001', { holder: WANG.holder });
  const proven = await register(here, '13900000002');
  t.deepEqual(await proveByPopulation(here, proven, WANG), { outcome: 'proven', level: 3 });
  t.is((await findDocument(here.db, keys, said))?.holder, undefined);
  const result = await proveByPopulation(here, said, WANG);
  t.is(result.outcome, 'taken');
  t.is(result.outcome === 'taken' && result.by.sub, proven);
  t.is(await levelOf(here, said), 2);
  t.is((await findAccountByHolder(here.db, keys, WANG.holder))?.sub, proven);
});

test('at a counter the document is seen beside its holder: level 5, recorded with the clerk; a silent hall changes nothing', async (t) => {
  const here = await world(t);
  const sub = await register(here, '13900000001');
  const confirm = (who: string) => confirmAtCounter(here, { who, seen: WANG, clerk: 'window-7' });
  here.outages.push('counter');
  t.is((await confirm('13900000001')).outcome, 'unavailable');
  here.outages.pop();
  await t.throwsAsync(confirm('13900000002'), { code: 'account-not-found' });
  t.deepEqual(await confirm('13900000001'), { outcome: 'proven', level: 5 });
  const account = (await findAccountBySub(here.db, keys, sub))!;
  t.is(account.level, 5);
  t.like((await listProofings(here.db, account.id)).at(-1), { method: 'counter', actor: 'window-7', level: 5 });
});

test('a legal representative is who the base of legal persons says, and only while he is proven and the unit active', async (t) => {
  const here = await world(t);
  const sub = await register(here, '13900000001');
  const [unit] = TEST_UNITS;
  await t.throwsAsync(proveUnit(here, sub, unit!), { code: 'proof-missing' });
  await proveByPopulation(here, sub, WANG);
  t.is(await proveUnit(here, sub, { ...unit!, name: '别的公司' }), 'mismatched');
  await t.throwsAsync(proveUnit(here, sub, { ...unit!, code: '91360100MA35XJ0171' }), { code: 'code-check' });
  t.deepEqual(await listUnitsOf(here.db, sub), []);
  here.outages.push('legal-person');
  t.is(await proveUnit(here, sub, unit!), 'unavailable');
  here.outages.pop();
  t.is(await proveUnit(here, sub, unit!), 'matched');
  t.is(await proveUnit(here, sub, unit!), 'matched', 'once more changes nothing');
  t.like((await listUnitsOf(here.db, sub))[0], { code: unit!.code, name: unit!.name, status: 'active' });
  t.true((await findAccountBySub(here.db, keys, sub))?.representsUnits);
  const other = await register(here, '13900000002');
  t.deepEqual(await listUnitsOf(here.db, other), []);
  await markLegalPersonStatus(here.db, unit!.code, 'suspended');
  t.deepEqual(await listUnitsOf(here.db, sub), []);
  t.false((await findAccountBySub(here.db, keys, sub))?.representsUnits);
});

test('an account is found by phone, mail, number and login name, and none of them lies in the clear', async (t) => {
  const here = await world(t);
  const person = { loginName: 'wangfang', mail: 'Wang@Example.gov.cn', holder: WANG.holder };
  const sub = await register(here, '+86 139-0000-0001', person);
  for (const typed of ['wangfang', '13900000001', 'wang@example.gov.cn', '360102199206150014'])
    t.is((await findAccountByLogin(here.db, keys, typed))?.account.sub, sub, typed);
  t.is((await findAccountByPhone(here.db, keys, '13900000001'))?.name, '王芳');
  await t.throwsAsync(register(here, '13900000001'), { code: 'account-exists' });
  await t.throwsAsync(register(here, '13900000009', { mail: 'wang@example.gov.cn' }), { code: 'account-exists' });
  const [row] = await here.db('identity.accounts').where({ sub });
  const all = Object.values(row as Record<string, unknown>).map((value) =>
    Buffer.isBuffer(value) ? value.toString('latin1') : String(value),
  );
  const secrets = ['王芳', '13900000001', 'wang@example', WANG.holder.code].map((text) =>
    Buffer.from(text).toString('latin1'),
  );
  for (const secret of [...secrets, '王芳'])
    t.false(
      all.some((value) => value.includes(secret)),
      secret,
    );
});

test('names that an earlier version kept in the clear are read, and sealed with the next change', async (t) => {
  const here = await world(t);
  const sub = await register(here, '13900000001');
  await here.db('identity.accounts').where({ sub }).update({ name: '旧名' });
  t.is((await findAccountBySub(here.db, keys, sub))?.name, '旧名');
  t.deepEqual(await listUnsealed(here.db, 10), [sub]);
  await changeDocument(here.db, keys, sub, (document) => document);
  t.deepEqual(await listUnsealed(here.db, 10), []);
  t.is((await findAccountBySub(here.db, keys, sub))?.name, '旧名');
});

test('what was proven stays on record: the room cannot change it', async (t) => {
  const here = await world(t);
  for (const change of ['update identity.proofings set level = 5', 'delete from identity.proofings']) {
    const error = await t.throwsAsync(async () => here.db.raw(change));
    t.is(databaseErrorCode(error), '42501', change);
  }
});

test('levels by proof; a silent source is asked after one minute, then less and less often', (t) => {
  t.deepEqual(
    ([2, 3, 4, 5] as const).map((level) => levelAfter(level, 'population')),
    [3, 3, 4, 5],
  );
  t.deepEqual(
    ([2, 3, 4, 5] as const).map((level) => levelAfter(level, 'face')),
    [2, 4, 4, 5],
  );
  t.deepEqual(
    ([2, 3, 4, 5] as const).map((level) => levelAfter(level, 'counter')),
    [5, 5, 5, 5],
  );
  t.deepEqual([0, 1, 2, 20].map(retryAfterSeconds), [60, 120, 240, 21_600]);
  t.is(new Set(TEST_PERSONS.map(({ code }) => code)).size, TEST_PERSONS.length);
});

// The owner of the tables at work behind the room's back: what is done, and what the verification calls it.
import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { copyFile } from '../../../common/audit/checkpoint-copy.ts';
import { type AuditEntry, chainEntries, emptyChain } from '../../../common/audit/entry.ts';
import { fromHex } from '../../../common/bytes.ts';
import { verifySm2 } from '../../../common/crypto/sm2.ts';
import { AT } from '../../_harness/pki.ts';
import { entry, fill, inShort, type LogKit, makeLogKit, readRows, signer, stranger, token } from './log-kit.ts';

test('an untouched log passes; the finding says how far checkpoints and copy reach', async (t) => {
  const kit = await makeLogKit(t);
  await fill(kit, 10);
  const finding = await kit.verify();
  t.deepEqual(finding.faults, []);
  t.deepEqual(finding.chains, [{ chain: 1, rows: 10, coveredByDatabase: 9, coveredByCopy: 9 }]);
  t.is(finding.checkpoints.count, 3);
  t.is(finding.copy?.count, 3);
  t.is(finding.timeStamps, 0);
  t.is((await kit.verify(null)).copy, null);
});

test('an empty log passes without a copy; a folder without one is file-corrupt', async (t) => {
  const kit = await makeLogKit(t);
  t.deepEqual((await kit.verify(null)).faults, []);
  await t.throwsAsync(kit.verify(), { code: 'file-corrupt' });
});

test('a room that runs and has recorded nothing has begun its copy, and its log passes with it', async (t) => {
  const kit = await makeLogKit(t);
  const { checkpoints, close } = await fill(kit, 0);
  t.teardown(close);
  await checkpoints.run();
  const finding = await kit.verify();
  t.deepEqual(finding.faults, []);
  t.is(finding.copy?.count, 0);
});

/** Statement of the owner -> the faults, of ten rows and three checkpoints (rows 3, 6, 9). */
const TAMPERINGS: readonly (readonly [name: string, sql: string, faults: readonly string[]])[] = [
  ['a changed actor', `update seal.audit_entries set actor = 'nobody' where number = 4`, ['row-changed 1/4']],
  [
    'a changed time, by a millisecond',
    `update seal.audit_entries set at = at + interval '1 ms' where number = 4`,
    ['row-changed 1/4'],
  ],
  [
    'a blank in the detail',
    `update seal.audit_entries set detail = (detail::text || ' ')::json where number = 4`,
    ['row-changed 1/4'],
  ],
  ['a request id removed', 'update seal.audit_entries set request_id = null where number = 4', ['row-changed 1/4']],
  ['a removed row', 'delete from seal.audit_entries where number = 5', ['row-missing 1/6']],
  [
    'a removed row of a checkpoint',
    'delete from seal.audit_entries where number = 6',
    ['row-missing 1/7', 'row-rewritten 1/6'],
  ],
  ['the first row removed', 'delete from seal.audit_entries where number = 1', ['row-missing 1/2']],
  [
    'a removed row, the rest renumbered',
    `with gone as (delete from seal.audit_entries where number = 10 returning *)
     update seal.audit_entries e set actor = g.actor, subject = g.subject, at = g.at, request_id = g.request_id,
       detail = g.detail, previous = g.previous, hash = g.hash from gone g where e.number = 9`,
    ['row-out-of-order 1/9', 'row-changed 1/9', 'row-rewritten 1/9'],
  ],
  [
    'two rows exchanged',
    `update seal.audit_entries e set at = o.at, subject = o.subject, request_id = o.request_id, detail = o.detail,
       previous = o.previous, hash = o.hash
     from seal.audit_entries o where (e.number, o.number) in ((4, 5), (5, 4))`,
    ['row-out-of-order 1/4', 'row-changed 1/4', 'row-out-of-order 1/5', 'row-changed 1/5', 'row-out-of-order 1/6'],
  ],
  [
    'a row put in at the end',
    `insert into seal.audit_entries select chain, 11, at, kind, subject, actor, request_id, detail, previous, hash
     from seal.audit_entries where number = 10`,
    ['row-out-of-order 1/11', 'row-changed 1/11'],
  ],
  ['the tail cut off', 'delete from seal.audit_entries where number > 7', ['row-lost 1/9']],
  ['everything removed', 'truncate seal.audit_entries', ['row-lost 1/3', 'row-lost 1/6', 'row-lost 1/9']],
  [
    'a checkpoint changed',
    `update seal.audit_checkpoints set at = at - interval '1 day' where number = 2`,
    ['checkpoint-changed checkpoint 2'],
  ],
  [
    'a signature changed',
    `update seal.audit_checkpoints set signature = set_byte(signature, 20, get_byte(signature, 20) # 1) where number = 2`,
    ['checkpoint-changed checkpoint 2'],
  ],
  [
    'a checkpoint removed',
    'delete from seal.audit_checkpoints where number = 2',
    ['checkpoint-missing checkpoint 3', 'checkpoint-lost checkpoint 2'],
  ],
  [
    'the last checkpoint removed',
    'delete from seal.audit_checkpoints where number = 3',
    ['checkpoint-lost checkpoint 3'],
  ],
];

for (const [name, sql, expected] of TAMPERINGS) {
  test(`found by name: ${name}`, async (t) => {
    const kit = await makeLogKit(t);
    await fill(kit, 10);
    await kit.tamper(sql);
    t.deepEqual(inShort((await kit.verify()).faults), expected);
  });
}

/** Computes chain 1 anew from other entries, as whoever owns tables and program can. */
async function computeAnew(
  kit: LogKit,
  change: (entries: readonly AuditEntry[]) => readonly AuditEntry[],
): Promise<void> {
  const entries = (await readRows(kit.owner)).map(({ requestId, detail, ...row }) => ({
    ...row,
    requestId: requestId ?? undefined,
    detail: JSON.parse(detail),
  }));
  await kit.tamper('truncate seal.audit_entries');
  for (const row of chainEntries(emptyChain('seal', 1), change(entries))) {
    await kit.owner('seal.audit_entries').insert({
      chain: row.chain,
      number: row.number,
      at: row.at,
      kind: row.kind,
      subject: row.subject,
      actor: row.actor,
      request_id: row.requestId,
      detail: row.detail,
      previous: Buffer.from(fromHex(row.previous)),
      hash: Buffer.from(fromHex(row.hash)),
    });
  }
}
const withoutTheFourth = (entries: readonly AuditEntry[]) => entries.toSpliced(3, 1);

test('a whole chain computed anew without the key: its checkpoints give it away', async (t) => {
  const kit = await makeLogKit(t);
  await fill(kit, 10);
  await computeAnew(kit, withoutTheFourth);
  t.deepEqual(inShort((await kit.verify(null)).faults), ['row-rewritten 1/6', 'row-rewritten 1/9']);
});

test('… and the checkpoints removed as well: only the copy outside the database gives it away', async (t) => {
  const kit = await makeLogKit(t);
  await fill(kit, 10);
  await computeAnew(kit, withoutTheFourth);
  await kit.tamper('delete from seal.audit_checkpoints');
  const blind = await kit.verify(null);
  t.deepEqual(blind.faults, []);
  t.is(blind.chains[0]!.coveredByDatabase, 0, 'but it says that nothing vouches for the rows');
  t.deepEqual(inShort((await kit.verify()).faults), [
    ...[1, 2, 3].map((number) => `checkpoint-lost checkpoint ${number}`),
    'row-rewritten 1/6',
    'row-rewritten 1/9',
  ]);
});

test('… and new checkpoints signed by a key of his own: untrusted, and not those of the copy', async (t) => {
  const kit = await makeLogKit(t);
  const opened = await fill(kit, 3);
  await opened.close();
  await computeAnew(kit, (entries) => entries.slice(1));
  await kit.tamper('delete from seal.audit_checkpoints');
  const elsewhere = await mkdtemp(join(tmpdir(), 'xinji-audit-'));
  t.teardown(() => rm(elsewhere, { recursive: true }));
  await kit.open({ signer: stranger, copyFolder: elsewhere }).checkpoints.run();
  t.deepEqual(inShort((await kit.verify()).faults), [
    'checkpoint-untrusted checkpoint 1',
    'checkpoint-replaced checkpoint 1',
    'row-lost 1/3',
  ]);
});

test('a room whose log was changed below its last checkpoint signs no further one', async (t) => {
  const kit = await makeLogKit(t);
  const opened = await fill(kit, 6);
  await computeAnew(kit, (entries) => entries.slice(1));
  await opened.audit.append(entry(7)).catch(() => undefined);
  await opened.checkpoints.run();
  await kit.open().checkpoints.run();
  t.is((await kit.verify(null)).checkpoints.count, 2);
});

test('the copy: a line twice or cut off by a crash is no fault, and is made good; a foreign line is one', async (t) => {
  const kit = await makeLogKit(t);
  const opened = await fill(kit, 6);
  const file = copyFile(kit.folder, 'seal');
  const whole = await readFile(file, 'utf8');
  await appendFile(file, whole.split('\n')[1]!);
  await appendFile(file, '\n');
  t.deepEqual((await kit.verify()).faults, []);
  await writeFile(file, whole);
  await truncate(file, whole.length - 40);
  t.deepEqual((await kit.verify()).faults, [], 'the room has not come back yet');
  await kit.open().checkpoints.run();
  t.is((await readFile(file, 'utf8')).split('\n').length, 4);
  const { faults, copy } = await kit.verify();
  t.deepEqual(faults, []);
  t.is(copy?.count, 2);
  await writeFile(file, `${whole.split('\n')[0]}\nnonsense\n${whole.split('\n')[1]}\n`);
  t.deepEqual(
    (await kit.verify()).faults.map(({ kind, line }) => `${kind} ${line}`),
    ['copy-unreadable 2'],
  );
  await writeFile(file, whole.replaceAll('"seal"', '"license"'));
  t.is((await kit.verify()).faults.length, 2);
  await opened.close();
});

test('a node without the copy brings it up to date; of several nodes one makes each checkpoint', async (t) => {
  const kit = await makeLogKit(t);
  await fill(kit, 6);
  const folder = join(kit.folder, 'another-node');
  const nodes = [kit.open(), kit.open(), kit.open({ copyFolder: folder })];
  await nodes[0]!.audit.append(entry(7));
  await Promise.all(nodes.map(({ checkpoints }) => checkpoints.run()));
  for (const { checkpoints } of nodes) await checkpoints.run();
  for (const copyFolder of [kit.folder, folder]) {
    const finding = await kit.verify(copyFolder);
    t.deepEqual(finding.faults, []);
    t.is(finding.copy?.count, 3);
  }
});

test('a token over another checkpoint, or one that is none, is a fault', async (t) => {
  for (const wrong of [() => token(new Uint8Array(32)), async () => Uint8Array.of(1)]) {
    const kit = await makeLogKit(t);
    const { audit, checkpoints } = kit.open({ stamp: wrong });
    await audit.append(entry(1));
    await checkpoints.run();
    t.true(await checkpoints.stampNewest());
    const { faults } = await kit.verify();
    t.deepEqual(
      faults.map(({ kind, checkpoint }) => `${kind} ${checkpoint}`),
      ['time-stamp-wrong 1'],
    );
  }
});

test('nothing new, no checkpoint; a time stamper is asked for the newest, once', async (t) => {
  const kit = await makeLogKit(t);
  const asked: Uint8Array[] = [];
  const stamp = async (sm3: Uint8Array): Promise<Uint8Array> => {
    asked.push(sm3);
    return token(sm3);
  };
  const { audit, checkpoints } = kit.open({ stamp });
  t.is(await checkpoints.run(), null);
  t.false(await checkpoints.stampNewest());
  await audit.append(entry(1));
  const made = await checkpoints.run();
  t.is(made?.number, 1);
  t.is((await checkpoints.run())?.number, 1);
  t.true(await checkpoints.stampNewest());
  t.false(await checkpoints.stampNewest());
  t.deepEqual(asked[0], fromHex(made!.hash));
  const finding = await kit.verify();
  t.deepEqual(finding.faults, []);
  t.is(finding.timeStamps, 1);
  t.deepEqual(finding.lastStamp, { checkpoint: 1, provedAt: AT, since: 0 });
  await audit.append(entry(2));
  await checkpoints.run();
  t.is((await kit.verify()).lastStamp?.since, 1, 'what came after has none, and it is said');
  t.false(
    verifySm2(signer.certificate.publicKey(), fromHex(made!.hash), fromHex(made!.signature)),
    'it signs more than the hash',
  );
});

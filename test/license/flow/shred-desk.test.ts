// Shredding takes what the desk keeps of a holder: lists and drafts.
import { randomBytes } from 'node:crypto';
import test from 'ava';
import { utf8 } from '../../../common/bytes.ts';
import { closeBox } from '../../../common/crypto/sealed-box.ts';
import { saveDraft } from '../../../license/flow/drafts.ts';
import { AUTHORITY, LISI, makeSharingWorld, NOON, roomKeys, storeLicense, TYPE, ZHANGSAN } from '../sharing-world.ts';
import { confirm, nonce } from '../shredding-kit.ts';

test('what the desk keeps of his licenses goes too: cells of lists and drafts, of no other license', async (t) => {
  const world = await makeSharingWorld(t);
  const { db } = world;
  const own = await storeLicense(db);
  const other = await storeLicense(db, { holders: [LISI] });
  const box = randomBytes(80);
  const who = { organisation: AUTHORITY.code, license_type: '1'.repeat(21), created_at: NOON };
  const list = { client_id: 'c', actor: 'a', authority_code: AUTHORITY.code, title: 't', file_sm3: box, header: '[]' };
  await db('license.batches').insert({ ...who, ...list, batch_id: 'b', idempotency_key: 'k', state: 'done' });
  for (const [line, { identifier }] of [own, other].entries()) {
    await db('license.batch_rows').insert({
      batch_id: 'b',
      line,
      case_id: `${line}`,
      state: 'issued',
      cells_box: box,
      identifier,
    });
    const draft = { draft_id: `d${line}`, account: 'a', operation: 'change', identifier, box, changed_at: NOON };
    await db('license.drafts').insert({ ...who, ...draft });
  }
  await confirm(world);
  const rows = await db('license.batch_rows').orderBy('line');
  t.deepEqual(
    rows.map(({ cells_box: cells }) => cells === null),
    [true, false],
  );
  t.deepEqual(
    (await db('license.drafts')).map(({ identifier }) => identifier),
    [other.identifier],
  );
});

test('rows of lists and drafts that name him and led to no license go too, and are not issued any more', async (t) => {
  const world = await makeSharingWorld(t);
  const { db } = world;
  await storeLicense(db);
  const list = {
    client_id: 'c',
    actor: 'a',
    authority_code: AUTHORITY.code,
    title: 't',
    header: '[]',
    created_at: NOON,
  };
  const of = { organisation: AUTHORITY.code, license_type: TYPE, file_sm3: randomBytes(32), state: 'checked' };
  const put = async (batchId: string, line: number, state: string, code: string, column = 'holder_code') => {
    const cells = utf8(JSON.stringify({ case_id: 'C', holder_name: '某人', [column]: code }));
    const cells_box = closeBox(roomKeys.deskBox, cells, `license.batch_rows.cells ${batchId} ${line}`, nonce());
    const fault = state === 'bad' ? '某项 is after issued_on, 2026-11-20' : null;
    await db('license.batch_rows').insert({ batch_id: batchId, line, case_id: 'C', state, cells_box, fault });
  };
  for (const batchId of ['bat_1', 'bat_2'])
    await db('license.batches').insert({ ...list, ...of, batch_id: batchId, idempotency_key: batchId });
  await put('bat_1', 2, 'bad', ZHANGSAN.code);
  await put('bat_1', 3, 'good', ` ${ZHANGSAN.code.replace('3', '３')}`);
  await put('bat_1', 4, 'good', LISI.code);
  await put('bat_2', 2, 'waiting', ZHANGSAN.code, 'holder_2_code');
  await put('bat_2', 3, 'refused', ZHANGSAN.code);
  const clerk = { clientId: 'license', account: 'clerk-1', organisation: AUTHORITY.code };
  for (const [draftId, code] of [
    ['drf_1', ZHANGSAN.code],
    ['drf_2', LISI.code],
  ] as const)
    await saveDraft(world.deps, clerk, {
      draftId,
      licenseType: TYPE,
      follows: null,
      content: { cells: { holder_code: code } },
    });
  // A next version may name another holder, or none: it goes with those who hold the license.
  const follows = { identifier: 'x', operation: 'change' } as const;
  for (const [draftId, code] of [
    ['drf_3', ZHANGSAN.code],
    ['drf_4', LISI.code],
  ] as const)
    await saveDraft(world.deps, clerk, {
      draftId,
      licenseType: TYPE,
      follows,
      content: { cells: { occupation: '保洁' }, heldBy: [code] },
    });
  await confirm(world);
  t.deepEqual(
    (await db('license.drafts').orderBy('draft_id')).map(({ draft_id: id }) => id),
    ['drf_2', 'drf_4'],
  );
  const rows = await db('license.batch_rows').orderBy(['batch_id', 'line']);
  t.deepEqual(
    rows.map(({ state, cells_box: cells, fault }) => [state, cells === null, fault]),
    [
      ['bad', true, null],
      ['stopped', true, null],
      ['good', false, null],
      ['stopped', true, null],
      ['refused', true, null],
    ],
  );
});

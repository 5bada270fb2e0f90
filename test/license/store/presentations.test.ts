import test from 'ava';
import type { Knex } from 'knex';
import { utf8 } from '../../../common/bytes.ts';
import { sm3 } from '../../../common/crypto/sm3.ts';
import { isUniqueViolation } from '../../../common/db/errors.ts';
import { makeId, makeUuid7 } from '../../../common/ids.ts';
import type { LicenseEvent } from '../../../license/domain/license-event.ts';
import { digitsKey } from '../../../license/domain/presentation-code.ts';
import { giveBackDigitTry, takeDigitTry } from '../../../license/store/digit-tries.ts';
import {
  deletePresentations,
  findByCode,
  findByDigits,
  findRedemption,
  insertCode,
  insertPresentation,
  listAnswers,
  redeem,
  stopPresentation,
} from '../../../license/store/presentations.ts';
import { testDatabase } from '../../_harness/database.ts';

const NOW = new Date('2026-11-22T04:00:00Z');
const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);
const HOLDER = sm3(utf8('holder'));
const PEPPER = sm3(utf8('digits'));
const ORGANISATION = '11360100MB0D00037D';
const LICENSES = ['T.A.1', 'T.A.2'];
const numbers = Array.from({ length: 1000 }, (_, n) => String(n)).values();

async function present(db: Knex): Promise<string> {
  const presentationId = makeId('prs');
  const items = LICENSES.map((licenseId) => ({ licenseId, identifier: `id ${licenseId}`, parts: ['holder'] }));
  await insertPresentation(db, { presentationId, holderKey: HOLDER, items, createdAt: NOW, endsAt: later(600) });
  return presentationId;
}

async function code(db: Knex, presentationId: string, digits = numbers.next().value ?? '', at = NOW) {
  const codeHash = sm3(utf8(`${presentationId} ${digits} ${at.getTime()}`));
  const expiresAt = new Date(at.getTime() + 60_000);
  const made = await insertCode(db, presentationId, { codeHash, digitsKey: digitsKey(PEPPER, digits), expiresAt }, at);
  return { codeHash, made };
}

function useOf(key: string, at = NOW) {
  const answers = LICENSES.map((licenseId, place) => ({ licenseId, place, box: utf8(`box ${place}`) }));
  const events = LICENSES.map(
    (licenseId): LicenseEvent => ({
      eventId: makeUuid7(at),
      at,
      kind: 'redeemed',
      licenseId,
      identifier: `id ${licenseId}`,
      actor: 'hall',
      organisation: ORGANISATION,
      basis: 'presentation:x',
      requestId: null,
      detailBox: null,
    }),
  );
  const use = { at, redemptionId: makeId('rdm'), by: 'hall', idempotencyKey: key, organisation: ORGANISATION };
  return { use: { ...use, organisationName: '示例市政务服务大厅' }, answers, events };
}

test('one statement uses the presentation up, keeps the answers and records an event for each license', async (t) => {
  const db = (await testDatabase(t)).connect('license', 4);
  const presentationId = await present(db);
  const { codeHash } = await code(db, presentationId);
  t.is((await findByCode(db, codeHash))?.presentation.use, null);
  t.true(await redeem(db, codeHash, useOf('redeem-0001')));
  t.like((await findByCode(db, codeHash))?.presentation.use, { by: 'hall', organisation: ORGANISATION });
  t.is((await findRedemption(db, 'hall', 'redeem-0001'))?.presentationId, presentationId);
  t.is(await findRedemption(db, 'other', 'redeem-0001'), null);
  t.deepEqual(
    (await listAnswers(db, presentationId)).map(({ licenseId, box }) => [licenseId, Buffer.from(box).toString()]),
    [
      ['T.A.1', 'box 0'],
      ['T.A.2', 'box 1'],
    ],
  );
  const events = await db('license.events').select('event_id').where({ kind: 'redeemed' });
  t.is(events.length, 2);
  t.is((await db('license.unchained_events').select('event_id')).length, 2);
});

test('refused and without a trace: a second use, an expired code, one that nobody made, a stopped or ended presentation', async (t) => {
  const db = (await testDatabase(t)).connect('license', 4);
  const used = await code(db, await present(db));
  t.true(await redeem(db, used.codeHash, useOf('redeem-0001')));
  const stopped = await present(db);
  const stoppedCode = await code(db, stopped);
  t.false(await stopPresentation(db, stopped, sm3(utf8('somebody else')), NOW));
  t.true(await stopPresentation(db, stopped, HOLDER, NOW));
  t.false(await stopPresentation(db, stopped, HOLDER, NOW));
  const fresh = await code(db, await present(db));
  const before = await db('license.events').count('* as n');
  t.false(await redeem(db, used.codeHash, useOf('redeem-0002')));
  t.false(await redeem(db, stoppedCode.codeHash, useOf('redeem-0003')));
  t.false(await redeem(db, sm3(utf8('nothing')), useOf('redeem-0004')));
  t.false(await redeem(db, fresh.codeHash, useOf('redeem-0005', later(60))));
  t.deepEqual(await db('license.events').count('* as n'), before);
  t.is((await code(db, stopped)).made, 'over');
  t.is((await code(db, await present(db), '77', later(600))).made, 'over');
});

test('the old and the refreshed code of one presentation, redeemed in parallel, give one success', async (t) => {
  const db = (await testDatabase(t)).connect('license', 12);
  for (let round = 0; round < 20; round++) {
    const presentationId = await present(db);
    const codes = [await code(db, presentationId), await code(db, presentationId), await code(db, presentationId)];
    const won = await Promise.all(codes.map(({ codeHash }, n) => redeem(db, codeHash, useOf(`redeem-${round}-${n}`))));
    t.is(won.filter(Boolean).length, 1);
    t.is((await listAnswers(db, presentationId)).length, LICENSES.length);
  }
});

test('of a reader’s two uses under one key the second is refused by the index, and uses nothing up', async (t) => {
  const db = (await testDatabase(t)).connect('license', 4);
  const [one, other] = [await code(db, await present(db)), await code(db, await present(db))];
  t.true(await redeem(db, one.codeHash, useOf('redeem-0001')));
  const error = await t.throwsAsync(redeem(db, other.codeHash, useOf('redeem-0001')));
  t.true(isUniqueViolation(error, 'presentations_redemption_key'));
  t.is((await findByCode(db, other.codeHash))?.presentation.use, null);
});

test('digits are unique among live codes and given again afterwards; 20 in parallel go to one', async (t) => {
  const db = (await testDatabase(t)).connect('license', 12);
  const all = await Promise.all(Array.from({ length: 20 }, async () => code(db, await present(db), '81372046')));
  t.is(all.filter(({ made }) => made === 'made').length, 1);
  t.is(all.filter(({ made }) => made === 'taken').length, 19);
  const winner = all.find(({ made }) => made === 'made')!;
  const key = digitsKey(PEPPER, '81372046');
  t.deepEqual((await findByDigits(db, key))?.codeHash, Buffer.from(winner.codeHash));
  const next = await code(db, await present(db), '81372046', later(60));
  t.is(next.made, 'made');
  t.deepEqual((await findByDigits(db, key))?.codeHash, Buffer.from(next.codeHash));
});

test('tries of digits are counted before they are looked at, for a minute, and given back', async (t) => {
  const db = (await testDatabase(t)).connect('license', 12);
  const tries = await Promise.all(Array.from({ length: 8 }, () => takeDigitTry(db, 'wangwu', NOW)));
  t.deepEqual(tries.map((one) => one.tries).toSorted(), [1, 2, 3, 4, 5, 6, 7, 8]);
  t.deepEqual(tries[0]?.until, later(60));
  await giveBackDigitTry(db, 'wangwu');
  t.is((await takeDigitTry(db, 'wangwu', later(59))).tries, 8);
  t.is((await takeDigitTry(db, 'wangwu', later(60))).tries, 1);
  t.is((await takeDigitTry(db, 'zhaoliu', NOW)).tries, 1);
});

test('what nobody used goes early, what was used later, with its codes and answers', async (t) => {
  const db = (await testDatabase(t)).connect('license', 4);
  const used = await code(db, await present(db));
  await redeem(db, used.codeHash, useOf('redeem-0001'));
  const unused = await code(db, await present(db));
  t.is(await deletePresentations(db, { unusedBefore: later(601), usedBefore: NOW, limit: 10 }), 1);
  t.is(await findByCode(db, unused.codeHash), null);
  t.truthy(await findByCode(db, used.codeHash));
  t.is(await deletePresentations(db, { unusedBefore: later(601), usedBefore: later(601), limit: 10 }), 1);
  t.deepEqual(await db('license.presentation_answers').select('*'), []);
});

import { readFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { isTrustError, type ProblemCode } from '../../../common/errors.ts';
import { makeLog } from '../../../common/log.ts';
import { holderKey } from '../../../license/domain/holder-key.ts';
import { hashPresentationCode } from '../../../license/domain/presentation-code.ts';
import { makeRoomKeys } from '../../../license/domain/room-keys.ts';
import {
  getOwnPresentation,
  lookAtCode,
  presentAgain,
  presentLicenses,
  renewCode,
  stopPresentation,
} from '../../../license/flow/present-licenses.ts';
import { readRedemption, redeemDigits, redeemPresentation } from '../../../license/flow/redeem-presentation.ts';
import { testDatabase } from '../../_harness/database.ts';
import { openTestCatalog, publishHere } from '../catalog.ts';
import { makeMemoryFiles } from '../doubles.ts';
import { PUT_AUTHORITY, type PutLicense, putLicense } from '../put-license.ts';

const TYPE = '11100000MB0D000965001';
const keys = makeRoomKeys([new Uint8Array(32).fill(9)], new Uint8Array(32).fill(8));
const person = (name: string, code: string) => ({
  holder: { name, codeType: '111', code },
  presenter: { holderKey: holderKey(keys.pepper, '111', code), account: `sub ${name}` },
});
const zhangsan = person('张三', '360102199003077718');
const lisi = person('李四', '360102198511267724');
const HALL = { id: 'service-hall', organisation: '11360100MB0D00037D', organisationName: '示例市政务服务大厅' };
const OTHER = { id: 'other-hall', organisation: '11360100MB0D00029J', organisationName: '另一大厅' };
const SIZE = Number(process.env['XINJI_TEST_CODES'] ?? 250);

async function makeWorld(t: ExecutionContext, pool = 12) {
  const db = (await testDatabase(t)).connect('license', pool);
  let now = new Date('2026-11-22T04:00:00Z');
  const clock = () => now;
  const log = makeLog('license', 'silent');
  const deps = { db, keys, clock, files: makeMemoryFiles(), catalog: await openTestCatalog({ db, clock, log }) };
  await publishHere(deps, JSON.parse(readFileSync('license/type-packs/health-certificate/type.json', 'utf8')));
  let serial = 0;
  return {
    deps,
    put: (change: Partial<PutLicense> = {}) => {
      serial += 1;
      return putLicense(deps, { licenseType: TYPE, serial: `S${serial}`, holders: [zhangsan.holder], ...change });
    },
    pass: (seconds: number) => {
      now = new Date(now.getTime() + seconds * 1000);
    },
  };
}
type World = Awaited<ReturnType<typeof makeWorld>>;

const redeem = (world: World, code: string, key = 'redeem-0001', verifier = HALL) =>
  redeemPresentation(world.deps, verifier, { codeHash: hashPresentationCode(code), idempotencyKey: key });

const codeOf = async (work: Promise<unknown>): Promise<ProblemCode | 'none'> => {
  try {
    await work;
    return 'none';
  } catch (error) {
    if (!isTrustError(error)) throw error;
    return error.code;
  }
};

test('亮证: a code lives for at most 60 seconds, hashes alone are stored, looking at it uses nothing up', async (t) => {
  const world = await makeWorld(t);
  const identifier = await world.put();
  const made = await presentLicenses(world.deps, zhangsan.presenter, [{ identifier }]);
  t.is(made.expiresAt.getTime() - world.deps.clock().getTime(), 60_000);
  t.is(made.endsAt.getTime() - world.deps.clock().getTime(), 600_000);
  t.regex(made.digits, /^\d{8}$/);
  const tables = ['presentations', 'presentation_codes', 'presentation_digits', 'events'];
  const stored = await Promise.all(tables.map((table) => world.deps.db.raw(`select x::text from license.${table} x`)));
  const text = JSON.stringify(stored.map(({ rows }) => rows));
  for (const secret of [made.code, made.digits, zhangsan.holder.code, '餐饮服务']) {
    t.false(text.includes(secret));
    t.false(text.includes(Buffer.from(secret).toString('hex')));
  }
  for (let look = 0; look < 2; look++) t.is((await lookAtCode(world.deps, made.code)).state, 'live');
  world.pass(60);
  t.is((await lookAtCode(world.deps, made.code)).state, 'expired');
});

test('a redemption tells what was chosen and nothing more; by default number, validity and a masked name', async (t) => {
  const world = await makeWorld(t);
  const identifier = await world.put();
  const { code } = await presentLicenses(world.deps, zhangsan.presenter, [{ identifier }]);
  const { redemption, created } = await redeem(world, code);
  t.true(created);
  t.deepEqual(redemption.licenses, [
    {
      licenseType: TYPE,
      typeVersion: 1,
      name: '从业人员健康证明（样例）',
      issuingAuthority: PUT_AUTHORITY,
      state: 'valid',
      stateSince: world.deps.clock(),
      licenseNumber: '示例健证（2026）第000001号',
      validFrom: '2026-11-20',
      validTo: '2027-11-19',
      holders: [{ name: '张*' }],
    },
  ]);
  t.deepEqual(redemption.organisation, { code: HALL.organisation, name: HALL.organisationName });
});

test('several licenses in one code (一业一证), each with its own parts, are read by one redemption with an event each', async (t) => {
  const world = await makeWorld(t);
  const [one, other] = [await world.put(), await world.put({ state: 'suspended' })];
  const { code } = await presentLicenses(world.deps, zhangsan.presenter, [
    { identifier: one, parts: ['holder_name', 'field:occupation'] },
    { identifier: other, parts: [] },
  ]);
  const { licenses } = (await redeem(world, code)).redemption;
  t.deepEqual(licenses[0]?.holders, [{ name: '张三' }]);
  t.deepEqual(licenses[0]?.fields, { occupation: '餐饮服务' });
  t.deepEqual(Object.keys(licenses[1] ?? {}).toSorted(), [
    'issuingAuthority',
    'licenseType',
    'name',
    'state',
    'stateSince',
    'typeVersion',
  ]);
  t.is(licenses[1]?.state, 'suspended');
  const events = await world.deps.db('license.events').select('kind', 'license_id', 'organisation', 'actor');
  t.deepEqual(events.map(({ kind }) => kind).toSorted(), ['presented', 'presented', 'redeemed', 'redeemed']);
  t.is(new Set(events.map(({ license_id }) => license_id)).size, 2);
});

test('the same key again is the same answer, whatever the license became; another key or reader is told it was used', async (t) => {
  const world = await makeWorld(t);
  const { code } = await presentLicenses(world.deps, zhangsan.presenter, [{ identifier: await world.put() }]);
  const first = await redeem(world, code);
  await world.deps.db('license.licenses').update({ state: 'revoked' });
  world.pass(3600);
  t.deepEqual(await redeem(world, code), { redemption: first.redemption, created: false });
  t.is(await codeOf(redeem(world, code, 'redeem-0002')), 'code-used');
  t.is(await codeOf(redeem(world, code, 'redeem-0001', OTHER)), 'code-used');
  t.deepEqual(await readRedemption(world.deps, HALL.id, first.redemption.redemptionId), first.redemption);
  t.is(await codeOf(readRedemption(world.deps, OTHER.id, first.redemption.redemptionId)), 'not-found');
  await world.deps.db('license.holder_keys').delete();
  t.is(await codeOf(redeem(world, code)), 'answer-gone');
});

test('a license that was revoked after it was chosen is read with that state', async (t) => {
  const world = await makeWorld(t);
  const { code } = await presentLicenses(world.deps, zhangsan.presenter, [{ identifier: await world.put() }]);
  await world.deps.db('license.licenses').update({ state: 'revoked' });
  t.is((await redeem(world, code)).redemption.licenses[0]?.state, 'revoked');
});

test('one key for two codes at the same moment: one is redeemed, the other refused and not used', async (t) => {
  const world = await makeWorld(t);
  const identifier = await world.put();
  const codes = await Promise.all(
    [1, 2].map(async () => (await presentLicenses(world.deps, zhangsan.presenter, [{ identifier }])).code),
  );
  const results = await Promise.all(codes.map((code) => codeOf(redeem(world, code))));
  t.deepEqual(results.toSorted(), ['idempotency-conflict', 'none']);
  const states = await Promise.all(codes.map(async (code) => (await lookAtCode(world.deps, code)).state));
  t.deepEqual(states.toSorted(), ['live', 'used']);
  t.is(await codeOf(redeem(world, 'lz_00000000000000000000000000')), 'idempotency-conflict');
});

test('50 parallel redemptions with one key are one redemption, told 50 times', async (t) => {
  const world = await makeWorld(t);
  const { code } = await presentLicenses(world.deps, zhangsan.presenter, [{ identifier: await world.put() }]);
  const all = await Promise.all(Array.from({ length: 50 }, () => redeem(world, code)));
  t.is(all.filter(({ created }) => created).length, 1);
  t.is(new Set(all.map(({ redemption }) => redemption.redemptionId)).size, 1);
});

// 10,000 with XINJI_TEST_CODES=5000: every presentation has two codes.
test(`${2 * SIZE} codes, old and refreshed, each redeemed twice in parallel: every presentation gives exactly one success`, async (t) => {
  const world = await makeWorld(t, 20);
  const identifier = await world.put();
  for (let done = 0; done < SIZE; done += 25) {
    const shown = await Promise.all(
      Array.from({ length: 25 }, async () => {
        const first = await presentLicenses(world.deps, zhangsan.presenter, [{ identifier }]);
        return [first, await renewCode(world.deps, zhangsan.presenter.holderKey, first.presentationId)];
      }),
    );
    const outcomes = await Promise.all(
      shown.map((codes, n) =>
        Promise.all([...codes, ...codes].map(({ code }, m) => codeOf(redeem(world, code, `redeem-${done}-${n}-${m}`)))),
      ),
    );
    for (const outcome of outcomes) t.deepEqual(outcome.toSorted(), ['code-used', 'code-used', 'code-used', 'none']);
  }
  t.is(
    (await world.deps.db('license.events').select('kind').where({ kind: 'redeemed' })).length,
    Math.ceil(SIZE / 25) * 25,
  );
});

test('codes follow one another until ten minutes are over; the older one stays good until its own end', async (t) => {
  const world = await makeWorld(t);
  const first = await presentLicenses(world.deps, zhangsan.presenter, [{ identifier: await world.put() }]);
  const renew = () => renewCode(world.deps, zhangsan.presenter.holderKey, first.presentationId);
  world.pass(52);
  const second = await renew();
  t.not(second.code, first.code);
  t.is((await lookAtCode(world.deps, first.code)).state, 'live');
  world.pass(520);
  const last = await renew();
  t.is(last.expiresAt.getTime(), first.endsAt.getTime());
  world.pass(28);
  t.is(await codeOf(renew()), 'code-expired');
  t.is(await codeOf(redeem(world, last.code)), 'code-expired');
  const again = await presentAgain(world.deps, zhangsan.presenter, first.presentationId);
  t.not(again.presentationId, first.presentationId);
  t.is(await codeOf(redeem(world, again.code)), 'none');
});

test('what the holder stopped is read by nobody, and has no further code', async (t) => {
  const world = await makeWorld(t);
  const { code, presentationId } = await presentLicenses(world.deps, zhangsan.presenter, [
    { identifier: await world.put() },
  ]);
  t.is(await codeOf(stopPresentation(world.deps, lisi.presenter.holderKey, presentationId)), 'code-unknown');
  await stopPresentation(world.deps, zhangsan.presenter.holderKey, presentationId);
  t.is(await codeOf(redeem(world, code)), 'code-expired');
  t.is(await codeOf(renewCode(world.deps, zhangsan.presenter.holderKey, presentationId)), 'code-expired');
  t.is(await codeOf(getOwnPresentation(world.deps, lisi.presenter.holderKey, presentationId)), 'code-unknown');
});

test('8 digits stand for the code for who is logged in; five wrong ones a minute, right ones do not count', async (t) => {
  const world = await makeWorld(t);
  const identifier = await world.put();
  const present = () => presentLicenses(world.deps, zhangsan.presenter, [{ identifier }]);
  const typed = (digits: string, key: string, verifier = HALL) =>
    codeOf(redeemDigits(world.deps, verifier, { digits, idempotencyKey: key }));
  for (let n = 0; n < 7; n++) t.is(await typed((await present()).digits, `redeem-right-${n}`), 'none');
  const { digits } = await present();
  const wrong = String((Number(digits) + 1) % 100_000_000).padStart(8, '0');
  for (let n = 0; n < 5; n++) t.is(await typed(wrong, `redeem-wrong-${n}`), 'code-unknown');
  t.is(await typed(digits, 'redeem-0001'), 'too-many-requests');
  t.is(await typed(digits, 'redeem-0001', OTHER), 'none');
  world.pass(60);
  t.is(await typed((await present()).digits, 'redeem-0002'), 'none');
});

test('8 digits guessed in parallel: five are looked at', async (t) => {
  const world = await makeWorld(t);
  const results = await Promise.all(
    Array.from({ length: 30 }, (_, n) =>
      codeOf(redeemDigits(world.deps, HALL, { digits: String(n).padStart(8, '0'), idempotencyKey: `guess-${n}` })),
    ),
  );
  t.is(results.filter((code) => code === 'code-unknown').length, 5);
  t.is(results.filter((code) => code === 'too-many-requests').length, 25);
});

test('refused: licenses of others, that ended, named twice, none, too many, with parts that they have not', async (t) => {
  const world = await makeWorld(t);
  const own = await world.put();
  const foreign = await world.put({ holders: [lisi.holder] });
  const revoked = await world.put({ state: 'revoked' });
  const present = (...items: Parameters<typeof presentLicenses>[2]) =>
    codeOf(presentLicenses(world.deps, zhangsan.presenter, items));
  t.is(await present({ identifier: foreign }), 'license-not-found');
  t.is(await present({ identifier: own }, { identifier: foreign }), 'license-not-found');
  t.is(await present({ identifier: revoked }), 'license-state-forbids');
  t.is(await present({ identifier: own }, { identifier: own }), 'invalid-request');
  t.is(await present(), 'invalid-request');
  t.is(await present(...Array.from({ length: 11 }, () => ({ identifier: own }))), 'invalid-request');
  for (const part of ['photo', 'field:nothing', 'holder_key', ''])
    t.is(await present({ identifier: own, parts: [part] }), 'invalid-request', part);
  t.is(await present({ identifier: `${own}X` }), 'identifier-malformed');
  t.deepEqual(await world.deps.db('license.presentations').select('*'), []);
});

// A unit reads on a consent or a legal basis, or not at all; what it read stands in the holder's record with it.
// 400 illegal reads go through the registry in the suite, with TEST_ILLEGAL_READS=10000 ten thousand. Last run of that,
// 2026-11-22: 10,000 calls in 40 s, none read anything, nothing was counted, and each is an event.
import anyTest, { type TestFn } from 'ava';
import fc from 'fast-check';
import { toHex } from '../../../common/bytes.ts';
import { isTrustError } from '../../../common/errors.ts';
import { runWithRequest } from '../../../common/http/request-context.ts';
import { makeLog } from '../../../common/log.ts';
import { openEventDetail } from '../../../license/domain/event-detail.ts';
import { LICENSE_EVENT_KINDS } from '../../../license/domain/license-event.ts';
import { authoriseRead, type ReadRequest } from '../../../license/flow/authorise-read.ts';
import { limitConsent, withdrawConsent } from '../../../license/flow/decide-consent.ts';
import { findLicense } from '../../../license/flow/open-license.ts';
import { type SharedSearch, searchShared } from '../../../license/flow/search-shared.ts';
import { findConsent } from '../../../license/store/consents.ts';
import { listEvents } from '../../../license/store/events.ts';
import { endLegalBasis, findLegalBasis } from '../../../license/store/legal-bases.ts';
import {
  consentTo,
  DAY_MS,
  deciderOf,
  enterBasis,
  INSPECTION,
  keyOf,
  LISI,
  MATTER,
  makeSharingWorld,
  NOON,
  PURPOSE,
  READER,
  READER_TWIN,
  readOf,
  type SharingWorld,
  STRANGER,
  type Stored,
  storeLicense,
  TYPE,
  ZHANGSAN,
} from '../sharing-world.ts';

const GIVEN = process.env['TEST_ILLEGAL_READS'];
const ILLEGAL = Number(GIVEN ?? 400);
const AT_ONCE = 20;
const ELEMENTS = ['ZZBH', 'KZ_GZ', 'CZZT', 'CZZTDM', 'file'];
const log = makeLog('test', 'silent');

const test = anyTest as TestFn<{ world: SharingWorld }>;
test.beforeEach(async (t) => {
  t.context = { world: await makeSharingWorld(t) };
});

/** Newest first, opened. */
async function recordOf({ deps }: SharingWorld, { licenseId, identifier }: Stored) {
  const license = await findLicense(deps, identifier);
  const choice = { licenseIds: [licenseId], kinds: LICENSE_EVENT_KINDS, before: null, limit: 100 };
  return (await listEvents(deps.db, choice)).map(({ detailBox, eventId, ...event }) => ({
    ...event,
    detail: detailBox && license ? openEventDetail(license.dataKey, eventId, detailBox) : null,
  }));
}

async function reasonOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'allowed';
  } catch (error) {
    if (!isTrustError(error)) throw error;
    return error.code === 'read-refused' ? (error.message.split(':')[0] ?? '') : error.code;
  }
}

const read = ({ deps }: SharingWorld, stored: Stored, change: Partial<ReadRequest> = {}, client = READER) =>
  authoriseRead(deps, client, readOf(stored.identifier, change));

test('on a consent: the elements that were allowed, the use counted, the event in the record of the license', async (t) => {
  const { world } = t.context;
  const stored = await storeLicense(world.db);
  const consent = await consentTo(world, { max_uses: 5 });
  const { entries } = await read(world, stored, { wanted: ['ZZBH', 'KZ_GZ', 'ZZMC'] });
  t.deepEqual(
    entries.map(({ name, values }) => [name, ...values]),
    [
      ['ZZMC', '从业人员健康证明（样例）'],
      ['ZZLXDM', TYPE],
      ['ZZBH', '示例健证（2026）第000001号'],
      ['ZZBS', stored.identifier],
      ['ZZBFJG', '示例市卫生健康委员会'],
      ['ZZBFJGDM', '11360100MB0D00010M'],
      ['KZ_GZ', '餐饮服务'],
    ],
  );
  t.is((await findConsent(world.db, consent.id))?.uses, 1);
  const record = await recordOf(world, stored);
  const [shared, given] = [
    record.find(({ kind }) => kind === 'shared'),
    record.find(({ kind }) => kind === 'consent-given'),
  ];
  t.like(shared, { kind: 'shared', actor: READER, organisation: '11360100MB0D00029J', basis: `consent:${consent.id}` });
  t.deepEqual(shared?.detail, {
    organisation_name: '示例市市场监督管理局',
    purpose: PURPOSE,
    matter: MATTER,
    fields: ['ZZBH', 'KZ_GZ'],
  });
  t.like(given, { kind: 'consent-given', actor: 'sub-张三', detail: { fields: ['ZZBH', 'CZZT', 'KZ_GZ'] } });
});

test('another system of the same unit reads on the unit’s consent, but not on a legal basis of the first', async (t) => {
  const { world } = t.context;
  const stored = await storeLicense(world.db);
  await consentTo(world);
  await enterBasis(world);
  t.is(await reasonOf(read(world, stored, {}, READER_TWIN)), 'allowed');
  t.is(await reasonOf(read(world, stored, { matterCode: INSPECTION.code }, READER_TWIN)), 'other-matter');
  t.is(await reasonOf(read(world, stored, { matterCode: INSPECTION.code })), 'allowed');
});

test('of a license of two holders, who consents speaks for himself', async (t) => {
  const { world } = t.context;
  const stored = await storeLicense(world.db, { holders: [ZHANGSAN, LISI] });
  await consentTo(world, {}, LISI);
  const { entries } = await read(world, stored, { wanted: ['CZZT'] });
  t.deepEqual(entries.find(({ name }) => name === 'CZZT')?.values, ['李四']);
});

test('a refusal is an event with its reason; nothing is counted', async (t) => {
  const { world } = t.context;
  const stored = await storeLicense(world.db);
  const consent = await consentTo(world);
  t.is(await reasonOf(read(world, stored, { wanted: ['CZZTDM'] })), 'wrong-field');
  const refused = (await recordOf(world, stored)).find(({ kind }) => kind === 'refused');
  t.like(refused, { kind: 'refused', actor: READER, basis: null, detail: { reason: 'wrong-field', purpose: PURPOSE } });
  t.is((await findConsent(world.db, consent.id))?.uses, 0);
});

test('a unit without ground cannot tell a license that is there from one that is not; with one for the type it can', async (t) => {
  const { world } = t.context;
  const stored = await storeLicense(world.db);
  const { identifier: other, licenseId } = await storeLicense(world.db);
  await world.db('license.licenses').where({ license_id: licenseId }).delete();
  const told = (identifier: string) =>
    t.throwsAsync(authoriseRead(world.deps, STRANGER, readOf(identifier)), { code: 'read-refused' });
  t.is((await told(stored.identifier))?.message, (await told(other))?.message);
  await enterBasis(world);
  t.is(
    await reasonOf(authoriseRead(world.deps, READER, readOf(other, { matterCode: INSPECTION.code }))),
    'license-not-found',
  );
  t.is(await reasonOf(authoriseRead(world.deps, 'nobody', readOf(other))), 'client-not-registered');
});

test('a consent that was withdrawn, narrowed or has ended carries nothing more', async (t) => {
  const { world } = t.context;
  const stored = await storeLicense(world.db);
  const consent = await consentTo(world);
  const all = { wanted: ['ZZBH', 'CZZT'] } as const;
  t.is(await reasonOf(read(world, stored, all)), 'allowed');
  await limitConsent(world.deps, deciderOf(ZHANGSAN), consent.id, { isChosen: (_, field) => field === 'ZZBH' });
  t.is(await reasonOf(read(world, stored, all)), 'wrong-field');
  t.is(await reasonOf(read(world, stored)), 'allowed');
  await t.throwsAsync(withdrawConsent(world.deps, deciderOf(LISI), consent.id), { code: 'consent-not-found' });
  world.setTime(new Date(NOON.getTime() + 1000));
  await withdrawConsent(world.deps, deciderOf(ZHANGSAN), consent.id);
  world.setTime(new Date(NOON.getTime() + 2000));
  t.is(await reasonOf(read(world, stored)), 'revoked');
  const [refused, withdrawn] = await recordOf(world, stored);
  t.deepEqual([refused?.kind, withdrawn?.kind], ['refused', 'consent-revoked']);
});

test('20 readers at once on a consent for 4: four read, sixteen refusals, each in the record', async (t) => {
  const { world } = t.context;
  const stored = await storeLicense(world.db);
  await consentTo(world, { max_uses: 4 });
  const answers = await Promise.all(Array.from({ length: 20 }, () => reasonOf(read(world, stored))));
  t.is(answers.filter((answer) => answer === 'allowed').length, 4);
  t.is(answers.filter((answer) => answer === 'used-up').length, 16);
  const kinds = (await recordOf(world, stored)).map(({ kind }) => kind);
  t.is(kinds.filter((kind) => kind === 'shared').length, 4);
  t.is(kinds.filter((kind) => kind === 'refused').length, 16);
});

const search = (change: Partial<SharedSearch> = {}): SharedSearch => ({
  licenseType: TYPE,
  holderKey: keyOf(ZHANGSAN),
  holderName: null,
  region: null,
  state: null,
  purpose: PURPOSE,
  matterCode: INSPECTION.code,
  groundId: null,
  ...change,
});

test('a search names licenses in the region of the basis, counts once, and counts when it finds nothing', async (t) => {
  const { world } = t.context;
  const here = await storeLicense(world.db);
  const second = await storeLicense(world.db);
  await storeLicense(world.db, { region: '110100' });
  const basisId = await enterBasis(world, { dailyQuota: 4 });
  const find = async (change: Partial<SharedSearch> = {}) =>
    (await searchShared(world.deps, READER, search(change))).map(({ head }) => head.licenseId).sort();
  const uses = async () => (await findLegalBasis(world.db, basisId, '2026-11-20'))?.usesToday;
  t.deepEqual(await find(), [here.licenseId, second.licenseId].sort());
  t.is(await uses(), 1);
  t.is((await recordOf(world, here))[0]?.kind, 'read');
  t.is((await find({ holderName: ZHANGSAN.name })).length, 2);
  t.is(await reasonOf(find({ holderName: LISI.name })), 'license-not-found');
  t.is(await reasonOf(find({ holderKey: keyOf(LISI) })), 'license-not-found');
  t.is(await uses(), 4);
  t.is(await reasonOf(find({ holderKey: keyOf(LISI) })), 'quota');
  t.is(await reasonOf(find()), 'quota');
  t.is(await reasonOf(searchShared(world.deps, STRANGER, search())), 'no-ground');
});

test('of parallel searches that find nothing no more are answered than the quota allows', async (t) => {
  const { world } = t.context;
  const basisId = await enterBasis(world, { dailyQuota: 3 });
  const tries = Array.from({ length: 20 }, () =>
    reasonOf(searchShared(world.deps, READER, search({ holderKey: keyOf(LISI) }))),
  );
  const answers = await Promise.all(tries);
  t.is(answers.filter((answer) => answer === 'license-not-found').length, 3);
  t.true(answers.every((answer) => ['license-not-found', 'quota', 'used-up'].includes(answer)));
  t.is((await findLegalBasis(world.db, basisId, '2026-11-20'))?.usesToday, 3);
});

test('a search on a consent needs no holder code, and finds what the holder allowed', async (t) => {
  const { world } = t.context;
  const { licenseId } = await storeLicense(world.db);
  const { id: groundId } = await consentTo(world);
  const change = { holderKey: null, groundId, matterCode: MATTER.code };
  const found = await searchShared(world.deps, READER, search(change));
  t.deepEqual(
    found.map(({ head }) => head.licenseId),
    [licenseId],
  );
  t.is(await reasonOf(searchShared(world.deps, STRANGER, search(change))), 'no-ground');
  t.is(
    await reasonOf(searchShared(world.deps, READER, search({ ...change, matterCode: INSPECTION.code }))),
    'other-matter',
  );
});

test(`${ILLEGAL} generated illegal reads of the registry: none succeeds, nothing is counted, each is an event`, async (t) => {
  if (GIVEN !== undefined) t.timeout(1_800_000);
  const { world } = t.context;
  const { deps, db } = world;
  const stored = await storeLicense(db);
  const revoked = await storeLicense(db, { state: 'revoked' });
  const abroad = await storeLicense(db, { region: '110100' });
  const basis = await enterBasis(world);
  const spent = await enterBasis(world, { dailyQuota: 1, matterCode: 'SPENT' });
  await read(world, stored, { matterCode: 'SPENT' });
  const ended = await enterBasis(world, { matterCode: 'ENDED' });
  await endLegalBasis(db, ended, 'admin', NOON);
  const early = await enterBasis(world, { matterCode: 'EARLY', validFrom: new Date(NOON.getTime() + DAY_MS) });
  const once = await consentTo(world, { max_uses: 1, purpose: '只用一次' });
  await read(world, stored, { purpose: '只用一次', groundId: once.id });
  const gone = await consentTo(world, { purpose: '已撤回' });
  await withdrawConsent(deps, deciderOf(ZHANGSAN), gone.id);
  const brief = await consentTo(world, { purpose: '已到期', until: new Date(NOON.getTime() + 1000).toISOString() });
  world.setTime(new Date(NOON.getTime() + 2000));
  const live = await consentTo(world, { holder: { code_type: '111', code: ZHANGSAN.code } });
  const ATTACKS: readonly [Stored, Partial<ReadRequest>, string?][] = [
    [stored, {}, STRANGER], //                                                  no ground at all
    [stored, { groundId: live.id }, STRANGER], //                               another organisation's consent
    [stored, { groundId: basis, matterCode: INSPECTION.code }, READER_TWIN], //          another caller's basis
    [stored, { groundId: 'cns_0' }],
    [stored, { groundId: live.id, wanted: ['CZZTDM'] }], //                     wrong field
    [stored, { groundId: live.id, wanted: ['file'] }],
    [stored, { groundId: basis, matterCode: INSPECTION.code, wanted: ['CZZT'] }],
    [stored, { groundId: live.id, matterCode: INSPECTION.code }], //                     another matter
    [stored, { groundId: live.id, purpose: '营销' }], //                         another purpose
    [stored, { groundId: gone.id, purpose: '已撤回' }], //                       withdrawn
    [stored, { groundId: brief.id, purpose: '已到期' }], //                      expired
    [stored, { groundId: once.id, purpose: '只用一次' }], //                     replay of a single use
    [stored, { groundId: spent, matterCode: 'SPENT' }], //   quota
    [stored, { groundId: ended, matterCode: 'ENDED' }],
    [stored, { groundId: early, matterCode: 'EARLY' }],
    [abroad, { groundId: basis, matterCode: INSPECTION.code }], //                       another region
    [revoked, { groundId: basis, matterCode: INSPECTION.code }], //                      state
    [revoked, { groundId: live.id }], //                                        a license that was not allowed
  ];
  const before = await countUses(db);
  const answers: string[] = [];
  const calls = fc.sample(
    fc.record({
      attack: fc.constantFrom(...ATTACKS),
      wanted: fc.option(fc.subarray(ELEMENTS), { nil: 'all' as const }),
      requestId: fc.uuid().map((id) => `attack-${id}`),
    }),
    { numRuns: ILLEGAL, seed: 20261120 },
  );
  for (let at = 0; at < ILLEGAL; at += AT_ONCE) {
    const work = calls.slice(at, at + AT_ONCE).map(({ attack: [target, change, client = READER], wanted, requestId }) =>
      // What an attack does not name it varies; nothing that is added makes it lawful.
      runWithRequest({ requestId, log }, () =>
        reasonOf(authoriseRead(deps, client, readOf(target.identifier, { wanted, ...change }))),
      ),
    );
    answers.push(...(await Promise.all(work)));
  }
  t.is(answers.length, ILLEGAL);
  t.deepEqual(
    answers.filter((answer) => answer === 'allowed'),
    [],
  );
  t.true(new Set(answers).size >= 9, [...new Set(answers)].join());
  t.deepEqual(await countUses(db), before);
  const { rows } = await db.raw(
    `select count(*)::integer as refused from license.events where kind = 'refused' and request_id like 'attack-%'`,
  );
  t.is(rows[0].refused, ILLEGAL);
  t.is(toHex(keyOf(ZHANGSAN)), live.holderKey);
});

async function countUses(db: SharingWorld['db']): Promise<unknown> {
  const { rows } = await db.raw(`select (select sum(uses) from license.consents) as consents,
    (select sum(uses) from license.basis_uses) as bases,
    (select count(*) from license.events where kind = 'shared') as shared`);
  return rows[0];
}

// Each reason for which a unit is refused: told to the unit, and on record with it, also where there is no license. What is
// refused is never counted.
import anyTest, { type TestFn } from 'ava';
import { isTrustError } from '../../../common/errors.ts';
import { openEventDetail } from '../../../license/domain/event-detail.ts';
import { REFUSAL_REASONS } from '../../../license/domain/read-grounds.ts';
import { authoriseRead, type ReadRequest } from '../../../license/flow/authorise-read.ts';
import { withdrawConsent } from '../../../license/flow/decide-consent.ts';
import { findLicense } from '../../../license/flow/open-license.ts';
import { type SharedSearch, searchShared } from '../../../license/flow/search-shared.ts';
import { verifySharedInformation } from '../../../license/flow/verify-shared.ts';
import { makeWrongTries } from '../../../license/flow/wrong-tries.ts';
import { listEvents } from '../../../license/store/events.ts';
import { endLegalBasis } from '../../../license/store/legal-bases.ts';
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
  readOf,
  type SharingWorld,
  STRANGER,
  type Stored,
  storeLicense,
  TYPE,
  ZHANGSAN,
} from '../sharing-world.ts';

const test = anyTest as TestFn<{ world: SharingWorld }>;
test.beforeEach(async (t) => {
  t.context = { world: await makeSharingWorld(t) };
});

async function reasonOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'allowed';
  } catch (error) {
    if (!isTrustError(error)) throw error;
    return error.code === 'read-refused' ? (error.message.split(':')[0] ?? '') : error.code;
  }
}

/** The reasons of the refusals in the record of a license, oldest first. */
async function refusalsOf({ deps }: SharingWorld, { licenseId, identifier }: Stored): Promise<readonly unknown[]> {
  const license = await findLicense(deps, identifier);
  const choice = { licenseIds: [licenseId], kinds: ['refused'] as const, before: null, limit: 100 };
  const events = (await listEvents(deps.db, choice)).toReversed();
  return events.map(({ eventId, detailBox }) => openEventDetail(license!.dataKey, eventId, detailBox!).reason);
}

/** Of refusals that concern no license; `basis` has the reason. */
async function strangersRefusals({ db }: SharingWorld) {
  const { rows } = await db.raw(
    `select actor, organisation, identifier, basis from license.events
     where kind = 'refused' and license_id is null order by event_id`,
  );
  return rows as readonly unknown[];
}

test('each reason is told, and stands in the record of the license; a lawful sibling is read', async (t) => {
  const { world } = t.context;
  const { deps, db } = world;
  const stored = await storeLicense(db);
  const revoked = await storeLicense(db, { state: 'revoked' });
  const abroad = await storeLicense(db, { region: '110100' });
  const basisId = await enterBasis(world);
  await enterBasis(world, { dailyQuota: 1, matterCode: 'ONE A DAY' });
  await enterBasis(world, { matterCode: 'EARLY', validFrom: new Date(NOON.getTime() + DAY_MS) });
  const ended = await enterBasis(world, { matterCode: 'ENDED' });
  await endLegalBasis(db, ended, 'admin', NOON);
  const gone = await consentTo(world, { purpose: '已撤回' });
  await withdrawConsent(deps, deciderOf(ZHANGSAN), gone.id);
  await consentTo(world, { purpose: '已到期', until: new Date(NOON.getTime() + 1000).toISOString() });
  const once = await consentTo(world, { purpose: '只用一次', max_uses: 1 });
  await consentTo(world);
  const read = ({ identifier }: Stored, change: Partial<ReadRequest>, client = READER) => {
    world.setTime(new Date(deps.clock().getTime() + 1000));
    return reasonOf(authoriseRead(deps, client, readOf(identifier, change)));
  };
  const byLaw = { matterCode: INSPECTION.code };
  t.is(await read(stored, { purpose: '只用一次', groundId: once.id }), 'allowed');
  t.is(await read(stored, { matterCode: 'ONE A DAY' }), 'allowed');
  const REFUSED: readonly [string, Stored, Partial<ReadRequest>, string?][] = [
    ['no-ground', stored, {}, STRANGER],
    ['no-ground', stored, { groundId: 'cns_0' }],
    ['other-matter', stored, { matterCode: 'ANOTHER' }],
    ['other-purpose', stored, { purpose: '营销' }],
    ['not-yet', stored, { matterCode: 'EARLY' }],
    ['revoked', stored, { groundId: gone.id, purpose: '已撤回' }],
    ['revoked', stored, { groundId: ended, matterCode: 'ENDED' }],
    ['expired', stored, { purpose: '已到期' }],
    ['other-region', abroad, byLaw],
    ['state', revoked, byLaw],
    ['wrong-field', stored, { wanted: ['CZZTDM'] }],
    ['used-up', stored, { purpose: '只用一次', groundId: once.id }],
    ['quota', stored, { matterCode: 'ONE A DAY' }],
  ];
  t.deepEqual([...new Set(REFUSED.map(([reason]) => reason))].sort(), [...REFUSAL_REASONS].sort(), 'every reason');
  for (const [reason, target, change, client] of REFUSED)
    t.is(await read(target, change, client), reason, JSON.stringify(change));
  for (const one of [stored, revoked, abroad])
    t.deepEqual(
      await refusalsOf(world, one),
      REFUSED.filter(([, target]) => target === one).map(([reason]) => reason),
    );
  t.is(await read(stored, {}), 'allowed');
  t.is(await read(stored, { ...byLaw, groundId: basisId }), 'allowed');
  t.deepEqual(await strangersRefusals(world), []);
});

/** One license that is there, and the identifiers of one that is not and of one whose holder was shredded. */
async function storeThree({ db }: SharingWorld) {
  const [gone, shredded] = [await storeLicense(db), await storeLicense(db, { holders: [LISI] })];
  for (const table of ['license_versions', 'licenses'])
    await db(`license.${table}`).where({ license_id: gone.licenseId }).delete();
  await db('license.holder_keys')
    .where({ holder_key: keyOf(LISI) })
    .delete();
  return { absent: gone.identifier, shredded: shredded.identifier, stored: await storeLicense(db) };
}

test('who may not read is answered alike, be the license there, gone or shredded', async (t) => {
  const { world } = t.context;
  const { absent, shredded, stored } = await storeThree(world);
  await enterBasis(world);
  await endLegalBasis(world.db, await enterBasis(world, { matterCode: 'ENDED' }), 'admin', NOON);
  const ASKED: readonly [string, Partial<ReadRequest>, string?][] = [
    ['no-ground', {}, STRANGER],
    ['no-ground', { matterCode: INSPECTION.code, groundId: 'lgb_0' }],
    ['other-matter', { matterCode: 'ANOTHER' }],
    ['revoked', { matterCode: 'ENDED' }],
    ['wrong-field', { matterCode: INSPECTION.code, wanted: ['ZZMC', 'CZZTDM'] }],
  ];
  for (const [reason, change, client = READER] of ASKED) {
    const messages = [absent, shredded, stored.identifier].map(async (identifier) => {
      const asked = authoriseRead(world.deps, client, readOf(identifier, change));
      return (await t.throwsAsync(asked, { code: 'read-refused' }))?.message;
    });
    const [told, ...others] = new Set(await Promise.all(messages));
    t.true(told?.startsWith(`${reason}: `), told);
    t.deepEqual(others, []);
  }
});

test('a refused read of what is not there is an event with the identifier that was tried, the caller and the reason', async (t) => {
  const { world } = t.context;
  const { absent, shredded, stored } = await storeThree(world);
  await enterBasis(world);
  const read = (client: string, identifier: string, matterCode = MATTER.code) =>
    reasonOf(authoriseRead(world.deps, client, readOf(identifier, { matterCode })));
  const EXPECTED = [
    [STRANGER, absent, 'no-ground'],
    [STRANGER, shredded, 'no-ground'],
    [READER, absent, 'license-not-found'],
    [READER, shredded, 'license-not-found'],
    ['nobody', absent, 'client-not-registered'],
    ['nobody', ZHANGSAN.code, 'client-not-registered'],
  ] as const;
  for (const [client, identifier, reason] of EXPECTED) {
    t.is(await read(client, identifier, INSPECTION.code), reason);
    world.setTime(new Date(world.deps.clock().getTime() + 1000));
  }
  const organisations = { [STRANGER]: '11360100MB0D00037D', [READER]: '11360100MB0D00029J', nobody: null };
  t.deepEqual(
    await strangersRefusals(world),
    EXPECTED.map(([actor, identifier, reason]) => ({
      actor,
      organisation: organisations[actor],
      identifier: identifier === ZHANGSAN.code ? null : identifier,
      basis: `reason:${reason}`,
    })),
    'what is no identifier is not kept',
  );
  t.deepEqual(await refusalsOf(world, stored), []);
});

test('the identifier of an earlier version is refused with an event, and nothing is counted', async (t) => {
  const { world } = t.context;
  const stored = await storeLicense(world.db);
  const consent = await consentTo(world);
  const later = stored.identifier.replace('.001.', '.002.');
  await world.db('license.licenses').where({ license_id: stored.licenseId }).update({ version: 2, identifier: later });
  t.is(await reasonOf(authoriseRead(world.deps, READER, readOf(stored.identifier))), 'license-superseded');
  t.deepEqual(await refusalsOf(world, stored), ['license-superseded']);
  const { rows } = await world.db.raw('select uses from license.consents where consent_id = ?', [consent.id]);
  t.deepEqual(rows, [{ uses: 0 }]);
});

const search = (change: Partial<SharedSearch> = {}): SharedSearch => ({
  licenseType: TYPE,
  holderKey: keyOf(ZHANGSAN),
  holderName: null,
  region: null,
  state: null,
  purpose: PURPOSE,
  matterCode: MATTER.code,
  groundId: null,
  ...change,
});

test('a search says what the consent lacks that the unit has, and to a stranger no more than that he has no ground', async (t) => {
  const { world } = t.context;
  const { deps } = world;
  const stored = await storeLicense(world.db);
  const { id: groundId } = await consentTo(world, { max_uses: 2 });
  const find = (change: Partial<SharedSearch>, client = READER) =>
    reasonOf(searchShared(deps, client, search({ holderKey: null, groundId, ...change })));
  t.is(await find({ purpose: '营销' }), 'other-purpose');
  t.is(await find({ matterCode: INSPECTION.code }), 'other-matter');
  t.is(await find({}, STRANGER), 'no-ground');
  t.is(await find({ groundId: null, holderKey: keyOf(ZHANGSAN) }, STRANGER), 'no-ground');
  t.is(await find({}), 'allowed');
  t.is(await find({ holderName: LISI.name }), 'license-not-found', 'and counts');
  t.is(await find({}), 'used-up');
  await withdrawConsent(deps, deciderOf(ZHANGSAN), groundId);
  t.is(await find({}), 'revoked');
  const reasons = await refusalsOf(world, stored);
  t.deepEqual([...reasons].sort(), ['other-matter', 'other-purpose', 'revoked', 'used-up']);
  const strangers = (await strangersRefusals(world)) as readonly { actor: string; basis: string }[];
  t.deepEqual(
    strangers.map(({ actor, basis }) => [actor, basis]),
    [
      [STRANGER, 'reason:no-ground'],
      [STRANGER, 'reason:no-ground'],
    ],
  );
});

test('20 at once on the last reads of a day, by search and by read: the others are refused for the quota', async (t) => {
  const { world } = t.context;
  const { identifier } = await storeLicense(world.db);
  await enterBasis(world, { dailyQuota: 3 });
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, at) =>
      at % 2 === 0
        ? reasonOf(authoriseRead(world.deps, READER, readOf(identifier, { matterCode: INSPECTION.code })))
        : reasonOf(searchShared(world.deps, READER, search({ matterCode: INSPECTION.code, holderKey: keyOf(LISI) }))),
    ),
  );
  const count = (...wanted: readonly string[]) => answers.filter((answer) => wanted.includes(answer)).length;
  t.is(count('allowed', 'license-not-found'), 3);
  t.is(count('quota'), 17);
});

test('证照信息验证 of an identifier that nobody has is a refusal on record; too few facts are none', async (t) => {
  const { world } = t.context;
  const { identifier, licenseId } = await storeLicense(world.db);
  await world.db('license.license_versions').where({ license_id: licenseId }).delete();
  await world.db('license.licenses').where({ license_id: licenseId }).delete();
  const ask = (metadata: Record<string, string>) =>
    verifySharedInformation(world.deps, makeWrongTries(world.deps.clock), READER, metadata, {
      purpose: PURPOSE,
      matterCode: MATTER.code,
      groundId: null,
    });
  t.is(await ask({ ZZBS: identifier, CZZT: '张三' }), 4);
  t.deepEqual(await strangersRefusals(world), []);
  t.is(await ask({ ZZBS: identifier, CZZT: '张三', ZZBH: '示例健证（2026）第000001号' }), 5);
  t.like((await strangersRefusals(world))[0], { identifier, basis: 'reason:license-not-found' });
});

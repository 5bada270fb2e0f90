// Checking a license without its file: two facts or the code of its face; a wrong one is never named, and who tries is stopped.
import anyTest, { type TestFn } from 'ava';
import { isTrustError } from '../../../common/errors.ts';
import type { LicenseState } from '../../../license/domain/license-states.ts';
import { stateAtDate } from '../../../license/domain/state-history.ts';
import { checkByFace, checkByFacts } from '../../../license/flow/check-license.ts';
import { verifySharedInformation } from '../../../license/flow/verify-shared.ts';
import { MOST_WRONG_TRIES, makeWrongTries } from '../../../license/flow/wrong-tries.ts';
import {
  LISI,
  MATTER,
  makeSharingWorld,
  NOON,
  PURPOSE,
  READER,
  type SharingWorld,
  STRANGER,
  storeLicense,
  TYPE,
  ZHANGSAN,
} from '../sharing-world.ts';

const test = anyTest as TestFn<{ world: SharingWorld }>;
test.beforeEach(async (t) => {
  t.context = { world: await makeSharingWorld(t) };
});

const NUMBER = '示例健证（2026）第000001号';
const CODE = '0123456789ABCDEF';

function byFacts(
  { deps }: SharingWorld,
  identifier: string,
  facts: Record<string, string>,
  date: string | null = null,
) {
  return checkByFacts(deps, makeWrongTries(deps.clock), { identifier, date }, facts);
}

test('by two facts: state and authority, no word of the holder; blanks and width do not matter', async (t) => {
  const { world } = t.context;
  const { identifier } = await storeLicense(world.db);
  const facts = { holder_name: ' 张三', license_number: '示例健证(2026)第000001号' };
  t.like(await byFacts(world, identifier, facts), {
    identifier,
    currentIdentifier: identifier,
    name: '从业人员健康证明（样例）',
    issuingAuthority: { name: '示例市卫生健康委员会' },
    state: 'valid',
    holders: null,
    shown: ['holder_name', 'license_number'],
  });
  const spelled = identifier.toLowerCase().replaceAll('.', '．');
  t.not(await byFacts(world, spelled, facts), null);
});

test('a wrong fact, another holder, and a license that is not there are one answer', async (t) => {
  const { world } = t.context;
  const { identifier } = await storeLicense(world.db);
  const other = await storeLicense(world.db);
  await world.db('license.licenses').where({ license_id: other.licenseId }).delete();
  t.is(await byFacts(world, identifier, { holder_name: '李四', license_number: NUMBER }), null);
  t.is(await byFacts(world, identifier, { holder_name: '张三', license_number: `${NUMBER}x` }), null);
  t.is(await byFacts(world, other.identifier, { holder_name: '张三', license_number: NUMBER }), null);
  t.is(await byFacts(world, 'nothing', { holder_name: '张三', license_number: NUMBER }), null);
});

test('only the facts that the type names are taken, both of them', async (t) => {
  const { world } = t.context;
  const { identifier } = await storeLicense(world.db);
  for (const facts of [
    { holder_name: '张三' },
    { holder_name: '张三', license_number: ' ' },
    { holder_name: '张三', valid_to: '2027-11-19' },
    { holder_name: '张三', license_number: NUMBER, valid_to: '2027-11-19' },
  ] as Record<string, string>[]) {
    const error = await t.throwsAsync(byFacts(world, identifier, facts), { code: 'invalid-request' });
    t.is(error?.message, 'a license of this type is checked by holder_name and license_number');
  }
});

test('facts of a holder are those of one and the same holder', async (t) => {
  const { world } = t.context;
  const { identifier } = await storeLicense(world.db, { holders: [ZHANGSAN, LISI] });
  t.not(await byFacts(world, identifier, { holder_name: '李四', license_number: NUMBER }), null);
});

test('after 20 wrong tries a license is not checked by facts for an hour; others are', async (t) => {
  const { world } = t.context;
  const { deps } = world;
  const [one, other] = [await storeLicense(world.db), await storeLicense(world.db)];
  const tries = makeWrongTries(deps.clock);
  const right = { holder_name: '张三', license_number: NUMBER };
  const ask = (identifier: string, facts: Record<string, string>) =>
    checkByFacts(deps, tries, { identifier, date: null }, facts);
  for (let at = 0; at < MOST_WRONG_TRIES; at++) {
    t.is(await ask(one.identifier, { ...right, holder_name: `张${at}` }), null);
  }
  await t.throwsAsync(ask(one.identifier, right), { code: 'too-many-requests' });
  t.not(await ask(other.identifier, right), null);
  world.setTime(new Date(NOON.getTime() + 3_600_000));
  t.not(await ask(one.identifier, right), null);
});

test('wrong tries side by side are counted like those one after another, also those of a unit', async (t) => {
  const { world } = t.context;
  const { deps } = world;
  const { identifier } = await storeLicense(world.db);
  const codeOf = async (work: Promise<unknown>): Promise<unknown> =>
    work.catch((error: unknown) => (isTrustError(error) ? error.code : error));
  const each = <T>(ask: (at: number) => Promise<T>) =>
    Promise.all(Array.from({ length: MOST_WRONG_TRIES + 5 }, (_, at) => codeOf(ask(at))));
  const open = makeWrongTries(deps.clock);
  const facts = (at: number) => ({ holder_name: `张${at}`, license_number: NUMBER });
  const told = await each((at) => checkByFacts(deps, open, { identifier, date: null }, facts(at)));
  t.is(told.filter((answer) => answer === null).length, MOST_WRONG_TRIES);
  t.is(told.filter((answer) => answer === 'too-many-requests').length, 5);

  const units = makeWrongTries(deps.clock);
  const purpose = { purpose: PURPOSE, matterCode: MATTER.code, groundId: null };
  const verify = (code: string, client = READER) =>
    verifySharedInformation(deps, units, client, { ZZBS: identifier, ZZBH: NUMBER, CZZTDM: code }, purpose);
  const results = await each((at) => verify(`3601021990030776${10 + at}`));
  t.is(results.filter((result) => result === 6).length, MOST_WRONG_TRIES);
  t.is(results.filter((answer) => answer === 'too-many-requests').length, 5);
  t.is(await codeOf(verify(ZHANGSAN.code)), 'too-many-requests', 'and no right one is told from the wrong ones');
  t.is(await verify(ZHANGSAN.code, STRANGER), 0, 'another unit is not kept out');
});

test('by the code of the face: the masked holder too; another code, or one of another license, is no match', async (t) => {
  const { world } = t.context;
  const { identifier } = await storeLicense(world.db, { state: 'suspended' });
  const ask = (code: string, date: string | null = null) => checkByFace(world.deps, { identifier, date }, code);
  t.like(await ask(CODE.toLowerCase()), {
    state: 'suspended',
    holders: ['张*'],
    shown: ['verify_code'],
    stateAt: null,
  });
  t.is(await ask('0123456789ABCDEG'), null);
  t.is(await ask(''), null);
  await t.throwsAsync(ask(CODE, '2026-11-21'), { code: 'invalid-request' });
  t.deepEqual((await ask(CODE, '2026-11-19'))?.stateAt, { date: '2026-11-19', state: null });
  t.deepEqual((await ask(CODE, '2026-11-20'))?.stateAt?.date, '2026-11-20');
  t.is(await checkByFace(world.deps, { identifier: `${TYPE}.x`, date: null }, CODE), null);
});

test('the state at a date: versions and changes until the end of that day in China', (t) => {
  const at = (text: string): Date => new Date(`${text}+08:00`);
  const versions = [
    { createdAt: at('2026-01-10T10:00:00'), validTo: '2026-12-31' },
    { createdAt: at('2027-01-05T10:00:00'), validTo: '2027-12-31' },
  ];
  const changes = [
    { at: at('2026-03-01T23:59:59'), to: 'suspended' },
    { at: at('2026-04-01T00:00:00'), to: 'valid' },
    { at: at('2027-06-01T08:00:00'), to: 'cancelled' },
  ];
  const states: readonly [string, LicenseState | null][] = [
    ['2026-01-09', null],
    ['2026-01-10', 'valid'],
    ['2026-03-01', 'suspended'],
    ['2026-03-31', 'suspended'],
    ['2026-04-01', 'valid'],
    ['2026-12-31', 'valid'],
    ['2027-01-01', 'expired'],
    ['2027-01-05', 'valid'],
    ['2027-06-01', 'cancelled'],
    ['2028-01-01', 'cancelled'],
  ];
  for (const [date, state] of states) t.is(stateAtDate(versions, changes, date), state, date);
});

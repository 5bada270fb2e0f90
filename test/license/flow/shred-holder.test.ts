// Shredding is asked twice, done once, and final.
import test from 'ava';
import { utf8 } from '../../../common/bytes.ts';
import { closePayload } from '../../../license/domain/data-keys.ts';
import { getLicense, listHolderLicenses } from '../../../license/flow/open-license.ts';
import { shredHolder } from '../../../license/flow/shred-holder.ts';
import { findHolderKeys } from '../../../license/store/holder-keys.ts';
import { keyOf, LISI, makeSharingWorld, NOON, storeLicense, ZHANGSAN } from '../sharing-world.ts';
import { ADMIN, askedOf, confirm, nonce, order, putIntent } from '../shredding-kit.ts';

test('the first asking changes nothing and says what would be destroyed; only its confirmation destroys', async (t) => {
  const world = await makeSharingWorld(t);
  const sole = await storeLicense(world.db);
  await storeLicense(world.db, { holders: [ZHANGSAN, LISI] });
  const asked = askedOf(await shredHolder(world.deps, ADMIN, order()));
  t.like(asked, { destroyed: 1, kept: 1 });
  t.is((await getLicense(world.deps, sole.identifier)).content.holders[0].name, '张三');

  const { confirmation } = asked;
  const refused = { code: 'shredding-not-confirmed' };
  const again = (change: Partial<Parameters<typeof shredHolder>[2]>, by = ADMIN) =>
    shredHolder(world.deps, by, order({ confirmation, ...change }));
  await t.throwsAsync(again({ confirmation: '0'.repeat(16) }), refused);
  await t.throwsAsync(again({ reason: '另一个理由' }), refused);
  await t.throwsAsync(again({ holder: LISI }), refused);
  await t.throwsAsync(again({}, 'another-administrator'), refused);
  world.setTime(new Date(NOON.getTime() + 21 * 60_000));
  await t.throwsAsync(again({}), refused);
  world.setTime(NOON);
  await storeLicense(world.db);
  await t.throwsAsync(again({}), refused, 'what would be destroyed is more than was seen');
  t.is((await world.db('license.shreddings')).length, 0);
  t.is((await listHolderLicenses(world.deps, keyOf(ZHANGSAN))).length, 3);
});

test('a holder who comes back has another key: new licenses are readable, the destroyed ones stay destroyed', async (t) => {
  const world = await makeSharingWorld(t);
  const gone = await storeLicense(world.db);
  const joint = await storeLicense(world.db, { holders: [ZHANGSAN, LISI] });
  await confirm(world);
  const back = await storeLicense(world.db);
  const own = await listHolderLicenses(world.deps, keyOf(ZHANGSAN));
  t.deepEqual(
    own.map(({ version }) => version.identifier),
    [back.identifier],
  );
  await t.throwsAsync(getLicense(world.deps, gone.identifier), { code: 'license-shredded' });
  t.is((await getLicense(world.deps, joint.identifier)).content.holders.length, 2, 'through the other holder');
  await confirm(world, { holder: LISI });
  await t.throwsAsync(getLicense(world.deps, joint.identifier), { code: 'license-shredded' });
});

test('nobody is shredded twice, nor somebody unknown, nor while a license is being issued to him', async (t) => {
  const world = await makeSharingWorld(t);
  await t.throwsAsync(shredHolder(world.deps, ADMIN, order()), { code: 'holder-not-found' });
  const { identifier, licenseId } = await storeLicense(world.db);
  const { head, dataKey } = await getLicense(world.deps, identifier);
  const box = closePayload(dataKey, 'issue 2 asked', utf8('{}'), nonce());
  await putIntent(world.db, { ...head, type: head.licenseType }, box, 'intended');
  await t.throwsAsync(confirm(world), { code: 'license-pending' });
  t.is((await findHolderKeys(world.db, [keyOf(ZHANGSAN)])).length, 1, 'and nothing was done');
  await world.db('license.issues').where({ license_id: licenseId }).delete();
  const { confirmation } = askedOf(await shredHolder(world.deps, ADMIN, order()));
  const both = await Promise.allSettled([1, 2].map(() => shredHolder(world.deps, ADMIN, order({ confirmation }))));
  t.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  await t.throwsAsync(confirm(world), { code: 'holder-not-found' });
  t.is((await world.db('license.shreddings')).length, 1);
  await t.throwsAsync(world.db('license.shreddings').delete(), { message: /permission denied|append-only/ });
});

// Seals that were registered before lives were kept: taken over by the migration, usable as before, led on by their keeper.
import { randomBytes } from 'node:crypto';
import test from 'ava';
import { connect } from '../../common/db/connect.ts';
import { migrateAll } from '../../common/db/migrate.ts';
import { remakeSeal } from '../../seal/flow/apply-for-seal.ts';
import { cancelSeal, changeSeal } from '../../seal/flow/change-seal.ts';
import { MIGRATIONS } from '../../seal/migrations/list.ts';
import { useGrant } from '../../seal/store/seal-grants.ts';
import { findVersionInForce } from '../../seal/store/seal-versions.ts';
import { findSeal } from '../../seal/store/seals.ts';
import { testServer, urlOf } from '../_harness/database.ts';
import { AT } from '../_harness/pki.ts';
import { OWNER } from './active-seal.ts';
import { act, makeLifeWorld } from './life-world.ts';
import { seal } from './world.ts';

const ES_ID = '36010000000001';

test('Seals and grants from before lives were kept hold as they did; their history begins with the next step', async (t) => {
  const server = testServer();
  const name = `${server.prefix}_${randomBytes(4).toString('hex')}`;
  const admin = connect(server.ownerUrl, { applicationName: 'xinji test', poolMax: 1 });
  await admin.raw('create database ??', [name]);
  const owner = connect(urlOf(server, name), { applicationName: 'xinji test', poolMax: 2 });
  const db = connect(urlOf(server, name, 'seal'), { applicationName: 'xinji test', poolMax: 2 });
  t.teardown(async () => {
    await Promise.all([owner.destroy(), db.destroy()]);
    await admin.raw('drop database ?? with (force)', [name]);
    await admin.destroy();
  });
  const room = { room: 'seal', schema: 'seal', url: urlOf(server, name, 'seal') };
  const migrate = (migrations: typeof MIGRATIONS) =>
    migrateAll({ ownerUrl: urlOf(server, name), rooms: [{ ...room, migrations }] });
  await migrate(MIGRATIONS.slice(0, 3));
  const { property } = seal.content;
  await owner('seal.seals').insert({
    es_id: ES_ID,
    name: property.name,
    version: 4,
    state: 'active',
    state_changed_at: property.validStart,
    owner_name: OWNER.ownerName,
    owner_code: OWNER.ownerCode,
    valid_from: property.validStart,
    valid_to: property.validEnd,
    width_mm: 42,
    height_mm: 42,
    eseal: Buffer.from(seal.raw),
    eseal_sm3: '5b'.repeat(32),
    key_ref: 'signer-1',
    created_at: property.validStart,
  });
  await owner('seal.seal_grants').insert({ client_id: 'license', es_id: ES_ID, granted_at: property.validStart });
  await migrate(MIGRATIONS);

  t.like(await findVersionInForce(db, ES_ID), {
    kind: 'imported',
    number: 1,
    state: 'active',
    steps: 0,
    keyRef: 'signer-1',
  });
  const use = { clientId: 'license', esID: ES_ID, documentClass: 'contract', at: AT };
  t.truthy(await useGrant(db, use));
  t.is(await useGrant(db, { ...use, at: property.validEnd }), null);
  const { deps } = makeLifeWorld(db);
  await changeSeal(deps, act('keeper'), ES_ID, { step: 'suspend', reason: 'x' });
  t.is((await findSeal(db, ES_ID))!.state, 'suspended');
  await changeSeal(deps, act('keeper'), ES_ID, { step: 'resume', reason: 'x' });
  const renewal = { reason: 'x', valid_years: 5 };
  await t.throwsAsync(
    remakeSeal(deps, act('keeper'), ES_ID, renewal),
    { code: 'invalid-request' },
    'no picture is known',
  );
  const picture = { source: 'drawn', text: OWNER.ownerName, width_mm: 20 } as const;
  t.like(await remakeSeal(deps, act('keeper'), ES_ID, { ...renewal, picture }), { version: 2, state: 'applied' });
  await cancelSeal(deps, act('keeper'), ES_ID, { reason: 'x', key_compromised: false });
  t.is((await findSeal(db, ES_ID))!.state, 'cancelled');
  t.deepEqual((await migrate(MIGRATIONS)).applied, []);
});

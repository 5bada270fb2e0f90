// What the database itself refuses about the life of seals, to the room and to its owner.
import test from 'ava';
import type { Knex } from 'knex';
import { getVersion } from '../../seal/flow/take-step.ts';
import { type TestDatabase, testDatabase } from '../_harness/database.ts';
import { AT } from '../_harness/pki.ts';
import { OWNER } from './active-seal.ts';
import { type LifeWorld, leadTo, makeLifeWorld } from './life-world.ts';

let database: TestDatabase;
let db: Knex;
let owner: Knex;
let world: LifeWorld;

test.before(async () => {
  database = await testDatabase();
  db = database.connect('seal');
  owner = database.connect('owner');
  world = makeLifeWorld(db);
});

const minutes = (count: number): Date => new Date(AT.getTime() + count * 60_000);

test.serial('The database refuses every way past the steps, to the room and to the owner', async (t) => {
  const { id, esID } = await leadTo(world, 'active');
  const { id: approved, esID: code } = await leadTo(world, 'approved');
  const step = {
    application_id: id,
    es_id: esID,
    duty: 'keeper',
    actor: 'keeper-1',
    organisation: 'x',
    client_id: 'x',
    at: AT,
  };
  for (const who of [db, owner]) {
    const refuse = (what: string, statement: () => Knex.QueryBuilder | Knex.Raw) =>
      t.throwsAsync(async () => statement(), undefined, `${who === db ? 'room' : 'owner'}: ${what}`);
    const versions = () => who('seal.seal_versions');
    await refuse('a state by hand', () => versions().where({ application_id: approved }).update({ state: 'made' }));
    await refuse('another name', () => versions().where({ application_id: id }).update({ name: '别的' }));
    await refuse('another picture', () =>
      versions()
        .where({ application_id: id })
        .update({ eseal: Buffer.from('x') }),
    );
    await refuse('a version less', () => versions().where({ application_id: id }).delete());
    await refuse('a seal by hand', () => who('seal.seals').where({ es_id: esID }).update({ state: 'cancelled' }));
    await refuse('a seal less', () => who('seal.seals').where({ es_id: esID }).delete());
    await refuse('an empty registry', () => who.raw('truncate seal.seals cascade'));
    await refuse('another past', () =>
      who('seal.seal_steps').where({ application_id: id }).update({ actor: 'nobody' }),
    );
    await refuse('a step that no rule has', () =>
      who('seal.seal_steps').insert({ ...step, number: 6, step: 'resume', from_state: 'active', to_state: 'active' }),
    );
    await refuse('a step from another state', () =>
      who('seal.seal_steps').insert({
        ...step,
        number: 6,
        step: 'resume',
        from_state: 'suspended',
        to_state: 'active',
      }),
    );
    await refuse('a step with a gap', () =>
      who('seal.seal_steps').insert({
        ...step,
        number: 7,
        step: 'suspend',
        from_state: 'active',
        to_state: 'suspended',
      }),
    );
    await refuse('a step back in time', () =>
      who('seal.seal_steps').insert({
        ...step,
        number: 6,
        step: 'suspend',
        from_state: 'active',
        to_state: 'suspended',
        at: minutes(-9),
      }),
    );
    await refuse('superseded by nothing', () =>
      who('seal.seal_steps').insert({
        ...step,
        number: 6,
        step: 'supersede',
        from_state: 'active',
        to_state: 'superseded',
      }),
    );
    await refuse('made without a seal', () =>
      who('seal.seal_steps').insert({
        ...step,
        application_id: approved,
        es_id: code,
        number: 3,
        step: 'make',
        from_state: 'approved',
        to_state: 'made',
        duty: 'maker',
        actor: 'maker-1',
      }),
    );
    await refuse('a version without beginning', () =>
      who.raw(
        `insert into seal.seal_versions (application_id, es_id, number, kind, owner_name, owner_code, name, seal_kind,
        valid_years, picture, state_changed_at, created_at) values ('sealapp_x', ?, 2, 'renewal', 'x', ?, 'x', '01', 5, '{}', now(), now())`,
        [esID, OWNER.ownerCode],
      ),
    );
    await refuse('the code of another owner', () =>
      who.raw(
        `insert into seal.seal_versions (application_id, es_id, number, kind, owner_name, owner_code, name, seal_kind,
        valid_years, picture, state_changed_at, created_at) values ('sealapp_x', ?, 2, 'renewal', 'x', 'x', 'x', '01', 5, '{}', now(), now())`,
        [esID],
      ),
    );
  }
  t.is((await getVersion(db, id)).state, 'active');
});

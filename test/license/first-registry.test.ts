// A database of the first, unreleased registry: a license in it is never dropped in silence.
import test from 'ava';
import { migrateAll } from '../../common/db/migrate.ts';
import { isTrustError } from '../../common/errors.ts';
import { MIGRATIONS } from '../../license/migrations/list.ts';
import { testDatabase } from '../_harness/database.ts';

test('the tables of the first registry go when they are empty; with a license in them the migration is refused', async (t) => {
  const database = await testDatabase(t);
  const owner = database.connect('owner');
  const migrate = (count: number) =>
    migrateAll({
      ownerUrl: database.ownerUrl,
      rooms: [
        { room: 'license', schema: 'license', migrations: MIGRATIONS.slice(0, count), url: database.urls.license },
      ],
    });
  const first = MIGRATIONS.findIndex(({ name }) => name === '0006-registry');
  await owner.raw('drop schema license cascade');
  await migrate(first);
  await owner.raw(`insert into license.licenses values ('1.2.156.3005.2.X', 'T', 1, 1, 'n', 'no', 'c', 'case', 'issue', 'a', 'ac',
    'h', '111', '\\x01', '\\x02', '2026-01-01', '2026-01-01', '2027-01-01', '{}', 'sm3', 1, 'valid', null, now(), now())`);
  const refused = await t.throwsAsync(migrate(MIGRATIONS.length));
  t.true(isTrustError(refused, 'schema-outdated'), String(refused));
  t.regex(isTrustError(refused) ? refused.hint : '', /make clean/);
  const { rows } = await owner.raw<{ rows: { identifier: string }[] }>('select identifier from license.licenses');
  t.deepEqual(rows, [{ identifier: '1.2.156.3005.2.X' }]);
  await owner.raw('delete from license.licenses');
  t.true((await migrate(MIGRATIONS.length)).applied.includes('license/0006-registry'));
});

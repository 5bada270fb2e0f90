// What is answered when PostgreSQL has no connection left: a problem that passes, not a fault of ours.
import test from 'ava';
import { connect } from '../../../common/db/connect.ts';
import { asDatabaseProblem, isDatabaseUnavailable } from '../../../common/db/errors.ts';
import { testDatabase, testServer } from '../../_harness/database.ts';

test('a server without a free connection is unavailable for a while, a wrong password is not', async (t) => {
  const database = await testDatabase(t);
  const owner = database.connect('owner');
  const role = `${testServer().prefix}_few`;
  await owner.raw(`create role ?? login password 'few' connection limit 1`, [role]);
  const url = new URL(database.ownerUrl);
  [url.username, url.password] = [role, 'few'];
  const first = connect(url.href, { applicationName: 'xinji test', poolMax: 1 });
  const second = connect(url.href, { applicationName: 'xinji test', poolMax: 1 });
  try {
    await first.raw('select 1');
    const refused = await t.throwsAsync(async () => second.raw('select 1'), { message: /too many connections/ });
    t.like(asDatabaseProblem(refused), { code: 'database-unavailable' });
    url.password = 'wrong';
    const stranger = connect(url.href, { applicationName: 'xinji test', poolMax: 1 });
    const wrong = await t.throwsAsync(async () => stranger.raw('select 1'));
    await stranger.destroy();
    t.false(isDatabaseUnavailable(wrong));
  } finally {
    await Promise.all([first.destroy(), second.destroy()]);
    await owner.raw('drop role ??', [role]);
  }
});

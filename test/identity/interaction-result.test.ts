// The result of a page is written into the login under way that is there, and brings none back that has ended.
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import type { Knex } from 'knex';
import { errors } from 'oidc-provider';
import { makeBrowser } from '../../bin/demo/browser.ts';
import { PostgresAdapter } from '../../identity/provider/adapter.ts';
import { testDatabase } from '../_harness/database.ts';
import { authorize, PERSON, post, startIdentity } from './identity-house.ts';

test('an interaction that has ended does not come back by the result of a page that was slow', async (t) => {
  const db = (await testDatabase(t)).connect('identity');
  const refreshGrace = { seconds: 10, key: new Uint8Array(32) };
  const clock = () => new Date('2026-03-01T00:00:00Z');
  const adapter = new PostgresAdapter('Interaction', { db, clock, onReuse: async () => undefined, refreshGrace });
  const open = { kind: 'Interaction', jti: 'one', returnTo: 'https://id.example.gov.cn/oidc/auth/one' } as const;
  await adapter.upsert('one', { ...open }, 900);
  const result = { login: { accountId: 'acc_1' } };
  await adapter.upsert('one', { ...open, result }, 800);
  t.like(await adapter.find('one'), { ...open, result });
  await adapter.destroy('one');
  await t.throwsAsync(adapter.upsert('one', { ...open, result }, 800), { instanceOf: errors.SessionNotFound });
  await t.throwsAsync(adapter.upsert('two', { ...open, jti: 'two', result }, 800), {
    instanceOf: errors.SessionNotFound,
  });
  t.is(await adapter.find('one'), undefined);
  t.is(await adapter.find('two'), undefined);
});

test('a login whose page was left meanwhile says so, and nobody is logged in by it', async (t) => {
  const house = await startIdentity(t);
  const client = await house.client('alpha');
  const browser = makeBrowser();
  const page = await browser.open((await authorize(client)).target.href);
  const values = { login: PERSON.loginName, password: PERSON.password };
  const answered = await house.db.transaction(async (trx) => {
    await trx.raw('lock table identity.known_devices in exclusive mode');
    const answer = post(browser, page, values);
    while ((await waitingStatements(house.db)) === 0) await sleep(5);
    await house.db('identity.oidc_artifacts').where({ model: 'Interaction' }).delete();
    return { answer };
  });
  const answer = await answered.answer;
  t.is(answer.status, 400);
  t.true((await answer.text()).includes('登录页面已失效'));
  t.deepEqual(await house.db('identity.oidc_artifacts').pluck('model'), []);
});

async function waitingStatements(db: Knex): Promise<number> {
  const { rows } = await db.raw("select count(*) as n from pg_stat_activity where wait_event_type = 'Lock'");
  return rows[0].n;
}

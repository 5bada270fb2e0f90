import { spawn } from 'node:child_process';
import { once } from 'node:events';
import test from 'ava';
import type { AuditGroup } from '../../../common/audit/audit-log.ts';
import { entry, inShort, makeLogKit, readRows } from './log-kit.ts';

test('16 concurrent callers: every row is committed when its caller goes on, none twice, the chain is whole', async (t) => {
  const kit = await makeLogKit(t);
  const { audit } = kit.open();
  const seen: number[] = [];
  await Promise.all(
    Array.from({ length: 16 }, async (_, caller) => {
      for (let turn = 0; turn < 20; turn++) {
        const number = caller * 100 + turn;
        await audit.append(entry(number));
        const found = await kit
          .owner('seal.audit_entries')
          .where({ subject: `subject ${number}` })
          .select('number');
        seen.push(found.length);
      }
    }),
  );
  t.deepEqual(new Set(seen), new Set([1]));
  const rows = await readRows(kit.owner);
  t.deepEqual(
    rows.map(({ number }) => number),
    Array.from({ length: 320 }, (_, index) => index + 1),
  );
  t.deepEqual((await kit.verify(null)).faults, []);
});

test('two processes write two chains; whoever comes back continues the lowest that is free', async (t) => {
  const kit = await makeLogKit(t);
  const [one, two] = [kit.open(), kit.open()];
  await one.audit.append(entry(1));
  await two.audit.append(entry(2));
  await Promise.all(
    [one, two].flatMap(({ audit }, index) => [3, 4, 5].map((n) => audit.append(entry(n * 10 + index)))),
  );
  await one.close();
  const three = kit.open();
  await three.audit.append(entry(6));
  const rows = await readRows(kit.owner);
  t.deepEqual(
    rows.map(({ chain, number }) => `${chain}/${number}`),
    ['1/1', '1/2', '1/3', '1/4', '1/5', '2/1', '2/2', '2/3', '2/4'],
  );
  t.is(rows[4]!.subject, 'subject 6');
  t.deepEqual((await kit.verify(null)).faults, []);
});

const grantRow = (clientId: string, esID: string) => ({
  grant_id: `grant_${clientId}`,
  client_id: clientId,
  es_id: esID,
  document_class: '*',
  valid_from: new Date(0),
  valid_to: new Date(1),
  granted_at: new Date(0),
  granted_by: 'operator',
});

test("a caller's statements and its row are one transaction; what it throws is thrown to it, the others are committed", async (t) => {
  const kit = await makeLogKit(t);
  const { audit } = kit.open();
  const grant = (clientId: string, esID: string) =>
    audit.appendWith(async (trx) => {
      await trx('seal.seal_grants').insert(grantRow(clientId, esID));
      return { value: clientId, entries: [entry(1)] };
    });
  const answers = await Promise.allSettled([
    audit.append(entry(2)),
    grant('client', 'there is no such seal'),
    audit.append({ ...entry(3), subject: '\ud800' }),
    audit.append(entry(4)),
    audit.appendWith(async () => ({ value: 'nothing to record', entries: [] })),
    audit.appendWith(async () => {
      throw new Error('the caller changed its mind');
    }),
  ]);
  t.deepEqual(
    answers.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected', 'fulfilled', 'fulfilled', 'rejected'],
  );
  t.regex(String((answers[1] as PromiseRejectedResult).reason), /foreign key/);
  t.regex(String((answers[5] as PromiseRejectedResult).reason), /changed its mind/);
  t.deepEqual(
    (await readRows(kit.owner)).map(({ subject }) => subject),
    ['subject 2', 'subject 4'],
  );
  t.deepEqual(await kit.owner('seal.seal_grants').select('client_id'), []);
  t.deepEqual((await kit.verify(null)).faults, []);
});

test('an act in the statement of its rows: all of a batch or none of it, and then its own statements decide', async (t) => {
  const kit = await makeLogKit(t);
  const { audit } = kit.open();
  await kit.owner.raw('create table seal.done (name text primary key); grant select, insert on seal.done to public');
  const runs: (readonly string[])[] = [];
  const acts: AuditGroup<string, string> = {
    run: async (trx, names) => {
      runs.push(names);
      const isFree = (name: string): boolean => name !== 'taken';
      await trx('seal.done').insert(names.filter(isFree).map((name) => ({ name })));
      return names.map((name) =>
        isFree(name) ? { value: `run ${name}`, entries: [entry(1, { name })] } : { value: 'no', entries: [] },
      );
    },
    atOnce: (names) => ({
      act: {
        name: 'done',
        expressions: (first) => `wanted as (select unnest($${first}::text[]) as name),
          agreed as (select not exists (select from wanted where name = 'taken') as ok),
          made as (insert into seal.done select name from wanted where (select ok from agreed))`,
        values: [names],
      },
      works: names.map((name) => ({ value: `at once ${name}`, entries: [entry(1, { name })] })),
    }),
  };
  const ask = (...names: readonly string[]) => Promise.all(names.map((name) => audit.appendIn(acts, name)));
  t.deepEqual(await ask('a', 'b'), ['at once a', 'at once b']);
  t.deepEqual(runs, []);
  // One that is not agreed to: nothing of the batch was done by the statement.
  t.deepEqual(await ask('c', 'taken'), ['run c', 'no']);
  t.deepEqual(runs, [['c', 'taken']]);
  // One that fails: each by itself, and only that one is thrown.
  const failed = await Promise.allSettled([...['d', 'a', 'e']].map((name) => audit.appendIn(acts, name)));
  t.deepEqual(
    failed.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  // Beside others that wait for the same batch.
  t.deepEqual(await Promise.all([audit.append(entry(2)), audit.appendIn(acts, 'f')]), [undefined, 'run f']);
  const names = (await kit.owner('seal.done').select('name').orderBy('name')).map(({ name }) => name);
  t.deepEqual(names, ['a', 'b', 'c', 'd', 'e', 'f']);
  const rows = (await readRows(kit.owner)).map(({ detail }) => JSON.parse(detail).name);
  t.deepEqual(rows, ['a', 'b', 'c', 'd', 'e', undefined, 'f']);
  t.deepEqual((await kit.verify(null)).faults, []);
});

test('a lost connection between batches and within one: the chain goes on, no row is lost or doubled', async (t) => {
  const kit = await makeLogKit(t);
  const { audit } = kit.open();
  const end = () =>
    kit.owner.raw(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'xinji seal audit' and datname = current_database()",
    );
  await audit.append(entry(1));
  await end();
  await audit.append(entry(2));
  let isFirst = true;
  const value = await audit.appendWith(async () => {
    if (isFirst) await end();
    isFirst = false;
    return { value: 'again', entries: [entry(3)] };
  });
  t.is(value, 'again');
  t.deepEqual(
    (await readRows(kit.owner)).map(({ chain, number, subject }) => `${chain}/${number} ${subject}`),
    ['1/1 subject 1', '1/2 subject 2', '1/3 subject 3'],
  );
});

test('whoever writes on our chain behind our back does not fork it', async (t) => {
  const kit = await makeLogKit(t);
  const { audit } = kit.open();
  await audit.append(entry(1));
  await kit.owner.raw(
    `insert into seal.audit_entries (chain, number, at, kind, subject, actor, detail, previous, hash)
     values (1, 2, now(), 'x', 'x', 'x', '{}', '', '')`,
  );
  await audit.append(entry(2));
  t.deepEqual(
    (await readRows(kit.owner)).map(({ number }) => number),
    [1, 2, 3],
  );
  const { faults } = await kit.verify(null);
  t.deepEqual(inShort(faults), ['row-out-of-order 1/2', 'row-changed 1/2'], 'and the stranger is named');
});

test('kill -9 while rows are being written: what was acknowledged is there, once, and the next process continues', async (t) => {
  const kit = await makeLogKit(t);
  const script = new URL('./dying-writer.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, kit.database.urls.seal], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    said += part;
    if (said.split('\n').length > 60) child.kill('SIGKILL');
  });
  const [, signal] = await closed;
  t.is(signal, 'SIGKILL');
  const { audit } = kit.open();
  await audit.append(entry(999_999));
  const rows = await readRows(kit.owner);
  const subjects = rows.map(({ subject }) => subject);
  t.is(new Set(subjects).size, subjects.length);
  for (const number of said.split('\n').slice(0, -1)) t.true(subjects.includes(`subject ${number}`), number);
  t.is(rows.at(-1)!.subject, 'subject 999999');
  t.is(rows.at(-1)!.chain, 1);
  t.deepEqual((await kit.verify(null)).faults, []);
});

test('a closed log takes nothing; what waited is committed', async (t) => {
  const kit = await makeLogKit(t);
  const opened = kit.open();
  const waiting = [1, 2, 3].map((number) => opened.audit.append(entry(number)));
  await opened.close();
  await Promise.all(waiting);
  await t.throwsAsync(opened.audit.append(entry(4)), { code: 'stopping' });
  t.is((await readRows(kit.owner)).length, 3);
});

test('without a database a row is refused as database-unavailable, not forgotten in silence', async (t) => {
  const kit = await makeLogKit(t);
  const { audit } = kit.open({ databaseUrl: 'postgres://nobody:x@127.0.0.1:1/nowhere' });
  await t.throwsAsync(audit.append(entry(1)), { code: 'database-unavailable' });
});

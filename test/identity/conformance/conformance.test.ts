// The plans, module by module, and the page that publishes how they end.
import { readFileSync, writeFileSync } from 'node:fs';
import test from 'ava';
import { conformancePage, PLANS } from './plans.ts';
import { openWorld } from './world.ts';

for (const { name, title, rows, modules } of PLANS) {
  test(`OpenID Foundation, ${title}: ${rows.length} modules end as docs/conformance.md says`, async (t) => {
    const world = await openWorld(t);
    const wrong: string[] = [];
    for (const { name: module, verdict } of rows) {
      if (verdict === 'not applicable') continue;
      const failure = await modules[module]!(world).then(
        () => null,
        (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error)),
      );
      if ((failure === null) !== (verdict === 'pass')) wrong.push(`${module}: ${failure ?? 'passes now'}`);
    }
    t.deepEqual(wrong, [], name);
  });
}

test('every module that is published as run is run, and none twice', (t) => {
  for (const { rows, modules } of PLANS) {
    const run = rows.filter(({ verdict }) => verdict !== 'not applicable').map(({ name }) => name);
    t.deepEqual([...run].sort(), Object.keys(modules).sort());
    t.true(
      rows.every(({ verdict, why }) => verdict === 'pass' || Boolean(why)),
      'what does not pass has a reason',
    );
  }
  t.deepEqual(
    PLANS.map(({ rows }) => rows.length),
    [38, 11, 2],
  );
});

test('docs/conformance.md is made of the table (UPDATE_CONFORMANCE=1 writes it anew)', (t) => {
  const file = new URL('../../../docs/conformance.md', import.meta.url);
  if (process.env['UPDATE_CONFORMANCE']) writeFileSync(file, conformancePage());
  t.is(readFileSync(file, 'utf8'), conformancePage());
});

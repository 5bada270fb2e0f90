import { spawn } from 'node:child_process';
import { once } from 'node:events';
import test from 'ava';
import { fsckRegistry } from '../../../license/flow/fsck.ts';
import { resumeIssues } from '../../../license/flow/resume-issues.ts';
import { DEPARTMENT, issueAs, makeRequest } from '../doubles.ts';
import { makeWorld } from '../world.ts';

for (const step of ['seal', 'file', 'stored']) {
  test(`kill -9 of the process at the step "${step}": one license after resuming`, async (t) => {
    const world = await makeWorld(t);
    const script = new URL('./dying-room.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [script, world.url, step], { stdio: 'inherit' });
    const [, signal] = await once(child, 'exit');
    t.is(signal, 'SIGKILL');
    const [issue] = await world.db('license.issues').select('state', 'lease_until');
    t.is(issue.state, 'intended');
    t.is((await world.db('license.licenses').select('identifier')).length, 0);
    world.pass(61);
    t.deepEqual(await resumeIssues(world.deps), { finished: 1, failed: 0, left: 0 });
    t.false((await issueAs(world.deps, DEPARTMENT, makeRequest())).created);
    t.is((await world.db('license.licenses').select('identifier')).length, 1);
    t.is((await world.db('license.events').select('kind')).length, 1);
    t.like(await fsckRegistry(world.deps), { counts: { licenses: 1, issues: 1, files_opened: 1 }, faults: [] });
  });
}

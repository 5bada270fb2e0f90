import test from 'ava';
import { TrustError } from '../../../common/errors.ts';
import type { LicenseDeps } from '../../../license/flow/deps.ts';
import { makeHousekeeping } from '../../../license/flow/housekeeping.ts';
import { readLicenseFile } from '../../../license/flow/read-license.ts';
import { resumeIssues } from '../../../license/flow/resume-issues.ts';
import { DEPARTMENT, issueAs, makeRequest, tryIssue } from '../doubles.ts';
import { makeWorld, type World } from '../world.ts';

const count = async ({ db }: World, table: string): Promise<number> =>
  Number((await db(`license.${table}`).count({ n: '*' }))[0]?.['n']);
const away = (): never => {
  throw new TrustError('seal-unavailable', 'away');
};

/** A process that dies at one step: from then on nothing of it reaches the database or another room. */
type Crash = { readonly step: string; readonly crash: (world: World) => LicenseDeps };
/** What a dead process would have done never comes to an end. */
const dead = (): Promise<never> => new Promise(() => {});

const CRASHES: readonly Crash[] = [
  {
    step: 'before the seal room does anything',
    crash: (world) => ({ ...world.deps, seal: { ...world.seal, seal: dead } }),
  },
  {
    step: 'after sealing, before the answer arrives',
    crash: (world) => ({
      ...world.deps,
      seal: {
        ...world.seal,
        seal: async (...args) => {
          await world.seal.seal(...args);
          return dead();
        },
      },
    }),
  },
  {
    step: 'before the file is stored',
    crash: (world) => ({ ...world.deps, files: { ...world.deps.files, put: dead } }),
  },
  {
    step: 'after the file is stored, before the license is',
    crash: (world) => ({
      ...world.deps,
      files: {
        ...world.deps.files,
        put: async (bytes) => {
          await world.deps.files.put(bytes);
          return dead();
        },
      },
    }),
  },
];

for (const { step, crash } of CRASHES) {
  test(`a crash ${step}: resuming gives exactly one license and one sealing`, async (t) => {
    const world = await makeWorld(t);
    t.is((await tryIssue(crash(world), DEPARTMENT, makeRequest(), { waitMs: 300 })).kind, 'pending');
    t.is(await count(world, 'issues'), 1);
    t.is(await count(world, 'licenses'), 0);

    t.deepEqual(await resumeIssues(world.deps), { finished: 0, failed: 0, left: 1 }, 'the lease still runs');
    world.pass(61);
    const both = await Promise.all([resumeIssues(world.deps), resumeIssues(world.deps)]);
    t.is(
      both.reduce((sum, result) => sum + result.finished, 0),
      1,
      'two resumers, one work',
    );
    t.is(await count(world, 'licenses'), 1);
    t.is(await count(world, 'events'), 1);
    t.is(world.seal.made.length, 1);
    const { license, created } = await issueAs(world.deps, DEPARTMENT, makeRequest());
    t.false(created);
    t.is(license.content.issuedOn, '2026-11-20');
    t.is((await readLicenseFile(world.deps, license)).length, license.version.file.size);
    t.deepEqual(await resumeIssues(world.deps), { finished: 0, failed: 0, left: 0 });
  });
}

test('ten issues left lying and four resumers: each is finished once', async (t) => {
  const world = await makeWorld(t);
  world.seal.before = away;
  const cases = Array.from({ length: 10 }, (_, index) => makeRequest({ case_id: `CASE-${index}` }));
  for (const request of cases) await tryIssue(world.deps, DEPARTMENT, request);
  world.seal.before = () => {};
  world.seal.calls = 0;
  world.pass(10);
  const results = await Promise.all(Array.from({ length: 4 }, () => resumeIssues(world.deps)));
  t.is(
    results.reduce((sum, { finished }) => sum + finished, 0),
    10,
  );
  t.is(world.seal.calls, 10);
  t.is(await count(world, 'licenses'), 10);
});

test('what fails again is put off, each time for longer', async (t) => {
  const world = await makeWorld(t);
  world.seal.before = away;
  await tryIssue(world.deps, DEPARTMENT, makeRequest());
  t.deepEqual(await resumeIssues(world.deps), { finished: 0, failed: 0, left: 1 }, 'put off');
  world.pass(3);
  t.deepEqual(await resumeIssues(world.deps), { finished: 0, failed: 1, left: 1 }, 'tried and put off again');
  world.pass(3);
  t.deepEqual(await resumeIssues(world.deps), { finished: 0, failed: 0, left: 1 });
  const [row] = await world.db('license.issues').select('last_error', 'attempts');
  t.deepEqual(row, { last_error: 'seal-unavailable', attempts: 2 });
});

test('a running room resumes by itself and stops in order', async (t) => {
  const world = await makeWorld(t);
  world.seal.before = away;
  await tryIssue(world.deps, DEPARTMENT, makeRequest());
  const gate = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  world.seal.before = () => {
    entered.resolve();
    return gate.promise;
  };
  world.pass(10);
  const housekeeping = makeHousekeeping(world.deps);
  housekeeping.start();
  await entered.promise;
  const stopped = housekeeping.stop();
  gate.resolve();
  await stopped;
  t.is(await count(world, 'licenses'), 1, 'the issue under way was finished before stopping');
});

test('who lost his lease cannot finish: the one who took it over does, and there is one license', async (t) => {
  const world = await makeWorld(t);
  let second: Promise<unknown> | undefined;
  world.seal.after = async () => {
    if (second) return;
    world.pass(61); // the first one hangs in the seal room for longer than its lease
    second = issueAs(world.deps, DEPARTMENT, makeRequest());
    await second;
  };
  const { created } = await issueAs(world.deps, DEPARTMENT, makeRequest());
  t.true(created, 'it tells the license that the other one finished');
  t.is(await count(world, 'licenses'), 1);
  t.is(await count(world, 'events'), 1);
  t.is(world.seal.made.length, 1);
});

test('the holder is shredded between intent and seal: the issue is given up, nothing of him is left to finish', async (t) => {
  const world = await makeWorld(t);
  world.seal.before = away;
  await tryIssue(world.deps, DEPARTMENT, makeRequest());
  world.seal.before = () => {};
  await world.db('license.holder_keys').delete();
  world.pass(10);
  t.deepEqual(await resumeIssues(world.deps), { finished: 0, failed: 1, left: 0 });
  const [row] = await world.db('license.issues').select('state', 'last_error');
  t.deepEqual(row, { state: 'given_up', last_error: 'license-shredded' });
});

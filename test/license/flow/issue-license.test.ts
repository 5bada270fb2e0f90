import test, { type ExecutionContext } from 'ava';
import { toHex } from '../../../common/bytes.ts';
import { isTrustError, type ProblemCode, TrustError } from '../../../common/errors.ts';
import { parseLicenseIdentifier } from '../../../license/domain/license-identifier.ts';
import type { LicenseDeps } from '../../../license/flow/deps.ts';
import { makeHousekeeping } from '../../../license/flow/housekeeping.ts';
import { issueLicense } from '../../../license/flow/issue-license.ts';
import { registerIssuingClient } from '../../../license/flow/register.ts';
import { resumeIssues } from '../../../license/flow/resume-issues.ts';
import { publishHere } from '../catalog.ts';
import { DEPARTMENT, LISI, makeRequest, OTHER_DEPARTMENT, TYPE, ZHANGSAN, zhangsanKey } from '../doubles.ts';
import { makeWorld, type World } from '../world.ts';

const count = async ({ db }: World, table: string): Promise<number> =>
  Number((await db(`license.${table}`).count({ n: '*' }))[0]?.['n']);
const refuses = async (t: ExecutionContext, work: Promise<unknown>, code: ProblemCode, pointer?: string) => {
  const error = await t.throwsAsync(work);
  t.true(isTrustError(error, code), String(error));
  if (pointer !== undefined) t.is(isTrustError(error) ? error.pointer : undefined, pointer);
};

test('a license is issued: identifier, sealed file, way from the holder, event; no number in clear in any table', async (t) => {
  const world = await makeWorld(t);
  const { license, created } = await issueLicense(world.deps, DEPARTMENT, makeRequest());
  t.true(created);
  const parts = parseLicenseIdentifier(license.identifier);
  t.is(parts.licenseType, TYPE);
  t.is(parts.issuingAuthority, '11360100MB0D00010M');
  t.is(parts.version, 1);
  t.is(license.validTo, '2027-11-19');
  t.is(license.state, 'valid');
  t.is(license.holder.code, ZHANGSAN.code);
  const file = await world.deps.files.get(license.file.sm3);
  t.is(file?.length, license.file.size);
  const holders = await world.db('license.holder_licenses').select('holder_key', 'identifier');
  t.is(toHex(holders[0].holder_key), toHex(zhangsanKey));
  const events = await world.db('license.events').select('kind', 'identifier', 'actor', 'detail');
  t.is(events.length, 1);
  t.is(events[0].kind, 'issued');
  for (const table of ['issues', 'licenses', 'holder_licenses', 'events']) {
    const { rows } = await world.db.raw(`select x::text from license.${table} x`);
    const text = JSON.stringify(rows);
    t.false(text.includes(ZHANGSAN.code), table);
    t.false(text.includes(Buffer.from(ZHANGSAN.code).toString('hex')), table);
  }
});

test('the same case with the same request is the same license; the order of fields and the spelling of the code do not matter', async (t) => {
  const world = await makeWorld(t);
  const first = await issueLicense(world.deps, DEPARTMENT, makeRequest());
  const request = makeRequest({ holder: { ...ZHANGSAN, code: '３６０１０２199003077718' } });
  const fields = Object.fromEntries(Object.entries(request.fields).reverse());
  const again = await issueLicense(world.deps, DEPARTMENT, { ...request, fields });
  t.false(again.created);
  t.is(again.license.identifier, first.license.identifier);
  t.is(world.seal.made.length, 1);
  t.is(await count(world, 'licenses'), 1);
});

test('the same case with another request is a case-conflict; the same case id of another client is another case', async (t) => {
  const world = await makeWorld(t);
  const { license } = await issueLicense(world.deps, DEPARTMENT, makeRequest());
  for (const change of [
    { holder: LISI },
    { license_number: 'other' },
    { issued_on: '2026-11-19' },
    { valid_to: '2027-01-01' },
  ]) {
    await refuses(t, issueLicense(world.deps, DEPARTMENT, makeRequest(change)), 'case-conflict');
  }
  const other = await issueLicense(world.deps, OTHER_DEPARTMENT, makeRequest());
  t.not(other.license.identifier, license.identifier);
  t.is(await count(world, 'licenses'), 2);
});

test('50 parallel issues of one case give one license and one sealing', async (t) => {
  const world = await makeWorld(t);
  const requests = Array.from({ length: 50 }, () => issueLicense(world.deps, DEPARTMENT, makeRequest()));
  const outcomes = await Promise.all(requests);
  t.is(new Set(outcomes.map(({ license }) => license.identifier)).size, 1);
  t.is(outcomes.filter(({ created }) => created).length, 1);
  t.is(world.seal.calls, 1);
  t.is(await count(world, 'licenses'), 1);
  t.is(await count(world, 'events'), 1);
});

const REFUSED: readonly [string, Parameters<typeof makeRequest>[0], ProblemCode, string | undefined][] = [
  [
    'a wrong check character of the holder',
    { holder: { ...ZHANGSAN, code: '360102199003077719' } },
    'code-check',
    '/holder/code',
  ],
  [
    'a field against its rule',
    { fields: { occupation: '厨师' } },
    'license-fields-invalid',
    '/fields/examining_institution',
  ],
  ['a character without a glyph', { holder: { ...ZHANGSAN, name: '张𠮷' } }, 'glyph-missing', '/holders/0/name'],
  ['an unknown license type', { license_type: '11100000MB0D000965009' }, 'license-type-not-found', '/license_type'],
];
for (const [what, change, code, pointer] of REFUSED) {
  test(`refused before any intent: ${what}`, async (t) => {
    const world = await makeWorld(t);
    await refuses(t, issueLicense(world.deps, DEPARTMENT, makeRequest(change)), code, pointer);
    t.is(await count(world, 'issues'), 0);
    t.is(world.seal.calls, 0);
  });
}

test('a client that is not registered for the type may not issue it', async (t) => {
  const world = await makeWorld(t);
  await refuses(t, issueLicense(world.deps, 'service-hall', makeRequest()), 'issuing-not-allowed');
});

test('a published type never changes; its next version is used for new cases, a begun case keeps its own', async (t) => {
  const world = await makeWorld(t);
  const type = await world.deps.catalog.get(TYPE);
  t.false((await publishHere(world.deps, type)).published);
  await refuses(t, publishHere(world.deps, { ...type, name: '另一个名称' }), 'license-type-conflict', '/name');
  world.seal.before = () => {
    throw new TrustError('seal-unavailable', 'away');
  };
  await refuses(t, issueLicense(world.deps, DEPARTMENT, makeRequest()), 'seal-unavailable');
  await publishHere(world.deps, { ...type, version: 2, name: '第二版（样例）' });
  world.seal.before = () => {};
  const begun = await issueLicense(world.deps, DEPARTMENT, makeRequest());
  t.is(begun.license.typeVersion, 1);
  const fresh = await issueLicense(world.deps, DEPARTMENT, makeRequest({ case_id: 'CASE-2' }));
  t.is(fresh.license.name, '第二版（样例）');
});

test('registrations with a wrong check character are refused', async (t) => {
  const { deps } = await makeWorld(t);
  const client = {
    clientId: 'x',
    licenseType: TYPE,
    authorityName: 'x',
    authorityCode: '11360100MB0D00010K',
    sealEsID: '1',
  };
  await refuses(t, registerIssuingClient(deps, client), 'code-check', '/authority_code');
});

/** A process that dies at one step: from then on nothing of it reaches the database or another room. */
type Crash = { readonly step: string; readonly crash: (world: World) => LicenseDeps };
class Died extends Error {}
const die = (): never => {
  throw new Died('the process died');
};

const CRASHES: readonly Crash[] = [
  {
    step: 'before the seal room does anything',
    crash: (world) => ({ ...world.deps, seal: { ...world.seal, seal: async () => die() } }),
  },
  {
    step: 'after sealing, before the answer arrives',
    crash: (world) => ({
      ...world.deps,
      seal: {
        ...world.seal,
        seal: async (...args) => {
          await world.seal.seal(...args);
          return die();
        },
      },
    }),
  },
  {
    step: 'before the file is stored',
    crash: (world) => ({ ...world.deps, files: { ...world.deps.files, put: async () => die() } }),
  },
  {
    step: 'after the file is stored, before the transaction',
    crash: (world) => ({
      ...world.deps,
      files: {
        ...world.deps.files,
        put: async (bytes) => {
          await world.deps.files.put(bytes);
          return die();
        },
      },
    }),
  },
  {
    step: 'inside the last transaction',
    crash: (world) => {
      let calls = 0; // clock: issue, lease, outcome … the event of step 7 asks last
      const clock = () => {
        calls += 1;
        return calls > 4 ? die() : world.deps.clock();
      };
      return { ...world.deps, clock };
    },
  },
];

for (const { step, crash } of CRASHES) {
  test(`a crash ${step}: resuming gives exactly one license and one sealing`, async (t) => {
    const world = await makeWorld(t);
    const dying = crash(world);
    // A dead process gives no lease back either.
    const frozen: LicenseDeps = { ...dying, log: world.deps.log };
    await t.throwsAsync(issueLicense(frozen, DEPARTMENT, makeRequest()), { instanceOf: Died });
    await world
      .db('license.issues')
      .update({ lease_token: 'dead', lease_until: new Date(world.deps.clock().getTime() + 60_000) });
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
    const { license, created } = await issueLicense(world.deps, DEPARTMENT, makeRequest());
    t.false(created);
    t.is(license.issuedOn, '2026-11-20');
    t.truthy(await world.deps.files.get(license.file.sm3));
    t.deepEqual(await resumeIssues(world.deps), { finished: 0, failed: 0, left: 0 });
  });
}

test('an issue that is resumed after the seal room has let its answer go is sealed under the next key', async (t) => {
  const world = await makeWorld(t);
  const keys: string[] = [];
  const seal: LicenseDeps['seal'] = {
    ...world.seal,
    seal: (pdf, place, key) => {
      keys.push(key);
      if (keys.length === 1) throw new TrustError('answer-gone', 'sealed 31 days ago');
      return world.seal.seal(pdf, place, key);
    },
  };
  const { license } = await issueLicense({ ...world.deps, seal }, DEPARTMENT, makeRequest());
  t.truthy(license.file.sm3);
  t.deepEqual(keys, [keys[0]!, `${keys[0]}-2`]);
  const never: LicenseDeps['seal'] = { ...seal, seal: async () => Promise.reject(new TrustError('answer-gone', 'x')) };
  const another = makeRequest({ case_id: 'another-case' });
  await t.throwsAsync(issueLicense({ ...world.deps, seal: never }, DEPARTMENT, another), { code: 'seal-unavailable' });
});

test('ten issues left lying and four resumers: each is finished once', async (t) => {
  const world = await makeWorld(t);
  world.seal.before = () => {
    throw new TrustError('seal-unavailable', 'away');
  };
  const cases = Array.from({ length: 10 }, (_, index) => makeRequest({ case_id: `CASE-${index}` }));
  for (const request of cases) await refuses(t, issueLicense(world.deps, DEPARTMENT, request), 'seal-unavailable');
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

test('a running room resumes by itself and stops in order', async (t) => {
  const world = await makeWorld(t);
  world.seal.before = () => {
    throw new TrustError('seal-unavailable', 'away');
  };
  await refuses(t, issueLicense(world.deps, DEPARTMENT, makeRequest()), 'seal-unavailable');
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

test('the seal room is away: the error is said, the intent stays, the next request with the same case finishes it', async (t) => {
  const world = await makeWorld(t);
  world.seal.before = () => {
    throw new TrustError('seal-unavailable', 'no answer');
  };
  await refuses(t, issueLicense(world.deps, DEPARTMENT, makeRequest()), 'seal-unavailable');
  t.deepEqual(await resumeIssues(world.deps), { finished: 0, failed: 0, left: 1 }, 'put off');
  world.pass(3);
  t.deepEqual(await resumeIssues(world.deps), { finished: 0, failed: 1, left: 1 }, 'tried and put off again');
  const [row] = await world.db('license.issues').select('last_error', 'attempts');
  t.deepEqual(row, { last_error: 'seal-unavailable', attempts: 2 });
  world.seal.before = () => {};
  const { created } = await issueLicense(world.deps, DEPARTMENT, makeRequest());
  t.true(created);
  t.is(world.seal.made.length, 1);
});

test('who lost his lease cannot finish: the one who took it over does, and there is one license', async (t) => {
  const world = await makeWorld(t);
  let second: Promise<unknown> | undefined;
  world.seal.after = async () => {
    if (second) return;
    world.pass(61); // the first one hangs in the seal room for longer than its lease
    second = issueLicense(world.deps, DEPARTMENT, makeRequest());
    await second;
  };
  await refuses(t, issueLicense(world.deps, DEPARTMENT, makeRequest()), 'license-pending');
  t.is(await count(world, 'licenses'), 1);
  t.is(await count(world, 'events'), 1);
  t.is(world.seal.made.length, 1);
});

test('a request that finds its case in work waits, and says license-pending when that takes too long', async (t) => {
  const world = await makeWorld(t);
  const gate = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  world.seal.before = () => {
    entered.resolve();
    return gate.promise;
  };
  const first = issueLicense(world.deps, DEPARTMENT, makeRequest());
  await entered.promise;
  await refuses(t, issueLicense(world.deps, DEPARTMENT, makeRequest(), { waitMs: 0 }), 'license-pending');
  const waiting = issueLicense(world.deps, DEPARTMENT, makeRequest());
  gate.resolve();
  t.is((await waiting).license.identifier, (await first).license.identifier);
});

test('a sealed file that does not begin with our bytes is not believed', async (t) => {
  const world = await makeWorld(t);
  const seal = { ...world.seal, seal: async (pdf: Uint8Array) => ({ pdf: pdf.slice(1), sealingId: 'x' }) };
  await refuses(t, issueLicense({ ...world.deps, seal }, DEPARTMENT, makeRequest()), 'seal-unavailable');
  t.is(await count(world, 'licenses'), 0);
});

test('events are append-only for the room', async (t) => {
  const world = await makeWorld(t);
  await issueLicense(world.deps, DEPARTMENT, makeRequest());
  await t.throwsAsync(world.db('license.events').delete());
  await t.throwsAsync(world.db('license.events').update({ actor: 'x' }));
});

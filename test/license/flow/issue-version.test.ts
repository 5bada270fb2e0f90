import test, { type ExecutionContext } from 'ava';
import { toHex } from '../../../common/bytes.ts';
import { type VersionRequest, versionRequest } from '../../../common/contract/license.ts';
import { isTrustError, type ProblemCode, TrustError } from '../../../common/errors.ts';
import type { IssueOptions, IssueOutcome } from '../../../license/flow/await-issue.ts';
import { actOnLicense } from '../../../license/flow/change-state.ts';
import { issueVersion } from '../../../license/flow/issue-version.ts';
import { authorityClient, issuerOfClient } from '../../../license/flow/issuer.ts';
import { getLicense, listHolderLicenses } from '../../../license/flow/open-license.ts';
import { resumeIssues } from '../../../license/flow/resume-issues.ts';
import { publishHere } from '../catalog.ts';
import { AUTHORITY, DEPARTMENT, issueAs, LISI, lisiKey, makeRequest, TYPE, zhangsanKey } from '../doubles.ts';
import { makeWorld, type World } from '../world.ts';

const ask = (change: Partial<VersionRequest> & Pick<VersionRequest, 'operation'>): VersionRequest =>
  versionRequest.parse({ case_id: 'CASE-VERSION', ...change });
async function add(
  { deps }: World,
  identifier: string,
  request: VersionRequest,
  options?: IssueOptions,
): Promise<IssueOutcome> {
  return issueVersion(deps, await issuerOfClient(deps, DEPARTMENT, TYPE, AUTHORITY.code), identifier, request, options);
}
async function added(world: World, identifier: string, request: VersionRequest) {
  const outcome = await add(world, identifier, request);
  if (outcome.kind === 'pending') throw new Error(`promised: ${outcome.issue.lastError}`);
  return outcome;
}
async function issued(world: World) {
  const { license } = await issueAs(world.deps, DEPARTMENT, makeRequest());
  return { license, identifier: license.content.identifier };
}
const refuses = async (t: ExecutionContext, work: Promise<unknown>, code: ProblemCode, pointer?: string) => {
  const error = await t.throwsAsync(work);
  t.true(isTrustError(error, code), String(error));
  if (pointer !== undefined) t.is(isTrustError(error) ? error.pointer : undefined, pointer);
  return isTrustError(error) ? error : undefined;
};
const AUTUMN = new Date('2027-10-20T04:00:00Z'); // a month before the license ends

test('延续: version 002 of the same license, serial kept, period anew; the old identifier is superseded', async (t) => {
  const world = await makeWorld(t);
  const { license: first, identifier } = await issued(world);
  world.setTime(AUTUMN);
  const fields = { examined_on: '2027-10-10' };
  const { license, created } = await added(world, identifier, ask({ operation: 'renew', fields }));
  t.true(created);
  const { content, version, head } = license;
  t.is(version.version, 2);
  t.is(head.licenseId, first.head.licenseId);
  t.is(version.replaces, identifier);
  t.is(content.replaces, identifier);
  t.deepEqual([content.issuedOn, content.validFrom, content.validTo], ['2027-10-20', '2027-10-20', '2028-10-19']);
  t.deepEqual(content.fields, { ...first.content.fields, examined_on: '2027-10-10' });
  t.not(content.verifyCode, first.content.verifyCode);
  const old = await getLicense(world.deps, identifier);
  t.false(old.isCurrent);
  t.is(old.head.identifier, content.identifier);
  t.is(old.content.validTo, '2027-11-19', 'what was said is kept');
  const own = await listHolderLicenses(world.deps, zhangsanKey);
  t.deepEqual(
    own.map((one) => one.content.identifier),
    [content.identifier],
  );
  t.deepEqual(await world.db('license.events').pluck('kind').orderBy('at'), ['issued', 'version-added']);
});

test('the same request again is the same version, also when its identifier is superseded by now; another is a conflict', async (t) => {
  const world = await makeWorld(t);
  const { identifier } = await issued(world);
  const request = ask({ operation: 'change', fields: { occupation: '保洁' } });
  const first = await added(world, identifier, request);
  const again = await added(world, identifier, request);
  t.false(again.created);
  t.is(again.license.content.identifier, first.license.content.identifier);
  t.is(world.seal.made.length, 2);
  const other = ask({ operation: 'change', fields: { occupation: '厨师' } });
  const conflict = await refuses(t, add(world, identifier, other), 'case-conflict', '/fields/occupation');
  t.false(String(conflict?.message).includes('保洁'));
  const late = ask({ operation: 'change', case_id: 'CASE-LATE', fields: { occupation: '厨师' } });
  const superseded = await refuses(t, add(world, identifier, late), 'license-superseded');
  t.is(superseded?.successor, first.license.content.identifier);
});

test('补发 says the same under a new version; 更正 puts right what it names', async (t) => {
  const world = await makeWorld(t);
  const { license: first, identifier } = await issued(world);
  world.setTime(new Date('2027-03-01T04:00:00Z'));
  const replaced = (await added(world, identifier, ask({ operation: 'replace' }))).license;
  t.deepEqual(replaced.content.fields, first.content.fields);
  t.is(replaced.content.issuedOn, first.content.issuedOn);
  const second = replaced.content.identifier;
  const corrected = (
    await added(
      world,
      second,
      ask({ operation: 'correct', holders: [{ name: '张叁', code_type: '111', code: '360102199003077718' }] }),
    )
  ).license;
  t.is(corrected.content.holders[0].name, '张叁');
  t.is(corrected.version.version, 3);
  t.deepEqual(corrected.head.holderKeys.map(toHex), first.head.holderKeys.map(toHex));
  t.deepEqual(corrected.head.wrappedKeys.map(toHex), first.head.wrappedKeys.map(toHex), 'the holder is the same');
});

const REFUSED: readonly [string, Parameters<typeof ask>[0], ProblemCode, string | undefined][] = [
  [
    'a change of a field that it does not touch',
    { operation: 'change', fields: { conclusion: '合格' } },
    'license-fields-invalid',
    '/fields/conclusion',
  ],
  ['a change of holders', { operation: 'change', holders: [LISI] }, 'license-fields-invalid', '/holders'],
  ['a change of nothing', { operation: 'change' }, 'license-fields-invalid', '/fields'],
  [
    'a change of the period',
    { operation: 'change', fields: { occupation: '保洁' }, valid_to: '2030-01-01' },
    'license-fields-invalid',
    '/valid_to',
  ],
  [
    'a replacement that changes something',
    { operation: 'replace', fields: { occupation: '保洁' } },
    'license-fields-invalid',
    '/fields/occupation',
  ],
  [
    'a correction that takes a mandatory field away',
    { operation: 'correct', fields: { occupation: null } },
    'license-fields-invalid',
    '/fields/occupation',
  ],
  [
    'an issue date before that of the version before',
    { operation: 'change', fields: { occupation: '保洁' }, issued_on: '2026-11-19' },
    'license-fields-invalid',
    '/issued_on',
  ],
  ['a renewal too early', { operation: 'renew' }, 'license-state-forbids', undefined],
];
for (const [what, request, code, pointer] of REFUSED) {
  test(`refused before any intent: ${what}`, async (t) => {
    const world = await makeWorld(t);
    const { identifier } = await issued(world);
    await refuses(t, add(world, identifier, ask(request)), code, pointer);
    t.is((await world.db('license.issues').select('case_id')).length, 1);
    t.is(world.seal.calls, 1);
  });
}

test('a renewal leaves no gap, ends later than before, and comes not too late', async (t) => {
  const world = await makeWorld(t);
  const { identifier } = await issued(world);
  world.setTime(AUTUMN);
  const fields = { examined_on: '2027-10-10' };
  const gap = ask({ operation: 'renew', fields, valid_from: '2027-11-21' });
  await refuses(t, add(world, identifier, gap), 'license-fields-invalid', '/valid_from');
  const shorter = ask({ operation: 'renew', fields, valid_to: '2027-11-19' });
  await refuses(t, add(world, identifier, shorter), 'license-fields-invalid', '/valid_to');
  const stale = ask({ operation: 'renew' });
  await refuses(t, add(world, identifier, stale), 'license-fields-invalid', '/fields/examined_on');
  world.setTime(new Date('2027-11-20T04:00:00Z'));
  t.is((await getLicense(world.deps, identifier)).state, 'expired');
  await refuses(t, add(world, identifier, ask({ operation: 'renew', fields })), 'license-state-forbids');
});

test('two changes at once: one is made, the other is told that the license is taken', async (t) => {
  const world = await makeWorld(t);
  const { identifier } = await issued(world);
  const cases = ['保洁', '厨师'].map((occupation, index) =>
    ask({ operation: 'change', case_id: `CASE-${index}`, fields: { occupation } }),
  );
  const results = await Promise.allSettled(cases.map((request) => added(world, identifier, request)));
  t.is(results.filter(({ status }) => status === 'fulfilled').length, 1);
  const [refused] = results.filter((result) => result.status === 'rejected');
  t.true(
    isTrustError(refused?.reason, 'license-pending') || isTrustError(refused?.reason, 'license-superseded'),
    String(refused?.reason),
  );
  t.is((await world.db('license.license_versions').select('version')).length, 2);
  t.is((await world.db('license.issues').select('case_id')).length, 2, 'the refused one left no intent');
});

test('32 parallel requests of one change give one version', async (t) => {
  const world = await makeWorld(t);
  const { identifier } = await issued(world);
  const request = ask({ operation: 'change', fields: { occupation: '保洁' } });
  const outcomes = await Promise.all(Array.from({ length: 32 }, () => added(world, identifier, request)));
  t.is(outcomes.filter(({ created }) => created).length, 1);
  t.is(new Set(outcomes.map(({ license }) => license.content.identifier)).size, 1);
  t.is((await world.db('license.license_versions').select('version')).length, 2);
});

test('a license that is suspended while its new version is made keeps the old one; the issue is given up and freed', async (t) => {
  const world = await makeWorld(t);
  const { identifier } = await issued(world);
  const actor = await authorityClient(world.deps, DEPARTMENT);
  world.seal.after = async () => {
    world.seal.after = () => {};
    const act = { act: 'suspend', reason: '核查', identifier, idempotencyKey: 'suspend-1' } as const;
    await actOnLicense(world.deps, actor, act);
  };
  const request = ask({ operation: 'change', fields: { occupation: '保洁' } });
  await refuses(t, add(world, identifier, request), 'license-state-forbids');
  const { head } = await getLicense(world.deps, identifier);
  t.deepEqual([head.version, head.stored, head.pendingIssue], [1, 'suspended', null]);
  await refuses(t, add(world, identifier, ask({ ...request, case_id: 'CASE-2' })), 'license-state-forbids');
  await actOnLicense(world.deps, actor, { act: 'resume', reason: '查清', identifier, idempotencyKey: 'resume-1' });
  t.is((await added(world, identifier, request)).license.version.version, 2, 'the same request is a new attempt');
});

test('a version that was left lying is resumed, and the license is locked meanwhile', async (t) => {
  const world = await makeWorld(t);
  const { identifier } = await issued(world);
  world.seal.before = () => {
    throw new TrustError('seal-unavailable', 'away');
  };
  const request = ask({ operation: 'change', fields: { occupation: '保洁' } });
  t.is((await add(world, identifier, request)).kind, 'pending');
  t.true((await getLicense(world.deps, identifier)).isCurrent, 'nothing is visible before it is sealed');
  const other = ask({ operation: 'change', case_id: 'CASE-2', fields: { occupation: '厨师' } });
  await refuses(t, add(world, identifier, other), 'license-pending');
  world.seal.before = () => {};
  world.pass(10);
  t.deepEqual(await resumeIssues(world.deps), { finished: 1, failed: 0, left: 0 });
  const old = await getLicense(world.deps, identifier);
  t.is(old.head.version, 2);
  t.is(old.head.pendingIssue, null);
});

test('a change of holders: the new one finds the license, the former one does not, its key is wrapped for the new one alone', async (t) => {
  const world = await makeWorld(t);
  const type = await world.deps.catalog.get(TYPE);
  const changes = { ...type.changes, change: { fields: '*' as const, holders: true } };
  const holder = { ...type.holder, max_holders: 2 };
  await publishHere(world.deps, { ...type, version: 2, changes, holder });
  const { license: first, identifier } = await issued(world);
  const both = await added(
    world,
    identifier,
    ask({
      operation: 'change',
      holders: [{ ...LISI }, { name: '张三', code_type: '111', code: '360102199003077718' }],
    }),
  );
  t.is(both.license.head.holderKeys.length, 2);
  t.is((await listHolderLicenses(world.deps, zhangsanKey)).length, 1);
  const sole = ask({ operation: 'change', case_id: 'CASE-SOLE', holders: [LISI] });
  const { license } = await added(world, both.license.content.identifier, sole);
  t.deepEqual(license.head.holderKeys.map(toHex), [toHex(lisiKey)]);
  t.is((await listHolderLicenses(world.deps, zhangsanKey)).length, 0);
  t.is((await listHolderLicenses(world.deps, lisiKey))[0]?.content.identifier, license.content.identifier);
  t.not(first.content.identifier, license.content.identifier);
  const rows = await world.db('license.holder_licenses').select('until').orderBy('since');
  t.deepEqual(rows.map(({ until }) => until === null).sort(), [false, true]);
});

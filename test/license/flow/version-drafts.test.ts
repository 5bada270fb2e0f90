// Drafts of further versions: opened for whom it may concern, issued as the API issues them, gone when that is done.
import test, { type ExecutionContext } from 'ava';
import { isTrustError, type ProblemCode, TrustError } from '../../../common/errors.ts';
import type { Follows } from '../../../license/domain/draft.ts';
import { firstCells } from '../../../license/domain/version-draft.ts';
import { actOnLicense } from '../../../license/flow/change-state.ts';
import { getDraft, listOwnDrafts, saveDraft } from '../../../license/flow/drafts.ts';
import { authorityClerk, type Clerk } from '../../../license/flow/issuer.ts';
import { issueVersionDraft, openForNextVersion, openVersionBefore } from '../../../license/flow/version-drafts.ts';
import { AUTHORITY, DEPARTMENT, issueAs, makeRequest, OTHER_AUTHORITY, TYPE } from '../doubles.ts';
import { makeWorld, type World } from '../world.ts';

const CLERK: Clerk = { clientId: 'license', account: 'clerk-1', organisation: AUTHORITY.code };
const FOREIGN: Clerk = { ...CLERK, organisation: OTHER_AUTHORITY.code };

async function begin(t: ExecutionContext, operation: Follows['operation'] = 'change') {
  const world = await makeWorld(t);
  const { license } = await issueAs(world.deps, DEPARTMENT, makeRequest());
  return { world, license, follows: { identifier: license.content.identifier, operation } };
}
/** A draft of `clerk`, filled with the version before and `change`. */
async function draw({ deps }: World, follows: Follows, change: Record<string, string>, clerk = CLERK) {
  const { type, license } = await openVersionBefore(deps, CLERK, follows);
  const cells = { ...firstCells(type, license.content, follows.operation), ...change };
  return saveDraft(deps, clerk, { draftId: `drf_${clerk.account}`, licenseType: TYPE, follows, content: { cells } });
}
const refuses = async (t: ExecutionContext, work: Promise<unknown>, code: ProblemCode) => {
  const error = await t.throwsAsync(work);
  t.true(isTrustError(error, code), String(error));
};

test('a draft becomes the next version in its clerk’s name, and goes', async (t) => {
  const { world, follows } = await begin(t);
  const draft = await draw(world, follows, { occupation: '保洁', case_id: 'CASE-2' });
  t.deepEqual((await getDraft(world.deps, CLERK, draft.draftId)).follows, follows);
  const issued = await issueVersionDraft(world.deps, CLERK, draft, follows);
  t.is(issued?.outcome.kind, 'issued');
  t.deepEqual(await listOwnDrafts(world.deps, CLERK), []);
  const [, event] = await world.db('license.events').orderBy('at').orderBy('kind');
  t.deepEqual([event.kind, event.actor, event.organisation], ['version-added', CLERK.account, AUTHORITY.code]);
  const again = await issueVersionDraft(world.deps, CLERK, draft, follows);
  t.true(again?.outcome.kind === 'issued' && !again.outcome.created, 'sent twice it is the same version');
  t.deepEqual([again?.issueId, again?.again], [issued?.issueId, false], 'and the same answer');
  await refuses(t, getDraft(world.deps, CLERK, draft.draftId), 'not-found');
  await refuses(t, saveDraft(world.deps, CLERK, draft), 'not-found');
  const rows = await world.db('license.drafts').select('box', 'issue_id');
  t.deepEqual(rows, [{ box: null, issue_id: issued?.issueId }], 'of what was typed nothing stays');
  t.is(world.seal.made.length, 2);
});

test('a draft with faults makes nothing and stays', async (t) => {
  const { world, follows } = await begin(t);
  const draft = await draw(world, follows, { occupation: '' });
  t.is(await issueVersionDraft(world.deps, CLERK, draft, follows), null);
  t.is((await listOwnDrafts(world.deps, CLERK)).length, 1);
  t.is(world.seal.made.length, 1);
});

test('opened for the authority that issued it alone, while state, day and other cases allow it', async (t) => {
  const { world, license, follows } = await begin(t);
  const { deps } = world;
  await refuses(t, openForNextVersion(deps, FOREIGN, follows), 'license-not-found');
  await refuses(t, openForNextVersion(deps, CLERK, { ...follows, operation: 'renew' }), 'license-state-forbids');
  const draft = await draw(world, follows, { occupation: '保洁', case_id: 'CASE-2' });
  await refuses(t, issueVersionDraft(deps, FOREIGN, draft, follows), 'license-not-found');

  world.seal.before = () => {
    throw new TrustError('seal-unavailable', 'away');
  };
  const promised = await issueVersionDraft(deps, CLERK, draft, follows);
  t.is(promised?.outcome.kind, 'pending');
  await refuses(t, openForNextVersion(deps, CLERK, follows), 'license-pending');
  const { identifier } = license.content;
  const act = { act: 'suspend', reason: '复检', idempotencyKey: 'k' } as const;
  await actOnLicense(deps, authorityClerk(CLERK), { identifier, ...act });
  await refuses(t, openForNextVersion(deps, CLERK, follows), 'license-state-forbids');
  t.is((await openVersionBefore(deps, CLERK, follows)).license.state, 'suspended', 'to be told of, it opens');
});

test('a version that another has followed is no beginning any more; its draft says which is current', async (t) => {
  const { world, follows } = await begin(t);
  const { deps } = world;
  const late = await draw(world, follows, { occupation: '厨师', case_id: 'CASE-3' }, { ...CLERK, account: 'clerk-2' });
  const issued = await issueVersionDraft(deps, CLERK, await draw(world, follows, { occupation: '保洁' }), follows);
  const outcome = issued?.outcome;
  const current = outcome?.kind === 'issued' ? outcome.license.content.identifier : '';
  const error = await t.throwsAsync(issueVersionDraft(deps, { ...CLERK, account: 'clerk-2' }, late, follows));
  t.true(isTrustError(error, 'license-superseded'));
  t.is(isTrustError(error) ? error.successor : '', current);
  await refuses(t, openForNextVersion(deps, CLERK, follows), 'license-superseded');
  t.is(
    (await openForNextVersion(deps, CLERK, { ...follows, identifier: current })).license.content.fields['occupation'],
    '保洁',
  );
});

import test from 'ava';
import { isTrustError, type ProblemCode } from '../../../common/errors.ts';
import { actOnLicense, type StateActRequest } from '../../../license/flow/change-state.ts';
import { authorityClient } from '../../../license/flow/issuer.ts';
import { getLicense } from '../../../license/flow/open-license.ts';
import { DEPARTMENT, issueAs, makeRequest, OTHER_DEPARTMENT, VERIFIER } from '../doubles.ts';
import { makeWorld, type World } from '../world.ts';

async function issued(world: World, caseId = 'CASE-1'): Promise<StateActRequest> {
  const { license } = await issueAs(world.deps, DEPARTMENT, makeRequest({ case_id: caseId }));
  const { identifier } = license.content;
  return { identifier, act: 'revoke', reason: '样例吊销', idempotencyKey: 'revoke-000001' };
}
const act = async ({ deps }: World, request: StateActRequest, clientId = DEPARTMENT) =>
  actOnLicense(deps, await authorityClient(deps, clientId), request);
const codeOf = async (work: Promise<unknown>): Promise<ProblemCode | 'none'> => {
  try {
    await work;
    return 'none';
  } catch (error) {
    if (!isTrustError(error)) throw error;
    return error.code;
  }
};

test('a license is revoked once; the same key answers the same, another act is refused by the state', async (t) => {
  const world = await makeWorld(t);
  const request = await issued(world);
  const first = await act(world, request);
  t.true(first.created);
  t.like(first.answer, { act: 'revoke', state_before: 'valid', state: 'revoked' });
  const license = await getLicense(world.deps, request.identifier);
  t.is(license.state, 'revoked');
  t.is(license.stateReason, '样例吊销');
  world.pass(60);
  const again = await act(world, request);
  t.false(again.created);
  t.deepEqual(again.answer, first.answer);
  t.is(await codeOf(act(world, { ...request, reason: '别的' })), 'idempotency-conflict');
  const other = { ...request, idempotencyKey: 'revoke-000002' };
  t.is(await codeOf(act(world, other)), 'license-state-forbids');
  t.is(await codeOf(act(world, { ...other, act: 'cancel' })), 'license-state-forbids');
  const events = await world.db('license.events').select('kind', 'actor').where({ kind: 'state-changed' });
  t.deepEqual(events, [{ kind: 'state-changed', actor: DEPARTMENT }]);
  const { rows } = await world.db.raw(
    'select x::text from license.acts x union all select x::text from license.events x',
  );
  t.false(JSON.stringify(rows).includes('样例吊销'), 'the reason lies in boxes');
});

test('暂扣 and 发还, then 吊销: each follows the table, and each is an event', async (t) => {
  const world = await makeWorld(t);
  const request = await issued(world);
  const next = (name: StateActRequest['act']) => act(world, { ...request, act: name, idempotencyKey: `act-${name}-1` });
  t.is((await next('suspend')).answer.state, 'suspended');
  t.is(await codeOf(act(world, { ...request, act: 'suspend', idempotencyKey: 'act-again' })), 'license-state-forbids');
  t.is((await next('resume')).answer.state, 'valid');
  t.is((await next('revoke')).answer.state, 'revoked');
  t.is(await codeOf(next('resume')), 'none', 'the key of the earlier act answers what it did');
  t.is((await world.db('license.events').where({ kind: 'state-changed' })).length, 3);
});

test('an act that the type does not know is refused, whatever the table says', async (t) => {
  const world = await makeWorld(t);
  const request = await issued(world);
  t.is(await codeOf(act(world, { ...request, act: 'transfer_out' })), 'license-state-forbids');
});

test('an expired license is withdrawn, lapsed, and not suspended', async (t) => {
  const world = await makeWorld(t);
  const request = await issued(world);
  world.setTime(new Date('2027-11-20T00:00:00Z'));
  t.is(await codeOf(act(world, { ...request, act: 'suspend' })), 'license-state-forbids');
  t.like((await act(world, { ...request, act: 'lapse' })).answer, { state_before: 'expired', state: 'lapsed' });
  const withdrawn = await act(world, { ...request, act: 'withdraw', idempotencyKey: 'withdraw-1' });
  t.is(withdrawn.answer.state, 'withdrawn');
});

test('20 parallel acts with one key are one act; with 20 keys one succeeds', async (t) => {
  const world = await makeWorld(t);
  const request = await issued(world);
  const same = await Promise.all(Array.from({ length: 20 }, () => act(world, request)));
  t.is(same.filter(({ created }) => created).length, 1);
  const second = await issued(world, 'CASE-2');
  const codes = await Promise.all(
    Array.from({ length: 20 }, (_, index) => codeOf(act(world, { ...second, idempotencyKey: `parallel-${index}` }))),
  );
  t.is(codes.filter((code) => code === 'none').length, 1);
  t.is(codes.filter((code) => code === 'license-state-forbids').length, 19);
  t.is((await world.db('license.events').where({ kind: 'state-changed' })).length, 2);
});

test('one key for two licenses at the same moment: one act is done, the other is a conflict', async (t) => {
  const world = await makeWorld(t);
  const requests = [await issued(world), await issued(world, 'CASE-2')];
  const codes = await Promise.all(requests.map((request) => codeOf(act(world, request))));
  t.deepEqual(codes.sort(), ['idempotency-conflict', 'none']);
});

test('another department, a verifier and a wrong identifier get nowhere', async (t) => {
  const world = await makeWorld(t);
  const request = await issued(world);
  t.is(await codeOf(act(world, request, OTHER_DEPARTMENT)), 'license-not-found');
  t.is(await codeOf(act(world, request, VERIFIER)), 'license-not-found');
  t.is(await codeOf(act(world, request, 'nobody')), 'issuing-not-allowed');
  const wrong = request.identifier.slice(0, -1) + (request.identifier.endsWith('A') ? 'B' : 'A');
  t.is(await codeOf(act(world, { ...request, identifier: wrong })), 'identifier-check');
  t.is(await codeOf(act(world, { ...request, identifier: '1.2.3' })), 'identifier-malformed');
});

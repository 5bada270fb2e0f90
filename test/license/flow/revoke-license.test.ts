import test from 'ava';
import { isTrustError, type ProblemCode } from '../../../common/errors.ts';
import { issueLicense } from '../../../license/flow/issue-license.ts';
import { type RevokeRequest, revokeLicense } from '../../../license/flow/revoke-license.ts';
import { DEPARTMENT, makeRequest, OTHER_DEPARTMENT, VERIFIER } from '../doubles.ts';
import { makeWorld, type World } from '../world.ts';

async function issued(world: World): Promise<RevokeRequest> {
  const { license } = await issueLicense(world.deps, DEPARTMENT, makeRequest());
  return { identifier: license.identifier, kind: 'revoked', reason: '样例吊销', idempotencyKey: 'revoke-000001' };
}
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
  const first = await revokeLicense(world.deps, DEPARTMENT, request);
  t.true(first.created);
  t.is(first.license.state, 'revoked');
  t.is(first.license.stateReason, '样例吊销');
  world.pass(60);
  const again = await revokeLicense(world.deps, DEPARTMENT, request);
  t.false(again.created);
  t.deepEqual(again.license, first.license);
  t.is(await codeOf(revokeLicense(world.deps, DEPARTMENT, { ...request, reason: '别的' })), 'idempotency-conflict');
  const other = { ...request, idempotencyKey: 'revoke-000002' };
  t.is(await codeOf(revokeLicense(world.deps, DEPARTMENT, other)), 'license-state-forbids');
  t.is(await codeOf(revokeLicense(world.deps, DEPARTMENT, { ...other, kind: 'cancelled' })), 'license-state-forbids');
  const events = await world.db('license.events').select('kind', 'actor').where({ kind: 'revoked' });
  t.deepEqual(events, [{ kind: 'revoked', actor: DEPARTMENT }]);
});

test('注销 leads to cancelled, 撤销 of an expired license to revoked', async (t) => {
  const world = await makeWorld(t);
  const request = await issued(world);
  t.is((await revokeLicense(world.deps, DEPARTMENT, { ...request, kind: 'cancelled' })).license.state, 'cancelled');
  const { license } = await issueLicense(world.deps, DEPARTMENT, makeRequest({ case_id: 'CASE-2' }));
  world.setTime(new Date('2027-11-20T00:00:00Z'));
  const late = { ...request, identifier: license.identifier, idempotencyKey: 'revoke-000003' };
  t.is(
    await codeOf(revokeLicense(world.deps, DEPARTMENT, late)),
    'license-state-forbids',
    '吊销 of an expired license',
  );
  t.is((await revokeLicense(world.deps, DEPARTMENT, { ...late, kind: 'withdrawn' })).license.state, 'revoked');
});

test('20 parallel revocations with one key are one act; with 20 keys one succeeds', async (t) => {
  const world = await makeWorld(t);
  const request = await issued(world);
  const same = await Promise.all(Array.from({ length: 20 }, () => revokeLicense(world.deps, DEPARTMENT, request)));
  t.is(same.filter(({ created }) => created).length, 1);
  const { license } = await issueLicense(world.deps, DEPARTMENT, makeRequest({ case_id: 'CASE-2' }));
  const codes = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      codeOf(
        revokeLicense(world.deps, DEPARTMENT, {
          ...request,
          identifier: license.identifier,
          idempotencyKey: `parallel-${index}`,
        }),
      ),
    ),
  );
  t.is(codes.filter((code) => code === 'none').length, 1);
  t.is(codes.filter((code) => code === 'license-state-forbids').length, 19);
});

test('another department, a verifier and a wrong identifier get nowhere', async (t) => {
  const world = await makeWorld(t);
  const request = await issued(world);
  t.is(await codeOf(revokeLicense(world.deps, OTHER_DEPARTMENT, request)), 'license-not-found');
  t.is(await codeOf(revokeLicense(world.deps, VERIFIER, request)), 'license-not-found');
  const wrong = request.identifier.slice(0, -1) + (request.identifier.endsWith('A') ? 'B' : 'A');
  t.is(await codeOf(revokeLicense(world.deps, DEPARTMENT, { ...request, identifier: wrong })), 'identifier-check');
  t.is(
    await codeOf(revokeLicense(world.deps, DEPARTMENT, { ...request, identifier: '1.2.3' })),
    'identifier-malformed',
  );
});

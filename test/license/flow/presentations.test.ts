import test from 'ava';
import { isTrustError, type ProblemCode } from '../../../common/errors.ts';
import { issueLicense } from '../../../license/flow/issue-license.ts';
import { presentLicense, readPresentation } from '../../../license/flow/present-license.ts';
import { redeemPresentation } from '../../../license/flow/redeem-presentation.ts';
import { registerVerifier } from '../../../license/flow/register.ts';
import { revokeLicense } from '../../../license/flow/revoke-license.ts';
import { sweepExpired } from '../../../license/flow/sweep.ts';
import { DEPARTMENT, LISI, lisiKey, makeRequest, VERIFIER, zhangsanKey } from '../doubles.ts';
import { makeWorld, type World } from '../world.ts';

async function issued(world: World, change = {}): Promise<string> {
  return (await issueLicense(world.deps, DEPARTMENT, makeRequest(change))).license.identifier;
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

test('亮证: a code lives for at most 60 seconds, only its hash is stored, looking at it does not use it up', async (t) => {
  const world = await makeWorld(t);
  const { code, expiresAt } = await presentLicense(world.deps, zhangsanKey, await issued(world));
  t.is(expiresAt.getTime() - world.deps.clock().getTime(), 60_000);
  const { rows } = await world.db.raw(
    'select x::text from license.presentations x union all select y::text from license.events y',
  );
  t.false(JSON.stringify(rows).includes(code));
  t.false(JSON.stringify(rows).includes(Buffer.from(code).toString('hex')));
  t.is((await readPresentation(world.deps, code)).state, 'live');
  t.is((await readPresentation(world.deps, code)).state, 'live');
  world.pass(60);
  t.is((await readPresentation(world.deps, code)).state, 'expired');
});

test('a verifier redeems a code once and reads the license; again it is code-used', async (t) => {
  const world = await makeWorld(t);
  const { code } = await presentLicense(world.deps, zhangsanKey, await issued(world));
  const { redemption, created } = await redeemPresentation(world.deps, VERIFIER, {
    code,
    idempotencyKey: 'redeem-0001',
  });
  t.true(created);
  t.is(redemption.license.holder.name, '张三');
  t.is(redemption.license.state, 'valid');
  t.is(redemption.verifier, '示例市政务服务大厅');
  t.is(await codeOf(redeemPresentation(world.deps, VERIFIER, { code, idempotencyKey: 'redeem-0002' })), 'code-used');
  const fact = await readPresentation(world.deps, code);
  t.is(fact.state, 'used');
  t.is(fact.verifierName, '示例市政务服务大厅');
});

test('the same key of the same verifier gets the same answer, even after expiry and revocation; with another code a conflict', async (t) => {
  const world = await makeWorld(t);
  const identifier = await issued(world);
  const { code } = await presentLicense(world.deps, zhangsanKey, identifier);
  const first = await redeemPresentation(world.deps, VERIFIER, { code, idempotencyKey: 'redeem-0001' });
  world.pass(120);
  await revokeLicense(world.deps, DEPARTMENT, {
    identifier,
    kind: 'revoked',
    reason: 'x',
    idempotencyKey: 'revoke-000001',
  });
  const again = await redeemPresentation(world.deps, VERIFIER, { code, idempotencyKey: 'redeem-0001' });
  t.false(again.created);
  t.deepEqual(again.redemption, first.redemption);
  const other = await presentLicense(world.deps, zhangsanKey, await issued(world, { case_id: 'CASE-2' }));
  const conflict = redeemPresentation(world.deps, VERIFIER, { code: other.code, idempotencyKey: 'redeem-0001' });
  t.is(await codeOf(conflict), 'idempotency-conflict');
  t.is((await readPresentation(world.deps, other.code)).state, 'live', 'the conflict used nothing up');
});

test('a license revoked after it was presented is redeemed with its state', async (t) => {
  const world = await makeWorld(t);
  const identifier = await issued(world);
  const { code } = await presentLicense(world.deps, zhangsanKey, identifier);
  await revokeLicense(world.deps, DEPARTMENT, {
    identifier,
    kind: 'revoked',
    reason: '样例',
    idempotencyKey: 'revoke-000001',
  });
  const { redemption } = await redeemPresentation(world.deps, VERIFIER, { code, idempotencyKey: 'redeem-0001' });
  t.is(redemption.license.state, 'revoked');
  t.is(redemption.license.stateReason, '样例');
  t.is(await codeOf(presentLicense(world.deps, zhangsanKey, identifier)), 'license-state-forbids');
});

test('50 parallel redemptions of one code give one success', async (t) => {
  const world = await makeWorld(t);
  const { code } = await presentLicense(world.deps, zhangsanKey, await issued(world));
  const codes = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      codeOf(redeemPresentation(world.deps, VERIFIER, { code, idempotencyKey: `parallel-${index}` })),
    ),
  );
  t.is(codes.filter((found) => found === 'none').length, 1);
  t.is(codes.filter((found) => found === 'code-used').length, 49);
  t.is((await world.db('license.events').select('kind').where({ kind: 'redeemed' })).length, 1);
});

test('50 parallel redemptions with one key are one redemption, told 50 times', async (t) => {
  const world = await makeWorld(t);
  const { code } = await presentLicense(world.deps, zhangsanKey, await issued(world));
  const all = await Promise.all(
    Array.from({ length: 50 }, () => redeemPresentation(world.deps, VERIFIER, { code, idempotencyKey: 'redeem-0001' })),
  );
  t.is(all.filter(({ created }) => created).length, 1);
  t.is(new Set(all.map(({ redemption }) => redemption.redemptionId)).size, 1);
});

test('one key for two codes at the same moment: one is redeemed, the other refused and not used', async (t) => {
  const world = await makeWorld(t);
  const identifier = await issued(world);
  const codes = await Promise.all(
    [1, 2].map(async () => (await presentLicense(world.deps, zhangsanKey, identifier)).code),
  );
  const results = await Promise.all(
    codes.map((code) => codeOf(redeemPresentation(world.deps, VERIFIER, { code, idempotencyKey: 'redeem-0001' }))),
  );
  t.deepEqual([...results].sort(), ['idempotency-conflict', 'none']);
  const states = await Promise.all(codes.map(async (code) => (await readPresentation(world.deps, code)).state));
  t.is(states.filter((state) => state === 'used').length, 1);
});

test('one reading ends the other live code of the same license, not those of other licenses', async (t) => {
  const world = await makeWorld(t);
  const identifier = await issued(world);
  const other = await issued(world, { case_id: 'CASE-2' });
  const [first, renewed] = [
    await presentLicense(world.deps, zhangsanKey, identifier),
    await presentLicense(world.deps, zhangsanKey, identifier),
  ];
  const apart = await presentLicense(world.deps, zhangsanKey, other);
  await redeemPresentation(world.deps, VERIFIER, { code: first.code, idempotencyKey: 'redeem-0001' });
  const late = redeemPresentation(world.deps, VERIFIER, { code: renewed.code, idempotencyKey: 'redeem-0002' });
  t.is(await codeOf(late), 'code-expired');
  t.is((await readPresentation(world.deps, apart.code)).state, 'live');
});

test('20 codes of one license redeemed in parallel never wait for each other in a circle', async (t) => {
  const world = await makeWorld(t);
  const identifier = await issued(world);
  const codes = await Promise.all(
    Array.from({ length: 20 }, async () => (await presentLicense(world.deps, zhangsanKey, identifier)).code),
  );
  const results = await Promise.all(
    codes.map((code, index) =>
      codeOf(redeemPresentation(world.deps, VERIFIER, { code, idempotencyKey: `parallel-${index}` })),
    ),
  );
  t.true(results.includes('none'));
  t.true(
    results.every((result) => result === 'none' || result === 'code-expired'),
    results.join(),
  );
});

test('refused: expired, unknown and malformed codes, and a client that is no verifier', async (t) => {
  const world = await makeWorld(t);
  const { code } = await presentLicense(world.deps, zhangsanKey, await issued(world));
  const redeem = (clientId: string, text: string) =>
    codeOf(redeemPresentation(world.deps, clientId, { code: text, idempotencyKey: 'redeem-0001' }));
  t.is(await redeem(DEPARTMENT, code), 'verifier-not-registered');
  t.is(await redeem(VERIFIER, 'lz_00000000000000000000000000'), 'code-unknown');
  t.is(await redeem(VERIFIER, '8137 2046'), 'code-malformed');
  world.pass(60);
  t.is(await redeem(VERIFIER, code), 'code-expired');
});

test('another verifier cannot fetch the answer with a guessed key', async (t) => {
  const world = await makeWorld(t);
  await registerVerifier(world.deps, { clientId: 'other-hall', name: '另一大厅', code: '11360100MB0D00029J' });
  const { code } = await presentLicense(world.deps, zhangsanKey, await issued(world));
  await redeemPresentation(world.deps, VERIFIER, { code, idempotencyKey: 'redeem-0001' });
  t.is(
    await codeOf(redeemPresentation(world.deps, 'other-hall', { code, idempotencyKey: 'redeem-0001' })),
    'code-used',
  );
});

test('a holder presents his own licenses only', async (t) => {
  const world = await makeWorld(t);
  const identifier = await issued(world);
  await issued(world, { case_id: 'CASE-LISI', holder: LISI });
  t.is(await codeOf(presentLicense(world.deps, lisiKey, identifier)), 'license-not-found');
  t.is(await codeOf(presentLicense(world.deps, zhangsanKey, `${identifier}X`)), 'identifier-check');
});

test('expired codes are swept after a day, used ones stay', async (t) => {
  const world = await makeWorld(t);
  const identifier = await issued(world);
  const used = await presentLicense(world.deps, zhangsanKey, identifier);
  await redeemPresentation(world.deps, VERIFIER, { code: used.code, idempotencyKey: 'redeem-0001' });
  const unused = await presentLicense(world.deps, zhangsanKey, identifier);
  world.pass(3600);
  t.is(await sweepExpired(world.deps), 0);
  world.pass(24 * 3600);
  t.is(await sweepExpired(world.deps), 1);
  t.is((await readPresentation(world.deps, used.code)).state, 'used');
  t.is((await readPresentation(world.deps, unused.code)).state, 'unknown');
});

import test from 'ava';
import type { Knex } from 'knex';
import { equalBytes } from '../../common/bytes.ts';
import { deriveKey, openBox } from '../../common/crypto/sealed-box.ts';
import { parseCertificate } from '../../common/pki/certificate.ts';
import { DEFAULT_CODE_RULE, parseCodeRule, sealCodeOf } from '../../seal/domain/seal-code.ts';
import { LIFE, LIFE_STATES, stateAt } from '../../seal/domain/seal-life.ts';
import { applyForSeal, remakeSeal } from '../../seal/flow/apply-for-seal.ts';
import { activateVersion, cancelSeal, changeSeal, decideOnVersion } from '../../seal/flow/change-seal.ts';
import { giveGrant } from '../../seal/flow/give-grant.ts';
import { makeVersion } from '../../seal/flow/make-version.ts';
import { receiveCertificate, settleRevocations } from '../../seal/flow/seal-certificate.ts';
import { boxContext, KEY_PURPOSE } from '../../seal/flow/seal-keyring.ts';
import { getVersion } from '../../seal/flow/take-step.ts';
import { listEvents } from '../../seal/store/events.ts';
import { takeSealCode } from '../../seal/store/seal-codes.ts';
import { findCertificate } from '../../seal/store/seal-keys.ts';
import { listSteps, listStepsOf } from '../../seal/store/seal-steps.ts';
import { findSeal } from '../../seal/store/seals.ts';
import { type TestDatabase, testDatabase } from '../_harness/database.ts';
import { AT, issueAuthority } from '../_harness/pki.ts';
import { OWNER, person } from './active-seal.ts';
import { verifyPartyTrust } from './life-judge.ts';
import { APPLICATION, act, certify, type LifeWorld, leadTo, MASTER_KEY, makeLifeWorld } from './life-world.ts';
import { pki } from './world.ts';

let database: TestDatabase;
let db: Knex;
let owner: Knex;
let world: LifeWorld;

test.before(async () => {
  database = await testDatabase();
  db = database.connect('seal');
  owner = database.connect('owner');
  world = makeLifeWorld(db);
});

const minutes = (count: number): Date => new Date(AT.getTime() + count * 60_000);

test.serial('The table of lawful steps in the database is the one of the code', async (t) => {
  const rows = await db('seal.seal_life').select();
  const asText = ({ step, from_state: from, to_state: to, duty }: (typeof rows)[number]) =>
    `${step} ${from} ${to} ${duty}`;
  const expected = LIFE.flatMap(({ step, from, to, duty }) => from.map((state) => `${step} ${state} ${to} ${duty}`));
  t.deepEqual(rows.map(asText).sort(), expected.sort());
  await t.throwsAsync(async () => owner('seal.seal_life').insert({ ...rows[0], step: 'forge' }), {
    message: /append-only/,
  });
  t.true(LIFE.every(({ from, to }) => [...from, to].every((state) => LIFE_STATES.includes(state))));
});

test.serial(
  'A seal is applied for, approved, made, put on file and put in force; the history says who, when and why',
  async (t) => {
    const { deps } = world;
    const {
      application_id: id,
      esID,
      state,
    } = await applyForSeal(deps, act('applicant'), { ...APPLICATION, reason: '机构设立' });
    t.is(state, 'applied');
    t.regex(esID, /^360100\d{8}$/);
    t.is(await findSeal(db, esID), null, 'nothing is registered before it is in force');
    await decideOnVersion(deps, act('approver'), id, { step: 'approve', reason: '材料齐全' });
    const made = await makeVersion(deps, act('maker'), id, {});
    t.is(made.state, 'made');
    await decideOnVersion(deps, act('maker'), id, { step: 'file', reason: '备案编号 1' });
    const active = await activateVersion(deps, act('keeper'), id, {});
    t.is(active.state, 'active');
    const history = await listStepsOf(db, id);
    t.deepEqual(
      history.map(({ step, duty, actor, from, to, reason }) => [step, duty, actor, from, to, reason]),
      [
        ['apply', 'applicant', 'applicant-1', 'none', 'applied', '机构设立'],
        ['approve', 'approver', 'approver-1', 'applied', 'approved', '材料齐全'],
        ['make', 'maker', 'maker-1', 'approved', 'made', null],
        ['file', 'maker', 'maker-1', 'made', 'filed', '备案编号 1'],
        ['activate', 'keeper', 'keeper-1', 'filed', 'active', null],
      ],
    );
    t.true(history.every(({ at, organisation }) => at.getTime() === AT.getTime() && organisation === OWNER.ownerCode));
    const seal = (await findSeal(db, esID))!;
    t.like(seal, { state: 'active', ownerCode: OWNER.ownerCode, esealSm3: active.eseal_sm3, widthMm: 20 });
    t.is(verifyPartyTrust(new Uint8Array(seal.eseal)), 'passed', 'the seal and both chains stand');
    const kinds = (await listEvents(db, esID, 10)).map(({ kind }) => kind).reverse();
    t.deepEqual(kinds, ['seal.key-made', 'seal.certificate-received', 'seal.making-intended']);
    t.is(stateAt(history, AT), 'active');
    t.is(stateAt(history, minutes(-1)), 'none');
  },
);

test.serial('Every step that the table does not have is seal-state-forbids, and changes nothing', async (t) => {
  const { deps } = world;
  const { id, esID } = await leadTo(world, 'applied');
  const forbidden = { code: 'seal-state-forbids' };
  await t.throwsAsync(makeVersion(deps, act('maker'), id, {}), forbidden);
  await t.throwsAsync(decideOnVersion(deps, act('maker'), id, { step: 'file' }), forbidden);
  await t.throwsAsync(activateVersion(deps, act('keeper'), id, {}), forbidden);
  await t.throwsAsync(changeSeal(deps, act('keeper'), esID, { step: 'suspend', reason: 'x' }), forbidden);
  await t.throwsAsync(remakeSeal(deps, act('keeper'), esID, { reason: 'x', valid_years: 5 }), forbidden);
  const rejected = await decideOnVersion(deps, act('approver'), id, { step: 'reject', reason: '名称有误' });
  t.is(rejected.state, 'rejected');
  await t.throwsAsync(decideOnVersion(deps, act('approver'), id, { step: 'approve' }), forbidden);
  await t.throwsAsync(cancelSeal(deps, act('keeper'), esID, { reason: 'x', key_compromised: false }), forbidden);
  t.is((await listStepsOf(db, id)).length, 2);
  await t.throwsAsync(decideOnVersion(deps, act('approver'), 'sealapp_nothing', { step: 'approve' }), {
    code: 'seal-application-not-found',
  });
  await t.throwsAsync(changeSeal(deps, act('keeper'), '99999900000001', { step: 'suspend' }), {
    code: 'seal-not-found',
  });
});

test.serial(
  'One person cannot unite two duties for a seal, in none of its versions; the database refuses it too',
  async (t) => {
    const { deps } = world;
    const all = {
      ...person('applicant', 'everybody'),
      roles: (['applicant', 'approver', 'maker', 'keeper'] as const).flatMap((duty) => person(duty).roles),
    };
    const { application_id: id, esID } = await applyForSeal(deps, act(all), APPLICATION);
    const conflict = { code: 'duty-conflict' };
    await t.throwsAsync(decideOnVersion(deps, act(all), id, { step: 'approve' }), conflict);
    await decideOnVersion(deps, act('approver'), id, { step: 'approve' });
    await t.throwsAsync(makeVersion(deps, act(all), id, {}), conflict);
    const row = { application_id: id, es_id: esID, number: 3, step: 'make', from_state: 'approved', to_state: 'made' };
    const by = { duty: 'maker', actor: 'everybody', organisation: OWNER.ownerCode, client_id: 'x', at: AT };
    await t.throwsAsync(async () => owner('seal.seal_steps').insert({ ...row, ...by }));
    await t.throwsAsync(async () =>
      owner('seal.seal_duties').insert({ es_id: esID, sub: 'everybody', duty: 'maker', since: AT }),
    );
    await t.throwsAsync(async () => owner('seal.seal_duties').where({ es_id: esID }).update({ duty: 'maker' }));
    await makeVersion(deps, act('maker'), id, {});
    await decideOnVersion(deps, act('maker'), id, { step: 'file' });
    await t.throwsAsync(activateVersion(deps, act(all), id, {}), conflict);
    await activateVersion(deps, act('keeper'), id, {});
    const until = { client_id: 'c', document_class: '*', count: null, valid_to: minutes(9).toISOString() };
    await t.throwsAsync(giveGrant(deps, act(all), esID, until), conflict);
    const { application_id: next } = await remakeSeal(deps, act('keeper'), esID, { reason: '换证', valid_years: 5 });
    await t.throwsAsync(makeVersion(deps, act({ ...all, subject: 'approver-1' }), next, {}), conflict);
  },
);

test.serial(
  'Applicant and keeper need a role at the owner; a machine has no duty; a role must bring the scope',
  async (t) => {
    const { deps } = world;
    const elsewhere = '11360100MB0D00029J';
    const missing = { code: 'role-missing' };
    await t.throwsAsync(applyForSeal(deps, act(person('applicant', 'stranger', elsewhere)), APPLICATION), missing);
    await t.throwsAsync(applyForSeal(deps, act(person('keeper', 'stranger')), APPLICATION), missing);
    const machine = { kind: 'machine', subject: 'license', clientId: 'license', roles: [] } as const;
    await t.throwsAsync(applyForSeal(deps, act(machine), APPLICATION), { code: 'person-needed' });
    const { id } = await leadTo(world, 'applied');
    await t.notThrowsAsync(
      decideOnVersion(deps, act(person('approver', 'approver-2', elsewhere)), id, { step: 'approve' }),
    );
    t.is((await listStepsOf(db, id)).at(-1)!.organisation, elsewhere);
    await t.throwsAsync(applyForSeal(deps, act('applicant'), { ...APPLICATION, owner_code: '11360100MB0D00010X' }), {
      code: 'code-check',
    });
    await t.throwsAsync(
      applyForSeal(deps, act('applicant'), {
        ...APPLICATION,
        picture: { source: 'drawn', text: '示例', kind: '05', rank: 'unit' },
      }),
      { code: 'invalid-request' },
      'what cannot be drawn is refused to the applicant',
    );
  },
);

test.serial(
  'The same act again has the same answer; its key for another act is a conflict; equal acts at once act once',
  async (t) => {
    const { deps } = world;
    const applying = act('applicant');
    const answers = await Promise.all([1, 2, 3, 4].map(() => applyForSeal(deps, applying, APPLICATION)));
    t.is(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1);
    await t.throwsAsync(applyForSeal(deps, applying, { ...APPLICATION, valid_years: 4 }), {
      code: 'idempotency-conflict',
    });
    const id = answers[0]!.application_id;
    await decideOnVersion(deps, act('approver'), id, { step: 'approve' });
    const making = act('maker');
    const made = await Promise.allSettled([1, 2].map(() => makeVersion(deps, making, id, {})));
    t.deepEqual(
      made.map(({ status }) => status),
      ['fulfilled', 'fulfilled'],
    );
    const filing = act('maker');
    const filed = await decideOnVersion(deps, filing, id, { step: 'file' });
    await activateVersion(deps, act('keeper'), id, {});
    t.deepEqual(await decideOnVersion(deps, filing, id, { step: 'file' }), filed, 'as it was then, not as it is now');
    t.is((await listStepsOf(db, id)).length, 5);
  },
);

test.serial('Two persons who decide at once: one step is taken', async (t) => {
  const { id } = await leadTo(world, 'applied');
  const decide = (name: string, step: 'approve' | 'reject') =>
    decideOnVersion(world.deps, act(person('approver', name)), id, { step, reason: 'x' });
  const answers = await Promise.allSettled([
    decide('a-1', 'approve'),
    decide('a-2', 'reject'),
    decide('a-3', 'approve'),
  ]);
  const done = answers.filter(({ status }) => status === 'fulfilled').length;
  const steps = await listStepsOf(db, id);
  t.is(steps.length, 1 + done);
  t.true(done === 1 || steps.at(-1)!.step === 'reject', 'a rejection may follow an approval, nothing else');
});

test.serial(
  'Codes: area and serial, unique under real concurrency, over codes that are taken; a rule is a setting',
  async (t) => {
    const rule = parseCodeRule(DEFAULT_CODE_RULE);
    await db('seal.seal_codes').insert({ es_id: '33010000000002', owner_code: 'elsewhere', given_at: AT });
    const take = () => db.transaction((trx) => takeSealCode(trx, rule, '11330100MB0D00010M', AT));
    const codes = await Promise.all(Array.from({ length: 20 }, take));
    t.is(new Set(codes).size, 20);
    t.true(codes.every((code) => /^330100\d{8}$/.test(code) && code !== '33010000000002'));
    await t.throwsAsync(
      db.transaction(async (trx) => {
        await takeSealCode(trx, rule, '11330100MB0D00010M', AT);
        throw new Error('undone');
      }),
    );
    t.is(await take(), '33010000000022', 'an application that is undone takes no code with it');
    const other = parseCodeRule('ZJ-{serial:6}-{area}');
    t.is(sealCodeOf(other, '11330100MB0D00010M', 42), 'ZJ-000042-330100');
    t.throws(() => sealCodeOf(other, '11330100MB0D00010M', 1_000_000), { code: 'seal-codes-exhausted' });
    for (const bad of [
      '{area}',
      '{serial:3}',
      '{serial:8}{serial:8}',
      '{area} {serial:8}',
      '{year}{serial:8}',
      `${'9'.repeat(60)}{serial:8}`,
    ])
      t.throws(() => parseCodeRule(bad), undefined, bad);
  },
);

test.serial(
  'The key of a seal lies in a sealed box alone in its table, opens under the master key, and is the certified one',
  async (t) => {
    const { id, esID } = await leadTo(world, 'active');
    const seal = (await findSeal(db, esID))!;
    const key = await db('seal.seal_keys').where({ application_id: id }).first();
    t.is(key.key_ref, seal.keyRef);
    t.notRegex(Buffer.from(key.box).toString('latin1'), /PRIVATE KEY/);
    const open = (master: Uint8Array, context: string) =>
      openBox(deriveKey(master, KEY_PURPOSE), new Uint8Array(key.box), context);
    t.regex(Buffer.from(open(MASTER_KEY, boxContext(seal.keyRef))).toString(), /BEGIN PRIVATE KEY/);
    t.throws(() => open(new Uint8Array(32), boxContext(seal.keyRef)), { code: 'sealed-box-corrupt' });
    t.throws(() => open(MASTER_KEY, boxContext('sealkey_another')), { code: 'sealed-box-corrupt' });
    const certificate = await world.deps.keyring.certificateOf(seal.keyRef);
    t.is(certificate?.commonName, esID);
    t.true(world.loaded.has(seal.keyRef));
    t.is(await world.deps.keyring.certificateOf('sealkey_unknown'), null);
    for (const who of [db, owner]) {
      const rows = () => who('seal.seal_keys').where({ application_id: id });
      await t.throwsAsync(async () => rows().update({ box: Buffer.from('other') }));
      await t.throwsAsync(async () => rows().update({ destroyed_at: AT }));
      await t.throwsAsync(async () => rows().delete());
    }
  },
);

test.serial(
  'Cancelled: the key is overwritten and forgotten, the certificate revoked, also when the authority answers later',
  async (t) => {
    const { deps, authority, loaded } = world;
    const { id, esID } = await leadTo(world, 'active');
    const { keyRef } = (await findSeal(db, esID))!;
    const { serial } = (await deps.keyring.certificateOf(keyRef))!;
    authority.isDown = true;
    const cancelling = act('keeper');
    const request = { reason: '机构撤销', key_compromised: true };
    const answer = await cancelSeal(deps, cancelling, esID, request);
    t.is(answer.state, 'cancelled');
    t.deepEqual(await cancelSeal(deps, cancelling, esID, request), answer);
    t.like(await db('seal.seal_keys').where({ key_ref: keyRef }).first(), { box: null });
    t.false(loaded.has(keyRef));
    t.is(await deps.keyring.certificateOf(keyRef), null);
    t.is((await findSeal(db, esID))!.state, 'cancelled');
    t.false(authority.revoked.some((row) => row.serial === serial));
    authority.isDown = false;
    await settleRevocations(deps);
    await settleRevocations(deps);
    t.deepEqual(
      authority.revoked.filter((row) => row.serial === serial),
      [{ serial, reason: 'key-compromise' }],
    );
    const kinds = (await listEvents(db, esID, 2)).map(({ kind }) => kind);
    t.deepEqual(kinds, ['seal.certificate-revoked', 'seal.key-destroyed']);
    await t.throwsAsync(remakeSeal(deps, act('keeper'), esID, { reason: 'x', valid_years: 1 }), {
      code: 'seal-state-forbids',
    });
    t.is((await listStepsOf(db, id)).at(-1)!.step, 'cancel');
  },
);

test.serial(
  'A re-made seal keeps its code with the next version; the old one goes on until then, and is superseded with its key',
  async (t) => {
    const { deps, authority } = world;
    const { id, esID } = await leadTo(world, 'active');
    const before = (await findSeal(db, esID))!;
    const renewal = await remakeSeal(deps, act('keeper'), esID, { reason: '证书即将到期', valid_years: 5 });
    t.like(renewal, { esID, version: 2, state: 'approved', begun_as: 'renewal' });
    await t.throwsAsync(remakeSeal(deps, act('keeper'), esID, { reason: 'x', valid_years: 5 }), {
      code: 'seal-state-forbids',
    });
    await makeVersion(deps, act('maker'), renewal.application_id, {});
    await decideOnVersion(deps, act('maker'), renewal.application_id, { step: 'file' });
    t.is((await findSeal(db, esID))!.esealSm3, before.esealSm3);
    await activateVersion(deps, act('keeper'), renewal.application_id, {});
    const after = (await findSeal(db, esID))!;
    t.not(after.esealSm3, before.esealSm3);
    t.not(after.keyRef, before.keyRef);
    t.is((await getVersion(db, id)).state, 'superseded');
    t.like(await db('seal.seal_keys').where({ key_ref: before.keyRef }).first(), { box: null });
    t.is(authority.revoked.at(-1)?.reason, 'superseded');
    const redrawn = await remakeSeal(deps, act('keeper'), esID, {
      reason: '更名',
      valid_years: 5,
      picture: { source: 'drawn', text: '示例市卫健委', width_mm: 20 },
    });
    t.like(redrawn, { version: 3, state: 'applied', begun_as: 'redrawing' });
    const steps = await listSteps(db, esID, { after: '0', limit: 100 });
    t.deepEqual(
      steps.slice(5).map(({ step }) => step),
      ['renew', 'make', 'file', 'supersede', 'activate', 'redraw'],
    );
    const cancelled = await cancelSeal(deps, act('keeper'), esID, { reason: '撤销', key_compromised: false });
    t.like(cancelled, { version: 2, state: 'cancelled' });
    t.is((await getVersion(db, redrawn.application_id)).state, 'cancelled', 'what is in the making ends too');
  },
);

test.serial(
  'A certificate that comes by file: request out, certificate in, judged; then the making goes on under its key',
  async (t) => {
    const { deps, authority } = world;
    const { id } = await leadTo(world, 'approved');
    authority.byFile = true;
    const making = act('maker');
    await t.throwsAsync(makeVersion(deps, making, id, {}), { code: 'certificate-pending' });
    await t.throwsAsync(makeVersion(deps, making, id, {}), { code: 'certificate-pending' });
    const row = (await findCertificate(db, id))!;
    const request = { ...row, pkcs10: new Uint8Array(row.pkcs10) };
    const version = await getVersion(db, id);
    const receive = async (...args: Parameters<typeof certify>) =>
      receiveCertificate(deps, version, await certify(...args), 'maker-1');
    const unfit = { code: 'certificate-unfit' };
    await t.throwsAsync(receive(request, pki.authority, { publicKey: pki.signer.key.publicKey }), unfit, 'another key');
    const subject = [
      { type: 'O', value: OWNER.ownerName },
      { type: 'CN', value: '36010099999999' },
    ];
    await t.throwsAsync(receive(request, pki.authority, { subject }), unfit, 'another seal');
    const stranger = [
      { type: 'O', value: '别处' },
      { type: 'CN', value: version.esID },
    ];
    await t.throwsAsync(receive(request, pki.authority, { subject: stranger }), unfit, 'another owner');
    await t.throwsAsync(
      receive(request, await issueAuthority('别的机构', null)),
      unfit,
      'an authority that is not trusted',
    );
    await t.throwsAsync(receive({ ...request, notAfter: minutes(-1), notBefore: minutes(-2) }), unfit, 'expired');
    await t.throwsAsync(receive(request, pki.authority, { keyUsage: ['keyEncipherment'] }), unfit, 'wrong usage');
    const good = await certify(request);
    await receiveCertificate(deps, version, good, 'maker-1');
    await receiveCertificate(deps, version, good, 'maker-1');
    await t.throwsAsync(receive(request), { code: 'seal-state-forbids' }, 'a second one');
    const made = await makeVersion(deps, making, id, {});
    t.is(made.state, 'made');
    const kept = parseCertificate(new Uint8Array((await findCertificate(db, id))!.certificate!));
    t.true(equalBytes(kept.raw, good.raw));
    authority.byFile = false;
    const { id: other } = await leadTo(world, 'applied');
    await t.throwsAsync(receiveCertificate(deps, await getVersion(db, other), good, 'maker-1'), {
      code: 'seal-state-forbids',
    });
  },
);

// Keys and certificates of seals: a making that broke off, an authority by file, grants of seals in force.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { Knex } from 'knex';
import { makeFileAuthority } from '../../common/ca/file-authority.ts';
import { parseCertificate } from '../../common/pki/certificate.ts';
import { giveGrant, withdrawGrant } from '../../seal/flow/give-grant.ts';
import { makeVersion } from '../../seal/flow/make-version.ts';
import { getVersion } from '../../seal/flow/take-step.ts';
import { makeSealTender } from '../../seal/flow/tend-seals.ts';
import { findCertificate } from '../../seal/store/seal-keys.ts';
import { listNotices } from '../../seal/store/seal-notices.ts';
import { findSeal } from '../../seal/store/seals.ts';
import { type TestDatabase, testDatabase } from '../_harness/database.ts';
import { AT } from '../_harness/pki.ts';
import { OWNER, person } from './active-seal.ts';
import { act, type LifeWorld, leadTo, makeLifeWorld } from './life-world.ts';

let database: TestDatabase;
let db: Knex;
let world: LifeWorld;

test.before(async () => {
  database = await testDatabase();
  db = database.connect('seal');
  world = makeLifeWorld(db);
});

const minutes = (count: number): Date => new Date(AT.getTime() + count * 60_000);

test.serial('A making that broke off after any part goes on with the same key', async (t) => {
  const { deps } = world;
  const { id } = await leadTo(world, 'approved');
  const making = act('maker');
  const broken = { ...deps, authority: { ...deps.authority!, issue: () => Promise.reject(new Error('cut off')) } };
  await t.throwsAsync(makeVersion(broken, making, id, {}), { message: 'cut off' });
  const { keyRef } = (await findCertificate(db, id))!;
  const dumb = { ...deps, maker: { ...deps.maker!, sign: () => Promise.reject(new Error('device gone')) } };
  await t.throwsAsync(makeVersion(dumb, making, id, {}), { message: 'device gone' });
  t.is((await getVersion(db, id)).state, 'approved');
  await makeVersion(deps, making, id, {});
  t.is((await getVersion(db, id)).keyRef, keyRef);
  t.is((await db('seal.seal_keys').where({ application_id: id })).length, 1);
  await t.throwsAsync(makeVersion({ ...deps, maker: null }, act('maker'), (await leadTo(world, 'approved')).id, {}), {
    code: 'config-invalid',
  });
});

test.serial('Of equal makings at one moment one asks the authority; the others get what it got', async (t) => {
  const { deps } = world;
  const { id } = await leadTo(world, 'approved');
  let asked = 0;
  const authority = deps.authority!;
  const issue: typeof authority.issue = async (request) => {
    asked += 1;
    return authority.issue(request);
  };
  const counting = { ...deps, authority: { ...authority, issue } };
  const making = act('maker');
  const made = await Promise.all(Array.from({ length: 4 }, () => makeVersion(counting, making, id, {})));
  t.is(asked, 1);
  t.is(new Set(made.map((answer) => JSON.stringify(answer))).size, 1);
  // A lease that somebody left behind is over in time.
  const other = await leadTo(world, 'approved');
  const cut = { ...deps, authority: { ...authority, issue: () => Promise.reject(new Error('cut off')) } };
  await t.throwsAsync(makeVersion(cut, act('maker'), other.id, {}), { message: 'cut off' });
  const { keyRef } = (await findCertificate(db, other.id))!;
  await db('seal.seal_certificates').where({ key_ref: keyRef }).update({ asked_until: deps.clock() });
  await makeVersion(counting, act('maker'), other.id, {});
  t.is(asked, 2);
});

test.serial(
  'Keepers are told once, 60 days before the end, by however many nodes; steps tell applicant and keeper',
  async (t) => {
    const { id, esID } = await leadTo(world, 'active', { valid_years: 1 });
    const about = async (kind: string) => {
      const readers = [
        { organisation: OWNER.ownerCode, duty: 'keeper' },
        { organisation: OWNER.ownerCode, duty: 'applicant' },
      ] as const;
      const all = await listNotices(db, readers, { after: '0', limit: 10_000 });
      return all.filter((notice) => notice.applicationId === id && notice.kind === kind);
    };
    t.deepEqual(
      (await about('state')).map(({ duty, detail }) => `${duty} ${detail['step']}`),
      ['applicant approve', 'applicant make', 'applicant file', 'keeper file', 'applicant activate'],
    );
    const { validTo } = (await findSeal(db, esID))!;
    const nodes = [1, 2, 3].map(() => makeSealTender({ ...world.deps, clock: () => world.now }));
    const runAt = async (daysBefore: number) => {
      const now = new Date(validTo.getTime() - daysBefore * 86_400_000);
      await Promise.all(
        nodes.map((_, n) => makeSealTender({ ...world.deps, clock: () => new Date(now.getTime() + n) }).run()),
      );
    };
    await runAt(61);
    t.deepEqual(await about('certificate-ends'), []);
    await runAt(59);
    await runAt(10);
    const told = await about('certificate-ends');
    t.is(told.length, 1);
    t.like(told[0], { duty: 'keeper', esID, detail: { valid_to: validTo.toISOString() } });
    t.deepEqual(await listNotices(db, [{ organisation: 'elsewhere', duty: 'keeper' }], { after: '0', limit: 10 }), []);
  },
);

test.serial('Grants are given and withdrawn by a keeper, for seals in force', async (t) => {
  const { deps } = world;
  const { id, esID } = await leadTo(world, 'active');
  const request = { client_id: 'archive', document_class: 'archive', count: 5, valid_to: minutes(60).toISOString() };
  const giving = act(person('keeper', 'keeper-2'));
  const grant = await giveGrant(deps, giving, esID, request);
  t.like(grant, { esID, count: 5, used: 0, granted_by: 'keeper-2', withdrawn_at: null });
  t.deepEqual(await giveGrant(deps, giving, esID, request), grant);
  await t.throwsAsync(giveGrant(deps, act('applicant'), esID, request), { code: 'role-missing' });
  await t.throwsAsync(giveGrant(deps, act(person('keeper', 'k', '11360100MB0D00029J')), esID, request), {
    code: 'role-missing',
  });
  const past = { ...request, valid_from: minutes(-9).toISOString(), valid_to: minutes(-1).toISOString() };
  await t.throwsAsync(giveGrant(deps, act('keeper'), esID, past), { code: 'invalid-request' });
  const { id: unmade, esID: notYet } = await leadTo(world, 'approved');
  await t.throwsAsync(giveGrant(deps, act('keeper'), notYet, request), { code: 'seal-not-found' });
  t.truthy(unmade);
  const which = { esID, grantId: grant.grant_id };
  await t.throwsAsync(withdrawGrant(deps, act('keeper'), { ...which, esID: notYet }, { reason: 'x' }), {
    code: 'seal-not-found',
  });
  await t.throwsAsync(withdrawGrant(deps, act('keeper'), { ...which, grantId: 'grant_none' }, { reason: 'x' }), {
    code: 'grant-not-found',
  });
  const withdrawn = await withdrawGrant(deps, act('keeper'), which, { reason: '系统停用' });
  t.like(withdrawn, { withdrawn_reason: '系统停用' });
  await t.throwsAsync(withdrawGrant(deps, act('keeper'), which, { reason: 'x' }), { code: 'seal-state-forbids' });
  t.truthy(id);
});

test.serial('A licensed authority by file: the request and the wish to revoke lie in its folder, once', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'xinji-ca-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const authority = makeFileAuthority(join(folder, 'ca'));
  const { id } = await leadTo(world, 'made');
  const row = (await findCertificate(db, id))!;
  const request = { pkcs10: new Uint8Array(row.pkcs10), notBefore: row.notBefore, notAfter: row.notAfter };
  t.is(await authority.issue(request), null);
  t.is(await authority.issue(request), null);
  const certificate = parseCertificate(new Uint8Array(row.certificate!));
  await authority.revoke(certificate, 'superseded', AT);
  await authority.revoke(certificate, 'superseded', minutes(5));
  const files = (await readdir(join(folder, 'ca'))).sort();
  t.is(files.length, 2);
  t.regex(
    await readFile(join(folder, 'ca', files.find((name) => name.endsWith('.csr.pem'))!), 'utf8'),
    /BEGIN CERTIFICATE REQUEST/,
  );
  const wish = JSON.parse(await readFile(join(folder, 'ca', files.find((name) => name.endsWith('.json'))!), 'utf8'));
  t.like(wish, { serial: certificate.serial, reason: 'superseded', at: AT.toISOString() });
});
